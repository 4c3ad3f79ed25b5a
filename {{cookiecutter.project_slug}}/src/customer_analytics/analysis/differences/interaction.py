"""Whether effects differ between levels of a group: one test of all levels, not one test a level.

A level whose own interval excludes nothing, beside one whose interval does not, says nothing about a difference between
the two (Gelman, Stern 2006). Cochran's Q asks whether the effects vary more than their errors explain; the shrunken
effects say by how much each should be believed (DerSimonian, Laird 1986; Morris 1983).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2, f, norm

from customer_analytics.statistics import Z95

Floats = npt.NDArray[np.float64]


class Interaction(NamedTuple):
    """Test of equal effects. `spread`: standard deviation of the true effects, 0 where noise explains all of it."""

    statistic: float
    degrees: int
    p: float
    common: float
    spread: float
    detectable: float


class Shrunk(NamedTuple):
    """Effects drawn towards the common one, with their 95 % intervals."""

    effect: Floats
    low: Floats
    high: Floats


def interaction(effect: Floats, covariance: Floats, power: float, clusters: int | None = None) -> Interaction:
    """The test that all effects are one.

    Args:
        effect: of each level, at least two.
        covariance: of their errors, (levels, levels), positive definite; diagonal where levels hold different people.
        power: with which `detectable` would be seen.
        clusters: how many were drawn, where clusters were; the test is then F's, not chi-square's.
    """
    degrees = len(effect) - 1
    contrast = np.eye(degrees, len(effect)) - np.eye(degrees, len(effect), 1)
    apart = contrast @ effect
    statistic = float(apart @ np.linalg.solve(contrast @ covariance @ contrast.T, apart))
    if clusters is None:
        p = float(chi2.sf(statistic, degrees))
    else:
        p = float(f.sf(statistic / degrees, degrees, max(clusters - 2 * len(effect), 1)))
    weight = 1 / np.diag(covariance)
    common = float(weight @ effect / weight.sum())
    return Interaction(statistic, degrees, p, common, _spread(effect, weight), _detectable(covariance, power))


def _spread(effect: Floats, weight: Floats) -> float:
    """Standard deviation between levels by the method of moments of DerSimonian and Laird."""
    common = weight @ effect / weight.sum()
    q = float(weight @ (effect - common) ** 2)
    scale = float(weight.sum() - (weight**2).sum() / weight.sum())
    return math.sqrt(max(q - (len(effect) - 1), 0.0) / scale) if scale > 0 else 0.0


def _detectable(covariance: Floats, power: float) -> float:
    """Smallest difference of a level to the mean of the others that is seen with this power, in the easiest level."""
    variance, levels = np.diag(covariance), len(covariance)
    errors = []
    for level in range(levels):
        against = np.where(np.arange(levels) == level, 0.0, 1 / variance)
        against = -against / against.sum()
        against[level] = 1.0
        errors.append(math.sqrt(float(against @ covariance @ against)))
    return (Z95 + float(norm.ppf(power))) * min(errors)


def shrunken(effect: Floats, variance: Floats, spread: float) -> Shrunk:
    """Empirical Bayes: each effect and the common one, weighted by what is known of each; with `spread` 0 all are the
    common one. The uncertainty of the common effect is part of the intervals (Morris 1983)."""
    weight = 1 / (variance + spread**2)
    common, error = weight @ effect / weight.sum(), 1 / weight.sum()
    kept = spread**2 / (variance + spread**2)
    shrunk: Floats = kept * effect + (1 - kept) * common
    half = Z95 * np.sqrt(kept * variance + (1 - kept) ** 2 * error)
    return Shrunk(shrunk, shrunk - half, shrunk + half)
