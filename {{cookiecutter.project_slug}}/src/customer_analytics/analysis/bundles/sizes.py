"""How many it takes to see what an offer does: a rise of the attach rate, or a rise beyond the break-even.

At full price the question is whether the share with B rises at all (units_per_arm of the funnel's tests). A discount
has to rise it by more than what it gives away: the test must tell the expected rise from the break-even, so the
smaller distance between these two decides (two proportions against a margin; Chow, Shao, Wang, Lokhnygina 2018,
Sample Size Calculations in Clinical Research, 4.2: z on the unpooled variance).
"""

from __future__ import annotations

import math

from customer_analytics.analysis.dropoff.sizes import Z_LEVEL, Z_POWER, units_per_arm

STEPS = 60  # halvings of the interval in which the smallest rise lies


def target_rate(attach: float, conversion: float) -> float:
    """Share with B once this share of the others takes it: attach + conversion · (1 − attach)."""
    return attach + conversion * (1 - attach)


def per_arm(attach: float, conversion: float, break_even: float = 0.0) -> int | None:
    """Units in each of two equal arms: 5 % two-sided, power 80 %; None where the conversion does not reach the
    break-even or the rates leave nothing to test.

    Args:
        attach: share of baskets with A that hold B without the offer.
        conversion: assumed share of the others who take it.
        break_even: the conversion that must be beaten; 0 at full price.
    """
    target = target_rate(attach, conversion)
    if not (0 <= attach < target <= 1) or not conversion > break_even:
        return None
    if break_even <= 0:
        return units_per_arm(attach, target)
    beyond = (conversion - break_even) * (1 - attach)
    variance = attach * (1 - attach) + target * (1 - target)
    return math.ceil(((Z_LEVEL + Z_POWER) / beyond) ** 2 * variance)


def smallest_conversion(attach: float, units: float, break_even: float = 0.0) -> float:
    """Smallest conversion that arms of this many units see (per_arm, the other way round); NaN: none can be seen."""
    largest = per_arm(attach, 1.0, break_even)
    if largest is None or units <= 0 or largest > units:
        return math.nan
    unseen, seen = break_even, 1.0
    for _ in range(STEPS):
        middle = (unseen + seen) / 2
        size = per_arm(attach, middle, break_even)
        unseen, seen = (unseen, middle) if size is not None and size <= units else (middle, seen)
    return seen


def inflation(baskets: list[float], attached: list[float]) -> float:
    """How much more the attach rate of whole clusters (a shop's week) varies than that of single baskets: the design
    effect of the ratio of sums (D7.4), never below 1; NaN with fewer than two clusters or nothing to vary.

    Args:
        baskets: baskets with A of each cluster.
        attached: of these, baskets with B.
    """
    clusters, n, x = len(baskets), math.fsum(baskets), math.fsum(attached)
    if clusters < 2 or n <= 0 or not 0 < x < n:
        return math.nan
    share = x / n
    spread = math.fsum((b - share * a) ** 2 for a, b in zip(baskets, attached, strict=True))
    variance = spread * clusters / (clusters - 1) / n**2
    return max(variance / (share * (1 - share) / n), 1.0)
