"""How many units and weeks an A/B test of a fix needs."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import NamedTuple

Z_LEVEL, Z_POWER = 1.959963984540054, 0.8416212335729143  # two-sided 5 %, power 80 %
DETECT = 0.5  # share of the gap that a test must be able to see: a fix seldom closes the whole of it


class TestSize(NamedTuple):
    """Units in each arm, weeks at the present traffic, the rate now and the rate that would be seen."""

    per_arm: int
    weeks: float
    baseline: float
    target: float


def units_per_arm(baseline: float, target: float) -> int:
    """Units in each of two equal arms to see `target` against `baseline`: 5 % two-sided, power 80 %."""
    return math.ceil(first_arm_units(baseline, target))


def first_arm_units(
    baseline: float, target: float, ratio: float = 1.0, z_level: float = Z_LEVEL, z_power: float = Z_POWER
) -> float:
    """Units of the arm with `baseline` that, with `ratio` times as many of the other, let `target` be seen.

    Fleiss, Levin, Paik 2003, formula 4.14 and its form for unequal arms, without the correction for continuity.
    """
    middle = (baseline + ratio * target) / (ratio + 1)
    noise = z_level * math.sqrt((ratio + 1) * middle * (1 - middle))
    noise += z_power * math.sqrt(ratio * baseline * (1 - baseline) + target * (1 - target))
    return (noise / (target - baseline)) ** 2 / ratio


def z_of_level(level: float) -> float:
    """Quantile of a two-sided level."""
    return NormalDist().inv_cdf(1 - level / 2)


def z_of_power(power: float) -> float:
    """Quantile of a chance to see an effect."""
    return NormalDist().inv_cdf(power)


def test_size(rate: float, reference: float, units_a_week: float, inflation: float = 1.0) -> TestSize | None:
    """The test of a fix that would close DETECT of the gap to the reference; None where there is no gap or traffic.

    `inflation`: how much more units vary than units of different people would; so many times more are needed.
    """
    target = rate + DETECT * (reference - rate)
    if not 0 <= rate < target <= 1 or not units_a_week > 0:
        return None
    per_arm = math.ceil(units_per_arm(rate, target) * inflation)
    return TestSize(per_arm, 2 * per_arm / units_a_week, rate, target)
