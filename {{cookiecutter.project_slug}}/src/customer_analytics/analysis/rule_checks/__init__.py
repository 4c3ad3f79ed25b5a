"""Whether rules hold up: later, within season, region and kind of customer, and against baskets put together by chance."""

from customer_analytics.analysis.rule_checks.check import check
from customer_analytics.analysis.rule_checks.result import Checks

__all__ = ["Checks", "check"]
