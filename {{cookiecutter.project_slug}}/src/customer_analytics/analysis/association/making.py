"""From tested comparisons to rules: direction, confidence, and which of them say nothing new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from customer_analytics.analysis.association import levels
from customer_analytics.analysis.association.forming import Block
from customer_analytics.analysis.association.lookup import Lookup
from customer_analytics.analysis.association.measures import reaches
from customer_analytics.analysis.association.redundancy import best_generalisation, part_of
from customer_analytics.analysis.association.table import AS_GOOD, NOT_BETTER, OF_CATEGORY, ON_ONE_ITEM, WHY, Part

if TYPE_CHECKING:
    from customer_analytics.engagement.parameters import BasketRulesParameters

Codes = npt.NDArray[np.int32]
Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Sides = tuple[tuple[int, ...], tuple[int, ...]]


class Tested(NamedTuple):
    """Comparisons of a block with what the tests say: p given the sizes, its q, Fisher's q, lift of the sizes."""

    block: Block
    given_sizes: Floats
    q: Floats
    q_fisher: Floats
    size_lift: Floats

    def of(self, rows: Integers) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        """p, p given the sizes, q, Fisher's q and the lift of the sizes, of some rows."""
        return self.block.p[rows], self.given_sizes[rows], self.q[rows], self.q_fisher[rows], self.size_lift[rows]


@dataclass(frozen=True)
class RuleMaker:
    """What comparisons need to become rules: `line` is the largest p that is called significant."""

    lookup: Lookup
    n: int
    line: float
    parameters: BasketRulesParameters
    parents: Integers

    def parts(self, tested: Tested) -> list[Part]:
        """The rules of a block that reach the confidence, in each of their directions."""
        block = tested.block
        most, least = self.parameters.consequent_items, self.parameters.minimum_confidence
        by_level = self._across_levels(block, tested.size_lift)
        found = []
        for left, right, count_left, count_right in block.directions(most):
            rows = np.flatnonzero(reaches(block.count, count_left, least))
            best = best_generalisation(
                left[rows], right[rows], block.count[rows], count_left[rows], self.lookup, self.n
            )
            why = np.where(best.as_good, WHY.index(AS_GOOD), 0).astype(np.int8)
            if left.shape[1] > 1:
                why[~best.as_good & (best.p > self.line)] = WHY.index(NOT_BETTER)
            general: list[Sides | None] = [None] * len(rows)
            marked = np.flatnonzero(why)
            parts = part_of(left[rows], best.kept, marked)
            for place, part in zip(marked.tolist(), parts, strict=True):
                general[place] = (part, tuple(right[rows[place]].tolist()))
            self._mark_levels(rows, left, right, why, general, by_level)
            counts = block.count[rows], count_left[rows], count_right[rows]
            found.append(Part(left[rows], right[rows], *counts, *tested.of(rows), best.improvement, why, general))
        return found

    def _across_levels(self, block: Block, lift: Floats) -> list[tuple[int, npt.NDArray[np.bool_], Codes]]:
        """(why, pairs it is true of, the pair that says it) where pairs of items and categories say the same."""
        if block.longer.shape[1] + block.shorter.shape[1] > 2 or not (self.parents >= 0).any():
            return []
        items = np.sort(np.hstack([block.longer, block.shorter]), axis=1)
        pairs = levels.Pairs(items, block.count, np.nan_to_num(lift, nan=1.0))
        rests = levels.on_one_item(pairs, self.parents, self.lookup, self.n, self.line)
        follows = levels.of_category(pairs, self.parents, self.lookup, self.line)
        return [(WHY.index(ON_ONE_ITEM), *rests), (WHY.index(OF_CATEGORY), *follows)]

    def _mark_levels(
        self,
        rows: Integers,
        left: Codes,
        right: Codes,
        why: npt.NDArray[np.int8],
        general: list[Sides | None],
        by_level: Sequence[tuple[int, npt.NDArray[np.bool_], Codes]],
    ) -> None:
        """Enter what the levels say into `why` and `general`, where nothing stands yet."""
        for code, true, other in by_level:
            for place in np.flatnonzero(true[rows] & (why == 0)).tolist():
                pair, a, c = other[rows[place]].tolist(), int(left[rows[place], 0]), int(right[rows[place], 0])
                why[place] = code
                general[place] = ((_stands_for(pair, a, c, self.parents),), (_stands_for(pair, c, a, self.parents),))


def _stands_for(pair: Sequence[int], own: int, other: int, parents: Integers) -> int:
    """Which code of a pair of the other level stands where `own` stands: itself, its category, or its item."""
    if own in pair:
        return own
    if other in pair:
        return next(code for code in pair if code != other)
    return next(code for code in pair if parents[own] == code or parents[code] == own)
