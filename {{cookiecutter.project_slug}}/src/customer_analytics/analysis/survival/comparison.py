"""Do some groups stay longer than others? Curves, the log-rank test stated before looking, and restricted means.

The columns to compare are fixed before any curve is drawn; their log-rank tests are corrected together (Holm). Beside
each test stand the restricted means up to the last day at which every group still has enough people under observation,
and each group's difference from all others together, corrected over the groups (Holm). The test is repeated within
quarters of arrival: a group that grew lately must not look bad, or good, for the season in which its people came.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from customer_analytics.analysis.survival.estimate import (
    Curve,
    Test,
    kaplan_meier,
    log_rank,
    mean_difference,
    restricted_mean,
    stratified_log_rank,
)
from customer_analytics.statistics import holm

MOST_GROUPS = 8  # largest groups that get a curve of their own
OTHERS = "\x00others"  # all smaller groups together; no client's value begins with a NUL
LEVEL = 0.01  # of a claim: each column is one of several, and each run one of many


@dataclass(frozen=True)
class Comparison:
    """One column's groups compared.

    `groups`: one row a group, worst first: group, people, gone, at_limit (share still here at the limit), low, high,
    mean (restricted mean in days), mean_low, mean_high, rest_at_limit, rest_mean (of all others together), difference
    (from them), difference_low, difference_high, p, p_adjusted (Holm over the groups). `curves` by group. `limit`: the
    common limit in days. `test`: log-rank; `within`: the same within quarters of arrival; `p_adjusted`: Holm over all
    columns tested.
    """

    column: str
    groups: pd.DataFrame
    curves: dict[str, Curve]
    limit: int
    test: Test
    within: Test
    p_adjusted: float = math.nan

    @property
    def differs(self) -> bool:
        """Whether it may be said that the groups differ: both tests agree at the level of a claim."""
        return self.p_adjusted < LEVEL and self.within.p < LEVEL

    @property
    def worst(self) -> dict[str, object] | None:
        """The group that clearly stays shortest, where the groups differ; None where none is clear."""
        if not self.differs:
            return None
        for row in self.groups.to_dict("records"):
            if row["group"] != OTHERS and row["difference"] < 0 and row["p_adjusted"] < LEVEL:
                return {str(key): value for key, value in row.items()}
        return None


def folded(counts: pd.DataFrame, minimum: int) -> pd.DataFrame:
    """Counts with the small groups (fewer than `minimum` people, or beyond the eight largest) as one."""
    size = (counts["ended"] + counts["censored"]).groupby(counts["group"]).sum()
    order = size.sort_index().sort_values(ascending=False, kind="stable")
    kept = list(order.index[order >= minimum][:MOST_GROUPS])
    small = [name for name in order.index if name not in kept]
    if small and order[small].sum() < minimum and len(kept) > 1:
        kept.pop()  # a few hidden people alone could be found by subtraction
    named = counts.assign(group=counts["group"].where(counts["group"].isin(kept), OTHERS))
    return named.groupby(["group", "quarter", "time"], as_index=False)[["ended", "censored"]].sum()


def compare(column: str, counts: pd.DataFrame, minimum: int) -> Comparison | None:
    """Compare the groups of counts (group, quarter, time, ended, censored); None with fewer than two to compare."""
    counts = folded(counts, minimum)
    size = (counts["ended"] + counts["censored"]).groupby(counts["group"]).sum()
    counts = counts[counts["group"].isin(size.index[size >= minimum])]
    tables = {str(name): table for name, table in counts.groupby("group", sort=True)}
    if len(tables) < 2 or not counts["ended"].sum():
        return None
    curves = {name: kaplan_meier(table) for name, table in tables.items()}
    limit = common_limit(list(curves.values()), minimum)
    if limit < 1:
        return None
    rows = [_row(name, counts, curves[name], limit) for name in tables]
    groups = pd.DataFrame(rows)
    groups["p_adjusted"] = adjusted(groups["p"].to_numpy(float))
    groups = groups.sort_values(["mean", "group"], ignore_index=True)
    quarters = [[part[part["group"] == name] for name in tables] for _, part in counts.groupby("quarter", sort=True)]
    return Comparison(column, groups, curves, limit, log_rank(list(tables.values())), stratified_log_rank(quarters))


def together(comparisons: list[Comparison]) -> tuple[Comparison, ...]:
    """The comparisons with their log-rank tests corrected over all columns (Holm)."""
    if not comparisons:
        return ()
    corrected = adjusted(np.array([each.test.p for each in comparisons]))
    return tuple(
        Comparison(each.column, each.groups, each.curves, each.limit, each.test, each.within, float(p))
        for each, p in zip(comparisons, corrected, strict=True)
    )


def adjusted(p: np.ndarray) -> np.ndarray:
    """Holm over the p-values that are estimable; NaN stays NaN."""
    result = np.full(len(p), np.nan)
    known = ~np.isnan(p)
    if known.any():
        result[known] = holm(p[known])
    return result


def common_limit(curves: list[Curve], minimum: int) -> int:
    """The last day at which every group has enough people under observation (a third of `minimum`, at least 10): the
    common limit of the restricted means."""
    least = max(minimum // 3, 10)
    days = []
    for curve in curves:
        enough = curve.time[curve.at_risk >= least]
        days.append(int(enough[-1]) if len(enough) else 0)
    return min(days)


def _row(name: str, counts: pd.DataFrame, curve: Curve, limit: int) -> dict[str, object]:
    own = counts["group"] == name
    others = kaplan_meier(counts[~own])
    mean, rest = restricted_mean(curve, limit), restricted_mean(others, limit)
    difference, p = mean_difference(mean, rest)
    here = curve.interval_at(limit)
    return {
        "group": name,
        "people": int(counts.loc[own, ["ended", "censored"]].to_numpy().sum()),
        "gone": int(counts.loc[own, "ended"].sum()),
        "at_limit": curve.at(limit), "low": here.low, "high": here.high,
        "mean": mean.value, "mean_low": mean.interval.low, "mean_high": mean.interval.high,
        "rest_at_limit": others.at(limit), "rest_mean": rest.value, "difference": difference.value,
        "difference_low": difference.interval.low, "difference_high": difference.interval.high,
        "p": p,
    }  # fmt: skip
