"""Lift as it is, lift within strata, and whether strata agree: numbers in, numbers out, a row a pair of item sets.

a: baskets with both sides, r and c: with the one and the other, n: all baskets; arrays (pairs,) or (pairs, strata).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from customer_analytics.analysis.rule_checks.tails import Floats, lower_tail, upper_tail
from customer_analytics.statistics import Z95

Counts = npt.NDArray[np.int64]
Numbers = Counts | Floats
EXPECTED = 5.0  # least expected count of each cell that a test of homogeneity needs


class Lift(NamedTuple):
    """Lift with its 95 % interval; NaN where a side is not there, the interval also where they are never together."""

    lift: Floats
    low: Floats
    high: Floats


class Within(NamedTuple):
    """What goes together within strata.

    lift: baskets with both over those expected if the sides had nothing to do with each other within a stratum, with
    95 % interval; odds_ratio: Mantel and Haenszel's, with interval; p_above, p_below: one-sided tests of Cochran,
    Mantel and Haenszel; strata, informative: strata with baskets, and those that can say anything; share_informative:
    share of the baskets with both that lies in such strata.
    """

    lift: Floats
    low: Floats
    high: Floats
    odds_ratio: Floats
    odds_low: Floats
    odds_high: Floats
    p_above: Floats
    p_below: Floats
    strata: Counts
    informative: Counts
    share_informative: Floats


class Homogeneity(NamedTuple):
    """Breslow and Day's statistic with Tarone's correction, its degrees of freedom, p and the strata compared."""

    statistic: Floats
    freedom: Counts
    p_value: Floats
    strata: Counts


def plain_lift(a: Numbers, r: Numbers, c: Numbers, n: Numbers | int, widening: Floats | float = 1.0) -> Lift:
    """Lift a·n / (r·c) with the delta-method interval of its logarithm over baskets.

    Each basket weighs 1(both)/a − 1(one)/r − 1(other)/c + 1/n; the variance is the sum of the squares. `widening`: how
    many times as large it is because customers have several baskets.
    """
    a, r, c, n = _floats(a, r, c, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        lift = a * n / (r * c)
        both = a * (1 / a - 1 / r - 1 / c + 1 / n) ** 2
        one = (r - a) * (1 / n - 1 / r) ** 2 + (c - a) * (1 / n - 1 / c) ** 2
        half = Z95 * np.sqrt((both + one + (n - r - c + a) / n**2) * widening)
        return Lift(lift, lift * np.exp(-half), lift * np.exp(half))


def within(a: Numbers, r: Numbers, c: Numbers, n: Numbers, widening: Floats | float = 1.0) -> Within:
    """The same pair within strata, put together by Mantel and Haenszel.

    lift = Σ a / Σ (r·c − a) / (n − 1): the divisor counts pairs of different baskets of a stratum, so that strata of a
    few baskets do not pull it to 1. Odds ratio Σ ad/n / Σ bc/n, interval by Robins, Breslow and Greenland (1986).
    Strata where a side is in no basket or in all of them say nothing to the odds ratio and the tests, and are counted;
    a stratum of one basket says nothing at all. `widening` as in plain_lift.
    """
    a, r, c, n = _floats(a, r, c, n)
    several = n > 1
    telling = several & (r > 0) & (c > 0) & (r < n) & (c < n)
    here, less = np.where(several, n, 1.0), np.where(several, n - 1, 1.0)
    observed = np.where(several, a, 0).sum(axis=1)
    expected = np.where(several, (r * c - a) / less, 0).sum(axis=1)
    mean = np.where(several, r * c / here, 0).sum(axis=1)
    variance = np.where(telling, r * (here - r) * c * (here - c) / (here**2 * less), 0).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        lift = np.where(expected > 0, observed / expected, np.nan)
        low, high = _lift_bounds(a, r, c, here, several, observed, mean, lift, widening)
    odds, odds_low, odds_high = _odds(a, r, c, here, telling, widening)
    count = observed.astype(np.int64)
    above = widened(upper_tail(count, mean, variance), widening)
    below = widened(lower_tail(count, mean, variance), widening)
    told = np.where(telling, a, 0).sum(axis=1) / np.maximum(a.sum(axis=1), 1)
    strata = (n > 0).sum(axis=1).astype(np.int64)
    return Within(
        lift, low, high, odds, odds_low, odds_high, above, below, strata, telling.sum(axis=1).astype(np.int64), told
    )


def _lift_bounds(
    a: Floats, r: Floats, c: Floats, n: Floats, several: npt.NDArray[np.bool_], observed: Floats, mean: Floats,
    lift: Floats, widening: Floats | float,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Interval of the logarithm of observed / expected: squares of what each basket weighs, less what strata fix."""
    total, top = mean[:, None], np.maximum(observed, 1e-300)[:, None]
    one, other, none = -c / n / total, -r / n / total, r * c / n**2 / total
    both = 1 / top + one + other
    squares = a * (both + none) ** 2 + (r - a) * (one + none) ** 2 + (c - a) * (other + none) ** 2
    squares = squares + (n - r - c + a) * none**2
    sums = a / top - r * c / n / total
    variance = np.where(several, squares - sums**2 / n, 0).sum(axis=1)
    half = Z95 * np.sqrt(np.maximum(variance, 0) * widening)
    shown = np.where(observed > 0, half, np.nan)
    return lift * np.exp(-shown), lift * np.exp(shown)


def _odds(
    a: Floats, r: Floats, c: Floats, n: Floats, telling: npt.NDArray[np.bool_], widening: Floats | float
) -> tuple[Floats, Floats, Floats]:
    b, other, d = r - a, c - a, n - r - c + a
    agree, differ = np.where(telling, a * d / n, 0.0), np.where(telling, b * other / n, 0.0)
    p, q = (a + d) / n, (b + other) / n
    up, down = agree.sum(axis=1), differ.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = np.where(down > 0, up / down, np.where(up > 0, np.inf, np.nan))
        variance = (p * agree).sum(axis=1) / (2 * up**2) + (q * differ).sum(axis=1) / (2 * down**2)
        variance = variance + (p * differ + q * agree).sum(axis=1) / (2 * up * down)
        half = Z95 * np.sqrt(variance * widening)
        low, high = odds * np.exp(-half), odds * np.exp(half)
    ok = (up > 0) & (down > 0)
    return odds, np.where(ok, low, np.nan), np.where(ok, high, np.nan)


def _floats(a: Numbers, r: Numbers, c: Numbers, n: Numbers | int) -> tuple[Floats, Floats, Floats, Floats]:
    both, one, other = (np.asarray(each, dtype=np.float64) for each in (a, r, c))
    return both, one, other, np.broadcast_to(np.asarray(n, dtype=np.float64), both.shape)


def widened(p: Floats, widening: Floats | float) -> Floats:
    """One-sided p-values when the variance is `widening` times what the test took it for; never smaller than before."""
    from scipy import special

    factor = np.maximum(np.asarray(widening, dtype=float), 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        # the normal quantile by its logarithm, so that p below 1e-300 stays apart from 0
        z = -special.ndtri_exp(np.log(np.maximum(p, 1e-300)))
        wider = special.ndtr(-z / np.sqrt(factor))
    return np.where(factor > 1, np.maximum(p, wider), p)


def homogeneity(a: Numbers, r: Numbers, c: Numbers, n: Numbers, widening: Floats | float = 1.0) -> Homogeneity:
    """Whether the odds ratio is the same in all strata: Breslow and Day (1980) with Tarone's correction (1985).

    Strata in which a cell is expected below EXPECTED under the common odds ratio are left out; NaN with fewer than two.
    """
    from scipy import special

    a, r, c, n = _floats(a, r, c, n)
    telling = (n > 1) & (r > 0) & (c > 0) & (r < n) & (c < n)
    here = np.where(telling, n, 1.0)
    for _ in range(2):  # the common odds ratio is that of the strata that are kept
        common = _odds(a, r, c, here, telling, 1.0)[0]
        expected, least = _under(np.where(np.isfinite(common), common, 1.0), r, c, here)
        telling = telling & (least >= EXPECTED)
    kept = telling.sum(axis=1).astype(np.int64)
    cells = np.stack([expected, r - expected, c - expected, here - r - c + expected])
    variance = np.where(telling, 1 / (1 / np.where(telling, cells, 1.0)).sum(axis=0), 0.0)
    off = np.where(telling, a - expected, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = np.where(telling, off**2 / variance, 0).sum(axis=1)
        statistic = statistic - off.sum(axis=1) ** 2 / variance.sum(axis=1)
    statistic = np.maximum(statistic, 0.0) / np.maximum(widening, 1.0)
    fine = (kept > 1) & np.isfinite(common) & (common > 0)
    statistic = np.where(fine, statistic, np.nan)
    return Homogeneity(statistic, kept - 1, special.chdtrc(np.maximum(kept - 1, 1), statistic), kept)


def _under(odds: Floats, r: Floats, c: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Baskets with both expected in each stratum under one odds ratio, and the least of the four expected cells."""
    factor = odds[:, None] - 1
    linear = odds[:, None] * (r + c) + (n - r - c)
    root = np.sqrt(np.maximum(linear**2 - 4 * factor * odds[:, None] * r * c, 0.0))
    expected = 2 * odds[:, None] * r * c / np.maximum(linear + root, 1e-300)  # stable for odds ratios about 1
    least = np.minimum.reduce([expected, r - expected, c - expected, n - r - c + expected])
    return expected, least
