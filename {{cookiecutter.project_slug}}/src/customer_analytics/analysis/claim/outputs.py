"""What the audit of a claim leaves in files."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from customer_analytics.analysis.claim.result import Claim

Metrics = dict[str, float | int | None]
STEPS = ("before_after", "mix", "regression", "season", "left")


def metrics(found: Claim | None) -> Metrics:
    """claim.<step>: each step of the audit relative to before; claim.left_low and claim.left_high."""
    if found is None or found.reason:
        return {}
    made: Metrics = {}
    for step in STEPS:
        row = found.part(step)
        made[f"claim.{step}"] = None if row is None else _known(row["relative"])
    left = found.part("left")
    if left is not None:
        made |= {"claim.left_low": _known(left["relative_low"]), "claim.left_high": _known(left["relative_high"])}
    return made


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def tables(found: Claim | None) -> dict[str, pd.DataFrame]:
    """claim.csv: the steps from the claim to what is left, in units of the metric and relative to before."""
    if found is None or found.reason:
        return {}
    return {"claim": found.parts.assign(metric=found.metric, whom=found.whom, campaign=found.campaign)}
