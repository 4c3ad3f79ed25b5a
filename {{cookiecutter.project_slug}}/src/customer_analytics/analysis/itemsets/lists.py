"""Which baskets hold given sets, from baskets as lists of codes: exact, in memory for one batch of baskets at a time.

A set is looked for among the baskets of its rarest item only (codes go from the rarest item on, so that is its first
one): their other items become one row of bits each, and a set is the intersection of its rows. Beside unnesting every
list once more for every length, this is ten to thirty times faster, and what is in memory does not grow with the data.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from customer_analytics.analysis.itemsets.candidates import Codes, Numbers

Bits = npt.NDArray[np.uint64]
_WORD = 64
_CELLS = 1 << 26  # bytes of one matrix of items by baskets
_WORDS = 1 << 21  # words of the sets that are intersected at once


@dataclass(frozen=True)
class Lists:
    """One batch of baskets: those of basket b are codes[starts[b] : starts[b + 1]], in any order; `width`: codes."""

    codes: Codes
    starts: Numbers
    width: int

    def __len__(self) -> int:
        return len(self.starts) - 1

    @classmethod
    def from_arrow(cls, column: Any, width: int) -> Lists:
        """From an Arrow array (or chunks) of lists; an empty list or none at all is an empty basket."""
        chunks = getattr(column, "chunks", [column])
        codes = [np.asarray(chunk.flatten(), dtype=np.int32) for chunk in chunks]
        sizes = [np.asarray(chunk.value_lengths().fill_null(0), dtype=np.int64) for chunk in chunks]
        ends = np.cumsum(np.concatenate([np.empty(0, dtype=np.int64), *sizes]))
        return cls(np.concatenate([np.empty(0, np.int32), *codes]), np.concatenate([[0], ends]), width)

    def of(self, needed: npt.NDArray[np.bool_], least: int) -> tuple[Lists, Numbers]:
        """Only the codes that are `needed` (by code), of the baskets with at least `least` of them; and which these
        baskets are."""
        sizes, wanted = np.diff(self.starts), needed[self.codes]
        places = np.repeat(np.arange(len(self), dtype=np.int32), sizes)
        kept = np.bincount(places[wanted], minlength=len(self))
        rows = np.flatnonzero(kept >= least)
        wanted &= (kept >= least)[places]
        return Lists(self.codes[wanted], np.concatenate([[0], np.cumsum(kept[rows])]), self.width), rows


def counts_in(lists: Lists, sets: Codes) -> Numbers:
    """Baskets that hold each set; `sets` as in `found_in`."""
    counts = np.zeros(len(sets), dtype=np.int64)
    for rows, _, bits in found_in(lists, sets):
        counts[rows] += np.bitwise_count(bits).sum(axis=1, dtype=np.int64)
    return counts


def together_in(lists: Lists) -> npt.NDArray[np.int32]:
    """Baskets that hold both of each two codes: (width, width), symmetric; the diagonal counts each code."""
    from scipy import sparse

    ones = np.ones(len(lists.codes), dtype=np.int32)
    held = sparse.csr_matrix((ones, lists.codes, lists.starts), shape=(len(lists), lists.width))
    both: npt.NDArray[np.int32] = (held.T @ held).toarray()
    return both


def members_in(lists: Lists, sets: Codes) -> tuple[Numbers, Numbers]:
    """(set, basket) of every set that a basket of the batch holds, by their places; `sets` as in `found_in`."""
    pairs = [(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))]
    for rows, baskets, bits in found_in(lists, sets):
        held = np.unpackbits(bits.view(np.uint8), axis=1, count=len(baskets), bitorder="little")
        one, place = np.nonzero(held)
        pairs.append((rows[one], baskets[place]))
    return np.concatenate([each for each, _ in pairs]), np.concatenate([each for _, each in pairs])


def found_in(lists: Lists, sets: Codes) -> Iterator[tuple[Numbers, Numbers, Bits]]:
    """Rows of `sets`, baskets (places, ascending) and which of them hold each set, as bits (rows, words).

    `sets`: (rows, k) codes, ascending in each row; rows in the order of their first codes. A set comes once for each
    block of baskets with its first code.
    """
    if not len(sets) or not len(lists):
        return
    needed = np.zeros(lists.width, dtype=bool)
    needed[sets.ravel()] = True
    lists, places = lists.of(needed, sets.shape[1])
    after = _After(lists)
    firsts, begins = np.unique(sets[:, 0], return_index=True)
    for first, begin, end in zip(firsts.tolist(), begins, [*begins[1:], len(sets)], strict=True):
        columns, inverse = np.unique(sets[begin:end, 1:], return_inverse=True)
        inverse = inverse.reshape(end - begin, -1)
        for baskets, bits in after.blocks(first, columns):
            step = max(1, _WORDS // bits.shape[1])
            for low in range(0, end - begin, step):
                some = inverse[low : low + step]
                both = bits[some[:, 0]] if some.shape[1] else np.broadcast_to(bits[-1], (len(some), bits.shape[1]))
                for other in some.T[1:]:
                    both = both & bits[other]
                yield np.arange(begin + low, begin + low + len(some)), places[baskets], np.ascontiguousarray(both)


class _After:
    """The baskets of each code, and the larger codes that stand beside it there."""

    def __init__(self, lists: Lists) -> None:
        from scipy import sparse

        codes = np.zeros(len(lists.codes), dtype=np.int8)
        by_basket = sparse.csr_matrix((codes, lists.codes, lists.starts), shape=(len(lists), lists.width))
        by_basket.sort_indices()
        by_basket.data = np.arange(len(lists.codes), dtype=np.int32)
        by_code = by_basket.tocsc()
        self.codes, self.ends = by_basket.indices, by_basket.indptr[1:]
        self.baskets, self.at, self.starts = by_code.indices, by_code.data, by_code.indptr
        self.place = np.full(lists.width, -1, dtype=np.int32)

    def blocks(self, first: int, columns: Codes) -> Iterator[tuple[Numbers, Bits]]:
        """Baskets with a code, and bits (columns + 1, words): which of them hold each larger code, and last all."""
        own = slice(self.starts[first], self.starts[first + 1])
        baskets, begin = self.baskets[own], self.at[own] + 1
        step = max(_WORD, _CELLS // (len(columns) + 1) // _WORD * _WORD)
        self.place[columns] = np.arange(len(columns), dtype=np.int32)
        for low in range(0, len(baskets), step):
            some = baskets[low : low + step]
            yield some, self._bits(some, begin[low : low + step], len(columns))
        self.place[columns] = -1

    def _bits(self, baskets: Numbers, begin: Numbers, columns: int) -> Bits:
        lengths = self.ends[baskets] - begin
        shift = np.repeat(begin - (np.cumsum(lengths) - lengths), lengths)
        place = self.place[self.codes[shift + np.arange(len(shift))]]
        there = place >= 0
        held = np.zeros((columns + 1, -(-len(baskets) // _WORD) * _WORD), dtype=bool)
        held[place[there], np.repeat(np.arange(len(baskets)), lengths)[there]] = True
        held[columns, : len(baskets)] = True
        bits: Bits = np.packbits(held, axis=1, bitorder="little").view(np.uint64)
        return bits
