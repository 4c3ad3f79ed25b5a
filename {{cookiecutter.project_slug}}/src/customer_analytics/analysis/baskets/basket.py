"""What a basket is here, and the tables that everything about baskets is asked of.

Ids of the client become numbers once, in the engine: baskets are numbered by time (where days are known), so that the
later part of the data is everything from one number on, and products by their codes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import ibis
import ibis.expr.types as ir
import pandas as pd

Unit = Literal["order", "day", "customer", "session"]
ITEM, CATEGORY = "item", "category"
PLACES = 4  # decimals of money
GROUP = "group_"  # what the columns of groups begin with in Baskets.heads
LINES = {"basket": "int64", "item": "int32"}
SOLD = {**LINES, "units": "float64", "amount": "float64", "cost": "float64"}
HEADS = {
    "basket": "int64", "person": "int64", "person_id": "string", "day": "int32", "size": "int32", "value": "float64",
    "later": "boolean", "promotion": "boolean",
}  # fmt: skip
ITEMS = {
    "item": "int32", "key": "object", "label": "object", "level": "object", "category": "object", "baskets": "int64",
    "earlier": "int64", "parent": "int32", "price": "float64", "margin_rate": "float64",
}  # fmt: skip
SET_ASIDE = ["reason", "what", "lines", "baskets"]
LARGE = ["size", "baskets"]


@dataclass(frozen=True)
class Baskets:
    """The baskets of an engagement.

    lines: basket (int64), item (int32); distinct, products only, large baskets left out, materialised. With categories
        beside items, a basket holds its products and their categories.
    heads: one row a basket, materialised: basket, person (number of the customer, null where unknown), person_id, day
        (days since 1970-01-01, local; null without dates), size (different products), value (money of its products,
        null without money), later (in the later part), promotion (whether the order had a discount, null where
        unknown), and group_<name> for each of `groups`.
    sold: basket, item, units, amount, cost (null where unknown); products only, also where `lines` are categories.
    items: one row an item of `lines`, sorted by item: item, key (the client's code), label (unique), level ("item" or
        "category"), category (None: unknown), baskets, earlier (baskets of the earlier part), parent (item of its
        category, -1: none), price (median price of a unit, NaN: unknown), margin_rate (share of the price, NaN).
    n, n_earlier, n_later: baskets.
    unit: what a basket is. dated: whether their days are known. has_people: whether customers of some are known.
    first_day, last_day: days of the first and the last basket, None without dates.
    split: how the later part was cut: "time" (its first day is `cut_day`), else "chance" (by its key), or None.
    set_aside: reason, what (an item's label or ""), lines, baskets: what is no product sold.
    large: size, baskets: those with more products than `cap`, left out; large_orders: the same with order numbers.
    codes: codes that the items stand for where an item is a name; None where items are codes.
    parents: item -> item of its category, of every product that has one, also where only categories are mined.
    reason: why no rules can be looked for, None where they can: no_lines (nothing in the data makes baskets), no_sales
        (every line is set aside), few_baskets, one_item, single_items (no basket with two products).
    """

    unit: Unit
    lines: ir.Table
    heads: ir.Table
    sold: ir.Table
    items: pd.DataFrame
    n: int
    n_earlier: int
    n_later: int
    dated: bool
    has_people: bool
    set_aside: pd.DataFrame
    large: pd.DataFrame
    large_orders: pd.DataFrame
    cap: int
    groups: tuple[str, ...] = ()
    split: Literal["time", "chance"] | None = None
    cut_day: int | None = None
    first_day: int | None = None
    last_day: int | None = None
    later_from: int | None = None  # baskets from this number on are the later part
    reason: str | None = None
    has_money: bool = False
    parents: pd.Series = field(default_factory=lambda: pd.Series(dtype="int64"), repr=False)
    held: tuple[ir.Table, ...] = field(default=(), repr=False)
    codes: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there are no baskets at all."""
        return self.n == 0

    def of_level(self, level: str) -> pd.DataFrame:
        """The items of a level, sorted by item."""
        return self.items[self.items["level"] == level].reset_index(drop=True)


def no_baskets(unit: Unit, reason: str, set_aside: pd.DataFrame | None = None) -> Baskets:
    """Baskets of which there are none, with the reason."""
    items = pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in ITEMS.items()})
    aside = pd.DataFrame(columns=SET_ASIDE) if set_aside is None else set_aside
    return Baskets(
        unit, _empty(LINES), _empty(HEADS), _empty(SOLD), items, 0, 0, 0, False, False, aside,
        pd.DataFrame({name: pd.Series(dtype="int64") for name in LARGE}),
        pd.DataFrame({"order_id": pd.Series(dtype="object"), "size": pd.Series(dtype="int64")}), 0, reason=reason,
    )  # fmt: skip


def _empty(columns: dict[str, str]) -> ir.Table:
    return ibis.memtable([], schema=columns)
