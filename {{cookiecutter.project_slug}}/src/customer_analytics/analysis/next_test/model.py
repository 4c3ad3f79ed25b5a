"""Which campaign the next test repeats, and what is known of the outcome without a contact."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from customer_analytics.analysis.campaigns.campaign import Campaigns
from customer_analytics.analysis.experiment.result import Experiments
from customer_analytics.analysis.money.decision import MOVED
from customer_analytics.analysis.money.result import Money
from customer_analytics.analysis.next_test.sizes import Base, unknown

LEAST = 30  # in the control group, below which its mean says little (D0.2)


@dataclass(frozen=True)
class Model:
    """campaign (the client's code), arm, how it was chosen; its control group's outcome with its size; share of the
    variance that CUPED takes away, relative lift measured, value for one contacted and fixed cost (NaN: not known)."""

    campaign: str = ""
    arm: str = ""
    chosen: str = ""
    base: Base = field(default_factory=unknown)
    base_n: int = 0
    window_days: float = math.nan
    saved: float = math.nan
    measured: float = math.nan
    value: float = math.nan
    fixed: float = math.nan


def model(campaigns: Campaigns | None, experiments: Experiments | None, money: Money | None, named: str) -> Model:
    """The campaign that is named; else the most promising sound one; else the latest that was compared."""
    if campaigns is None or experiments is None or not len(campaigns.list):
        return Model()
    arms = money.arms if money is not None else pd.DataFrame()
    if named:
        return _of(campaigns, experiments, arms, named, _best_arm(arms, named), "named")
    sound = arms[[experiments.sound(str(name)) for name in arms["campaign"]]] if len(arms) else arms
    sound = sound[(sound["decision"] != "stop") & (sound["reason"] != MOVED)] if len(sound) else sound
    if len(sound):
        best = _best(sound)
        return _of(campaigns, experiments, arms, str(best["campaign"]), str(best["arm"]), "promising")
    compared = [str(row["campaign"]) for row in campaigns.compared()]
    if not compared:
        return Model()
    return _of(campaigns, experiments, arms, compared[-1], _best_arm(arms, compared[-1]), "latest")


def _best(arms: pd.DataFrame) -> pd.Series:
    """The arm with the most value for one contacted: after shrinkage, else as measured, else by the main outcome."""
    by = next((name for name in ("shrunken", "value_per_contact") if arms[name].notna().any()), "")
    worth = arms[by] if by else arms["extra"] / arms["n"]
    order = pd.DataFrame({"worth": -worth.fillna(-np.inf), "campaign": arms["campaign"], "arm": arms["arm"]})
    row: pd.Series = arms.loc[order.sort_values(["worth", "campaign", "arm"], kind="stable").index[0]]
    return row


def _best_arm(arms: pd.DataFrame, campaign: str) -> str:
    own = arms[arms["campaign"] == campaign] if len(arms) else arms
    return str(_best(own)["arm"]) if len(own) else ""


def _of(
    campaigns: Campaigns, experiments: Experiments, arms: pd.DataFrame, campaign: str, arm: str, chosen: str
) -> Model:
    row = campaigns.list[campaigns.list["campaign"] == campaign].iloc[0]
    outcome = campaigns.outcome(campaigns.main)
    if outcome is None:
        return Model()
    n, sums, products = campaigns.totals(int(row["code"]), 0, (outcome.column,))
    base = Base(math.nan, math.nan, outcome.kind == "binary")
    if n >= LEAST and np.isfinite(sums).all():
        mean = float(sums[0]) / n
        spread = max(float(products[0, 0]) - n * mean * mean, 0.0) / (n - 1)
        base = Base(mean, math.sqrt(spread), outcome.kind == "binary")
    effect = experiments.effect(campaign, arm, campaigns.main)
    saved = measured = math.nan
    if effect is not None:
        saved, measured = float(effect["variance_saved"]), float(effect["relative"])
    own = arms[(arms["campaign"] == campaign) & (arms["arm"] == arm)] if len(arms) else arms
    value = math.nan
    if len(own):
        one = own.iloc[0]
        value = float(one["shrunken"] if not math.isnan(one["shrunken"]) else one["value_per_contact"])
    days = float(row["window_days"]) if pd.notna(row["window_days"]) else math.nan
    return Model(
        campaign, arm, chosen, base, n if base.mean == base.mean else 0, days, saved, measured, value,
        float(row["cost_fixed"]),
    )  # fmt: skip
