"""What the RFM report says, in words: one module a part of the report."""

from customer_analytics.narrative.rfm import actions, closing, evidence, life, over_time
from customer_analytics.narrative.rfm.summary import aside, summary
from customer_analytics.narrative.rfm.view import View

__all__ = ["View", "actions", "aside", "closing", "evidence", "life", "over_time", "summary"]
