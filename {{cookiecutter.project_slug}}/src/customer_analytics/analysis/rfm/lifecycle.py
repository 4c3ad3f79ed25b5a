"""Purchase rhythm, the stages of a customer's life that follow from it, and the ladder of repeat purchases."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.statistics import Interval, wilson

ACTIVE_SHARE, LOST_SHARE = 0.75, 0.95  # of repeat purchases that came within so many days of the one before
MATURE_AT_LEAST = 3  # purchase days before a customer can count as mature
FOUR_STAGES = ("new", "active", "returned", "sleeping", "lost")
FIVE_STAGES = ("activation", "growth", "maturity", "warning", "lost")


@dataclass(frozen=True)
class Rhythm:
    """Gaps between consecutive purchase days of the same customer.

    `active_days`: 75 % of repeat purchases came within so many days; `lost_days`: 95 %; `median_days`: half.
    `mature_from`: purchase days from which a customer counts as mature: the median of repeat customers, at least 3.
    """

    gaps: int
    median_days: int
    active_days: int
    lost_days: int
    mature_from: int = MATURE_AT_LEAST
    active_share: float = ACTIVE_SHARE
    lost_share: float = LOST_SHARE


@dataclass(frozen=True)
class Step:
    """One step of the repeat ladder: of `base` customers with `purchase - 1` purchases, `taken` made the next in time.

    `median_days`: median days from the purchase before among all who made it, None without any.
    """

    purchase: int
    base: int
    taken: int
    interval: Interval
    median_days: int | None

    @property
    def rate(self) -> float:
        """Share who took the step; NaN without a base."""
        return self.taken / self.base if self.base else float("nan")


def rhythm(gaps: pd.DataFrame, minimum: int) -> Rhythm | None:
    """Rhythm from a table of step, gap, n; None with fewer than `minimum` gaps."""
    total = int(gaps["n"].sum())
    if total < minimum:
        return None
    pooled = gaps.groupby("gap")["n"].sum()
    median, active, lost = (weighted_quantile(pooled, share) for share in (0.5, ACTIVE_SHARE, LOST_SHARE))
    return Rhythm(total, median, active, max(lost, active + 1))


def weighted_quantile(counts: pd.Series, share: float) -> int:
    """Smallest value (the index, ascending) that at least `share` of the counted things do not exceed."""
    cumulated = counts.sort_index().cumsum()
    return int(cumulated.index[np.searchsorted(cumulated.to_numpy(), share * cumulated.iloc[-1] - 1e-9)])


def mature_from(lifetime: npt.NDArray[np.float64]) -> int:
    """Purchase days from which a customer counts as mature: the median of repeat customers, at least 3."""
    repeaters = lifetime[lifetime >= 2]
    return max(MATURE_AT_LEAST, int(np.ceil(np.median(repeaters)))) if len(repeaters) else MATURE_AT_LEAST


def four_stages(customers: pd.DataFrame, pace: Rhythm) -> npt.NDArray[np.str_]:
    """new, active, returned, sleeping or lost for each customer.

    Columns needed: recency_days, first_days (days from the first purchase to the reference day) and longest_gap (the
    longest silence that ended within the last active_days; NaN without one). New goes first, then returned.
    """
    recency = customers["recency_days"].to_numpy()
    is_active = recency <= pace.active_days
    is_new = customers["first_days"].to_numpy() <= pace.active_days
    is_back = is_active & (customers["longest_gap"].fillna(0).to_numpy() > pace.lost_days)
    return np.select(
        [is_new, is_back, is_active, recency <= pace.lost_days],
        ["new", "returned", "active", "sleeping"],
        default="lost",
    )


def five_stages(customers: pd.DataFrame, pace: Rhythm) -> npt.NDArray[np.str_]:
    """activation, growth, maturity, warning or lost for each customer, from recency_days and lifetime."""
    recency = customers["recency_days"].to_numpy()
    lifetime = customers["lifetime"].to_numpy()
    is_active = recency <= pace.active_days
    return np.select(
        [
            is_active & (lifetime <= 1),
            is_active & (lifetime < pace.mature_from),
            is_active,
            recency <= pace.lost_days,
        ],
        ["activation", "growth", "maturity", "warning"],
        default="lost",
    )


def stage_table(stages: npt.NDArray[np.str_], names: tuple[str, ...], monetary: pd.Series) -> pd.DataFrame:
    """stage, customers, share_customers, revenue, share_revenue, in the stated order."""
    grouped = pd.DataFrame({"stage": stages, "revenue": monetary.to_numpy()}).groupby("stage")["revenue"]
    table = grouped.agg(["size", "sum"]).reindex(names, fill_value=0).reset_index()
    table.columns = pd.Index(["stage", "customers", "revenue"])
    table["revenue"] = table["revenue"].round(4)
    table["share_customers"] = table["customers"] / max(int(table["customers"].sum()), 1)
    total = float(table["revenue"].sum())
    table["share_revenue"] = table["revenue"] / total if total > 0 else np.nan
    return table


def ladder(counts: pd.DataFrame, gaps: pd.DataFrame) -> tuple[Step, ...]:
    """Steps from the second purchase on, as far as anybody stood on them long enough to be judged."""
    steps = []
    for step, base, taken in counts[["step", "base", "taken"]].to_numpy().tolist():
        own = gaps[gaps["step"] == step]
        if base:
            median = weighted_quantile(own.set_index("gap")["n"], 0.5) if len(own) else None
            steps.append(Step(step + 1, base, taken, wilson(taken, base), median))
    return tuple(steps)
