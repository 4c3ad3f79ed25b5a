"""The methods, each as scores of all items for some rows of a matrix of who has what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

Floats = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]
_LEAST = 1e-30  # below every score: what has none is ordered by popularity
BLOCK = 64  # columns whose highest score is taken together


class Scorer(Protocol):
    """A method that was learned."""

    @property
    def name(self) -> str:
        """As in METHODS."""

    def scores(self, held: Any) -> Floats:
        """Scores, rows x items, never negative; 0: nothing known, popularity decides."""

    def because(self, held: Any, lists: Places) -> Places:
        """What speaks most for each suggestion (an item's column, or a rule's number); -1: popularity alone."""


@dataclass(frozen=True)
class Popular:
    """The items most customers have, or had lately: the same for all but for what they have."""

    name: str
    weights: Floats

    def scores(self, held: Any) -> Floats:
        """The same for every row."""
        return np.broadcast_to(self.weights, (held.shape[0], len(self.weights)))

    def because(self, held: Any, lists: Places) -> Places:
        """Nothing of the customer's own."""
        return np.full(lists.shape, -1, dtype=np.int64)


@dataclass(frozen=True)
class Similar:
    """Item-item collaborative filtering: sum of the similarities to what somebody has (see similarity)."""

    similarity: Any
    name: str = "similar"

    def scores(self, held: Any) -> Floats:
        """Held items times similarities."""
        found: Floats = (held @ self.similarity).toarray()
        return found

    def because(self, held: Any, lists: Places) -> Places:
        """The owned item that is most similar to the suggested one."""
        answer = np.full(lists.shape, -1, dtype=np.int64)
        lengths = np.diff(held.indptr)
        rows = np.repeat(np.arange(held.shape[0]), lengths)
        if not len(rows):
            return answer
        starts, filled = held.indptr[:-1][lengths > 0], np.flatnonzero(lengths)
        places = np.arange(len(rows))
        for slot in range(lists.shape[1]):
            asked = np.maximum(lists[rows, slot], 0)
            close = np.asarray(self.similarity[held.indices, asked]).ravel()
            best = np.maximum.reduceat(close, starts)
            is_best = close == np.repeat(best, lengths[filled])
            first = np.minimum.reduceat(np.where(is_best, places, len(places)), starts)
            told = (best > 0) & (lists[filled, slot] >= 0)
            answer[filled, slot] = np.where(told, held.indices[first], -1)
        return answer


@dataclass(frozen=True)
class Rules:
    """Association rules: an item is scored by the confidence of the best rule whose whole left side somebody has.

    A rule a row, lowest confidence first: `lengths` of the left side, `antecedents` (items x rules, ones),
    `consequents` (columns), `confidence`, `source` (place of the rule in the list that it was made from).
    """

    lengths: Places
    antecedents: Any
    consequents: Places
    confidence: Floats
    source: Places
    name: str = "rules"

    def scores(self, held: Any) -> Floats:
        """Confidence of the best rule that applies."""
        found = np.zeros((held.shape[0], self.antecedents.shape[0]), dtype=np.float32)
        rows, rules = self._applicable(held)
        found[rows, self.consequents[rules]] = self.confidence[rules]  # the last one stays: the most confident
        return found

    def because(self, held: Any, lists: Places) -> Places:
        """The number of that rule."""
        best = np.full((held.shape[0], self.antecedents.shape[0]), -1, dtype=np.int32)
        rows, rules = self._applicable(held)
        best[rows, self.consequents[rules]] = rules
        named = np.take_along_axis(best, np.maximum(lists, 0), axis=1).astype(np.int64)
        return np.where(lists >= 0, named, -1)

    def _applicable(self, held: Any) -> tuple[Places, Places]:
        """(row, rule) of every rule whose left side a row holds, rules in ascending order within a row."""
        if not len(self.lengths):
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        both = (held @ self.antecedents).tocsr()
        both.sort_indices()
        rows = np.repeat(np.arange(both.shape[0]), np.diff(both.indptr))
        whole = both.data >= self.lengths[both.indices]
        return rows[whole], both.indices[whole].astype(np.int64)


def rules_scorer(
    antecedents: Sequence[Sequence[int]], consequents: Sequence[int], confidence: npt.NDArray[np.float64], items: int
) -> Rules:
    """The rules as arrays, from columns of the vocabulary; rules of the same confidence in the order given, first one
    first."""
    order = np.lexsort((-np.arange(len(confidence)), confidence))
    lengths = np.array([len(antecedents[rule]) for rule in order], dtype=np.int64)
    rows = np.array([item for rule in order for item in antecedents[rule]], dtype=np.int64)
    ones = np.ones(len(rows), dtype=np.float32)
    matrix = sp.csr_matrix((ones, (rows, np.repeat(np.arange(len(order)), lengths))), shape=(items, len(order)))
    return Rules(
        lengths, matrix, np.asarray(consequents, dtype=np.int64)[order], confidence[order].astype(np.float32), order
    )


def best(scores: Floats, held: Any, allowed: npt.NDArray[np.bool_], k: int, block: int = BLOCK) -> Places:
    """The k best columns of each row, best first, -1 where there are no more: not what is held, only what is allowed.

    Equal scores: the more popular item (the lower column) first, whatever a sort does with ties. What has no score
    follows in the order of popularity. `block`: columns whose highest score is taken together; it changes no answer.
    """
    rows, items = scores.shape
    lists = np.full((rows, k), -1, dtype=np.int64)
    if not items or not rows:
        return lists
    own = np.maximum(scores, (_LEAST * np.arange(items, 0, -1)).astype(np.float32))
    own[np.repeat(np.arange(rows), np.diff(held.indptr)), held.indices] = -1
    own[:, ~allowed] = -1
    row, column = np.nonzero(own >= _thresholds(own, k, block)[:, None])
    order = np.lexsort((column, -own[row, column], row))
    sizes = np.bincount(row, minlength=rows)
    place = np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    kept = place < k
    lists[row[order][kept], place[kept]] = column[order][kept]
    return lists


def _thresholds(own: Floats, k: int, block: int) -> Floats:
    """By row, a value that at least k columns reach (all allowed ones where these are fewer), and few more.

    The k-th of the highest values of blocks of columns is such a value, far cheaper than the k-th of all. Rows with
    too few blocks are looked at whole.
    """
    rows, items = own.shape
    found = np.full(rows, -1, dtype=np.float32)
    blocks = items // block
    if blocks > k:
        highest = own[:, : blocks * block].reshape(rows, blocks, block).max(axis=2)
        found = np.partition(highest, blocks - k, axis=1)[:, blocks - k]
    whole = np.flatnonzero(found <= 0)
    if len(whole):
        found[whole] = np.partition(own[whole], items - min(k, items), axis=1)[:, items - min(k, items)]
    return np.where(found > 0, found, np.float32(_LEAST) / 2)
