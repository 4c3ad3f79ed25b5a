"""What the retention report says, in words: one module a part of the report."""

from customer_analytics.narrative.retention import (
    cliffs,
    contracts,
    definitions,
    groups,
    habits,
    levelling,
    need,
    outlook,
    reading,
    release,
    rhythm,
    season,
    triangle,
    value,
)
from customer_analytics.narrative.retention.summary import aside, summary
from customer_analytics.narrative.retention.view import View

__all__ = [
    "View", "aside", "cliffs", "contracts", "definitions", "groups", "habits", "levelling", "need", "outlook",
    "reading", "release", "rhythm", "season", "summary", "triangle", "value",
]  # fmt: skip
