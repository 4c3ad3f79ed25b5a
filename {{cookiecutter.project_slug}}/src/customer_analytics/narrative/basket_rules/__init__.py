"""What the basket report says, in words: one module a part of the report."""

from customer_analytics.narrative.basket_rules import (
    anchors,
    attach,
    bundle_plan,
    bundle_tests,
    bundles,
    categories,
    closing,
    control,
    following,
    frame,
    money,
    next_items,
    pictures,
    reminders,
    replication,
    rule_table,
    seasons,
    sizes,
    substitutes,
    top_items,
    uses,
)
from customer_analytics.narrative.basket_rules.summary import aside, summary
from customer_analytics.narrative.basket_rules.view import View

__all__ = [
    "View", "anchors", "aside", "attach", "bundle_plan", "bundle_tests", "bundles", "categories", "closing",
    "control", "following", "frame", "money", "next_items", "pictures", "reminders", "replication", "rule_table",
    "seasons", "sizes", "substitutes", "summary", "top_items", "uses",
]  # fmt: skip
