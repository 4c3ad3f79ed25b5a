"""From tested comparisons to rules: direction, confidence, and which of them say nothing new."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from customer_analytics.analysis.association import chance, levels, tails
from customer_analytics.analysis.association.chance import Sizes
from customer_analytics.analysis.association.forming import Block
from customer_analytics.analysis.association.levels import Kin, Shaped, Sides
from customer_analytics.analysis.association.lookup import Lookup
from customer_analytics.analysis.association.measures import reaches
from customer_analytics.analysis.association.redundancy import Generalisation, best_generalisation, part_of
from customer_analytics.analysis.association.table import AS_GOOD, NOT_BETTER, OF_CATEGORY, ON_ONE_ITEM, WHY, Part

if TYPE_CHECKING:
    from customer_analytics.engagement.parameters import BasketRulesParameters

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


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
    """What comparisons need to become rules.

    `line`: the largest p that is called significant; `kin`: items and their categories; `sizes`: None where unknown.
    """

    lookup: Lookup
    n: int
    line: float
    parameters: BasketRulesParameters
    kin: Kin
    sizes: Sizes | None

    def parts(self, tested: Tested) -> list[Part]:
        """The rules of a block that reach the confidence, in each of their directions."""
        block = tested.block
        most, least = self.parameters.consequent_items, self.parameters.minimum_confidence
        found = []
        for left, right, count_left, count_right in block.directions(most):
            rows = np.flatnonzero(reaches(block.count, count_left, least))
            counts = block.count[rows], count_left[rows], count_right[rows]
            shaped = Shaped(left[rows], right[rows], *counts, tested.size_lift[rows])
            significant = tested.q[rows] <= self.parameters.false_discovery
            best, why, general = self._beside_general(shaped, significant)
            if self.kin.is_known:
                self._across_levels(shaped, np.flatnonzero(significant & (why == 0)), why, general)
            found.append(Part(shaped.left, shaped.right, *counts, *tested.of(rows), best.improvement, why, general))
        return found

    def _beside_general(
        self, rules: Shaped, significant: npt.NDArray[np.bool_]
    ) -> tuple[Generalisation, npt.NDArray[np.int8], list[Sides | None]]:
        """What the best rule with fewer items leaves of each: why it is redundant, and the rule that makes it so."""
        best = best_generalisation(rules.left, rules.right, rules.count, rules.count_left, self.lookup, self.n)
        why = np.where(best.as_good, WHY.index(AS_GOOD), 0).astype(np.int8)
        general: list[Sides | None] = [None] * len(why)
        if rules.left.shape[1] > 1:
            p = best.p.copy()
            wanted = np.flatnonzero(significant & ~best.as_good & (p <= self.line))
            p[wanted] = np.maximum(p[wanted], self._given_sizes(rules, best, wanted))
            why[~best.as_good & (p > self.line)] = WHY.index(NOT_BETTER)
        marked = np.flatnonzero(why)
        for place, part in zip(marked.tolist(), part_of(rules.left, best.kept, marked), strict=True):
            general[place] = part, tuple(rules.right[place].tolist())
        return best, why, general

    def _given_sizes(self, rules: Shaped, best: Generalisation, rows: Integers) -> Floats:
        """p of the improvement when more items on the left alone already mean larger baskets."""
        p = np.zeros(len(rows))
        if self.sizes is None:
            return p
        for kept in np.unique(best.kept[rows]).tolist():
            own = np.flatnonzero(best.kept[rows] == kept)
            at = rows[own]
            places = [place for place in range(rules.left.shape[1]) if kept >> place & 1]
            before = self.sizes.lift(rules.left[at][:, places], rules.right[at]) if places else np.ones(len(at))
            more = np.maximum(rules.size_lift[at] / before, 1.0)
            left, both = best.count[at], best.both[at]
            among = chance.widened(left, more, both, rules.count_left[at], rules.count[at])
            p[own] = tails.at_least(rules.count[at], among, both, rules.count_left[at])
        return p

    def _across_levels(
        self, rules: Shaped, rows: Integers, why: npt.NDArray[np.int8], general: list[Sides | None]
    ) -> None:
        """Enter what items and categories say of each other into `why` and `general`."""
        some = Shaped(
            rules.left[rows], rules.right[rows], rules.count[rows], rules.count_left[rows], rules.count_right[rows],
            rules.size_lift[rows],
        )  # fmt: skip
        found = {
            OF_CATEGORY: levels.of_category(some, self.kin, self.lookup, self.line),
            ON_ONE_ITEM: levels.on_one_item(some, self.kin, self.lookup, self.n, self.line),
        }
        for reason, of in found.items():  # the last word has the item that carries a category
            for row, sides in of.items():
                why[rows[row]], general[rows[row]] = WHY.index(reason), sides
