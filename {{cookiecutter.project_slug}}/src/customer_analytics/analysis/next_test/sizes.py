"""How large a test has to be, and what one of a given size can see, with several arms and a control group of any share.

Every contact arm is compared with the control group; the level of 5 % is divided by the number of contact arms, so
that the whole test raises a false alarm in one of twenty. D7.7; shares by dropoff.sizes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from customer_analytics.analysis.dropoff.sizes import first_arm_units, z_of_level, z_of_power

LEVEL = 0.05
STEPS = 60  # halvings of the interval in which the smallest difference lies


@dataclass(frozen=True)
class Shape:
    """Control group's share, number of contact arms (of equal size), wanted chance to see the effect."""

    holdout: float
    contacts: int
    power: float

    @property
    def ratio(self) -> float:
        """Units of a contact arm for one of the control group."""
        return (1 - self.holdout) / self.contacts / self.holdout

    @property
    def level(self) -> float:
        """Two-sided level of each comparison."""
        return LEVEL / self.contacts


@dataclass(frozen=True)
class Base:
    """What is known of the outcome without a contact: mean (of a binary one: the share) and standard deviation."""

    mean: float
    deviation: float
    binary: bool


def unknown() -> Base:
    """Nothing is known of the outcome."""
    return Base(math.nan, math.nan, True)


def units_needed(base: Base, difference: float, shape: Shape) -> float:
    """Units of the whole test that see a difference in either direction; infinite where no size does."""
    control = _control_needed(base, difference, shape)
    return math.ceil(control / shape.holdout) if math.isfinite(control) else math.inf


def _control_needed(base: Base, difference: float, shape: Shape) -> float:
    z_level, z_power = z_of_level(shape.level), z_of_power(shape.power)
    if difference == 0 or not math.isfinite(base.mean):
        return math.inf
    if not base.binary:
        if not base.deviation > 0:
            return math.inf
        return ((z_level + z_power) * base.deviation / difference) ** 2 * (1 + 1 / shape.ratio)
    target = base.mean + difference
    if not (0 < base.mean < 1 and 0 <= target <= 1):
        return math.inf
    return first_arm_units(base.mean, target, shape.ratio, z_level, z_power)


def smallest_difference(base: Base, units: float, shape: Shape) -> float:
    """Smallest rise that so many units see; NaN where they see none that is possible."""
    control = units * shape.holdout
    if not base.binary:
        if not (control > 0 and base.deviation > 0):
            return math.nan
        z = z_of_level(shape.level) + z_of_power(shape.power)
        return z * base.deviation * math.sqrt((1 + 1 / shape.ratio) / control)
    unseen, seen = 0.0, 1 - base.mean
    if not 0 < base.mean < 1 or _control_needed(base, seen, shape) > control:
        return math.nan
    for _ in range(STEPS):
        middle = (unseen + seen) / 2
        unseen, seen = (unseen, middle) if _control_needed(base, middle, shape) <= control else (middle, seen)
    return seen
