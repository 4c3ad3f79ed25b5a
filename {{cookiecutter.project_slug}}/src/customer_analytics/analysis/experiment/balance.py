"""Whether the arms were alike before the draw: standardised differences, and all of them at once by Hotelling."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import stats

from customer_analytics.analysis.experiment.moments import Moments


class Hotelling(NamedTuple):
    """Hotelling's T² of two samples. `columns`: how many independent ones it is of; p NaN without any."""

    statistic: float
    columns: int
    p: float


def standardised(treated: Moments, control: Moments, name: str) -> float:
    """Difference of two means in standard deviations, the arms' variances averaged (Austin 2009); 0 of constants."""
    spread = (treated.variance_of(name) + control.variance_of(name)) / 2
    difference = treated.mean_of(name) - control.mean_of(name)
    if not spread > 0:
        return 0.0 if difference == 0 else float("nan")
    return float(difference / np.sqrt(spread))


def hotelling(treated: Moments, control: Moments, names: tuple[str, ...]) -> Hotelling:
    """T² with the pooled covariance and its F distribution; columns that repeat others count once."""
    n, m = treated.n, control.n
    if not names or min(n, m) < 2:
        return Hotelling(float("nan"), 0, float("nan"))
    places = [treated.names.index(name) for name in names]
    pooled = (n - 1) * treated.covariance[np.ix_(places, places)] + (m - 1) * control.covariance[np.ix_(places, places)]
    pooled /= n + m - 2
    kept = np.diag(pooled) > 0
    scale = np.sqrt(np.diag(pooled)[kept])
    difference = (treated.mean - control.mean)[places][kept] / scale
    correlation = pooled[np.ix_(kept, kept)] / np.outer(scale, scale)
    values, vectors = np.linalg.eigh(correlation) if kept.any() else (np.empty(0), np.empty((0, 0)))
    free = values > 1e-8
    rank = int(free.sum())
    if not rank or n + m - rank - 1 < 1:
        return Hotelling(float("nan"), 0, float("nan"))
    along = vectors[:, free].T @ difference
    statistic = float(n * m / (n + m) * (along**2 / values[free]).sum())
    ratio = statistic * (n + m - rank - 1) / ((n + m - 2) * rank)
    return Hotelling(statistic, rank, float(stats.f.sf(ratio, rank, n + m - rank - 1)))
