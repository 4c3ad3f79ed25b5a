"""Cox's partial likelihood with Efron's ties and late entries, maximised by Newton's method.

Ends at one time share the sums over those at risk: the l-th of d tied ends sees them less l/d of the sums over the ties
(Efron 1977). Every end is a row of its own here, so that ties cost nothing extra; second moments are never held by
time, as each row's part in them is one weight (its exposure to the hazard).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from customer_analytics.analysis.hazard.risk_sets import Spells, risk_sums

Floats = npt.NDArray[np.float64]
ROUNDS = 60
ENOUGH = 1e-12  # of half the squared distance from the maximum, in units of the log likelihood
LONGEST_STEP = 5.0  # spreads of a column in one step
FAR = 60.0  # spreads: a coefficient beyond has run away, further steps tell nothing more
RIDGE = 1e-2  # of the penalised fit, for each row and spread


@dataclass(frozen=True)
class Fit:
    """`coefficients` with their `covariance` (inverse of the observed information) and the log partial likelihood."""

    coefficients: Floats
    covariance: Floats
    log_likelihood: float


def fit_efron(spells: Spells, *, is_penalised: bool = False) -> Fit | None:
    """The maximum; None where the information is singular, as with columns that follow from each other.

    `is_penalised`: with a slight squared penalty, which keeps every coefficient finite.
    """
    spread = spells.x.std(axis=0)
    if not len(spells.time) or not (spread > 0).all():
        return None
    centre = spells.x.mean(axis=0)
    scaled = Spells(spells.entry, spells.time, spells.ended, (spells.x - centre) / spread, spells.owner)
    ridge = RIDGE * len(spells.time) if is_penalised else 0.0
    beta = np.zeros(len(spread))
    value, gradient, information = _derivatives(scaled, beta, ridge)
    for _ in range(ROUNDS):
        step = _solved(information, gradient)
        if step is None:
            return None
        gain = float(gradient @ step) / 2
        if gain <= ENOUGH * (1 + abs(value)) or np.abs(beta).max() > FAR:
            break
        step *= min(1.0, LONGEST_STEP / float(np.abs(step).max()))
        ahead = _derivatives(scaled, beta + step, ridge)
        while ahead[0] < value and np.abs(step).max() > 1e-9:
            step /= 2
            ahead = _derivatives(scaled, beta + step, ridge)
        beta, (value, gradient, information) = beta + step, ahead
    inverse = _solved(information, np.eye(len(beta)))
    if inverse is None:
        return None
    return Fit(beta / spread, inverse / np.outer(spread, spread), value)


def _solved(information: Floats, right: Floats) -> Floats | None:
    if not np.isfinite(information).all():
        return None
    try:
        return np.asarray(np.linalg.solve(information, right))
    except np.linalg.LinAlgError:
        return None


def _derivatives(spells: Spells, beta: Floats, ridge: float) -> tuple[float, Floats, Floats]:
    """Log partial likelihood, its gradient and the observed information, with the penalty."""
    sums = risk_sums(spells, beta)
    linear = np.clip(spells.x @ beta, -50, 50)
    weight = np.exp(linear)
    gone = np.flatnonzero(spells.ended > 0)
    gone = gone[np.argsort(spells.time[gone], kind="stable")]
    place = np.searchsorted(sums.time, spells.time[gone])
    starts = np.searchsorted(place, np.arange(len(sums.time)))
    before = (np.arange(len(gone)) - starts[place]) / sums.ended[place]  # l/d: share of the ties that went first
    tied = np.add.reduceat(np.column_stack((weight[gone], weight[gone, None] * spells.x[gone])), starts, axis=0)[place]
    risk = sums.risk[place] - before * tied[:, 0]
    means = (sums.risk[place][:, None] * sums.mean[place] - before[:, None] * tied[:, 1:]) / risk[:, None]
    value = float((linear[gone] - np.log(risk)).sum()) - 0.5 * ridge * float(beta @ beta)
    gradient = (spells.x[gone] - means).sum(axis=0) - ridge * beta
    # A row's weight in the second moments: all ends while it is at risk, less what its own ties leave out of it.
    each = np.concatenate(([0.0], np.cumsum(np.bincount(place, 1 / risk, len(sums.time)))))
    exposure = weight * (each[sums.before(spells.time)] - each[sums.before(spells.entry)])
    left_out = np.bincount(place, before / risk, len(sums.time))
    exposure[gone] -= weight[gone] * left_out[place]
    information = spells.x.T @ (exposure[:, None] * spells.x) - means.T @ means
    return value, gradient, information + ridge * np.eye(len(beta))
