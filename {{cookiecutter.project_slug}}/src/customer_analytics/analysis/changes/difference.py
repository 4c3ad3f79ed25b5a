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
RATIO_UNITS = ("times", "ratio")


class Estimate(NamedTuple):
    """A number with its 95 % interval, as findings.json has it. None: not estimable, or without an interval."""

    value: float | None
    low: float | None = None
    high: float | None = None
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

    `low`, `high`: 95 % interval. `p`: of no difference. `error`: standard error, of the logarithm for ratios.
    """

    change: float
    low: float
    high: float
    p: float
    error: float
    is_ratio: bool = False

    def detectable(self, level: float) -> float:
        """The smallest change that a test at this level finds in four of five cases; of ratios one above 1."""
        normal = NormalDist()
        seen = self.error * (normal.inv_cdf(1 - level / 2) + normal.inv_cdf(POWER))
        return _exp(seen) if self.is_ratio else seen


def difference(before: Estimate, now: Estimate) -> Difference | None:
    """The difference of two estimates by the recovery of variances from their intervals (Zou, Donner 2008).

    Of two shares with Wilson intervals it is the interval of Newcombe (1998, method 10). Ratios are compared on the
    scale of logarithms. None where either has no interval, or where a ratio is not positive.
    """
    if not before.is_testable or not now.is_testable or before.unit != now.unit:
        return None
    first, second = _numbers(before), _numbers(now)
    if now.unit not in RATIO_UNITS:
        return _of_differences(first, second)
    if first[1] <= 0 or second[1] <= 0:
        return None
    found = _of_differences(_logarithms(first), _logarithms(second))
    change, low, high = (_exp(each) for each in found[:3])
    return found._replace(change=change, low=low, high=high, is_ratio=True)


def _of_differences(before: tuple[float, float, float], now: tuple[float, float, float]) -> Difference:
    (v0, l0, u0), (v1, l1, u1) = before, now
    change = v1 - v0
    below, above = math.hypot(v1 - l1, u0 - v0), math.hypot(u1 - v1, v0 - l0)
    towards_nothing = below if change > 0 else above
    # An interval that ends at its own number says nothing of this direction.
    p = min(1.0, 2 * NormalDist().cdf(-abs(change) * Z95 / towards_nothing)) if towards_nothing > 0 else 1.0
    error = math.hypot((u1 - l1) / 2, (u0 - l0) / 2) / Z95
    return Difference(change, change - below, change + above, p, error)


def _numbers(estimate: Estimate) -> tuple[float, float, float]:
    if estimate.value is None or estimate.low is None or estimate.high is None:
        raise ValueError("an estimate without an interval has no difference")
    return estimate.value, estimate.low, estimate.high


def _logarithms(numbers: tuple[float, float, float]) -> tuple[float, float, float]:
    value, low, high = numbers
    return math.log(value), math.log(low), math.log(high)


def _exp(value: float) -> float:
    """Of a logarithm; what is beyond all numbers is infinite."""
    return math.exp(value) if value < 700 else math.inf


def false_discovery(p: Sequence[float]) -> list[float]:
    """q-values of all comparisons of a report (Benjamini, Hochberg 1995), in the order of `p`."""
    order = sorted(range(len(p)), key=lambda place: p[place])
    q = [1.0] * len(p)
    least = 1.0
    for rank in range(len(p), 0, -1):
        place = order[rank - 1]
        least = min(least, p[place] * len(p) / rank)
        q[place] = least
    return q
