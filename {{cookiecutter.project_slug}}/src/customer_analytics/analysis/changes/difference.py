"""Whether an estimate moved between two runs, from the two intervals alone.

Both runs are of the same client, so most customers are in both and the two estimates go up and down together. Their
intervals are treated as if they were independent, which makes the interval of the difference too wide rather than too
narrow: what is called moved has moved, and something that moved a little may not be called so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple

Z95 = 1.959963984540054
POWER = 0.8  # of the smallest difference that would have been seen
SURE = 0.05  # share of false ones among those called moved
RATIO_UNITS = ("times",)


class Estimate(NamedTuple):
    """A number with its 95 % interval, as findings.json has it. None: not estimable, or without an interval."""

    value: float | None
    low: float | None
    high: float | None
    unit: str = ""

    @property
    def is_testable(self) -> bool:
        """Whether there is a number with an interval around it that has a width."""
        if self.value is None or self.low is None or self.high is None:
            return False
        numbers = (self.value, self.low, self.high)
        return all(map(math.isfinite, numbers)) and self.low <= self.value <= self.high and self.low < self.high


class Difference(NamedTuple):
    """Now less before, in the unit of both; of ratios now over before.

    `low`, `high`: 95 % interval. `p`: of no difference. `detectable`: smallest difference that would have been found
    with a probability of 80 % (a ratio above 1, of ratios).
    """

    change: float
    low: float
    high: float
    p: float
    detectable: float


def difference(before: Estimate, now: Estimate) -> Difference | None:
    """The difference of two estimates by the recovery of variances from their intervals (Zou, Donner 2008).

    Of two shares with Wilson intervals it is the interval of Newcombe (1998, method 10). Ratios are compared on the
    scale of logarithms. None where either has no interval, or where a ratio is not positive.
    """
    if not before.is_testable or not now.is_testable or before.unit != now.unit:
        return None
    if now.unit in RATIO_UNITS:
        logs = [_logarithm(estimate) for estimate in (before, now)]
        if None in logs:
            return None
        found = _of_differences(*(each for each in logs if each is not None))
        return found._replace(
            change=math.exp(found.change),
            low=math.exp(found.low),
            high=math.exp(found.high),
            detectable=math.exp(found.detectable),
        )
    return _of_differences(before, now)


def _of_differences(before: Estimate, now: Estimate) -> Difference:
    v0, l0, u0 = _numbers(before)
    v1, l1, u1 = _numbers(now)
    change = v1 - v0
    below, above = math.hypot(v1 - l1, u0 - v0), math.hypot(u1 - v1, v0 - l0)
    towards_nothing = below if change > 0 else above
    wide = math.hypot((u1 - l1) / 2, (u0 - l0) / 2)
    p = 2 * NormalDist().cdf(-abs(change) * Z95 / towards_nothing) if towards_nothing > 0 else float(change == 0)
    detectable = wide / Z95 * (Z95 + NormalDist().inv_cdf(POWER))
    return Difference(change, change - below, change + above, min(1.0, p), detectable)


def _numbers(estimate: Estimate) -> tuple[float, float, float]:
    assert estimate.value is not None and estimate.low is not None and estimate.high is not None
    return estimate.value, estimate.low, estimate.high


def _logarithm(estimate: Estimate) -> Estimate | None:
    value, low, high = _numbers(estimate)
    return Estimate(math.log(value), math.log(low), math.log(high)) if low > 0 else None


def false_discovery(p: Sequence[float]) -> list[float]:
    """q-values of all comparisons of a run (Benjamini, Hochberg 1995), in the order of `p`."""
    order = sorted(range(len(p)), key=lambda place: p[place])
    q = [1.0] * len(p)
    least = 1.0
    for rank in range(len(p), 0, -1):
        place = order[rank - 1]
        least = min(least, p[place] * len(p) / rank)
        q[place] = least
    return q
