"""Rules of what goes together, with every measure, from exact counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.association import chance, tails
from customer_analytics.analysis.association.family import family_size
from customer_analytics.analysis.association.forming import Block, compare, q_of
from customer_analytics.analysis.association.levels import Kin
from customer_analytics.analysis.association.lookup import Lookup
from customer_analytics.analysis.association.making import RuleMaker, Tested
from customer_analytics.analysis.association.people import with_people
from customer_analytics.analysis.association.table import arranged, empty_table

if TYPE_CHECKING:
    from customer_analytics.analysis.baskets import Baskets
    from customer_analytics.analysis.itemsets import Itemsets
    from customer_analytics.engagement.parameters import BasketRulesParameters

Codes = npt.NDArray[np.int32]
Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
SizesOf = Callable[[Integers], "chance.Sizes | None"]


@dataclass(frozen=True)
class Rules:
    """The rules that reach support and confidence, and what was compared to find them.

    `table`: one row a rule, the strongest first (columns: docs/methods/basket_rules.md). `n`: baskets. `family`:
    comparisons of all itemsets generated, also those below the floor. `compared`: those of frequent itemsets.
    `line`: the largest p that is called significant, 0 where none is. `alpha`: allowed share of false ones.
    `reason`: why there is nothing ("no_baskets", "no_itemsets", "no_rules"), else empty.
    """

    table: pd.DataFrame
    n: int
    family: int
    compared: int
    line: float
    alpha: float
    reason: str = ""

    @property
    def told(self) -> pd.DataFrame:
        """Rules that are significant and say something new."""
        return self.table[self.table["significant"] & ~self.table["redundant"]]


def rules(itemsets: Itemsets, baskets: Baskets, parameters: BasketRulesParameters) -> Rules:
    """The rules of all baskets, with the customers behind them where these are known."""

    def sizes(codes: Integers) -> chance.Sizes | None:
        return chance.by_size(baskets.lines, baskets.heads, codes)

    found = rules_of(itemsets, baskets.items, baskets.n, parameters, sizes)
    return replace(found, table=with_people(found.table, baskets))


def rules_of(
    itemsets: Itemsets, items: pd.DataFrame, n: int, parameters: BasketRulesParameters, sizes: SizesOf | None = None
) -> Rules:
    """The rules of itemsets alone.

    Args:
        itemsets: frequent itemsets with counts.
        items: item and baskets (of the same baskets as the itemsets), level, and parent (-1 for none).
        n: baskets.
        parameters: of the report.
        sizes: gives classes of basket sizes for items; None: only Fisher's test.

    Raises:
        UserError: more comparisons than memory holds.
    """
    alpha, most = parameters.false_discovery, parameters.consequent_items
    sets = [rows for rows in itemsets.sets if len(rows) and rows.shape[1] > 1]
    counts = [own for rows, own in zip(itemsets.sets, itemsets.counts, strict=True) if len(rows) and rows.shape[1] > 1]
    family = family_size(itemsets.candidates, most)
    lookup = Lookup(sets, counts, items)
    blocks = compare(sets, counts, lookup, n, most)
    fisher = q_of(blocks, [block.p for block in blocks], family)
    known = _sizes_of(blocks, fisher, alpha, sizes)
    size_lift, given = _given_sizes(blocks, fisher, n, alpha, known)
    q = q_of(blocks, given, family)
    line = max((float(p[own <= alpha].max(initial=0.0)) for p, own in zip(given, q, strict=True)), default=0.0)
    maker = RuleMaker(lookup, n, line, parameters, Kin(_parents(items), sets, lookup), known)
    tested = map(Tested, blocks, given, q, fisher, size_lift)
    parts = [part for one in tested for part in maker.parts(one)]
    compared = sum(len(block.p) for block in blocks)
    categories = items.loc[items["level"] == "category", "item"].to_numpy() if "level" in items else np.empty(0, int)
    table = arranged(parts, categories, n, alpha) if parts else empty_table()
    reason = "no_baskets" if not n else "no_itemsets" if not blocks else "" if len(table) else "no_rules"
    return Rules(table, n, family, compared, line, alpha, reason)


def _parents(items: pd.DataFrame) -> Integers:
    """Category of each code, -1 for none, by code."""
    parents = np.full(int(items["item"].max()) + 1 if len(items) else 0, -1, np.int64)
    if "parent" in items:
        parents[items["item"].to_numpy()] = items["parent"].to_numpy(np.int64)
    return parents


def _sizes_of(
    blocks: Sequence[Block], fisher: Sequence[Floats], alpha: float, sizes: SizesOf | None
) -> chance.Sizes | None:
    """The classes of basket sizes, for the items of whatever Fisher's test calls significant."""
    called = [(block, np.flatnonzero(q <= alpha)) for block, q in zip(blocks, fisher, strict=True)]
    codes = [np.unique(side[rows]) for block, rows in called for side in block.sides]
    if sizes is None or not any(map(len, codes)):
        return None
    return sizes(np.unique(np.concatenate(codes)).astype(np.int64))


def _given_sizes(
    blocks: Sequence[Block], fisher: Sequence[Floats], n: int, alpha: float, known: chance.Sizes | None
) -> tuple[list[Floats], list[Floats]]:
    """(lift that sizes alone give, p that holds against independence and against the sizes) of each comparison.

    Only what Fisher's test calls significant is looked at again: a larger p cannot bring in anything else. The lift
    is NaN for the rest.
    """
    lifts = [np.full(len(block.p), np.nan) for block in blocks]
    given = [block.p.copy() for block in blocks]
    if known is None:
        return lifts, given
    wanted = [np.flatnonzero(q <= alpha) for q in fisher]
    for block, rows, lift, p in zip(blocks, wanted, lifts, given, strict=True):
        lift[rows] = known.lift(block.longer[rows], block.shorter[rows])
        more = rows[lift[rows] > 1]
        own = block.count[more], block.count_longer[more], block.count_shorter[more]
        among = chance.widened(n, lift[more], own[1], own[2], own[0])
        p[more] = np.maximum(p[more], tails.at_least(own[0], among, own[1], own[2]))
    return lifts, given
