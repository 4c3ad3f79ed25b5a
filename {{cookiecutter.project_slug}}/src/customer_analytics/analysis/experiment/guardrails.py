"""What must not get worse: not "no difference was found", but "no harm larger than this fits the data"."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from customer_analytics.analysis.experiment.estimate import NAN
from customer_analytics.analysis.experiment.result import LEVEL

WORSE, HARMLESS, BETTER, UNCLEAR, ONLY_CONTACTED = "worse", "harmless", "better", "unclear", "only_contacted"
GUARDRAIL_COLUMNS = (
    "campaign", "arm", "control", "outcome", "better", "mean", "mean_control", "effect", "low", "high", "p_adjusted",
    "margin", "verdict",
)  # fmt: skip


def guardrail_row(effect: Mapping[str, Any], better: str, smallest_lift: float) -> dict[str, Any]:
    """One guardrail from its row of effects.

    The margin of what is harmless is the relative lift that the engagement calls worth its while, taken of the
    control's mean. Nobody can unsubscribe from a message that was not sent: without a rate of the control's only the
    rate of the contacted is told.
    """
    harm = 1.0 if better == "lower" else -1.0
    ends = sorted((harm * float(effect["low"]), harm * float(effect["high"])))
    mean = float(effect["mean_control"])
    margin = smallest_lift * mean if mean > 0 else NAN
    if effect["reason"] or math.isnan(ends[0]):
        verdict = UNCLEAR
    elif mean == 0 and better == "lower":
        verdict = ONLY_CONTACTED
    elif ends[0] > 0 and float(effect["p_adjusted"]) < LEVEL:
        verdict = WORSE
    elif ends[1] < 0 and float(effect["p_adjusted"]) < LEVEL:
        verdict = BETTER
    else:
        verdict = HARMLESS if ends[1] < margin else UNCLEAR
    names = ("campaign", "arm", "control", "outcome", "mean", "mean_control", "effect", "low", "high", "p_adjusted")
    row = {name: effect[name] for name in names} | {"better": better, "margin": margin, "verdict": verdict}
    return {name: row[name] for name in GUARDRAIL_COLUMNS}
