"""Customer analytics: from a client's exports to reports and audiences."""
