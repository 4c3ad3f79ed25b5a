"""Scores from the distribution of values: customers with equal values always share a score.

NTILE and row numbers split equal customers by id; a rank over the whole table does not scale. Here each distinct
value gets one score from the number of customers below it, so that the same data give the same scores on any engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Method = Literal["rank", "fixed"]
FIXED_FREQUENCY = (1, 2, 3, 4, 6)  # lower bounds of 1, 2, 3, 4-5, 6 or more
CROWDED = 0.5  # one frequency held by more than this share: fixed cuts


@dataclass(frozen=True)
class ScoreClass:
    """Customers with one score: their lowest and highest value, in days, purchases or money."""

    score: int
    low: float
    high: float
    customers: int


@dataclass(frozen=True)
class Scale:
    """Scores of one measure, fitted on one population and applicable to another.

    `sign` is -1 where less is better (recency). `starts` and `scores` belong together: the value, times sign, at which
    a score begins, ascending.
    """

    method: Method
    bins: int
    sign: int
    starts: Floats
    scores: Integers
    classes: tuple[ScoreClass, ...]

    @property
    def effective_bins(self) -> int:
        """How many of the scores are in use: ties can leave some empty."""
        return len(self.classes)

    def bounds(self, one: ScoreClass) -> tuple[float | None, float | None]:
        """Lowest and highest value of a class; None at the outer ends, which are one customer's own figures."""
        lowest, highest = min(each.low for each in self.classes), max(each.high for each in self.classes)
        low = None if one.low == lowest and one.low != one.high else one.low
        high = None if one.high == highest and one.low != one.high else one.high
        return (one.low, one.high) if low is None and high is None else (low, high)

    def score(self, values: Floats) -> Integers:
        """Scores of values; beyond the fitted range the nearest class counts."""
        position = np.searchsorted(self.starts, self.sign * values, side="right") - 1
        return self.scores[np.clip(position, 0, len(self.scores) - 1)]


def rank_scale(values: Floats, bins: int, *, less_is_better: bool = False) -> Scale:
    """Score = 1 + floor(bins * (rank_min - 1) / n), rank_min = 1 + how many customers have a worse value."""
    sign = -1 if less_is_better else 1
    distinct, counts = np.unique(sign * np.asarray(values, dtype=np.float64), return_counts=True)
    worse = np.cumsum(counts) - counts
    scores = 1 + bins * worse // max(len(values), 1)
    return _scale("rank", bins, sign, distinct, counts, scores)


def fixed_scale(values: Floats, cuts: tuple[int, ...] = FIXED_FREQUENCY) -> Scale:
    """Scores 1..len(cuts) by the stated lower bounds."""
    distinct, counts = np.unique(np.asarray(values, dtype=np.float64), return_counts=True)
    scores = np.clip(np.searchsorted(cuts, distinct, side="right"), 1, len(cuts))
    fitted = _scale("fixed", len(cuts), 1, distinct, counts, scores)
    starts, numbers = np.array(cuts, dtype=np.float64), np.arange(1, len(cuts) + 1)
    return Scale("fixed", len(cuts), 1, starts, numbers, fitted.classes)


def _scale(method: Method, bins: int, sign: int, distinct: Floats, counts: Integers, scores: Integers) -> Scale:
    used, first = np.unique(scores, return_index=True)
    last = np.append(first[1:], len(distinct)) - 1
    sizes = np.add.reduceat(counts, first) if len(first) else counts
    classes = tuple(
        ScoreClass(int(score), float(min(sign * distinct[[a, b]])), float(max(sign * distinct[[a, b]])), int(size))
        for score, a, b, size in zip(used, first, last, sizes, strict=True)
    )
    return Scale(method, bins, sign, distinct[first], used.astype(np.int64), classes)


def is_crowded(frequency: Floats) -> bool:
    """Whether one frequency is shared by more than half of the customers."""
    if len(frequency) == 0:
        return False
    return bool(np.unique(frequency, return_counts=True)[1].max() > CROWDED * len(frequency))


@dataclass(frozen=True)
class Scheme:
    """The three scales together.

    Independent binning scores each measure over all customers. Nested binning scores frequency within each recency
    score, and money within each pair of recency and frequency scores; `within` holds those scales, `frequency` and
    `monetary` then serve pairs that the fitted customers did not have.
    """

    binning: Literal["independent", "nested"]
    recency: Scale
    frequency: Scale
    monetary: Scale
    frequency_within: Mapping[int, Scale] = field(default_factory=dict)
    monetary_within: Mapping[tuple[int, int], Scale] = field(default_factory=dict)

    def score(self, customers: pd.DataFrame) -> pd.DataFrame:
        """Columns r, f and m for customers with recency_days, frequency and monetary."""
        days, times, money = _measures(customers)
        r = self.recency.score(days)
        f, m = self.frequency.score(times), self.monetary.score(money)
        for own, scale in self.frequency_within.items():
            here = r == own
            f[here] = scale.score(times[here])
        for (own, other), scale in self.monetary_within.items():
            here = (r == own) & (f == other)
            m[here] = scale.score(money[here])
        return pd.DataFrame({"r": r, "f": f, "m": m}, index=customers.index)


def fit(customers: pd.DataFrame, bins: int, binning: Literal["independent", "nested"]) -> Scheme:
    """Scales of these customers (at least one). Frequency gets fixed cuts when one value holds over half of them."""
    days, times, money = _measures(customers)
    crowded = is_crowded(times)
    recency = rank_scale(days, bins, less_is_better=True)
    frequency = fixed_scale(times) if crowded else rank_scale(times, bins)
    monetary = rank_scale(money, bins)
    if binning == "independent":
        return Scheme(binning, recency, frequency, monetary)
    r, f = recency.score(days), frequency.score(times)
    frequency_within: dict[int, Scale] = {}
    if not crowded:
        for own in np.unique(r):
            here = r == own
            frequency_within[int(own)] = rank_scale(times[here], bins)
            f[here] = frequency_within[int(own)].score(times[here])
    pairs = {(int(a), int(b)) for a, b in zip(r, f, strict=True)}
    monetary_within = {(a, b): rank_scale(money[(r == a) & (f == b)], bins) for a, b in sorted(pairs)}
    return Scheme(binning, recency, frequency, monetary, frequency_within, monetary_within)


def _measures(customers: pd.DataFrame) -> tuple[Floats, Floats, Floats]:
    days, times, money = (
        customers[name].to_numpy(dtype=np.float64) for name in ("recency_days", "frequency", "monetary")
    )
    return days, times, money
