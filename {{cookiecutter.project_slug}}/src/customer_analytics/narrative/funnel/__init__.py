"""What the funnel report says, in words: one module a part of the report."""

from customer_analytics.narrative.funnel import (
    closing,
    compare,
    heat,
    holds,
    leads,
    onward,
    pace,
    routes,
    scorecard,
    stays,
    steps,
    weeks,
)
from customer_analytics.narrative.funnel.summary import aside, summary
from customer_analytics.narrative.funnel.view import View

__all__ = [
    "View",
    "aside",
    "closing",
    "compare",
    "heat",
    "holds",
    "leads",
    "onward",
    "pace",
    "routes",
    "scorecard",
    "stays",
    "steps",
    "summary",
    "weeks",
]
