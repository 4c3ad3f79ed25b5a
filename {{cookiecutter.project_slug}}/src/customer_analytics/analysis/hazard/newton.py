"""A quick Cox fit for the many refits of the checks: Newton's method with Breslow's ties and late entries.

The model that is published has Efron's ties (efron.py).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from customer_analytics.analysis.hazard.risk_sets import Spells, risk_sums

Floats = npt.NDArray[np.float64]
ROUNDS = 25
LONGEST_STEP = 2.0


def newton(spells: Spells, start: Floats) -> tuple[Floats, Floats]:
    """Coefficients and their errors by Newton's method with Breslow's ties; NaN where they cannot be estimated."""
    width = spells.x.shape[1]
    value, error = np.full(width, np.nan), np.full(width, np.nan)
    gone = spells.ended > 0
    usable = [
        place for place in range(width)
        if np.ptp(spells.x[gone, place]) > 0 and np.ptp(spells.x[:, place]) > 0
    ] if gone.any() else []  # fmt: skip
    if not usable:
        return value, error
    centre = spells.x[:, usable].mean(axis=0)
    part = Spells(spells.entry, spells.time, spells.ended, spells.x[:, usable] - centre, spells.owner)
    beta = start[usable].copy()
    for _ in range(ROUNDS):
        gradient, information = _derivatives(part, beta)
        try:
            step = np.linalg.solve(information, gradient)
        except np.linalg.LinAlgError:
            return value, error
        beta = beta + step * min(1.0, LONGEST_STEP / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < 1e-8:
            break
    covariance = np.linalg.pinv(_derivatives(part, beta)[1], hermitian=True)
    spread = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    sound = (spread > 0) & (np.abs(beta) * part.x.std(axis=0) < 10)
    value[usable], error[usable] = np.where(sound, beta, np.nan), np.where(sound, spread, np.nan)
    return value, error


def _derivatives(spells: Spells, beta: Floats) -> tuple[Floats, Floats]:
    """Gradient and observed information of the log partial likelihood (Breslow's ties)."""
    sums = risk_sums(spells, beta)
    gone = spells.ended > 0
    gradient = (spells.x[gone] - sums.mean[np.searchsorted(sums.time, spells.time[gone])]).sum(axis=0)
    weight = np.exp(np.clip(spells.x @ beta, -50, 50))
    cumulative = sums.cumulative
    exposure = weight * (cumulative[sums.before(spells.time)] - cumulative[sums.before(spells.entry)])
    second = spells.x.T @ (exposure[:, None] * spells.x)
    return gradient, second - sums.mean.T @ (sums.ended[:, None] * sums.mean)
