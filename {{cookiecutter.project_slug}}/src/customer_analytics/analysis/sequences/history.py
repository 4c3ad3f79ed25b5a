"""Who bought what on which day, and how much of it a search for sequences may hold.

A moment is one customer's day: what is bought on one day has no order, so it counts as bought together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.baskets.basket import Baskets

MOST_ROWS = 40_000_000  # (item, later item) rows of one search: about four seconds, and less than 1 GB
OF_ONE = 10  # a customer who alone makes more than a tenth of them is no single person, and is left out
MOST_ITEMS = 3_000  # expected counts of all pairs of items are held in memory
FLOORS = 10  # floors tried, each twice the one before
_MILLION = 1_000_000  # days fit in it: a moment's number tells customer and day


@dataclass(frozen=True)
class History:
    """What the customers bought, by day, for one search.

    lines: moment (int64), person (int64), day (int32), item (int32), previous and following (days on which the same
        customer buys the item before and after, null: never); distinct, only `items`, materialised.
    items: the items, ascending, of one level (a category is never compared with an item).
    first, last: days (since 1970-01-01) between which buying is known.
    window: days in which something has to follow.
    floor: moments that each item has at least.
    """

    lines: ir.Table
    items: npt.NDArray[np.int32]
    first: int
    last: int
    window: int
    floor: int

    @property
    def complete(self) -> int:
        """The last day whose window is over."""
        return self.last - self.window

    def until(self, day: int) -> History:
        """The same as it was known at the end of a day."""
        return replace(self, lines=self.lines.filter(self.lines.day <= day), last=min(self.last, day))

    def since(self, day: int) -> History:
        """The same from a day on."""
        return replace(self, lines=self.lines.filter(self.lines.day >= day), first=max(self.first, day))


def moments(baskets: Baskets) -> ir.Table:
    """moment, person, day, item of the baskets whose customer and day are known; distinct."""
    heads = baskets.heads.filter(baskets.heads.person.notnull(), baskets.heads.day.notnull())
    heads = heads.select("basket", person=heads.person.cast("int64"), day=heads.day.cast("int32"))
    joined = heads.inner_join(baskets.lines, "basket")
    moment = joined.person * _MILLION + joined.day.cast("int64") + _MILLION // 2
    return joined.select(moment=moment, person="person", day="day", item="item").distinct()


@dataclass(frozen=True)
class Fitting:
    """The floor that fits: `floor` moments an item, `rows` that the search joins at most, `crowds`: customers left
    out because each alone would make more than a tenth of the rows allowed."""

    floor: int
    rows: int
    crowds: tuple[int, ...]


def fitting(lines: ir.Table, counts: pd.DataFrame, window: int, least: int, most: int = MOST_ROWS) -> Fitting:
    """The smallest floor (`least` times a power of two) whose rows fit, counted before anything is joined.

    A search joins the items of a moment with those of the same customer's later moments within the window; how many
    rows that makes at most follows from the sizes of the moments. counts: item, moments.
    """
    floors = [least * 2**step for step in range(FLOORS)]
    sized = lines.inner_join(_as_table(counts[["item", "moments"]]), "item")
    own = sized.group_by("person", "day").aggregate(
        **{f"own_{step}": (sized.moments >= floor).cast("float64").sum() for step, floor in enumerate(floors)}
    )
    later = own.rename(
        later_day="day", later_person="person", **{f"next_{step}": f"own_{step}" for step in range(FLOORS)}
    )
    pairs = own.inner_join(
        later, [own.person == later.later_person, own.day < later.later_day, later.later_day <= own.day + window]
    )
    rows = pairs.group_by("person").aggregate(
        **{f"rows_{step}": (pairs[f"own_{step}"] * pairs[f"next_{step}"]).sum() for step in range(FLOORS)}
    )
    crowd = rows.rows_0 > most // OF_ONE
    row = rows.aggregate(
        crowds=rows.person.collect(where=crowd),
        **{f"rows_{step}": rows[f"rows_{step}"].sum(where=~crowd) for step in range(FLOORS)},
    ).to_pyarrow().to_pylist()[0]  # fmt: skip
    totals = [int(row[f"rows_{step}"] or 0) for step in range(FLOORS)]
    found = _first_that_fits(floors, totals, counts, most)
    return Fitting(*found, tuple(sorted(int(person) for person in row["crowds"] or ())))


def _first_that_fits(floors: Sequence[int], rows: Sequence[int], counts: pd.DataFrame, most: int) -> tuple[int, int]:
    for floor, count in zip(floors, rows, strict=True):
        if count <= most and int((counts["moments"] >= floor).sum()) <= MOST_ITEMS:
            return floor, count
    return floors[-1], rows[-1]


def item_moments(lines: ir.Table) -> pd.DataFrame:
    """item and its moments, sorted by item."""
    counted: pd.DataFrame = lines.group_by("item").aggregate(moments=lines.count()).to_pandas()
    return counted.sort_values("item", ignore_index=True)


def _as_table(counts: pd.DataFrame) -> ir.Table:
    return ibis.memtable(counts, schema={"item": "int32", "moments": "int64"})


def history(
    lines: ir.Table, items: Sequence[int], last: int, window: int, least: int, most: int = MOST_ROWS
) -> tuple[History, Fitting]:
    """The lines of these items that a search can hold; `History.lines` is to be released after use."""
    wanted = ibis.memtable(pd.DataFrame({"item": list(items)}), schema={"item": "int32"})
    own = lines.semi_join(wanted, "item")
    counts = item_moments(own)
    counts = counts[counts["moments"] >= least]
    fit = fitting(own, counts, window, least, most)
    kept = counts.loc[counts["moments"] >= fit.floor, "item"].to_numpy(dtype=np.int32)
    chosen = ibis.memtable(pd.DataFrame({"item": kept}), schema={"item": "int32"})
    own = own.semi_join(chosen, "item")
    if fit.crowds:
        own = own.filter(own.person.notin(fit.crowds))
    near = ibis.window(group_by=[own.person, own["item"]], order_by=own.day)
    own = own.mutate(previous=own.day.lag().over(near), following=own.day.lead().over(near)).cache()
    first = own.day.min().to_pyarrow().as_py()
    return History(own, kept, last if first is None else int(first), last, window, fit.floor), fit
