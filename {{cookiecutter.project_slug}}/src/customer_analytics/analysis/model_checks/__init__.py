"""Whether a model of leaving can be trusted: leaks before it is fitted; drift, fairness and kept promises after it."""
