"""The chance of a count at least as high, where only its mean and its variance are known."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
_POISSON = 1e-6  # a variance this close to the mean is a Poisson count's


def upper_tail(count: npt.NDArray[np.int64], mean: Floats, variance: Floats) -> Floats:
    """P(X ≥ count) of a sum of hypergeometric counts, by the binomial distribution with its mean and variance.

    A single hypergeometric count with small shares is nearly such a binomial, a sum over strata lies between it and a
    Poisson count. A variance of the mean or above it is taken for a Poisson count's. The size of the binomial need not
    be whole: its tail is the incomplete beta function. No expected count: 1 (there is nothing to find).
    """
    from scipy import special

    count, mean = np.asarray(count, dtype=float), np.asarray(mean, dtype=float)
    room = 1 - np.clip(variance / np.where(mean > 0, mean, 1.0), 0.0, 1.0)  # the binomial's probability
    poisson = special.gammainc(np.maximum(count, 1.0), mean)
    share = np.maximum(room, _POISSON)
    size = mean / share
    binomial = special.betainc(np.maximum(count, 1.0), np.maximum(size - count + 1, 1e-9), share)
    tail = np.where(room < _POISSON, poisson, np.where(count > np.ceil(size), 0.0, binomial))
    return np.where((count <= 0) | (mean <= 0), 1.0, np.clip(tail, 0.0, 1.0))


def lower_tail(count: npt.NDArray[np.int64], mean: Floats, variance: Floats) -> Floats:
    """P(X ≤ count), in the same way."""
    nothing = np.asarray(mean) <= 0
    return np.where(nothing, 1.0, 1 - upper_tail(np.asarray(count) + 1, mean, variance))
