"""One arm against the control, one outcome: difference, interval, p and relative lift, by tea-tasting from sums.

A share is compared by the pooled z test, or Fisher's exact one where fewer than five are expected in a cell, with
Newcombe's interval; a number by Welch's t. The relative lift has Fieller's interval (D7.4).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from customer_analytics.analysis.experiment.moments import Moments
from customer_analytics.statistics import Z95, Interval, newcombe

NAN = float("nan")
LEAST_EXPECTED = 5.0  # in a cell of the table, below which the z test gives way to Fisher's


@dataclass(frozen=True)
class Estimate:
    """Treated less control. `relative`: of the control's mean. `reason`: "" or why there is no estimate."""

    effect: float = NAN
    low: float = NAN
    high: float = NAN
    p: float = NAN
    standard_error: float = NAN
    relative: float = NAN
    relative_low: float = NAN
    relative_high: float = NAN
    method: str = ""
    reason: str = ""


def compare(treated: Moments, control: Moments, name: str, kind: str) -> Estimate:
    """Difference of the means of a column. `kind`: as of an Outcome; "binary" columns hold 0 and 1 only."""
    if min(treated.n, control.n) < 2:
        return Estimate(reason="few")
    found = _shares(treated, control, name) if kind == "binary" else _means(treated, control, name)
    return with_relative(found, treated, control, name)


def _shares(treated: Moments, control: Moments, name: str) -> Estimate:
    from tea_tasting.metrics import Proportion  # loaded by this report alone

    ones = round(treated.total(name)), round(control.total(name))
    low, high = newcombe(ones[0], treated.n, ones[1], control.n)
    share = sum(ones) / (treated.n + control.n)
    expected = min(share, 1 - share) * min(treated.n, control.n)
    exact = expected < LEAST_EXPECTED
    metric = Proportion(name, method="fisher" if exact else "norm", correction=False)
    with np.errstate(all="ignore"):
        result = metric.analyze_aggregates(control.aggregates(name), treated.aggregates(name))
    shares = ones[0] / treated.n, ones[1] / control.n
    variance = shares[0] * (1 - shares[0]) / treated.n + shares[1] * (1 - shares[1]) / control.n
    return Estimate(
        shares[0] - shares[1], low, high, min(1.0, float(result.pvalue)), math.sqrt(variance),
        method="fisher" if exact else "pooled_z",
    )  # fmt: skip


def _means(treated: Moments, control: Moments, name: str) -> Estimate:
    if treated.variance_of(name) + control.variance_of(name) <= 0:
        effect = treated.mean_of(name) - control.mean_of(name)
        return Estimate(effect=effect, method="welch", reason="constant")
    return adjusted(treated, control, name, None)


def adjusted(treated: Moments, control: Moments, name: str, before: str | None) -> Estimate:
    """Welch's t of a column, adjusted for what is known from before (CUPED, D7.3) where `before` names it."""
    from tea_tasting.metrics import Mean  # loaded by this report alone

    names = (name,) if before is None else (name, before)
    metric = Mean(name, before, use_t=True, equal_var=False)
    with np.errstate(all="ignore"):
        result = metric.analyze_aggregates(control.aggregates(*names), treated.aggregates(*names))
    return _read(result, "welch" if before is None else "cuped")


def _read(result: object, method: str) -> Estimate:
    """A tea-tasting result as an Estimate."""
    effect, statistic = float(result.effect_size), float(result.statistic)  # type: ignore[attr-defined]
    low, high = float(result.effect_size_ci_lower), float(result.effect_size_ci_upper)  # type: ignore[attr-defined]
    error = effect / statistic if statistic else (high - low) / (2 * Z95)
    return Estimate(effect, low, high, float(result.pvalue), error, method=method)  # type: ignore[attr-defined]


def ratio(treated: Moments, control: Moments, above: str, below: str) -> Estimate:
    """Difference of two ratios of means, such as revenue an order, by the delta method (D7.4).

    The units are still customers: an arm with more orders by the same people is not taken for more people.
    """
    from tea_tasting.metrics import RatioOfMeans  # loaded by this report alone

    if min(treated.n, control.n) < 2 or min(treated.mean_of(below), control.mean_of(below)) <= 0:
        return Estimate(reason="few")
    (value, spread), (base, base_spread) = ratio_moments(treated, above, below), ratio_moments(control, above, below)
    if not spread + base_spread > 0:
        return Estimate(effect=value - base, method="delta", reason="constant")
    metric = RatioOfMeans(above, below, use_t=True, equal_var=False)
    with np.errstate(all="ignore"):
        found = _read(
            metric.analyze_aggregates(control.aggregates(above, below), treated.aggregates(above, below)), "delta"
        )
    lift, interval = fieller(value, spread, base, base_spread)
    return replace(found, relative=lift, relative_low=interval.low, relative_high=interval.high)


def ratio_moments(arm: Moments, above: str, below: str) -> tuple[float, float]:
    """A ratio of means with the variance of that ratio (not of a unit); a variance that is but rounding is none."""
    value = arm.mean_of(above) / arm.mean_of(below)
    variance = float(arm.aggregates(above, below).ratio_var(above, below))
    return value, variance / arm.n if variance > 1e-12 * value * value else 0.0


def with_relative(found: Estimate, treated: Moments, control: Moments, name: str) -> Estimate:
    """The same with its lift relative to the control's mean."""
    lift, interval = fieller(
        treated.mean_of(name), treated.variance_of(name) / treated.n,
        control.mean_of(name), control.variance_of(name) / control.n,
    )  # fmt: skip
    return replace(found, relative=lift, relative_low=interval.low, relative_high=interval.high)


def fieller(treated: float, treated_variance: float, control: float, control_variance: float) -> tuple[float, Interval]:
    """Relative lift with its 95 % interval (Fieller 1954), of two independent means and the variances of these means.

    Undefined, NaN, where the control's own interval crosses 0: then a lift of any size fits.
    """
    unknown = Interval(NAN, NAN)
    if not control > 0:
        return NAN, unknown
    ratio, excess = treated / control, Z95**2 * control_variance / control**2
    if not excess < 1:
        return NAN, unknown
    spread = treated_variance + ratio**2 * control_variance - excess * treated_variance
    if not spread >= 0:
        return NAN, unknown
    half = Z95 / control * math.sqrt(spread) / (1 - excess)
    middle = ratio / (1 - excess)  # means of different people: no covariance
    return ratio - 1, Interval(middle - half - 1, middle + half - 1)
