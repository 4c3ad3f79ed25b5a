"""The assignments of sound campaigns, one row each, as the learner takes them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import ibis
import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.campaigns.campaign import STATE, Campaigns, Outcome
from customer_analytics.analysis.experiment.result import Experiments
from customer_analytics.analysis.targeting.features import NUMBERS, PREFIX, Features, settle
from customer_analytics.analysis.uplift.hundredths import blocks_of
from customer_analytics.analysis.uplift.learner import Trial

Floats = npt.NDArray[np.float64]
MOST = 300_000  # assignments that are crossed into memory; beyond, blocks of persons are sampled
BLOCKS = 200  # of `Campaigns.units`
UNTOUCHED, OTHER = "untouched", "other"
WORTH = ("margin", "revenue")  # what policies are valued in, the first that is known


@dataclass(frozen=True)
class Assigned:
    """The rows and what they are made of. `rows.person_id` names who was drawn: a customer, or a cluster."""

    rows: pd.DataFrame
    trial: Trial
    features: Features
    block: npt.NDArray[np.int64]
    worth: str
    worth_of: Floats
    total: int

    def valued(self) -> Trial:
        """The same trial with what a customer was worth as the outcome."""
        return replace(self.trial, outcome=self.worth_of)


def pooled(
    campaigns: Campaigns, experiments: Experiments, moved: frozenset[str]
) -> tuple[list[int], str, tuple[str, ...]]:
    """Codes of the campaigns that may be pooled, what they compare with, and those left out as only moved.

    Contact against no contact where any campaign held customers out; else the largest comparison of two messages, by
    itself: what one wording does more than another says nothing of a third.
    """
    sound = [row for row in campaigns.compared() if experiments.sound(str(row["campaign"]))]
    out = tuple(str(row["campaign"]) for row in sound if str(row["campaign"]) in moved)
    sound = [row for row in sound if str(row["campaign"]) not in moved]
    held = [int(row["code"]) for row in sound if row["control_kind"] != "first"]
    if held:
        return held, UNTOUCHED, out
    others = sorted(sound, key=lambda row: (-int(row["units"]), int(row["code"])))
    return [int(row["code"]) for row in others[:1]], OTHER, out


def assigned(campaigns: Campaigns, codes: list[int], outcome: Outcome, before_days: int) -> Assigned | None:
    """The rows with a complete window and a known outcome; None where there are none, or all are in one arm."""
    units = campaigns.units
    kept = units.filter(units.over, units.code.isin(codes), units[outcome.column].notnull())
    total = int(kept.count().execute())
    if total > MOST:
        kept = kept.filter(kept.block < max(BLOCKS * MOST // total, 1))
    worth = next((one for name in WORTH if (one := campaigns.outcome(name)) is not None), outcome)
    wanted = [name for name in (*NUMBERS, *STATE) if name in kept.columns]
    own = [name for name in kept.columns if name.startswith(PREFIX)]
    drawn = kept.cluster if campaigns.unit != "customer" else kept.person_id
    selected = kept.select(
        "code", "arm", *dict.fromkeys(wanted), *own, person_id=drawn.cast("string"),
        customer=kept.person_id.cast("string"), y=kept[outcome.column].cast("float64"),
        worth=ibis.coalesce(kept[worth.column].cast("float64"), 0.0),
    )  # fmt: skip
    rows: pd.DataFrame = selected.to_pandas().sort_values(["code", "customer"], ignore_index=True)
    rows = rows[rows["person_id"].notna()].reset_index(drop=True)
    treated: Floats = np.asarray(rows["arm"] > 0, dtype=np.float64)
    campaign = pd.factorize(rows["code"], sort=True)[0].astype(np.int64)
    both = np.bincount(campaign, weights=treated) / np.maximum(np.bincount(campaign), 1)
    inside = ((both > 0) & (both < 1))[campaign] if len(rows) else np.zeros(0, dtype=bool)
    if not inside.any():
        return None
    rows, treated = rows[inside].reset_index(drop=True), treated[inside]
    campaign = pd.factorize(rows["code"], sort=True)[0].astype(np.int64)
    chance = np.bincount(campaign, weights=treated) / np.bincount(campaign)
    features = settle(rows, before_days)
    person = pd.factorize(rows["person_id"], sort=True)[0].astype(np.int64)
    trial = Trial(
        features.matrix(rows), campaign, treated, chance[campaign], rows["y"].to_numpy(np.float64), person
    )  # fmt: skip
    return Assigned(
        rows, trial, features, blocks_of(rows["person_id"]), worth.name, rows["worth"].to_numpy(np.float64), total
    )  # fmt: skip
