"""Numbers for baskets, in the order of time, and the cut between the earlier and the later part.

Numbers are drawn within a day and moved on by the baskets of the days before, so that no engine has to sort all baskets
at once. Without days a block that follows from the letters of the basket's key takes the place of the day: a division
by chance that is the same in every run and on every engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.baskets.basket import GROUP, HEADS
from customer_analytics.analysis.baskets.source import Source
from customer_analytics.analysis.survival.blocks import block

SLOTS = 4_096  # parts by chance


@dataclass(frozen=True)
class Cut:
    """Where the later part begins: its first basket number, and its first day where the cut is one of time."""

    kind: Literal["time", "chance"]
    first_basket: int
    day: int | None


@dataclass(frozen=True)
class Numbered:
    """carriers: the keys, fault and basket (number, null with a fault). heads: basket, person, person_id,
    day, promotion, group_<name>, one row a basket. slots: slot and first (number of its first basket), in order."""

    carriers: ir.Table
    heads: ir.Table
    slots: pd.DataFrame
    by_time: bool
    knows_people: bool

    def cut(self, heads: ir.Table, later_share: float) -> Cut | None:
        """The cut that leaves a share of the baskets nearest to `later_share` after it; None where none can be made."""
        basket: pd.Series = heads.select("basket").to_pandas()["basket"]
        starts = self.slots["first"].to_numpy()
        later = len(basket) - np.searchsorted(np.sort(basket.to_numpy()), starts)
        possible = np.flatnonzero((later > 0) & (later < len(basket)))
        if not len(possible):
            return None
        best = possible[np.argmin(np.abs(later[possible] - later_share * len(basket)))]
        slot = int(self.slots["slot"].iloc[best])
        return Cut("time" if self.by_time else "chance", int(starts[best]), slot if self.by_time else None)


def numbered(source: Source) -> Numbered:
    """Number the baskets of a source: by day, then by key."""
    carriers = source.carriers.cache()
    row = carriers.aggregate(
        days=carriers.day.nunique(where=carriers.fault.isnull()), people=carriers.person_id.count()
    ).to_pyarrow().to_pylist()[0]  # fmt: skip
    by_time = row["days"] > 1 and source.unit != "customer"
    key = {
        "order": ("order_id",),
        "session": ("whose", "visit"),
        "day": ("person_id", "day"),
        "customer": ("person_id",),
    }
    within = [carriers[name] for name in key[source.unit]]
    text = within[0] if len(within) == 1 else within[0] + ibis.literal(" ") + within[1].cast("string")
    slot = carriers.day.fill_null(-(2**31) + 1) if by_time else block(text, SLOTS)
    is_usable = carriers.fault.isnull()
    within_slot = ibis.window(group_by=[slot, is_usable], order_by=[carriers[name] for name in key[source.unit]])
    ranked = carriers.mutate(slot=slot, rank=ibis.dense_rank().over(within_slot)).cache()
    slots = _slots(ranked.filter(ranked.fault.isnull()))
    offsets = ibis.memtable(slots.rename(columns={"slot": "of_slot"}))
    placed = ranked.left_join(offsets, [("slot", "of_slot")])
    number = (placed["first"] + placed["rank"]).cast("int64")
    numbers = placed.mutate(basket=ibis.ifelse(placed.fault.isnull(), number, ibis.null("int64")))
    numbers = numbers.drop("slot", "rank", "of_slot", "first").cache()
    ranked.release()
    carriers.release()
    heads = _heads(numbers.filter(numbers.fault.isnull()).drop("fault"), source)
    return Numbered(numbers.select(*source.keys, "fault", "basket"), heads, slots, by_time, row["people"] > 0)


def _slots(ranked: ir.Table) -> pd.DataFrame:
    frame: pd.DataFrame = ranked.group_by("slot").aggregate(baskets=ranked["rank"].max() + 1).to_pandas()
    frame = frame.sort_values("slot", ignore_index=True).astype("int64")
    return pd.DataFrame({"slot": frame["slot"].astype("int32"), "first": frame["baskets"].cumsum() - frame["baskets"]})


def _heads(numbers: ir.Table, source: Source) -> ir.Table:
    """One row a basket; of several orders of a basket the first values in the alphabet, a promotion if any had one."""
    heads = numbers
    if source.unit in ("day", "customer"):
        groups = {name: numbers[name].min() for name in numbers.columns if name.startswith(GROUP)}
        heads = numbers.group_by("basket").aggregate(
            person_id=numbers.person_id.min(), day=numbers.day.min(), promotion=numbers.promotion.max(), **groups
        )
    if source.unit == "customer":  # a basket of all time has no day
        heads = heads.mutate(day=ibis.null("int32"))
    known = heads.filter(heads.person_id.notnull())
    first = known.group_by(of_person=known.person_id).aggregate(person=known.basket.min())
    named = heads.left_join(first, [("person_id", "of_person")])
    return named.drop(*(name for name in named.columns if name in {"of_person", *source.keys} - set(HEADS)))
