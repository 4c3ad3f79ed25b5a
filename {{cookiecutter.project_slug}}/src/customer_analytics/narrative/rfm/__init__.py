"""What the RFM report says, in words: one module a part of the report."""

from customer_analytics.narrative.rfm import (
    actions,
    bridge,
    budget,
    closing,
    concentration,
    firmness,
    grid,
    life,
    movement,
    prediction,
    revenue,
    rhythm,
    spread,
    value_ahead,
    value_channels,
    value_test,
)
from customer_analytics.narrative.rfm.summary import aside, summary
from customer_analytics.narrative.rfm.view import View

__all__ = [
    "View", "actions", "aside", "bridge", "budget", "closing", "concentration", "firmness", "grid", "life",
    "movement", "prediction", "revenue", "rhythm", "spread", "summary",
    "value_ahead", "value_channels", "value_test",
]  # fmt: skip
