"""The data audit: what the client sent, what is wrong with it, and which reports it can carry."""

from customer_analytics.analysis.audit.assemble import Audit, audit
from customer_analytics.analysis.audit.fitness import REPORTS, Level, Reason, Verdict, fitness
from customer_analytics.analysis.audit.issues import Issue, Severity

__all__ = ["REPORTS", "Audit", "Issue", "Level", "Reason", "Severity", "Verdict", "audit", "fitness"]
