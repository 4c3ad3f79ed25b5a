"""The next test: its size, length, arms and strata, and who was drawn into which arm."""

from customer_analytics.analysis.next_test.assemble import design
from customer_analytics.analysis.next_test.result import NextTest

__all__ = ["NextTest", "design"]
