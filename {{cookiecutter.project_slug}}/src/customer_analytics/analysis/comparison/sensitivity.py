"""How strong something unknown would have to be to explain an effect away: E-values (VanderWeele and Ding 2017)."""

from __future__ import annotations

import math
from typing import NamedTuple

from customer_analytics.statistics import Interval


class Sensitivity(NamedTuple):
    """ratio: contacted over partners as a risk ratio, with its interval; e_value: of the ratio; e_value_limit: of the
    end of the interval nearer to no effect (1 where the interval holds no effect). NaN where not estimable."""

    ratio: float
    low: float
    high: float
    e_value: float
    e_value_limit: float


def e_value(ratio: float) -> float:
    """Least association that something unknown must have with both the contact and the outcome, as a risk ratio, to
    make a true ratio of 1 look like this one."""
    if not (math.isfinite(ratio) and ratio > 0):
        return math.nan
    above = max(ratio, 1 / ratio)
    return above + math.sqrt(above * (above - 1))


def of_shares(mean: float, mean_others: float, error: float, error_mean: float) -> Sensitivity:
    """Of two shares: `error` of their difference, `error_mean` of the first alone, both standard errors.

    The interval of the ratio is on a log scale: the variance of the difference less that of the first share is taken as
    that of the second.
    """
    if not (mean > 0 and mean_others > 0):
        return Sensitivity(*[math.nan] * 5)
    variance = max(error**2 - error_mean**2, 0.0) / mean_others**2 + (error_mean / mean) ** 2
    half = 1.959963984540054 * math.sqrt(variance)
    ratio = mean / mean_others
    return _with_limit(ratio, Interval(ratio * math.exp(-half), ratio * math.exp(half)))


def of_means(effect: float, error: float, deviation: float) -> Sensitivity:
    """Of a difference of means: exp(.91 d) and exp(.91 d ± 1.78 se) for the standardised difference d."""
    if not deviation > 0 or math.isnan(effect):
        return Sensitivity(*[math.nan] * 5)
    d, half = effect / deviation, error / deviation
    return _with_limit(math.exp(0.91 * d), Interval(math.exp(0.91 * d - 1.78 * half), math.exp(0.91 * d + 1.78 * half)))


def _with_limit(ratio: float, interval: Interval) -> Sensitivity:
    low, high = interval
    nearer = 1.0 if low <= 1 <= high else (low if ratio > 1 else high)
    return Sensitivity(ratio, low, high, e_value(ratio), e_value(nearer))
