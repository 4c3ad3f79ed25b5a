"""The pairs of item sets behind rules: A → C and C → A are one table of counts, and are checked once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Items = tuple[int, ...]
MOST_ROWS = 6_000_000  # rows of (set, basket) looked through at most; the rules that come first are checked


@dataclass(frozen=True)
class Links:
    """Distinct pairs of item sets, in the order in which rules name them.

    sets: all item sets needed. left, right, both: places in `sets`, by pair. of_rule: pair of each rule, -1 for rules
    that were too many to be checked.
    """

    sets: list[Items]
    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    both: npt.NDArray[np.int64]
    of_rule: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.left)

    @property
    def lengths(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Items on the left and on the right, by pair."""
        sizes = np.array([len(each) for each in self.sets], dtype=np.int64)
        return sizes[self.left], sizes[self.right]

    def take(self, pairs: npt.NDArray[np.int64]) -> Links:
        """Only these pairs, in this order; sets stay where they are, and no rules are named."""
        return Links(self.sets, self.left[pairs], self.right[pairs], self.both[pairs], np.empty(0, dtype=np.int64))

    @property
    def sets_needed(self) -> int:
        """Sets from the first up to the last one that the pairs need."""
        return 1 + max((int(each.max()) for each in (self.left, self.right, self.both) if len(each)), default=-1)


def links(rules: pd.DataFrame, most_rows: int = MOST_ROWS) -> Links:
    """The pairs of a table of rules (antecedent, consequent, count, count_antecedent, count_consequent).

    Rules come in their own order; those from which on the sets would lie in more than `most_rows` baskets together are
    not checked (of_rule -1).
    """
    places: dict[Items, int] = {}
    pairs: dict[tuple[Items, Items], int] = {}
    of_rule = np.full(len(rules), -1, dtype=np.int64)
    columns = ("antecedent", "consequent", "count", "count_antecedent", "count_consequent")
    rows = 0
    for row, (one, other, *counts) in enumerate(zip(*(rules[name] for name in columns), strict=True)):
        left, right = _ordered(one, other)
        if (left, right) not in pairs:
            needed = (tuple(sorted((*left, *right))), tuple(one), tuple(other))
            rows += sum(int(count) for each, count in zip(needed, counts, strict=True) if each not in places)
            if rows > most_rows:
                break
            for each in needed:
                places.setdefault(each, len(places))
            pairs[left, right] = len(pairs)
        of_rule[row] = pairs[left, right]
    return Links(
        list(places),
        np.array([places[left] for left, _ in pairs], dtype=np.int64),
        np.array([places[right] for _, right in pairs], dtype=np.int64),
        np.array([places[tuple(sorted((*left, *right)))] for left, right in pairs], dtype=np.int64),
        of_rule,
    )


def _ordered(one: Sequence[int], other: Sequence[int]) -> tuple[Items, Items]:
    """Both sides, the longer first, else the one with the smaller codes."""
    first, second = sorted(
        (tuple(int(x) for x in one), tuple(int(x) for x in other)), key=lambda each: (-len(each), each)
    )
    return first, second
