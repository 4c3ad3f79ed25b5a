"""Whether rules hold up: later, within season, region and kind of customer, and against shuffled baskets."""

from customer_analytics.analysis.rule_checks.check import check
from customer_analytics.analysis.rule_checks.replication import earlier_rules
from customer_analytics.analysis.rule_checks.result import Checks

__all__ = ["Checks", "check", "earlier_rules"]
