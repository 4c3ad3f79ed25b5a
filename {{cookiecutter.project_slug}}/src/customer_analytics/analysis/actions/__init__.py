"""What acting is worth: profit of contacting, tiers, value at risk, actions, the pilot, and the scores by customer."""

from customer_analytics.analysis.actions.assemble import analyse
from customer_analytics.analysis.actions.outputs import customer_tables, metrics, tables
from customer_analytics.analysis.actions.result import ActionsResult

__all__ = ["ActionsResult", "analyse", "customer_tables", "metrics", "tables"]
