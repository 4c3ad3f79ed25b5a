"""What the RFM report says, in words: one module a part of the report."""

from customer_analytics.narrative.rfm import (
    actions,
    change,
    closing,
    concentration,
    grid,
    life,
    prediction,
    revenue,
    spread,
)
from customer_analytics.narrative.rfm.summary import aside, summary
from customer_analytics.narrative.rfm.view import View

__all__ = [
    "View", "actions", "aside", "change", "closing", "concentration", "grid", "life", "prediction", "revenue", "spread",
    "summary",
]  # fmt: skip
