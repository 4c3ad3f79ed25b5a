"""Whether a contact changed some groups of customers more than others, by groups that were stated beforehand."""

from customer_analytics.analysis.differences.assemble import differences
from customer_analytics.analysis.differences.result import Differences

__all__ = ["Differences", "differences"]
