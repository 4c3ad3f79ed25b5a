"""Where stores, regions or weeks were drawn and not customers: people of one cluster resemble each other.

Treated as if each had been drawn, they would look like many more independent people than there are. So the clusters
are the units: their sums and sizes go through the delta method, with as many degrees of freedom as clusters allow. Of a
few clusters the normal curve is no guide: their labels are permuted instead.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
from scipy import stats

from customer_analytics.analysis.experiment.estimate import Estimate, ratio
from customer_analytics.analysis.experiment.moments import UNITS, Floats, Moments

LEAST = 3  # clusters in each arm, below which nothing is said
ENOUGH = 10  # clusters in each arm, from which Welch's t holds
MOST_EXACT = 20_000  # ways to deal out the labels that are all gone through
DRAWS = 9_999


def compare(treated: Moments, control: Moments, name: str, rng: np.random.Generator) -> Estimate:
    """Difference of the means per unit of two arms of clusters (Moments with UNITS)."""
    fewest = min(treated.n, control.n)
    if fewest < LEAST:
        return Estimate(reason="few_clusters")
    found = ratio(treated, control, name, UNITS)
    if found.reason:
        return found
    if fewest >= ENOUGH:
        return replace(found, method="clusters")
    half = float(stats.t.ppf(0.975, fewest - 1)) * found.standard_error  # the cautious degrees of freedom
    p = permuted(_rows(treated, name), _rows(control, name), rng)
    return replace(found, low=found.effect - half, high=found.effect + half, p=p, method="permuted_clusters")


def _rows(arm: Moments, name: str) -> Floats:
    """Sum and size of each cluster, (clusters, 2)."""
    return arm.block_sums[:, [arm.names.index(name), arm.names.index(UNITS)]]


def permuted(treated: Floats, control: Floats, rng: np.random.Generator) -> float:
    """Share of the ways to deal out the arms among the clusters that differ at least as much as the true one.

    `treated`, `control`: sum and size of each cluster, (clusters, 2). All ways where there are few, else a sample that
    counts the true one.
    """
    rows, k = np.vstack((treated, control)), len(treated)
    total = rows.sum(axis=0)
    seen = abs(_difference(treated.sum(axis=0), total)) * (1 - 1e-9)
    ways = math.comb(len(rows), k)
    if ways <= MOST_EXACT:
        chosen = np.array([*itertools.combinations(range(len(rows)), k)])
        return float(np.mean(np.abs(_difference(rows[chosen].sum(axis=1), total)) >= seen))
    order = rng.permuted(np.tile(np.arange(len(rows)), (DRAWS, 1)), axis=1)[:, :k]
    extreme = np.abs(_difference(rows[order].sum(axis=1), total)) >= seen
    return float((1 + extreme.sum()) / (1 + DRAWS))


def _difference(chosen: Floats, total: Floats) -> Floats:
    """Mean per unit of the chosen clusters less that of the others; sums and sizes in the last axis."""
    other = total - chosen
    return np.asarray(chosen[..., 0] / chosen[..., 1] - other[..., 0] / other[..., 1])
