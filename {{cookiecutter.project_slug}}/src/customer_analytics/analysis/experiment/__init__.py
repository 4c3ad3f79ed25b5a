"""What the campaigns that were drawn by lot caused: sample ratio, balance, effects, guardrails, power, looks."""

from customer_analytics.analysis.experiment.assemble import experiments
from customer_analytics.analysis.experiment.result import Experiments

__all__ = ["Experiments", "experiments"]
