"""What the personas report says, in words: one module a part of the report."""

from customer_analytics.narrative.personas import (
    briefs,
    cards,
    closing,
    combinations,
    compare,
    distinct,
    fairness,
    rules,
    structure,
    tagging,
    validity,
    voice,
    when,
)
from customer_analytics.narrative.personas.summary import aside, summary
from customer_analytics.narrative.personas.view import View

__all__ = [
    "View", "aside", "briefs", "cards", "closing", "combinations", "compare", "distinct", "fairness", "rules",
    "structure", "summary", "tagging", "validity", "voice", "when",
]  # fmt: skip
