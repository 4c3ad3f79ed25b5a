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
FEW = 5  # people up to whom a pattern is drawn person by person: a draw of a count costs as much as some of these
AT_ONCE = 4_000_000  # people drawn at a time
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
    point, resampled = _extra(counts[None, :] @ values), _extra(resampled_sums(counts, values, resamples, generator))
    prices = np.maximum(worth.mean + worth.error * generator.standard_normal(resamples), 0.0)
    money = point[1][0] * worth.mean
    return Prize(
        float(point[0][0]), _interval(resampled[0]), float(point[1][0]), _interval(resampled[1]),
        money, _interval(resampled[1] * prices),
        money * worth.margin, _interval(resampled[1] * prices * worth.margin),
    )  # fmt: skip


def resampled_sums(
    counts: npt.NDArray[np.int64], values: Floats, resamples: int, generator: np.random.Generator
) -> Floats:
    """Sums of `values` (patterns x columns) over as many people as there are, drawn again: resamples x columns.

    Exactly a multinomial draw of the patterns. What is frequent is drawn as counts; the many patterns of one to FEW
    people together are one category, of which so many people are then drawn one by one: several times cheaper.
    """
    total, is_rare = int(counts.sum()), counts <= FEW
    rare = np.repeat(np.flatnonzero(is_rare), counts[is_rare])  # a pattern a person
    chances = np.append(counts[~is_rare], len(rare)) / total
    drawn = generator.multinomial(total, chances, size=resamples)
    sums: Floats = drawn[:, :-1].astype(np.float64) @ values[~is_rare]
    if not len(rare):
        return sums
    places = np.cumsum(is_rare) - 1  # of the rare patterns among themselves
    of_person, rare_values, many = places[rare], values[is_rare], int(is_rare.sum())
    block = max(1, AT_ONCE // max(len(rare), many))
    for begin in range(0, resamples, block):
        people = drawn[begin : begin + block, -1]
        rows = np.repeat(np.arange(len(people)) * many, people)
        chosen = of_person[generator.integers(0, len(rare), size=int(people.sum()), dtype=np.int32)]
        tally = np.bincount(rows + chosen, minlength=len(people) * many).reshape(len(people), many)
        sums[begin : begin + block] += tally.astype(np.float64) @ rare_values
    return sums


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
