"""Logistic regression on grouped counts: one group against the rest, with the other properties held fixed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.statistics import Z95, Interval

Floats = npt.NDArray[np.float64]
PRIOR_SD = 5.0  # of a coefficient, on the scale of log odds: keeps levels where all or none went on finite
STEPS = 50
ENOUGH = 1e-10


@dataclass(frozen=True)
class Fit:
    """Coefficients (intercept first) with their covariance; `terms`: (property, value) of the others, in order."""

    terms: tuple[tuple[str, str | None], ...]
    coefficients: Floats
    covariance: Floats
    sizes: Floats  # units with each term
    converged: bool

    def against_rest(self, name: str, value: str | None, inflation: float = 1.0) -> tuple[float, Interval, float]:
        """Adjusted odds ratio of a value against the other values of its property as they are mixed, interval, p.

        `inflation` widens the variance for people who come several times. NaN where the value is not in the model.
        """
        nothing = math.nan, Interval(math.nan, math.nan), math.nan
        places = [place for place, (own, _) in enumerate(self.terms) if own == name]
        here = [place for place in places if self.terms[place][1] == value]
        others = [place for place in places if place not in here and self.terms[place][1] is not None]
        total = self.sizes[others].sum() if others else 0.0
        if not here or not total or not self.converged:
            return nothing
        contrast = np.zeros(len(self.coefficients))
        contrast[1 + here[0]] = 1.0
        contrast[[1 + place for place in others]] = -self.sizes[others] / total
        log = float(contrast @ self.coefficients)
        error = math.sqrt(max(float(contrast @ self.covariance @ contrast), 0.0) * inflation)
        p = math.erfc(abs(log) / error / math.sqrt(2)) if error > 0 else math.nan
        return math.exp(log), Interval(math.exp(log - Z95 * error), math.exp(log + Z95 * error)), p


def fit(cells: pd.DataFrame, properties: Sequence[str], trials: str, successes: str) -> Fit:
    """Fit success on all levels of the properties, by Newton's method, with a normal prior on each level.

    Args:
        cells: one row a combination of values (null = not known, a level of its own), with counts.
        properties: columns of the values; one with a single level adds nothing.
        trials: column of the units at risk.
        successes: column of those who went on.

    The prior makes the levels of a property identified without a level of reference; a contrast within a property does
    not depend on that. With many units it is without weight.
    """
    cells = cells[cells[trials] > 0]
    columns: list[Floats] = []
    terms: list[tuple[str, str | None]] = []
    for name in properties:
        codes, values = pd.factorize(cells[name].astype(object), use_na_sentinel=False)
        if len(values) < 2:
            continue
        for code, value in enumerate(values):
            columns.append((codes == code).astype(np.float64))
            terms.append((name, None if pd.isna(value) else str(value)))
    n = cells[trials].to_numpy(np.float64)
    y = cells[successes].to_numpy(np.float64)
    design = np.column_stack([np.ones(len(cells)), *columns])
    sizes = design[:, 1:].T @ n
    coefficients, covariance, converged = newton(design, n, y)
    return Fit(tuple(terms), coefficients, covariance, sizes, converged)


def newton(design: Floats, n: Floats, y: Floats) -> tuple[Floats, Floats, bool]:
    """Coefficients, covariance and whether it converged, of y successes in n trials a row; the first column of the
    design is the intercept, the others have a normal prior of PRIOR_SD."""
    many = design.shape[1]
    penalty = np.diag(np.r_[0.0, np.full(many - 1, 1 / PRIOR_SD**2)])
    beta = np.zeros(many)
    total, hits = n.sum(), y.sum()
    if not 0 < hits < total:
        return beta, np.zeros((many, many)), False
    beta[0] = math.log(hits / (total - hits))
    value = _objective(design, n, y, penalty, beta)
    for _ in range(STEPS):
        mean = _mean(design @ beta)
        gradient = design.T @ (y - n * mean) - penalty @ beta
        information = (design * (n * mean * (1 - mean))[:, None]).T @ design + penalty
        step = np.linalg.solve(information, gradient)
        scale = 1.0
        while scale > 1e-6:
            tried = beta + scale * step
            reached = _objective(design, n, y, penalty, tried)
            if reached >= value - ENOUGH * abs(value):
                break
            scale /= 2
        beta, gain, value = tried, reached - value, reached
        if abs(gain) <= ENOUGH * (1 + abs(value)) and float(np.abs(scale * step).max()) < 1e-6:
            return beta, np.linalg.inv(information), True
    return beta, np.zeros((many, many)), False


def _mean(linear: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(linear, -35, 35))))


def _objective(design: Floats, n: Floats, y: Floats, penalty: Floats, beta: Floats) -> float:
    linear = design @ beta
    return float(y @ linear - n @ np.logaddexp(0.0, linear) - 0.5 * beta @ penalty @ beta)
