"""Counts of sub-itemsets for hundreds of thousands of itemsets at once.

Every part of a frequent itemset is frequent itself, so all counts that a rule needs are already there. An itemset is
found through its prefix: the place of its first items among the shorter itemsets, and its last item, make one number.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

Codes = npt.NDArray[np.int32]
Integers = npt.NDArray[np.int64]
ABSENT = -1


class Lookup:
    """Frequent itemsets with their counts, found by their items.

    `sets`: arrays (itemsets, length) of item codes, ascending in a row, each length once; `counts`: arrays (itemsets,).
    `items`: DataFrame with item and baskets for every item.
    """

    def __init__(self, sets: Sequence[Codes], counts: Sequence[Integers], items: pd.DataFrame) -> None:
        codes = items["item"].to_numpy(np.int64)
        order = np.argsort(codes, kind="stable")
        self._base = int(codes.max()) + 1 if len(codes) else 1
        self._keys: dict[int, Integers] = {1: codes[order]}
        self._counts: dict[int, Integers] = {1: items["baskets"].to_numpy(np.int64)[order]}
        longer = sorted((rows.shape[1], place) for place, rows in enumerate(sets) if rows.shape[1] > 1 and len(rows))
        for length, place in longer:
            prefix = self.find(sets[place][:, :-1])
            keys = prefix * self._base + sets[place][:, -1].astype(np.int64)
            order = np.argsort(keys, kind="stable")
            self._keys[length], self._counts[length] = keys[order], np.asarray(counts[place], np.int64)[order]

    def find(self, rows: npt.NDArray[np.integer]) -> Integers:
        """Place of each itemset among those of its length, ABSENT where it is not frequent. Rows ascend."""
        place = np.zeros(len(rows), np.int64)
        known = np.ones(len(rows), np.bool_)
        for length in range(1, rows.shape[1] + 1):
            wanted = rows[:, length - 1].astype(np.int64) + (place * self._base if length > 1 else 0)
            place, found = _among(self._keys.get(length), wanted)
            known &= found
        return np.where(known, place, ABSENT)

    def count(self, rows: npt.NDArray[np.integer]) -> Integers:
        """Baskets that hold each itemset; 0 where it is not frequent."""
        counts = self._counts.get(rows.shape[1])
        place = self.find(rows)
        if counts is None or not len(counts):
            return np.zeros(len(rows), np.int64)
        return np.where(place == ABSENT, 0, counts[np.maximum(place, 0)])


def _among(keys: Integers | None, wanted: Integers) -> tuple[Integers, npt.NDArray[np.bool_]]:
    """Where the wanted keys stand among sorted ones, and whether they do."""
    if keys is None or not len(keys):
        return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), np.bool_)
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return place, keys[place] == wanted
