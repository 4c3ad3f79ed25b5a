"""What the campaigns earned: incremental orders and margin, ROI, decisions, the programme ledger, the offer ladder."""

from customer_analytics.analysis.money.assemble import money
from customer_analytics.analysis.money.result import Money

__all__ = ["Money", "money"]
