"""The arms by themselves: means of every outcome, and their sizes within the strata of the draw."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd
from scipy import stats

from customer_analytics.analysis.experiment.moments import Arms, Moments
from customer_analytics.analysis.uplift.campaigns import ratio_test
from customer_analytics.statistics import Interval, wilson

if TYPE_CHECKING:
    from customer_analytics.analysis.campaigns import Campaigns, Outcome

Rows = list[dict[str, Any]]


def arm_rows(campaigns: Campaigns, arms: Arms, minimum_base: int) -> Rows:
    """Every outcome of every arm that can be compared: n, mean with its interval, standard deviation of a unit."""
    rows: Rows = []
    for row in campaigns.compared():
        for line in campaigns.arms_of(int(row["code"])).to_dict("records"):
            arm = arms.of(int(row["code"]), int(line["number"]))
            names = {"campaign": str(row["campaign"]), "arm": str(line["arm"])}
            rows += [names | _described(arm, outcome, minimum_base) for outcome in campaigns.outcomes]
    return rows


def _described(arm: Moments | None, outcome: Outcome, minimum_base: int) -> dict[str, Any]:
    nothing = {"mean": math.nan, "standard_deviation": math.nan, "low": math.nan, "high": math.nan}
    known = {"outcome": outcome.name, "n": 0 if arm is None else arm.n}
    if arm is None or arm.n < max(2, minimum_base) or not arm.knows(outcome.column):
        return known | nothing
    mean, deviation = arm.mean_of(outcome.column), math.sqrt(arm.variance_of(outcome.column))
    half = float(stats.t.ppf(0.975, arm.n - 1)) * deviation / math.sqrt(arm.n)
    interval = Interval(mean - half, mean + half)
    if outcome.kind == "binary":
        interval = wilson(round(mean * arm.n), arm.n)
    return known | {"mean": mean, "standard_deviation": deviation, "low": interval.low, "high": interval.high}


def strata_rows(campaigns: Campaigns) -> Rows:
    """Sizes of the arms within each stratum of the draw, and p of the sample ratio there; none without strata."""
    units = campaigns.units
    if "stratum" not in units.columns:
        return []
    counted: pd.DataFrame = (
        units.filter(units.stratum.notnull())
        .group_by("code", "stratum", "arm")
        .aggregate(n=lambda table: table.count())
        .to_pandas()
    )
    rows: Rows = []
    for row in campaigns.compared():
        listed, own = campaigns.arms_of(int(row["code"])), counted[counted["code"] == row["code"]]
        labels = {int(number): str(label) for number, label in zip(listed["number"], listed["arm"], strict=True)}
        planned = {label: float(row["planned"][label]) for label in labels.values()} if len(own) else {}
        for stratum, part in own.groupby("stratum", sort=True):
            found = dict(zip(part["arm"].astype(int), part["n"].astype(int), strict=True))
            sizes = {label: int(found.get(number, 0)) for number, label in sorted(labels.items())}
            p, total = ratio_test(sizes, planned), sum(sizes.values())
            rows += [
                {"campaign": str(row["campaign"]), "stratum": str(stratum), "arm": arm, "n": n, "share": n / total,
                 "p": p}
                for arm, n in sizes.items()
            ]  # fmt: skip
    return rows
