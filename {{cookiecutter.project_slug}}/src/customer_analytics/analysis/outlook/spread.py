"""How far a fitted curve may be off: the spread between cohorts, carried through the fit.

The likelihood treats people as if each were counted once; they are counted at every age, and cohorts differ by more
than chance. So the covariance of the parameters is the sandwich H^-1 (sum of s s') H^-1 * C / (C - 1), with the score s
of each of the C cohorts (Huber 1967; White 1982), and the curve's variance follows by the delta method. It is what
drawing the cohorts again gives, without fitting again.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from customer_analytics.analysis.outlook.curves import Curve, chance, curve_share, free_values
from customer_analytics.analysis.outlook.triangle import Floats, Triangle

_STEP = 1e-3  # of the logarithm of a parameter, for derivatives
_RANK = 1e-9  # eigenvalues of the curvature below this part of the largest say nothing
DRAWS = 500
_TINY = 1e-12


def spread_of(known: Triangle, curve: Curve, ages: Floats, seed: int) -> Floats:
    """Standard deviation of the logarithm of the curve at each age, over cohorts."""
    counted, base = _by_cohort(known, curve.chained)
    if curve.model == "level":
        return _drawn_again(counted, base, curve.chained, ages, seed)
    places = np.flatnonzero(base.sum(axis=0) > 0).astype(np.float64)
    inside = places.astype(np.int64)
    k, n = counted[:, inside], base[:, inside]
    centre = np.array(free_values(curve))

    def likelihoods(free: Floats) -> Floats:
        p = np.clip(chance(curve, free, places), _TINY, 1 - _TINY)
        made: Floats = k @ np.log(p) + (n - k) @ np.log1p(-p)
        return made

    scores = _gradient(likelihoods, centre)
    curvature = np.array([_gradient(lambda free: _gradient(likelihoods, free).sum(axis=1), centre)])[0]
    inverse = np.linalg.pinv(-(curvature + curvature.T) / 2, rcond=_RANK, hermitian=True)
    many = len(known.size)
    covariance = inverse @ (scores @ scores.T) @ inverse * many / (many - 1)
    slopes = _gradient(lambda free: np.log(np.maximum(curve_share(curve, free, ages), _TINY)), centre)
    variance = np.einsum("ia,ij,ja->a", slopes, covariance, slopes)
    spread: Floats = np.sqrt(np.maximum(variance, 0.0))
    return spread


def _by_cohort(known: Triangle, chained: bool) -> tuple[Floats, Floats]:
    """Counted and base by cohort and age; age 0 tells nothing."""
    if not chained:
        return np.where(known.known, known.active, 0.0) * (known.ages > 0), known.eligible * (known.ages > 0)
    both = known.known[:, 1:] & known.known[:, :-1]
    first = np.zeros((len(known.size), 1))
    stay = np.hstack([first, np.where(both, known.active[:, 1:], 0.0)])
    return stay, np.hstack([first, np.where(both, known.active[:, :-1], 0.0)])


def _gradient(function: Callable[[Floats], Floats], at: Floats) -> Floats:
    """Central differences; a row a parameter."""
    rows = []
    for place in range(len(at)):
        step = np.zeros(len(at))
        step[place] = _STEP
        rows.append((function(at + step) - function(at - step)) / (2 * _STEP))
    return np.array(rows)


def _drawn_again(counted: Floats, base: Floats, chained: bool, ages: Floats, seed: int) -> Floats:
    """The rule of the last level over cohorts drawn again: it has no parameters, only sums."""
    many = len(base)
    weights = np.random.default_rng(seed).multinomial(many, np.full(many, 1 / many), size=DRAWS).astype(np.float64)
    logs = []
    for own in weights:
        sums, bases = own @ counted, own @ base
        if (bases > 0).any():
            made = Curve.last_level(sums, bases, chained=chained).share(ages)
            logs.append(np.log(np.maximum(made, _TINY)))
    spread: Floats = np.std(np.array(logs), axis=0, ddof=1)
    return spread
