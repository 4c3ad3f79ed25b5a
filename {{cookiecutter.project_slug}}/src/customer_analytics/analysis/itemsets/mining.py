"""Frequent itemsets to any length, exactly: levels of candidates, pruned by their subsets, counted in the engine.

The items are coded from the rarest to the most frequent, so that few sets share their first items and the joins stay
small. The pairs are counted in the engine; candidates are made in numpy, and counted there among the baskets of their
rarest item, as the lists of baskets stream out of the engine.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.itemsets import engine
from customer_analytics.analysis.itemsets.candidates import (
    Candidates,
    Codes,
    Level,
    Numbers,
    candidates_after,
    first_level,
    fitting_floor,
    next_level,
)
from customer_analytics.engagement.errors import Problem, UserError

MOST_ROWS = 200_000_000  # pairs within baskets: some twenty seconds on a laptop
MOST_STATED = 3_000_000  # of one length, where the support was stated
MOST_CHOSEN = 100_000  # of one length, where we choose the floor: more than anybody reads


@dataclass(frozen=True)
class Itemsets:
    """Every set of items that at least `floor` baskets hold, for each length from 1.

    `sets`: int32 (rows, k), items ascending in each row and over the rows; `counts`: int64 (rows,), baskets that hold
    the set. `candidates`: how many sets of each length were made before any was counted, which is the family of tests.
    `pair_rows`: pairs within baskets that were counted. `floor` is what was asked, or what it was raised to.
    `exhausted`: no longer set is frequent either.
    """

    sets: list[Codes]
    counts: list[Numbers]
    candidates: list[int]
    pair_rows: int
    floor: int
    longest: int
    exhausted: bool

    def __len__(self) -> int:
        return sum(len(rows) for rows in self.sets)


def mine(
    lines: ir.Table,
    counts: pd.DataFrame,
    n: int,
    floor: int,
    longest: int,
    kin: Mapping[int, int] | None = None,
    *,
    raise_floor: bool = False,
) -> Itemsets:
    """All itemsets of 1 to `longest` items in at least `floor` of `n` baskets, with their exact counts.

    `lines`: basket int64, item int32, each pair once. `counts`: item and baskets, the count of each item in `lines`.
    `kin` gives the category of an item: a set with both is not made, as it says nothing. Where a length has too many
    sets, the floor is raised to where they fit (`raise_floor`), or a UserError names the support that would fit.
    """
    floor = max(1, floor)
    order = counts.loc[counts["baskets"] >= floor].sort_values(["baskets", "item"])
    items, baskets = order["item"].to_numpy(np.int32), order["baskets"].to_numpy(np.int64)
    levels, tried, exhausted = [first_level(baskets)], [len(counts)], len(items) < 2
    rows = 0
    if longest > 1 and len(items) > 1:
        search = _Search(lines, items, n, floor, raise_floor, int(baskets.sum()))
        try:
            levels, longer, exhausted = search.run(levels[0], longest, _kin_keys(items, kin or {}))
        finally:
            search.close()
        floor, tried, rows = search.floor, tried + longer, search.pair_rows
    named = [_named(level, items, floor) for level in levels]
    while named and not len(named[-1][0]):
        named.pop()
    return Itemsets([sets for sets, _ in named], [found for _, found in named], tried, rows, floor, longest, exhausted)


def _named(level: Level, items: Codes, floor: int) -> tuple[Codes, Numbers]:
    """The sets of a level that reach the floor, under the items' own codes, and their counts."""
    frequent = level.counts >= floor
    sets = np.sort(items[level.codes[frequent]], axis=1).astype(np.int32)
    order = np.lexsort(sets.T[::-1])
    return sets[order], level.counts[frequent][order]


class _Search:
    """One run of mining: the baskets as far as they are still needed, and the floor, which may rise."""

    def __init__(self, lines: ir.Table, items: Codes, n: int, floor: int, raise_floor: bool, size: int) -> None:
        self.pair_rows, self.lines = 0, size
        self.codes, self.n, self.floor, self.raise_floor = len(items), n, floor, raise_floor
        self.baskets = engine.baskets_of(lines, items, least=2)
        self.kept = [self.baskets]

    def run(self, singles: Level, longest: int, kin: Numbers) -> tuple[list[Level], list[int], bool]:
        """Levels, candidates counted of each length from 2, and whether no set longer than the levels is frequent."""
        codes = self._guarded(singles)
        levels = [singles, self._pairs(singles, kin)]
        tried = [codes * (codes - 1) // 2 - int(np.count_nonzero(kin // self.codes >= self.codes - codes))]
        while len(levels[-1]):
            made = self._fitting(candidates_after(levels, self.codes, self.floor), len(levels) + 1)
            if not len(made) or len(levels) == longest:
                return levels, tried, not len(made)
            tried.append(len(made))
            levels.append(next_level(levels[-1], *self._count(levels[-1], made), self.codes))
        return levels, tried, True

    def close(self) -> None:
        """Let the engine forget what it kept."""
        self._release(self.kept)

    def _guarded(self, singles: Level) -> int:
        """Count the pairs within baskets before any is made; leave out rare items until they fit. How many stay."""
        self.pair_rows = engine.pair_rows(self.baskets)
        if self.pair_rows <= MOST_ROWS:
            return self.codes
        left = np.cumsum(engine.pair_rows_by_code(self.baskets, self.codes)[::-1])[::-1]  # from each code on
        fitting = int(singles.counts[np.count_nonzero(left > MOST_ROWS) - 1]) + 1
        if not self.raise_floor:
            raise UserError([_too_many(2, self.pair_rows, fitting, self.n)])
        stay = np.flatnonzero(singles.counts >= fitting)
        self.baskets = engine.narrowed(self.baskets, stay.astype(np.int32), 2)
        self.kept.append(self.baskets)
        self.floor, self.pair_rows = fitting, int(left[stay[0]]) if len(stay) else 0
        return len(stay)

    def _pairs(self, singles: Level, kin: Numbers) -> Level:
        keys, baskets = engine.pair_counts(self.baskets, self.lines, self.codes, self.floor)
        apart = ~np.isin(keys, kin)
        self._fitting(Candidates(keys[apart], baskets[apart]), 2)
        return next_level(singles, keys[apart], baskets[apart], self.codes)

    def _fitting(self, made: Candidates, length: int) -> Candidates:
        """The candidates; where they are too many, those above a raised floor, or an error that names the support."""
        most = MOST_CHOSEN if self.raise_floor else MOST_STATED
        if len(made) <= most:
            return made
        fitting = fitting_floor(made.bounds, most)
        if not self.raise_floor:
            raise UserError([_too_many(length, len(made), fitting, self.n)])
        self.floor = fitting
        return made.from_floor(fitting)

    def _count(self, level: Level, made: Candidates) -> tuple[Numbers, Numbers]:
        """Keys and baskets of the candidates that reach the floor."""
        nodes, last = np.divmod(made.keys, self.codes)
        sets = np.column_stack([level.codes[nodes], last.astype(np.int32)])
        counts = engine.candidate_counts(self.baskets, self.lines, sets, self.codes)
        frequent = counts >= self.floor
        return made.keys[frequent], counts[frequent]

    @staticmethod
    def _release(tables: Sequence[ir.CachedTable]) -> None:
        for table in tables:
            table.release()


def _kin_keys(items: Codes, kin: Mapping[int, int]) -> Numbers:
    """Keys of the pairs of an item and its own category, both frequent."""
    place = {item: code for code, item in enumerate(items.tolist())}
    pairs = [(place[item], place[parent]) for item, parent in kin.items() if item in place and parent in place]
    return np.array(sorted(min(pair) * len(items) + max(pair) for pair in pairs), dtype=np.int64)


def _too_many(length: int, sets: int, fitting: int, n: int) -> Problem:
    support = math.ceil(10_000_000 * fitting / n) / 10_000_000
    what = f"it leaves {sets:,} sets of {length} items to be counted, more than fit."
    mend = f"State {support:.7f} or more" + (
        ", or a smaller maximum_length." if length > 2 else ", or a maximum_basket."
    )
    return Problem("reports.basket_rules.minimum_support", what, mend)
