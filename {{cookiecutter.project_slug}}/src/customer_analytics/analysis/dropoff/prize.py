"""Size of the prize: what would be won if a group lost no more at a step than the rest does.

Extra conversions = units of the group at the step x (rate of the rest - rate of the group), never below 0, times the
share of the group that goes on from the step to the end. People, not units, are drawn again for the interval.
Prizes of different groups overlap (a visit has a device and a channel): they are never added up.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.statistics import Interval

Floats = npt.NDArray[np.float64]
RESAMPLES = 2_000
PATTERN = ["n", "reached", "final", "rest_n", "rest_reached"]  # one person's units: in the group, and in the rest


class Worth(NamedTuple):
    """Net money of a conversion with the standard error of its mean, and the margin in it; NaN where not known."""

    mean: float
    error: float
    margin: float


UNKNOWN = Worth(math.nan, math.nan, math.nan)


class Prize(NamedTuple):
    """What the rest's rate would bring the group. `at_step`: more units past the step; `extra`: more conversions.

    Money: net revenue and, where a margin is known, margin of the extra conversions; NaN where not.
    """

    at_step: float
    at_step_interval: Interval
    extra: float
    extra_interval: Interval
    money: float
    money_interval: Interval
    margin: float
    margin_interval: Interval


def prize(people: pd.DataFrame, worth: Worth = UNKNOWN, *, seed: int = 0, resamples: int = RESAMPLES) -> Prize:
    """Size of the prize of one group at one step, with percentile-bootstrap intervals over people.

    Args:
        people: PATTERN and `people`: how many people have each pattern of counts. A bootstrap of the people is a
            multinomial draw of the patterns, so that it costs the same for a thousand and for ten million.
        worth: of a conversion.
        seed: of the resamples.
        resamples: how many.
    """
    values = people[PATTERN].to_numpy(np.float64)
    counts = people["people"].to_numpy(np.int64)
    generator = np.random.default_rng([seed, 41])
    total = int(counts.sum())
    drawn = generator.multinomial(total, counts / total, size=resamples).astype(np.float64)
    point, resampled = _extra(counts[None, :] @ values), _extra(drawn @ values)
    prices = np.maximum(worth.mean + worth.error * generator.standard_normal(resamples), 0.0)
    money = point[1][0] * worth.mean
    return Prize(
        float(point[0][0]), _interval(resampled[0]), float(point[1][0]), _interval(resampled[1]),
        money, _interval(resampled[1] * prices),
        money * worth.margin, _interval(resampled[1] * prices * worth.margin),
    )  # fmt: skip


def _extra(sums: Floats) -> tuple[Floats, Floats]:
    """(more past the step, more conversions) for each row of summed patterns."""
    n, reached, final, rest_n, rest_reached = sums.T
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = np.maximum(rest_reached / rest_n - reached / n, 0.0)
        onward = np.where(reached > 0, final / reached, 0.0)
    at_step = np.where((n > 0) & (rest_n > 0), n * gap, 0.0)
    return at_step, at_step * onward


def _interval(values: Floats) -> Interval:
    if np.isnan(values).any():
        return Interval(math.nan, math.nan)
    low, high = np.quantile(values, (0.025, 0.975))
    return Interval(float(low), float(high))


def adjusted_extra(counts: tuple[int, int], final: int, odds_ratio: float) -> float:
    """Extra conversions if the group's odds rose by 1 / odds ratio: the prize with the other properties held fixed."""
    n, reached = counts
    if not n or not reached or not odds_ratio > 0:
        return math.nan
    if reached == n:
        return 0.0
    odds = reached / (n - reached) / odds_ratio
    return max(n * odds / (1 + odds) - reached, 0.0) * final / reached
