"""Intervals of sums over customers: the customers are drawn again, never the orders."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from customer_analytics.statistics import Z95, Interval

Floats = npt.NDArray[np.float64]
RESAMPLES, CHUNK = 1000, 50  # resamples, and how many are drawn at a time to bound the memory
LARGE = 5_000  # customers from which the bootstrap and the normal interval print the same
SEED = 20_11


def sum_intervals(values: Floats) -> list[Interval]:
    """95 % interval of the sum of each column of `values` (customers x quantities) over the customers.

    A customer who is not part of a quantity has 0 in its column, so the number of those who are varies too. Percentile
    bootstrap; from LARGE customers on the normal interval. Not estimable with fewer than two customers.
    """
    n, many = values.shape
    if n < 2:
        return [Interval(math.nan, math.nan)] * many
    if n >= LARGE:
        half = Z95 * math.sqrt(n) * values.std(axis=0, ddof=1)
        return [Interval(float(a - b), float(a + b)) for a, b in zip(values.sum(axis=0), half, strict=True)]
    generator = np.random.default_rng(SEED)
    sums = np.concatenate([counts @ values for counts in resample_counts(generator, n, RESAMPLES)])
    low, high = np.quantile(sums, (0.025, 0.975), axis=0)
    return [Interval(float(a), float(b)) for a, b in zip(low, high, strict=True)]


def resample_counts(generator: np.random.Generator, n: int, resamples: int) -> Iterator[Floats]:
    """How often each of `n` customers is drawn in each resample, in blocks of CHUNK x n."""
    for begin in range(0, resamples, CHUNK):
        draws = min(CHUNK, resamples - begin)
        drawn = generator.integers(0, n, size=(draws, n)) + n * np.arange(draws)[:, None]
        yield np.bincount(drawn.ravel(), minlength=draws * n).reshape(draws, n).astype(np.float64)
