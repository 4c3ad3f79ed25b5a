""" "Given that they are here in month 9": the probability that a running contract ends within the next so many days.

p = 1 - exp(-(H(a + h) - H(a)) exp(xb)) with the cumulative baseline hazard H (Breslow), the contract's age a and its
covariates. The interval carries both errors, of the baseline and of the coefficients (Tsiatis 1981; as for a predicted
survival curve in Therneau, Grambsch 2000, section 10.2), on the log scale of the hazard. Beyond the last age that is
well observed the hazard of the stretch before it goes on; such contracts are marked.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.hazard.risk_sets import RiskSums
from customer_analytics.statistics import Z95

Floats = npt.NDArray[np.float64]
LEAST_AT_RISK = 10  # up to the last age at which so many are observed the baseline is its own
STRETCH = 0.25  # part of that age whose hazard goes on beyond it
RULE_OF_THREE = 3.0  # upper limit of a count of which none was seen


class Model(NamedTuple):
    """A fitted model as far as predictions need it: sums over those at risk, coefficients and their covariance."""

    sums: RiskSums
    coefficients: Floats
    covariance: Floats


def last_known_age(sums: RiskSums) -> float:
    """The last age of an end at which at least LEAST_AT_RISK were under observation (at least: the first of all)."""
    enough = sums.time[sums.at_risk >= LEAST_AT_RISK]
    return float(enough[-1] if len(enough) else sums.time[0])


def conditional_end(model: Model, x: Floats, age: Floats, horizon: float) -> pd.DataFrame:
    """Probability to end within `horizon` of now, given the age: probability, low, high, extrapolated (bool).

    Args:
        model: the fitted model.
        x: rows x columns of the covariates.
        age: age of each contract now, in the model's unit.
        horizon: how far ahead, in the same unit.
    """
    sums = model.sums
    last = last_known_age(sums)
    stretch = min(max(horizon, STRETCH * last), last)
    base = _along(sums, sums.cumulative, age, horizon, last, stretch)
    means = _along(sums, sums.cumulative_mean, age, horizon, last, stretch)
    spread = _along(sums, sums.cumulative_variance, age, horizon, last, stretch)
    relative = np.exp(np.clip(x @ model.coefficients, -50, 50))
    away = x * base[:, None] - means
    variance = spread + ((away @ model.covariance) * away).sum(axis=1)
    hazard = relative * base
    with np.errstate(divide="ignore", invalid="ignore"):
        error = relative * np.sqrt(np.maximum(variance, 0.0)) / hazard
    low, high = hazard * np.exp(-Z95 * error), hazard * np.exp(Z95 * error)
    none = hazard <= 0
    if none.any():  # nobody ended at such an age: it is not impossible
        place = np.minimum(sums.before(age), len(sums.time) - 1)
        low, high = np.where(none, 0.0, low), np.where(none, relative * RULE_OF_THREE / sums.risk[place], high)
    return pd.DataFrame(
        {
            "probability": -np.expm1(-hazard), "low": -np.expm1(-low), "high": -np.expm1(-high),
            "extrapolated": age + horizon > last,
        }
    )  # fmt: skip


def _along(sums: RiskSums, cumulative: Floats, age: Floats, horizon: float, last: float, stretch: float) -> Floats:
    """Increase of a cumulative sum over the horizon; beyond `last` it grows as over the stretch before it."""
    wide = cumulative.ndim == 2
    edges = sums.before(np.array([last - stretch, last]))
    slope = (cumulative[edges[1]] - cumulative[edges[0]]) / stretch

    def level(at: Floats) -> Floats:
        inside = cumulative[sums.before(np.minimum(at, last))]
        beyond = np.maximum(at - last, 0.0)
        return np.asarray(inside + (beyond[:, None] * slope if wide else beyond * slope))

    return level(age + horizon) - level(age)


def survival_at(model: Model, x: Floats, at: Floats) -> Floats:
    """Share that lasts beyond each age of `at`, from the beginning: rows x ages."""
    reached = model.sums.cumulative[model.sums.before(at)]
    relative = np.exp(np.clip(x @ model.coefficients, -50, 50))
    return np.asarray(np.exp(-relative[:, None] * reached[None, :]))
