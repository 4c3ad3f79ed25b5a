"""Do the clusters come back in other customers of the same kind, and from other starts?"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from customer_analytics.analysis.personas.clustering import Clusters, k_means, rand_index
from customer_analytics.analysis.personas.result import Level

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
SEEDS = 5
BORDERS: tuple[tuple[float, Level], ...] = ((0.85, "very_stable"), (0.75, "stable"), (0.6, "pattern"))


def jaccard_stability(points: Floats, found: Clusters, resamples: int, seed: int) -> Floats:
    """For each cluster, mean over bootstrap samples of the greatest Jaccard similarity with a new cluster.

    Compared on the points that were drawn, each once (Hennig 2007, "boot" with points drawn several times left out of
    the comparison). NaN for a cluster of which no point was ever drawn.
    """
    generator = np.random.default_rng([seed, 4])
    k = len(found.centres)
    best = np.full((resamples, k), math.nan)
    for i in range(resamples):
        drawn = generator.integers(len(points), size=len(points))
        again = k_means(points[drawn], k, seed + i, 2)
        distinct, first = np.unique(drawn, return_index=True)
        best[i] = best_matches(found.labels[distinct], again.labels[first], k)
    known = ~np.isnan(best)
    sums, times = np.where(known, best, 0.0).sum(axis=0), known.sum(axis=0)
    mean: Floats = np.divide(sums, times, out=np.full(k, math.nan), where=times > 0)
    return mean


def best_matches(old: Ints, new: Ints, k: int) -> Floats:
    """Greatest Jaccard similarity of each old cluster 0..k-1 with any new one; NaN for an old one without points."""
    width = int(new.max(initial=0)) + 1
    both = np.bincount(old * width + new, minlength=k * width).reshape(k, width)
    either = both.sum(axis=1)[:, None] + both.sum(axis=0)[None, :] - both
    similar = np.divide(both, either, out=np.zeros((k, width)), where=either > 0)
    return np.where(both.sum(axis=1) > 0, similar.max(axis=1), math.nan)


def seed_agreement(points: Floats, found: Clusters, seed: int) -> float:
    """Mean adjusted Rand index of the grouping with those from other starts."""
    k = len(found.centres)
    again = [k_means(points, k, seed + 1_000 + i, 2).labels for i in range(SEEDS)]
    return float(np.mean([rand_index(found.labels, labels) for labels in again]))


def level(stability: float) -> Level:
    """The name of a Jaccard stability (Hennig's borders, D2)."""
    if math.isnan(stability):
        return "not_estimable"
    return next((name for border, name in BORDERS if stability >= border), "dissolved")
