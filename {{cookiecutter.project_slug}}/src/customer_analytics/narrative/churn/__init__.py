"""What the churn report says, in words: one module a part of the report."""

from customer_analytics.narrative.churn import (
    closing,
    definition,
    drift,
    features,
    frame,
    importance,
    last_path,
    leakage,
    model_card,
    pilot,
    profit,
    promise,
    reasons,
    saving,
    scores,
    subgroups,
    tiers,
    value_at_risk,
)
from customer_analytics.narrative.churn.summary import aside, summary
from customer_analytics.narrative.churn.view import View

__all__ = [
    "View", "aside", "closing", "definition", "drift", "features", "frame", "importance", "last_path", "leakage",
    "model_card", "pilot", "profit", "promise", "reasons", "saving", "scores", "subgroups", "summary", "tiers",
    "value_at_risk",
]  # fmt: skip
