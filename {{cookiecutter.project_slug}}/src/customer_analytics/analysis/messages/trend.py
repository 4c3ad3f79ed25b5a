"""How a rate moves with the number of earlier messages, within strata that share a base rate of their own."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import chi2, norm

from customer_analytics.statistics import Z95, Interval

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
LEAST_EVENTS = 10
LEAST_EACH = 3
HIGHEST = 20.0  # largest rise looked for, in rates of the first message


def rate_ratio(events_1: Floats, bases_1: Floats, events_0: Floats, bases_0: Floats) -> tuple[float, Interval]:
    """Mantel and Haenszel's ratio of two rates over strata, with the interval of Greenland and Robins (1985).

    NaN where either side has fewer than LEAST_EACH events in strata that hold both.
    """
    nothing = math.nan, Interval(math.nan, math.nan)
    total = bases_1 + bases_0
    kept = (bases_1 > 0) & (bases_0 > 0)
    a, n1, b, n0, n = (values[kept] for values in (events_1, bases_1, events_0, bases_0, total))
    if min(a.sum(), b.sum()) < LEAST_EACH:
        return nothing
    above, below = float((a * n0 / n).sum()), float((b * n1 / n).sum())
    if above <= 0 or below <= 0:
        return nothing
    variance = float(((n1 * n0 * (a + b) - a * b * n) / n**2).sum()) / (above * below)
    ratio, error = above / below, math.sqrt(max(variance, 0.0))
    return ratio, Interval(ratio * math.exp(-Z95 * error), ratio * math.exp(Z95 * error))


def score_test(stratum: Integers, earlier: Floats, events: Floats, base: Floats) -> float:
    """Two-sided p of Mantel's (1963) test that the rate has no trend over `earlier` within strata; NaN without enough
    events or any stratum with two values."""
    if events.sum() < LEAST_EVENTS or (base - events).sum() < LEAST_EVENTS:
        return math.nan
    difference = variance = 0.0
    for one in np.unique(stratum):
        rows = stratum == one
        x, y, m = earlier[rows], events[rows], base[rows]
        n, happened = float(m.sum()), float(y.sum())
        if n < 2:
            continue
        mean = float((m * x).sum()) / n
        difference += float((y * x).sum()) - happened * mean
        variance += happened * (n - happened) / (n * (n - 1)) * float((m * (x - mean) ** 2).sum())
    return 2 * float(norm.sf(abs(difference) / math.sqrt(variance))) if variance > 0 else math.nan


def rising(stratum: Integers, earlier: Floats, events: Floats, base: Floats) -> tuple[float, Interval]:
    """Rise r of rate = a_stratum (1 + r earlier), most likely, with the 95 % interval by likelihood ratio.

    Events are taken as Poisson given those of the stratum, which removes a_stratum: sum of events log(1 + r earlier)
    less, by stratum, its events times log of the base times (1 + r earlier). Bounds at the lowest rise that leaves a
    positive rate and at HIGHEST.
    """
    most = float(earlier.max(initial=0.0))
    strata, place = np.unique(stratum, return_inverse=True)
    own = np.bincount(place, weights=events, minlength=len(strata))

    def likelihood(rise: float) -> float:
        factor = 1 + rise * earlier
        exposed = np.bincount(place, weights=base * factor, minlength=len(strata))
        happened = events > 0
        told = (events[happened] * np.log(factor[happened])).sum()
        return float(told - (own[own > 0] * np.log(exposed[own > 0])).sum())

    if most <= 0 or events.sum() < LEAST_EVENTS:
        return math.nan, Interval(math.nan, math.nan)
    low, high = -1 / most + 1e-9, HIGHEST
    found = minimize_scalar(lambda rise: -likelihood(rise), bounds=(low, high), method="bounded")
    best = float(found.x)
    limit = likelihood(best) - float(chi2.ppf(0.95, 1)) / 2
    ends = []
    for end in (low, high):
        inside = likelihood(end) > limit
        ends.append(end if inside else float(brentq(lambda rise: likelihood(rise) - limit, *sorted((end, best)))))
    return best, Interval(*ends)
