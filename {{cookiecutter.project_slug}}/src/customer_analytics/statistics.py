"""The few statistics that every report shares, on numbers that have left the engine."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt


class Interval(NamedTuple):
    """A 95 % interval; NaN on both sides when not estimable."""

    low: float
    high: float


Z95 = 1.959963984540054


def wilson(successes: float, trials: float, z: float = Z95) -> Interval:
    """Wilson score interval of a proportion (Wilson 1927).

    No trials: not estimable. No successes keep a positive upper bound: 0 of 20 gives 0 to 16.1 %.
    """
    if trials <= 0:
        return Interval(math.nan, math.nan)
    share = successes / trials
    spread = 1 + z * z / trials
    centre = (share + z * z / (2 * trials)) / spread
    half = z / spread * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    low = 0.0 if successes == 0 else centre - half
    high = 1.0 if successes == trials else centre + half
    return Interval(low, high)


def newcombe(successes_1: float, trials_1: float, successes_0: float, trials_0: float) -> Interval:
    """Interval of a difference of two independent proportions, first minus second (Newcombe 1998, method 10)."""
    if trials_1 <= 0 or trials_0 <= 0:
        return Interval(math.nan, math.nan)
    share_1, share_0 = successes_1 / trials_1, successes_0 / trials_0
    first, second = wilson(successes_1, trials_1), wilson(successes_0, trials_0)
    difference = share_1 - share_0
    low = difference - math.hypot(share_1 - first.low, second.high - share_0)
    high = difference + math.hypot(first.high - share_1, share_0 - second.low)
    return Interval(low, high)


def benjamini_hochberg(p: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """q-values of a family of p-values, the share of false ones among those called (Benjamini, Hochberg 1995)."""
    order = np.argsort(p, kind="stable")
    ranked = p[order] * len(p) / np.arange(1, len(p) + 1)
    q = np.empty(len(p))
    q[order] = np.minimum(np.minimum.accumulate(ranked[::-1])[::-1], 1.0)
    return q


def holm(p: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Holm's adjusted p-values for a few pre-stated comparisons (Holm 1979)."""
    order = np.argsort(p, kind="stable")
    adjusted = np.minimum(1.0, np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)))
    result = np.empty(len(p))
    result[order] = adjusted
    return result
