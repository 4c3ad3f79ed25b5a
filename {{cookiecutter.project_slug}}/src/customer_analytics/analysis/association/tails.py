"""Exact tails of the hypergeometric distribution (Fisher's exact test) for many tables at once.

scipy.stats.hypergeom gives the same numbers one table after another; hundreds of thousands of rules need them together.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import betaln

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
_NEGLIGIBLE = 1e-17  # of the sum so far: what is left of a falling series adds nothing to a double
_ROWS = 100_000  # tables summed at once, so that memory stays small


def at_least(count: Integers, n: Integers, first: Integers, second: Integers) -> Floats:
    """P(X >= count) with X the baskets that hold both, of n, when `first` hold one and `second` the other by chance.

    All arrays have shape (tables,). One-sided Fisher exact test for more than chance (Fisher 1935). A count that the
    margins do not allow has probability 0 above and 1 below the possible ones.
    """
    return _tail(count, n, first, second, upward=True)


def at_most(count: Integers, n: Integers, first: Integers, second: Integers) -> Floats:
    """P(X <= count): one-sided Fisher exact test for less than chance. Arguments as in `at_least`."""
    return _tail(count, n, first, second, upward=False)


def _tail(count: Integers, n: Integers, first: Integers, second: Integers, *, upward: bool) -> Floats:
    arrays = [np.asarray(one, np.int64) for one in np.broadcast_arrays(count, n, first, second)]
    found = np.empty(len(arrays[0]))
    for start in range(0, len(found), _ROWS):
        part = slice(start, start + _ROWS)
        found[part] = _tail_of_some(*(one[part] for one in arrays), upward=upward)
    return found


def _tail_of_some(count: Integers, n: Integers, first: Integers, second: Integers, *, upward: bool) -> Floats:
    """Sum the side of the distribution that falls away from its mode; the other side is one minus that."""
    lowest, highest = np.maximum(0, first + second - n), np.minimum(first, second)
    mode = (first + 1) * (second + 1) // (n + 2)
    own = count >= mode if upward else count <= mode
    ascending = own if upward else ~own
    # Where the wanted side holds the mode, its complement begins one further and falls.
    start = np.where(own, count, count - 1 if upward else count + 1)
    total = np.zeros(len(count))
    inside = (start >= lowest) & (start <= highest)
    for going_up in (True, False):
        rows = np.flatnonzero(inside & (ascending == going_up))
        total[rows] = _falling_sum(start[rows], n[rows], first[rows], second[rows], up=going_up)
    beyond_low, beyond_high = start < lowest, start > highest
    # A side that begins before the possible counts holds all of them, one that begins after them none.
    total[beyond_low & ascending] = 1.0
    total[beyond_high & ~ascending] = 1.0
    return np.clip(np.where(own, total, 1.0 - total), 0.0, 1.0)


def _falling_sum(start: Integers, n: Integers, first: Integers, second: Integers, *, up: bool) -> Floats:
    """Probability of `start` and all that lie beyond it, away from the mode: a series of falling ratios."""
    term = np.exp(_log_probability(start, n, first, second))
    total, count = term.copy(), start.astype(np.float64)
    rows = np.arange(len(start))
    a, b, rest = first.astype(np.float64), second.astype(np.float64), (n - first - second).astype(np.float64)
    while len(rows):
        if up:
            ratio = (a - count) * (b - count) / ((count + 1) * (rest + count + 1))
            count = count + 1
        else:
            ratio = count * (rest + count) / ((a - count + 1) * (b - count + 1))
            count = count - 1
        term = term * ratio
        total[rows] += term
        going = np.flatnonzero(term > _NEGLIGIBLE * total[rows])
        rows, term, count, a, b, rest = rows[going], term[going], count[going], a[going], b[going], rest[going]
    return total


def _log_probability(count: Integers, n: Integers, first: Integers, second: Integers) -> Floats:
    """log P(X = count), through beta functions: differences of log factorials would lose digits."""
    found: Floats = _log_choose(second, count) + _log_choose(n - second, first - count) - _log_choose(n, first)
    return found


def _log_choose(of: Integers, some: Integers) -> Floats:
    found: Floats = -betaln(of - some + 1.0, some + 1.0) - np.log1p(of.astype(np.float64))
    return found
