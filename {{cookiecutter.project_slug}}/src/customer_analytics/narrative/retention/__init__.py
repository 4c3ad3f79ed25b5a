"""What the retention report says, in words: one module a part of the report."""

from customer_analytics.narrative.retention import (
    activity,
    cliffs,
    closing,
    contracts,
    curve,
    definitions,
    groups,
    habits,
    levelling,
    lives,
    money,
    need,
    outlook,
    reading,
    release,
    renewals,
    rhythm,
    season,
    triangle,
    value,
)
from customer_analytics.narrative.retention.summary import aside, summary
from customer_analytics.narrative.retention.view import View

__all__ = [
    "View", "activity", "aside", "cliffs", "closing", "contracts", "curve", "definitions", "groups", "habits",
    "levelling", "lives", "money", "need", "outlook", "reading", "release", "renewals", "rhythm", "season", "summary",
    "triangle", "value",
]  # fmt: skip
