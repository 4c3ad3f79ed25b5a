"""What an experiment of this size could have seen (D7.7): the note under every "no difference"."""

from __future__ import annotations

import math

from scipy import stats

from customer_analytics.analysis.experiment.estimate import ratio_moments
from customer_analytics.analysis.experiment.moments import UNITS, Moments
from customer_analytics.statistics import Z95


def spread(treated: Moments, control: Moments, name: str) -> float:
    """Standard error of a difference if nothing happened: the control's variance in arms of these sizes."""
    return math.sqrt(control.variance_of(name) * (1 / treated.n + 1 / control.n))


def cluster_spread(treated: Moments, control: Moments, name: str) -> float:
    """The same where clusters were drawn: the control's variance of a mean per unit, in as many clusters."""
    _, variance = ratio_moments(control, name, UNITS)
    return math.sqrt(max(0.0, variance) * (1 + control.n / treated.n))


def smallest_difference(standard_error: float, power: float) -> float:
    """Difference that is seen with probability `power` at the two-sided level of 5 %."""
    return float((Z95 + stats.norm.ppf(power)) * standard_error) if standard_error > 0 else float("nan")


def power_to_see(standard_error: float, difference: float) -> float:
    """Probability to see a true difference of this size; it is never asked of the observed one."""
    if not standard_error > 0 or math.isnan(difference):
        return float("nan")
    shift = abs(difference) / standard_error
    return float(stats.norm.sf(Z95 - shift) + stats.norm.cdf(-Z95 - shift))
