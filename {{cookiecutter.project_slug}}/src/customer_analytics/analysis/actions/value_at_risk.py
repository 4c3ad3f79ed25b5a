"""Value at risk: probability of leaving times the value of staying, added up, with how far it may be off.

The probability comes from scoring, the value says what staying is worth to us and holds no probability of leaving
within the horizon: nothing is counted twice. The interval holds three errors: how far the money lost at the tested
cut-offs lay from the money expected (persons drawn again, and the spread between cut-offs), the lines of the value,
and nothing else; the chance of the single customers is in the first.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from customer_analytics.analysis.actions.curve import Cases
from customer_analytics.statistics import Z95, Interval

Floats = npt.NDArray[np.float64]


class Held(NamedTuple):
    """How the expected loss held up in the tests: lost / expected over all of them, its relative standard error for one
    more cut-off, and lost / expected of each cut-off."""

    ratio: float
    error: float
    by_cut: tuple[float, ...]


class AtRisk(NamedTuple):
    """Money expected to be lost, with its interval."""

    expected: float
    interval: Interval


def held_up(tested: Cases, seed: int, resamples: int = 300) -> Held:
    """Money lost over money expected to be lost at the tested cut-offs."""
    cuts = int(tested.cut.max()) + 1
    place = tested.cut * (int(tested.block.max()) + 1) + tested.block
    blocks = int(tested.block.max()) + 1
    lost, expected = (
        np.bincount(place, weights=one * tested.value, minlength=cuts * blocks).reshape(cuts, blocks)
        for one in (tested.left, tested.probability)
    )
    if not expected.sum() > 0:
        return Held(math.nan, math.nan, ())
    by_cut = lost.sum(axis=1) / np.where(expected.sum(axis=1) > 0, expected.sum(axis=1), np.nan)
    generator = np.random.default_rng([seed, 67])
    drawn = generator.multinomial(blocks, np.full(blocks, 1 / blocks), size=resamples).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratios = (drawn @ lost.T) / (drawn @ expected.T)  # (resamples, cuts)
    within = float(np.nanmean(np.nanvar(ratios, axis=0)))
    between = float(np.nanvar(by_cut, ddof=1)) if cuts > 1 else 0.0
    ratio = float(lost.sum() / expected.sum())
    return Held(ratio, math.sqrt(max(between, within)) / ratio if ratio > 0 else math.nan, tuple(by_cut.tolist()))


def at_risk(probability: Floats, value: Floats, held: Held | None, value_error: float) -> AtRisk:
    """Sum of probability times value with its 95 % interval (log-normal); no interval where nothing was tested."""
    expected = float(probability @ value)
    if held is None or math.isnan(held.error):
        return AtRisk(expected, Interval(math.nan, math.nan))
    spread = Z95 * math.hypot(held.error, value_error)
    return AtRisk(expected, Interval(expected * math.exp(-spread), expected * math.exp(spread)))
