"""Customer value: purchases ahead, probability to be active, discounted margin, and what may be spent on a customer."""

from customer_analytics.analysis.value.outputs import customer_tables, metrics, tables
from customer_analytics.analysis.value.result import ValueResult, analyse

__all__ = ["ValueResult", "analyse", "customer_tables", "metrics", "tables"]
