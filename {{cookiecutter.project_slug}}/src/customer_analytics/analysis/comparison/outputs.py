"""What the comparisons without a control group leave in files."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from customer_analytics.analysis.comparison.result import CAMPAIGNS, READINGS

if TYPE_CHECKING:
    from customer_analytics.analysis.comparison.result import Comparison

Metrics = dict[str, float | int | None]
COUNTS = ("unknown", "pool", "kept")


def metrics(found: Comparison | None) -> Metrics:
    """By campaign without a control group: matched effects with their intervals, the plain difference, the placebo."""
    if found is None:
        return {}
    made: Metrics = {}
    for _, row in found.readings.iterrows():
        name = f"{row['campaign']}.{row['outcome']}"
        if row["method"] == "matched":
            made |= {
                f"matched_effect.{name}": _known(row["effect"]), f"matched_low.{name}": _known(row["low"]),
                f"matched_high.{name}": _known(row["high"]),
            }  # fmt: skip
        if row["method"] == "not_contacted":
            made[f"plain_difference.{name}"] = _known(row["effect"])
    for _, row in found.campaigns.iterrows():
        made[f"placebo.{row['campaign']}"] = _known(row["placebo"])
    if len(found.responses):
        made["responders"] = found.responders
    return made


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def tables(found: Comparison | None, minimum_group: int) -> dict[str, pd.DataFrame]:
    """comparisons.csv (readings), compared_campaigns.csv, matched_balance.csv, sensitivity.csv, responses.csv.

    Campaigns with fewer than `minimum_group` contacted customers are named without numbers.
    """
    if found is None:
        return {}
    made: dict[str, pd.DataFrame] = {}
    small = set(found.campaigns.loc[found.campaigns["n"] < minimum_group, "campaign"])
    if len(found.campaigns):
        campaigns = found.campaigns.reindex(columns=list(CAMPAIGNS)).copy()
        hidden = campaigns["campaign"].isin(small)
        counts = [*COUNTS, "n"]
        campaigns[counts] = campaigns[counts].astype("Int64")
        campaigns.loc[hidden, counts] = pd.NA
        readings = found.readings[~found.readings["campaign"].isin(small)].reindex(columns=list(READINGS))
        made = {
            "comparisons": readings.reset_index(drop=True), "compared_campaigns": campaigns,
            "matched_balance": found.balance[~found.balance["campaign"].isin(small)].reset_index(drop=True),
            "sensitivity": found.sensitivity[~found.sensitivity["campaign"].isin(small)].reset_index(drop=True),
        }  # fmt: skip
    if len(found.responses):
        responses = found.responses.copy()
        few = responses["customers"] < minimum_group
        counts = ["events", "customers", "assigned"]
        responses[counts] = responses[counts].astype("Int64")
        responses.loc[few, counts] = pd.NA
        responses.loc[few, ["share", "low", "high"]] = math.nan
        made["responses"] = responses
    return made
