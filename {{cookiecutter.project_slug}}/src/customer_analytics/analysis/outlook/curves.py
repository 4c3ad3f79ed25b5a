"""Curves of retention by age: the shifted beta-geometric, a power curve, and the rule that the last level stays.

Shifted beta-geometric (Fader and Hardie 2007): each person stays from one period to the next with a probability of
their own, and these differ as a beta distribution, so that

    S(t) = B(alpha, beta + t) / B(alpha, beta),    S(t) / S(t - 1) = (beta + t - 1) / (alpha + beta + t - 1).

Power curve: S(t) = level * t ** -slope for t >= 1, level <= 1, slope >= 0.

Two kinds of data. `chained`: who has left does not come back (contracts); the counts are those still there among those
there the period before, and the likelihood is that of the paper. Otherwise people may pause and come back (activity);
the counts are those active among all of the cohort, the curve is that of the share active, and the likelihood is that
of its binomial margins: a consistent estimate, whose spread is taken from the cohorts and not from the likelihood.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, expit

from customer_analytics.analysis.outlook.triangle import Floats

Model = Literal["sbg", "power", "level"]
CURVES: tuple[Model, ...] = ("sbg", "power")
MODELS: tuple[Model, ...] = (*CURVES, "level")
LAST = 3  # ages whose mean the naive rule carries on
_EDGE = 12.0  # bound of the logarithm of a parameter; beyond it the curve no longer changes
_TINY = 1e-12
_STARTS: dict[str, tuple[tuple[float, float], ...]] = {
    "sbg": ((0.0, 0.0), (-2.0, -2.0), (1.0, 2.0), (-4.0, -5.0)),
    "power": ((-0.5, -1.0), (-2.0, -3.0), (1.0, 0.0)),
}


@dataclass(frozen=True)
class Curve:
    """A fitted curve. `values`: alpha and beta, level and slope, or (level only) the known shares and the last level.

    `log_likelihood`: binomial, without its constant; `chained`: see the module.
    """

    model: Model
    values: tuple[float, ...]
    log_likelihood: float
    chained: bool

    @classmethod
    def last_level(cls, counted: Floats, base: Floats, *, chained: bool) -> Curve:
        """The rule that the last level goes on."""
        places = np.flatnonzero(base > 0)
        places = places[places > 0]
        values = _last_level(counted, base, chained)
        share = _chance("level", values, places.astype(np.float64), chained)
        return cls("level", values, _log_likelihood(share, counted[places], base[places]), chained)

    def share(self, ages: Floats) -> Floats:
        """Share of a cohort that is active (chained: still there) at each age; 1 at age 0."""
        return _share(self.model, self.values, np.asarray(ages, dtype=np.float64), self.chained)


def fit(model: Model, counted: Floats, base: Floats, *, chained: bool) -> Curve:
    """Fit a curve to `counted` of `base` people at ages 0, 1, … (age 0 is not used; a base of 0 is no information).

    Raises:
        ValueError: no age has a base.
    """
    places = np.flatnonzero(base > 0)
    places = places[places > 0]
    if not len(places):
        raise ValueError("no age beyond 0 has anybody in its base")
    k, n = counted[places], base[places]
    ages: Floats = places.astype(np.float64)
    if model == "level":
        return Curve.last_level(counted, base, chained=chained)

    def loss(free: Floats) -> float:
        return -_log_likelihood(_chance(model, _bounded(model, free), ages, chained), k, n)

    found = [
        minimize(loss, np.array(begin), method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-8, "maxiter": 2000})
        for begin in _STARTS[model]
    ]
    best = min(found, key=lambda one: float(one.fun))
    return Curve(model, _bounded(model, best.x), -float(best.fun), chained)


def _share(model: Model, values: tuple[float, ...], ages: Floats, chained: bool) -> Floats:
    if model == "sbg":
        alpha, beta = values
        made: Floats = np.exp(betaln(alpha, beta + ages) - betaln(alpha, beta))
    elif model == "power":
        level, slope = values
        made = np.where(ages < 1, 1.0, level * np.maximum(ages, 1.0) ** -slope)
    else:
        known, last = np.array(values[:-1]), values[-1]
        place = np.minimum(ages.astype(int), len(known) - 1)
        beyond = np.maximum(ages - (len(known) - 1), 0.0)
        made = np.where(beyond > 0, known[-1] * last**beyond if chained else last, known[place])
    return np.where(ages <= 0, 1.0, made)


def _chance(model: Model, values: tuple[float, ...], ages: Floats, chained: bool) -> Floats:
    """What the counts at these ages are binomial with: the share, or (chained) its ratio to that of the age before."""
    share = _share(model, values, ages, chained)
    return share / np.maximum(_share(model, values, ages - 1, chained), _TINY) if chained else share


def _log_likelihood(chance: Floats, counted: Floats, base: Floats) -> float:
    inside = np.clip(chance, _TINY, 1 - _TINY)
    return float(counted @ np.log(inside) + (base - counted) @ np.log1p(-inside))


def _bounded(model: Model, free: Floats) -> tuple[float, float]:
    """The search runs over all numbers; the parameters are positive, a level is at most 1."""
    first, second = np.clip(free, -_EDGE, _EDGE)
    return (float(np.exp(first)) if model == "sbg" else float(expit(first))), float(np.exp(second))


def free_values(curve: Curve) -> tuple[float, float]:
    """The parameters of a curve as the search sees them, any numbers."""
    first, second = curve.values
    if curve.model == "power":
        first = first / max(1 - first, _TINY)
    return math.log(max(first, _TINY)), math.log(max(second, _TINY))


def chance(curve: Curve, free: Floats, ages: Floats) -> Floats:
    """What the counts at these ages are binomial with, under other parameters of the same kind of curve."""
    return _chance(curve.model, _bounded(curve.model, free), ages, curve.chained)


def curve_share(curve: Curve, free: Floats, ages: Floats) -> Floats:
    """Share at each age, under other parameters of the same kind of curve."""
    return _share(curve.model, _bounded(curve.model, free), ages, curve.chained)


def _last_level(counted: Floats, base: Floats, chained: bool) -> tuple[float, ...]:
    """The known share at each age, and the mean of the last ones: of the shares, or (chained) of the rates of staying.

    An age without a base takes the share of the age before.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = counted / base
    rate[0] = 1.0
    for age in range(1, len(rate)):
        if not base[age] > 0:
            rate[age] = 1.0 if chained else rate[age - 1]
    last = np.flatnonzero(base > 0)
    last = last[last > 0][-LAST:]
    level = float(counted[last].sum() / base[last].sum())
    known = np.cumprod(rate) if chained else rate
    return (*map(float, known), level)
