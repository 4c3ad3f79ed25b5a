"""What the funnel report says, in words: one module a part of the report."""

from customer_analytics.narrative.funnel import (
    breakdown,
    change,
    closing,
    compare,
    drivers,
    heat,
    holds,
    leads,
    onward,
    pace,
    portfolio,
    prize,
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
    "breakdown",
    "change",
    "closing",
    "compare",
    "drivers",
    "heat",
    "holds",
    "leads",
    "onward",
    "pace",
    "portfolio",
    "prize",
    "routes",
    "scorecard",
    "stays",
    "steps",
    "summary",
    "weeks",
]
