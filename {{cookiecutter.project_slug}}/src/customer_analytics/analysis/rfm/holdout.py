"""Does the grouping predict? Segments as they stood at an earlier date against what each then spent."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.rfm.customers import Window
from customer_analytics.analysis.rfm.segments import SEGMENTS
from customer_analytics.statistics import Z95, Interval, wilson

HORIZONS = (365, 180, 90, 60, 30, 14)  # days looked ahead: the longest that is at most a third of the history
RESAMPLES, CHUNK = 1000, 50  # resamples, and how many are drawn at a time to bound the memory
LARGE = 5_000  # customers from which the bootstrap of a mean and the normal interval print the same
SEED = 20_11


@dataclass(frozen=True)
class Holdout:
    """Segments built before `future` began, and what their customers did in it.

    `table`: one row a segment with customers, mean, low, high (95 % bootstrap over customers), buyers, rate, rate_low,
    rate_high, share_customers, share_revenue, verdict ("above", "below" or "same" as the mean of all customers), lift
    (mean over the mean of all), chance_low and chance_high (95 % of the lifts of as many customers drawn at random) and
    skill (whether the lift lies outside).
    """

    before: Window
    future: Window
    customers: int
    mean: float
    table: pd.DataFrame

    @property
    def best(self) -> str | None:
        """The segment that spent most; None where fewer than two are large enough, or nobody spent anything."""
        known = self.table[self.table["mean"].notna()].sort_values("mean", kind="stable")
        return str(known["segment"].to_numpy()[-1]) if len(known) >= 2 and self.mean > 0 else None

    @property
    def without_skill(self) -> tuple[str, ...]:
        """Segments that are large enough and whose lift is one that as many random customers could have."""
        known = self.table[self.table["mean"].notna()]
        return tuple(known["segment"][~known["skill"].astype(bool)])

    @property
    def holds(self) -> bool:
        """Whether any segment's interval lies above the mean of all and another's below it."""
        verdicts = set(self.table["verdict"])
        return {"above", "below"} <= verdicts


def horizon(days: int) -> int | None:
    """How many days to hold out of a history of `days`; None when it is too short."""
    return next((candidate for candidate in HORIZONS if candidate * 3 <= days), None)


def held_out(
    codes: npt.NDArray[np.int64],
    money: npt.NDArray[np.float64],
    orders: npt.NDArray[np.float64],
    before: Window,
    future: Window,
    minimum: int,
) -> Holdout:
    """Future money and orders of each customer by segment code; no rate under `minimum` customers."""
    generator = np.random.default_rng(SEED)
    total, overall = float(money.sum()), float(money.mean())
    rows = []
    for code, segment in enumerate(SEGMENTS):
        here = codes == code
        n, spent, bought = int(here.sum()), money[here], int((orders[here] > 0).sum())
        enough = n >= minimum
        interval = bootstrap_mean(spent, generator) if enough else Interval(math.nan, math.nan)
        rate = wilson(bought, n) if enough else Interval(math.nan, math.nan)
        chance = chance_lifts(money, n, generator) if enough and overall > 0 else Interval(math.nan, math.nan)
        lift = float(spent.mean()) / overall if enough and overall > 0 else math.nan
        rows.append(
            {
                "segment": segment,
                "customers": n,
                "mean": float(spent.mean()) if enough else math.nan,
                "low": interval.low,
                "high": interval.high,
                "buyers": bought if enough else math.nan,
                "rate": bought / n if enough else math.nan,
                "rate_low": rate.low,
                "rate_high": rate.high,
                "share_customers": n / len(codes),
                "share_revenue": float(spent.sum()) / total if total > 0 and enough else math.nan,
                "verdict": _verdict(interval, overall),
                "lift": lift,
                "chance_low": chance.low,
                "chance_high": chance.high,
                "skill": lift < chance.low or lift > chance.high,
            }
        )
    return Holdout(before, future, len(codes), overall, pd.DataFrame(rows))


def bootstrap_mean(values: npt.NDArray[np.float64], generator: np.random.Generator) -> Interval:
    """95 % percentile bootstrap of a mean over customers; from 5,000 customers on the normal interval."""
    n = len(values)
    if n >= LARGE:
        half = Z95 * float(values.std(ddof=1)) / math.sqrt(n)
        return Interval(float(values.mean()) - half, float(values.mean()) + half)
    distinct, counts = np.unique(values, return_counts=True)
    draws = (generator.multinomial(n, counts / n, size=CHUNK) @ distinct / n for _ in range(RESAMPLES // CHUNK))
    means = np.concatenate(list(draws))
    low, high = np.quantile(means, (0.025, 0.975))
    return Interval(float(low), float(high))


def chance_lifts(money: npt.NDArray[np.float64], n: int, generator: np.random.Generator) -> Interval:
    """95 % of the lifts that `n` of the customers have when drawn at random: what permuted labels would give.

    Random draws without putting back; from LARGE customers in the segment on the normal interval of such a mean.
    """
    many, overall = len(money), float(money.mean())
    if n >= LARGE:
        rest = 1 - (n - 1) / max(many - 1, 1)
        half = Z95 * math.sqrt(max(rest, 0.0) / n) * float(money.std()) / overall
        return Interval(1 - half, 1 + half)
    means = np.array([money[generator.choice(many, n, replace=False, shuffle=False)].mean() for _ in range(RESAMPLES)])
    low, high = np.quantile(means / overall, (0.025, 0.975))
    return Interval(float(low), float(high))


def _verdict(interval: Interval, overall: float) -> str:
    if math.isnan(interval.low):
        return ""
    if interval.low > overall:
        return "above"
    return "below" if interval.high < overall else "same"
