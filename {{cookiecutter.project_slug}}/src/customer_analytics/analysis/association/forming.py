"""From itemsets to comparisons and rules, all in arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from customer_analytics.analysis.association import tails
from customer_analytics.analysis.association.family import per_set, q_values, splits
from customer_analytics.analysis.association.lookup import Lookup
from customer_analytics.engagement.errors import Problem, UserError

Codes = npt.NDArray[np.int32]
Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
MOST = 5_000_000  # comparisons that are held in memory at once, about a gigabyte


@dataclass(frozen=True)
class Block:
    """Comparisons of itemsets of one length, parted at the same places. Arrays have a row for each itemset.

    `longer`, `shorter`: item codes of both sides; `count`, `count_longer`, `count_shorter`: baskets; `p`: Fisher.
    """

    longer: Codes
    shorter: Codes
    count: Integers
    count_longer: Integers
    count_shorter: Integers
    p: Floats

    @property
    def sides(self) -> tuple[Codes, Codes]:
        """Both sides."""
        return self.longer, self.shorter

    def directions(self, most: int) -> Iterator[tuple[Codes, Codes, Integers, Integers]]:
        """(antecedent, consequent, count of the antecedent, count of the consequent) of the rules it gives."""
        yield self.longer, self.shorter, self.count_longer, self.count_shorter
        if self.longer.shape[1] <= most:
            yield self.shorter, self.longer, self.count_shorter, self.count_longer


def compare(sets: Sequence[Codes], counts: Sequence[Integers], lookup: Lookup, n: int, most: int) -> list[Block]:
    """Each itemset parted in every way that the rules ask for, each comparison once.

    Raises:
        UserError: more comparisons than memory holds.
    """
    _guard(sets, most)
    found = []
    for rows, count in zip(sets, counts, strict=True):
        if rows.shape[1] < 2 or not len(rows):
            continue
        for longer, shorter in splits(rows.shape[1], most):
            left, right = np.ascontiguousarray(rows[:, longer]), np.ascontiguousarray(rows[:, shorter])
            margins = lookup.count(left), lookup.count(right)
            both = np.asarray(count, np.int64)
            p = tails.at_least(both, np.full(len(both), n, np.int64), *margins)
            found.append(Block(left, right, both, *margins, p))
    return found


def q_of(blocks: Sequence[Block], p: Sequence[Floats], family: int) -> list[Floats]:
    """q-values of p-values that belong to the blocks, over the whole family."""
    if not blocks:
        return []
    return np.split(q_values(np.concatenate(p), family), np.cumsum([len(block.p) for block in blocks])[:-1])


def _guard(sets: Sequence[Codes], most: int) -> None:
    number = sum(len(rows) * per_set(rows.shape[1], most) for rows in sets)
    if number > MOST:
        raise UserError(
            [
                Problem(
                    "engagement.yml, basket_rules",
                    f"{number:,} comparisons would be made, more than the {MOST:,} that memory holds.",
                    "Raise minimum_support (or minimum_count), or lower maximum_length or consequent_items.",
                )
            ]
        )
