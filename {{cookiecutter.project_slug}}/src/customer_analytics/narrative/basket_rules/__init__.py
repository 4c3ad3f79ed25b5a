"""What the basket report says, in words: one module a part of the report."""

from customer_analytics.narrative.basket_rules import (
    closing,
    following,
    frame,
    next_items,
    pictures,
    reminders,
    sizes,
    top_items,
    uses,
)
from customer_analytics.narrative.basket_rules.summary import aside, summary
from customer_analytics.narrative.basket_rules.view import View

__all__ = [
    "View", "aside", "closing", "following", "frame", "next_items", "pictures", "reminders", "sizes", "summary", "top_items",
    "uses",
]  # fmt: skip
