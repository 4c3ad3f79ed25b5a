"""How well a hazard model orders and sizes the risks: concordance, Brier score, area under the curve, with censoring.

Harrell's C counts the pairs that can be compared and so leans towards short times where many are censored. Uno's C
(Uno and others 2011) weights each end by the inverse of the squared probability of not being censored by then, up to a
time tau at which that probability is still above 0.1 (our convention). The Brier score (Graf and others 1999) and the
area under the curve at a time (cumulative cases against dynamic controls; Uno and others 2007) use the same weights.
Somebody who ends at a time at which another is censored ends first: G is taken just before the end.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.survival.estimate import Curve, kaplan_meier
from customer_analytics.statistics import Z95, Interval

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
LEAST_UNCENSORED = 0.1
CHUNK = 400  # ends compared with everybody at once


@dataclass(frozen=True)
class Measure:
    """A measure with its 95 % interval; NaN where not estimable."""

    value: float
    low: float = math.nan
    high: float = math.nan

    @property
    def interval(self) -> Interval:
        """Both ends."""
        return Interval(self.low, self.high)


UNKNOWN = Measure(math.nan)


class Censoring:
    """Probability of not being censored, by Kaplan-Meier with ends and censorings exchanged.

    Ends at a time come before censorings, so whoever ends then is no longer at risk of being censored then.
    """

    def __init__(self, time: Floats, ended: Floats) -> None:
        self.times = np.unique(time)
        place = np.searchsorted(self.times, time)
        lost = np.bincount(place, weights=1 - ended, minlength=len(self.times))
        left = np.bincount(place, weights=ended, minlength=len(self.times))
        at_risk = np.cumsum((lost + left)[::-1])[::-1] - left
        self.after = np.cumprod(1 - lost / np.maximum(at_risk, 1e-300))

    def at(self, time: Floats | float) -> Floats:
        """Probability of not being censored up to and at `time`."""
        place = np.searchsorted(self.times, time, side="right")
        return np.asarray(np.concatenate(([1.0], self.after))[place])

    def before(self, time: Floats | float) -> Floats:
        """Probability of not being censored before `time`."""
        place = np.searchsorted(self.times, time, side="left")
        return np.asarray(np.concatenate(([1.0], self.after))[place])

    def limit(self, ended: Floats, time: Floats) -> float:
        """Last time of an end before which the probability is above LEAST_UNCENSORED; NaN without one."""
        usable = time[(ended > 0) & (self.before(time) > LEAST_UNCENSORED)]
        return float(usable.max()) if len(usable) else math.nan


def harrell(time: Floats, ended: Floats, risk: Floats, owner: Ints | None = None) -> Measure:
    """Harrell's C: of the pairs of which one is known to have ended first, the share in which it had the higher risk
    (equal risks count half)."""
    return _concordance(time, ended, risk, np.where(ended > 0, 1.0, 0.0), owner)


def uno(time: Floats, ended: Floats, risk: Floats, tau: float | None = None, owner: Ints | None = None) -> Measure:
    """Uno's C up to `tau` (default: as far as censoring allows)."""
    censoring = Censoring(time, ended)
    limit = censoring.limit(ended, time) if tau is None else tau
    if math.isnan(limit):
        return UNKNOWN
    free = censoring.before(time)
    inside = (ended > 0) & (time <= limit) & (free > 0)
    weight = np.where(inside, 1 / np.maximum(free, 1e-12) ** 2, 0.0)
    return _concordance(time, ended, risk, weight, owner)


def _concordance(time: Floats, ended: Floats, risk: Floats, weight: Floats, owner: Ints | None) -> Measure:
    """Weighted share of concordant pairs (i ended, j lasted longer), with the interval of its influence by owner.

    A pair with equal times counts where one of the two did not end: the one that ended was first.
    """
    first = np.flatnonzero(weight > 0)
    count = len(time)
    won, pairs = np.zeros(count), np.zeros(count)
    for start in range(0, len(first), CHUNK):
        part = first[start : start + CHUNK]
        later = (time[None, :] > time[part][:, None]) | ((time[None, :] == time[part][:, None]) & (ended[None, :] == 0))
        later = later * weight[part][:, None]
        score = later * ((risk[part][:, None] > risk[None, :]) + 0.5 * (risk[part][:, None] == risk[None, :]))
        won[part] += score.sum(axis=1)
        pairs[part] += later.sum(axis=1)
        won += score.sum(axis=0)
        pairs += later.sum(axis=0)
    total = pairs.sum() / 2
    if total <= 0:
        return UNKNOWN
    value = won.sum() / 2 / total
    influence = (won - value * pairs) / total
    if owner is not None:
        influence = np.bincount(np.unique(owner, return_inverse=True)[1].reshape(-1), weights=influence)
    half = Z95 * float(np.sqrt((influence**2).sum()))
    return Measure(float(value), max(0.0, float(value) - half), min(1.0, float(value) + half))


def brier(time: Floats, ended: Floats, survival: Floats, at: Floats, censoring: Censoring | None = None) -> Floats:
    """Brier score at each time of `at` (Graf and others 1999); `survival`: rows x times, the predicted share that lasts
    beyond it; `censoring`: of the same people, where it is known already."""
    censoring = censoring or Censoring(time, ended)
    early = np.maximum(censoring.before(time), 1e-12)
    made = np.zeros(len(at))
    for place, moment in enumerate(at):
        is_over = (time <= moment) & (ended > 0)
        is_on = time > moment
        free = max(float(censoring.at(float(moment))), 1e-12)
        square = np.where(is_over, survival[:, place] ** 2 / early, 0.0)
        square = square + np.where(is_on, (1 - survival[:, place]) ** 2 / free, 0.0)
        made[place] = square.mean()
    return made


def integrated(scores: Floats, at: Floats) -> float:
    """Mean over time of scores at the times `at` (trapezoids)."""
    if len(at) < 2 or at[-1] <= at[0]:
        return math.nan
    return float(np.trapezoid(scores, at) / (at[-1] - at[0]))


def area_under_curve(time: Floats, ended: Floats, risk: Floats, at: float, censoring: Censoring | None = None) -> float:
    """Area under the curve at a time: of pairs of one who ended by then and one who lasted longer, the share in which
    the first had the higher risk; NaN without both."""
    case, control = (time <= at) & (ended > 0), time > at
    if not case.any() or not control.any():
        return math.nan
    weight = 1 / np.maximum((censoring or Censoring(time, ended)).before(time[case]), 1e-12)
    lasting = np.sort(risk[control])
    below = np.searchsorted(lasting, risk[case], side="left")
    same = np.searchsorted(lasting, risk[case], side="right") - below
    share = (below + 0.5 * same) / len(lasting)
    return float((weight * share).sum() / weight.sum())


def curve_of(time: Floats, ended: Floats, entry: Floats | None = None) -> Curve:
    """The Kaplan-Meier curve of spells: without covariates, what a model must beat."""
    counts = pd.DataFrame({"time": time.astype(np.int64), "ended": ended, "censored": 1 - ended, "entered": 0.0})
    if entry is None or not (entry >= 0).any():
        return kaplan_meier(counts.drop(columns="entered"))
    come = pd.DataFrame({"time": entry.astype(np.int64), "ended": 0.0, "censored": 0.0, "entered": 1.0})
    return kaplan_meier(pd.concat([counts, come], ignore_index=True))
