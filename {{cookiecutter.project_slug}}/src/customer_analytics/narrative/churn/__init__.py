"""What the churn report says, in words: one module a part of the report."""

from customer_analytics.narrative.churn import (
    calibration,
    closing,
    competing,
    conditional,
    definition,
    drift,
    features,
    frame,
    gains,
    hazards,
    importance,
    last_path,
    leakage,
    model_card,
    other_targets,
    performance,
    pilot,
    profit,
    promise,
    reasons,
    saving,
    scores,
    subgroups,
    survival,
    tiers,
    value_at_risk,
)
from customer_analytics.narrative.churn.summary import aside, summary
from customer_analytics.narrative.churn.view import View

__all__ = [
    "View", "aside", "calibration", "closing", "competing", "conditional", "definition", "drift", "features",
    "frame", "gains", "hazards", "importance", "last_path", "leakage", "model_card", "other_targets",
    "performance", "pilot", "profit", "promise", "reasons", "saving", "scores", "subgroups", "summary", "survival",
    "tiers", "value_at_risk",
]  # fmt: skip
