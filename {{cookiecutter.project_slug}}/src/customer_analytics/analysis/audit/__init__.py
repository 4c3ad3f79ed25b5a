"""The data audit: what the client sent, what is wrong with it, and which reports it can carry."""

from customer_analytics.analysis.audit.fitness import REPORTS, Level, Reason, Verdict, fitness

__all__ = ["REPORTS", "Level", "Reason", "Verdict", "fitness"]
