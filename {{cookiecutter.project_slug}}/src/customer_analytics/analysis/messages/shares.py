"""Rates of pooled messages, and their differences, where one customer has several messages.

Counts come by block of customers (a hash of the customer, 0 to 199), so that the spread between blocks carries what
messages of one customer have in common: the design effect is that variance over the binomial one, at least 1, and the
Wilson interval takes the number of messages divided by it.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from customer_analytics.statistics import Z95, Interval, wilson

Floats = npt.NDArray[np.float64]
LEAST_EVENTS = 5  # events, and bases without one, on both sides of a comparison


def design_effect(events: Floats, bases: Floats) -> float:
    """Variance of events/bases over blocks, linearised, over the binomial one; at least 1.

    Args:
        events: by block.
        bases: by block, same length.
    """
    total, blocks = float(bases.sum()), int((bases > 0).sum())
    if total <= 0 or blocks < 2:
        return 1.0
    rate = float(events.sum()) / total
    binomial = rate * (1 - rate) / total
    if binomial <= 0:
        return 1.0
    between = float(((events - rate * bases) ** 2).sum()) / total**2 * blocks / (blocks - 1)
    return max(1.0, between / binomial)


def share_interval(events: float, base: float, effect: float = 1.0) -> Interval:
    """Wilson interval of events/base, with the base divided by the design effect."""
    return wilson(events / effect, base / effect)


def difference(events_1: Floats, bases_1: Floats, events_0: Floats, bases_0: Floats) -> tuple[float, Interval, float]:
    """Difference of two rates, first less second, with 95 % interval and two-sided p, from counts by block.

    Linearised: a block's part is (e1 - r1 b1)/B1 - (e0 - r0 b0)/B0, so that customers on both sides are allowed for;
    never narrower than for independent messages. NaN where a side has fewer than LEAST_EVENTS events or non-events.
    """
    base_1, base_0 = float(bases_1.sum()), float(bases_0.sum())
    nothing = math.nan, Interval(math.nan, math.nan), math.nan
    if base_1 <= 0 or base_0 <= 0:
        return nothing
    rate_1, rate_0 = float(events_1.sum()) / base_1, float(events_0.sum()) / base_0
    gap = rate_1 - rate_0
    few = min(rate_1 * base_1, (1 - rate_1) * base_1, rate_0 * base_0, (1 - rate_0) * base_0) < LEAST_EVENTS
    parts = (events_1 - rate_1 * bases_1) / base_1 - (events_0 - rate_0 * bases_0) / base_0
    blocks = int(((bases_1 > 0) | (bases_0 > 0)).sum())
    if few or blocks < 2:
        return gap, nothing[1], math.nan
    binomial = rate_1 * (1 - rate_1) / base_1 + rate_0 * (1 - rate_0) / base_0
    error = math.sqrt(max(float((parts**2).sum()) * blocks / (blocks - 1), binomial))
    return gap, Interval(gap - Z95 * error, gap + Z95 * error), _two_sided(gap / error)


def within_strata(
    events_1: Floats, bases_1: Floats, events_0: Floats, bases_0: Floats, effect: float = 1.0
) -> tuple[float, Interval, float]:
    """Mantel and Haenszel's difference of two rates over strata (here campaigns), first less second.

    Weights b1 b0 / (b1 + b0); variance of Greenland and Robins (1985) times the design effect. Strata with one side
    only say nothing.

    Args:
        events_1: by stratum, and so on.
        effect: design effect of customers who are in several strata.
    """
    both = (bases_1 > 0) & (bases_0 > 0)
    e1, b1, e0, b0 = (values[both].astype(np.float64) for values in (events_1, bases_1, events_0, bases_0))
    nothing = math.nan, Interval(math.nan, math.nan), math.nan
    if not len(b1):
        return nothing
    weight = b1 * b0 / (b1 + b0)
    gap = float((weight * (e1 / b1 - e0 / b0)).sum() / weight.sum())
    if min(e1.sum(), (b1 - e1).sum(), e0.sum(), (b0 - e0).sum()) < LEAST_EVENTS:
        return gap, nothing[1], math.nan
    spread = e1 * (b1 - e1) * b0**3 + e0 * (b0 - e0) * b1**3
    variance = float((spread / (b1 * b0 * (b1 + b0) ** 2)).sum() / weight.sum() ** 2) * effect
    if variance <= 0:
        return gap, nothing[1], math.nan
    error = math.sqrt(variance)
    return gap, Interval(gap - Z95 * error, gap + Z95 * error), _two_sided(gap / error)


def _two_sided(z: float) -> float:
    return 2.0 * float(norm.sf(abs(z)))
