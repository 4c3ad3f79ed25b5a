"""The count that a set needs: the stated support, exactly, or the smallest that evidence and memory allow."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.itemsets.engine import pair_rows
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.engagement.parameters import BasketRulesParameters

MOST_ROWS = 200_000_000  # pairs of items within baskets that are counted: tens of seconds on a laptop


@dataclass(frozen=True)
class Floor:
    """Baskets that a set needs.

    `count` and `support` (of all baskets); `chosen`: by us; `why`: "stated", or what the choice came from: "count"
    (minimum_count) or "memory". `pair_rows`: pairs that the join will make at this floor; `fitting`: the smallest
    floor at which they fit.
    """

    count: int
    support: float
    chosen: bool
    why: Literal["stated", "count", "memory"]
    pair_rows: int
    fitting: int


def floor_for(lines: ir.Table, counts: pd.DataFrame, n: int, parameters: BasketRulesParameters) -> Floor:
    """The floor of `n` baskets: `lines` (basket, item) and `counts` (item, baskets) as for `mine`.

    The stated support is met exactly: .006 of 9,835 baskets needs 60 of them, .1 of 30 needs 3. One whose pairs do
    not fit is a UserError that names the support that would.
    """
    stated = parameters.minimum_support > 0
    wanted = exact_count(parameters.minimum_support, n) if stated else parameters.minimum_count
    rows = pair_rows(lines.semi_join(ibis.memtable(_frequent(counts, wanted)[["item"]]), "item"))
    if rows <= MOST_ROWS:
        return Floor(wanted, wanted / max(1, n), not stated, "stated" if stated else "count", rows, wanted)
    fitting, fitting_rows = _fitting(lines, counts, wanted)
    if stated:
        raise UserError([_too_low(rows, fitting, n)])
    return Floor(fitting, fitting / n, True, "memory", fitting_rows, fitting)


def exact_count(share: float, n: int) -> int:
    """The fewest of n that are at least a share of it, the share taken as it is written."""
    return max(1, math.ceil(Fraction(str(share)) * n))


def _frequent(counts: pd.DataFrame, floor: int) -> pd.DataFrame:
    return counts.loc[counts["baskets"] >= floor]


def _fitting(lines: ir.Table, counts: pd.DataFrame, wanted: int) -> tuple[int, int]:
    """The smallest floor above `wanted` whose pairs fit, and how many they are.

    A pair can be frequent up to the count of its rarer item. Within a basket, an item is the rarer one of as many pairs
    as items stand before it by count: summed by item they give the rows of every floor in one look at the lines.
    """
    ranked = _frequent(counts, wanted).sort_values(["baskets", "item"], ascending=[False, True])
    places = pd.DataFrame({"item": ranked["item"].to_numpy(np.int32), "place": np.arange(len(ranked), dtype=np.int32)})
    placed = lines.join(ibis.memtable(places), "item").select("basket", "place")
    before = ibis.row_number().over(group_by=placed.basket, order_by=placed.place)
    within = placed.select("place", before=before)
    added = within.group_by("place").aggregate(rows=within.before.sum()).to_pandas()
    rows = np.zeros(len(ranked), dtype=np.int64)
    rows[added["place"].to_numpy()] = added["rows"].to_numpy()
    total, baskets = np.cumsum(rows), ranked["baskets"].to_numpy(np.int64)
    first = int(np.searchsorted(total, MOST_ROWS, side="right"))  # the first item that is too many
    floor = int(baskets[first]) + 1
    kept = int(np.count_nonzero(baskets >= floor))
    return floor, int(total[kept - 1]) if kept else 0


def _too_low(rows: int, fitting: int, n: int) -> Problem:
    support = math.ceil(10_000_000 * fitting / n) / 10_000_000
    what = f"the support leaves {rows:,} pairs of items within baskets: more than the memory takes."
    mend = f"State {support:.7f} or more, or set large baskets aside with maximum_basket."
    return Problem("reports.basket_rules.minimum_support", what, mend)
