"""Is there any cluster structure? Customers against two kinds of customers without it.

* permuted: every tag shuffled among the customers by itself. Nothing goes with anything.
* one group: the same margins and the same correlations, but no groups (a Gaussian copula; its latent correlations are
  adjusted until the made data have the correlations of the customers). Tags that merely rise and fall together, in one
  stretched cloud, look like clusters beside permuted tags; beside these they do not.

Each reference data set goes through the same steps: components, k-means for each k, silhouette. For each k the
silhouette is put in standard deviations of the references' ones; the statistic is the greatest over k, for the
customers and for every reference data set alike, so that looking at many k is paid for. Structure is found where the
statistic is beyond both kinds (an intersection-union test: the level holds whichever of the two is true).

What it does not see: two groups that every single tag already shows with a gap, all tags alike. The margins then hold
the gap and the correlations the rest, so the one-group data have it as well; that is one tag's threshold, and one tag
says it better than a persona. Groups that only several tags together show, which is what personas are for, stand out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from customer_analytics.analysis.personas.clustering import distances, k_means_each, silhouettes
from customer_analytics.analysis.personas.space import Space, shuffled

Floats = npt.NDArray[np.float64]
LEVEL = 0.05
STARTS = 2
ROWS = 600  # customers of each comparison: the matrix of distances has this many rows and columns
LEAST_GAIN = 0.05  # silhouette above that of one group below which groups are not worth acting on, however sure
LATENT_ROWS, ADJUSTMENTS = 4_000, 4


@dataclass(frozen=True)
class Separation:
    """Silhouettes of the customers and of the reference data (sets x k), for k = 2..most."""

    own: Floats
    permuted: Floats
    one_group: Floats

    def p_value(self, references: Floats) -> float:
        """Share of the data sets, the customers' included, whose statistic is at least theirs (Phipson, Smyth 2010)."""
        stacked = np.vstack([self.own[None, :], references])
        known = ~np.isnan(stacked).all(axis=0)
        if not known.any():
            return 1.0
        stacked = np.nan_to_num(stacked[:, known], nan=-1.0)
        spread = stacked.std(axis=0)
        score = (stacked - stacked.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
        statistic = score.max(axis=1)
        return float((statistic >= statistic[0] - 1e-12).sum() / len(statistic))

    @property
    def excess(self) -> Floats:
        """For each k, the own silhouette above the one-group mean in its standard deviations."""
        with np.errstate(invalid="ignore", divide="ignore"):
            spread = self.one_group.std(axis=0)
            apart: Floats = (self.own - self.one_group.mean(axis=0)) / np.where(spread > 0, spread, np.nan)
        return apart


def separation(matrix: Floats, space: Space, most: int, sets: int, seed: int) -> Separation:
    """Silhouettes for k = 2..most of the customers (rows of `matrix`, the columns of `space`) and of reference data."""
    generator = np.random.default_rng([seed, 3])
    rows = generator.choice(len(matrix), min(len(matrix), ROWS), replace=False)
    sample = matrix[np.sort(rows)]
    components = space.loadings.shape[1]
    latent = latent_correlations(sample, generator)
    own = _silhouettes(sample, components, most, seed)
    permuted = [_silhouettes(shuffled(sample, space, generator), components, most, seed + i) for i in range(sets)]
    one_group = [_silhouettes(one_blob(sample, latent, generator), components, most, seed + i) for i in range(sets)]
    return Separation(own, np.array(permuted), np.array(one_group))


def _silhouettes(matrix: Floats, components: int, most: int, seed: int) -> Floats:
    centred = matrix - matrix.mean(axis=0)
    variances, vectors = np.linalg.eigh(centred.T @ centred)
    points = centred @ vectors[:, ::-1][:, :components]
    if not variances[-1] > 0:
        return np.full(most - 1, math.nan)
    apart = distances(points, points)
    found = k_means_each(points, range(2, most + 1), seed, STARTS, apart**2)
    widths: Floats = np.array(silhouettes(apart.astype(np.float32), [clusters.labels for clusters in found]))
    return widths


def latent_correlations(sample: Floats, generator: np.random.Generator) -> Floats:
    """Root of the correlation matrix of normal variables that, given the margins of the sample, gives its correlations.

    By adjustment: the difference between wanted and made correlations is added to the latent ones, a few times (the
    "normal to anything" method, Cario and Nelson 1997); negative eigenvalues are set to a small positive number.
    """
    wanted = _correlations(sample)
    latent = wanted.copy()
    root = _root(latent)
    for _ in range(ADJUSTMENTS):
        made = _correlations(_with_margins(generator.standard_normal((LATENT_ROWS, len(wanted))) @ root.T, sample))
        latent = np.clip(latent + wanted - made, -0.99, 0.99)
        np.fill_diagonal(latent, 1.0)
        root = _root(latent)
    return root


def one_blob(sample: Floats, root: Floats, generator: np.random.Generator) -> Floats:
    """As many customers with the margins and correlations of the sample, and no groups."""
    return _with_margins(generator.standard_normal(sample.shape) @ root.T, sample)


def _correlations(values: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        made = np.nan_to_num(np.atleast_2d(np.corrcoef(values.T)))
    np.fill_diagonal(made, 1.0)
    return made


def _root(correlations: Floats) -> Floats:
    variances, vectors = np.linalg.eigh(correlations)
    root = vectors * np.sqrt(np.maximum(variances, 1e-6))
    unit: Floats = root / np.sqrt((root**2).sum(axis=1, keepdims=True))
    return unit


def _with_margins(normal: Floats, sample: Floats) -> Floats:
    """Each column's values replaced by those of the sample with the same rank."""
    ordered = np.sort(sample, axis=0)
    ranks = normal.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable")
    places = (ranks * len(sample)) // len(normal)
    made: Floats = np.take_along_axis(ordered, places, axis=0)
    return made
