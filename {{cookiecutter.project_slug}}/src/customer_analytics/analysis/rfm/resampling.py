"""Intervals of sums over customers: the customers are drawn again, never the orders."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from customer_analytics.statistics import Z95, Interval

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
RESAMPLES, CHUNK = 1000, 50  # resamples, and how many are drawn at a time to bound the memory
LARGE = 5_000  # customers from which the bootstrap and the normal interval print the same
SEED = 20_11


def sum_intervals(values: Floats, groups: Integers, many: int) -> list[Interval]:
    """95 % interval of the sum of `values` over the customers of each of `many` groups, numbered from 0.

    All customers are drawn again, so that the number of those in a group varies too; a group of -1 is none. Percentile
    bootstrap; from LARGE customers on the normal interval. Not estimable with fewer than two customers.
    """
    n = len(values)
    if n < 2:
        return [Interval(math.nan, math.nan)] * many
    inside = groups >= 0
    codes, own = groups[inside], values[inside]
    if n >= LARGE:
        sums, squares = (np.bincount(codes, weights=one, minlength=many) for one in (own, own * own))
        half = Z95 * np.sqrt(np.maximum(squares - sums**2 / n, 0.0) * n / (n - 1))
        return [Interval(float(a - b), float(a + b)) for a, b in zip(sums, half, strict=True)]
    table = np.zeros((n, many))
    table[np.flatnonzero(inside), codes] = own
    generator = np.random.default_rng(SEED)
    drawn = np.concatenate([counts @ table for counts in resample_counts(generator, n, RESAMPLES)])
    low, high = np.quantile(drawn, (0.025, 0.975), axis=0)
    return [Interval(float(a), float(b)) for a, b in zip(low, high, strict=True)]


def resample_counts(generator: np.random.Generator, n: int, resamples: int) -> Iterator[Floats]:
    """How often each of `n` customers is drawn in each resample, in blocks of CHUNK x n."""
    for begin in range(0, resamples, CHUNK):
        draws = min(CHUNK, resamples - begin)
        drawn = generator.integers(0, n, size=(draws, n)) + n * np.arange(draws)[:, None]
        yield np.bincount(drawn.ravel(), minlength=draws * n).reshape(draws, n).astype(np.float64)
