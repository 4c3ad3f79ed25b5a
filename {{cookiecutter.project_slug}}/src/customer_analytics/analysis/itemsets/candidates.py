"""Sets of k + 1 items whose every subset of k is frequent: made in numpy from the frequent sets of k (Apriori).

Agrawal, Srikant, "Fast algorithms for mining association rules", VLDB 1994. The sets of a length are a matrix in
lexicographic order. A set is known by its row there, its node; a longer one by one number, its key: the node of its
first k items, times the number of codes, plus its last item.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int32]
Numbers = npt.NDArray[np.int64]
_AT_ONCE = 2_000_000  # joins of two sets that are looked at in one go


@dataclass(frozen=True)
class Level:
    """Sets of one length: `codes` (rows, k) ascending in each row and over the rows, `keys` and `counts` (rows,)."""

    codes: Codes
    keys: Numbers
    counts: Numbers

    def __len__(self) -> int:
        return len(self.keys)


@dataclass(frozen=True)
class Candidates:
    """Sets yet to be counted: keys, ascending, and the most baskets that can hold each (the rarest of its subsets)."""

    keys: Numbers
    bounds: Numbers

    def __len__(self) -> int:
        return len(self.keys)

    def from_floor(self, floor: int) -> Candidates:
        """Those that can still reach a floor."""
        able = self.bounds >= floor
        return Candidates(self.keys[able], self.bounds[able])


def first_level(counts: Numbers) -> Level:
    """The single items: code c is row c."""
    codes = np.arange(len(counts), dtype=np.int32)
    return Level(codes.reshape(-1, 1), codes.astype(np.int64), counts)


def next_level(shorter: Level, keys: Numbers, counts: Numbers, codes: int) -> Level:
    """The sets that the keys (ascending) stand for."""
    nodes, last = np.divmod(keys, codes)
    return Level(np.column_stack([shorter.codes[nodes], last.astype(np.int32)]), keys, counts)


def nodes_of(rows: Codes, levels: Sequence[Level], codes: int) -> Numbers:
    """The node of each set in the level of its length; -1 for one that is not there. No items: node 0."""
    nodes = np.zeros(len(rows), dtype=np.int64)
    for place in range(rows.shape[1]):
        keys = levels[place].keys
        wanted = np.where(nodes >= 0, nodes * codes + rows[:, place], -1)
        at = np.searchsorted(keys, wanted)
        found = keys[np.minimum(at, len(keys) - 1)] == wanted if len(keys) else np.zeros(len(rows), dtype=bool)
        nodes = np.where(found, at, -1)
    return nodes


def joined(level: Level, floor: int) -> Iterator[tuple[Numbers, Numbers]]:
    """Rows of sets that reach the floor and differ in their last item only, the smaller first; in bounded pieces."""
    rows = np.flatnonzero(level.counts >= floor)
    if len(rows) < 2:
        return
    codes = level.codes[rows]
    ends = np.flatnonzero(np.any(codes[1:, :-1] != codes[:-1, :-1], axis=1)) + 1
    sizes = np.diff(np.concatenate(([0], ends, [len(rows)])))
    after = np.repeat(np.cumsum(sizes), sizes) - np.arange(len(rows)) - 1  # sets of the same first items still to come
    cuts = np.flatnonzero(np.diff(np.cumsum(after) // _AT_ONCE)) + 1
    for begin, end in pairwise([0, *cuts.tolist(), len(rows)]):
        many = after[begin:end]
        left = np.repeat(np.arange(begin, end), many)
        steps = np.arange(len(left)) - np.repeat(np.cumsum(many) - many, many)
        if len(left):
            yield rows[left], rows[left + 1 + steps]


def candidates_after(levels: Sequence[Level], codes: int, floor: int) -> Candidates:
    """Every set that is one longer than the last level and whose subsets all reach the floor."""
    level = levels[-1]
    keys, bounds = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for left, right in joined(level, floor):
        bound, last = np.minimum(level.counts[left], level.counts[right]), level.codes[right, -1]
        for dropped in range(level.codes.shape[1] - 1):  # without one of the last two items: the two that were joined
            subsets = np.column_stack([np.delete(level.codes[left], dropped, axis=1), last])
            nodes = nodes_of(subsets, levels, codes)
            bound = np.minimum(bound, np.where(nodes >= 0, level.counts[nodes], 0))
            there = bound >= floor
            left, last, bound = left[there], last[there], bound[there]
        keys.append(left * codes + last)
        bounds.append(bound)
    return Candidates(np.concatenate(keys), np.concatenate(bounds))


def fitting_floor(bounds: Numbers, most: int) -> int:
    """The smallest floor from which at most `most` of the sets can still be frequent."""
    return int(np.partition(bounds, len(bounds) - most - 1)[len(bounds) - most - 1]) + 1
