"""Baskets written down in a test, as the report has them; and counts of them that go through them one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import ibis
import numpy as np
import pandas as pd

from customer_analytics.analysis.baskets.basket import ITEMS, Baskets, no_baskets


@dataclass(frozen=True)
class Basket:
    """One basket: item -> (units, amount); `person` None: unknown; `day` None: not dated."""

    lines: Mapping[int, tuple[float, float]]
    person: int | None = None
    day: int | None = None
    later: bool = False
    store: str | None = None
    more: Mapping[str, str] = field(default_factory=dict)


def bought(*items: int, price: float = 10.0, **own: object) -> Basket:
    """One unit of each item at one price."""
    return Basket({item: (1.0, price) for item in items}, **own)  # type: ignore[arg-type]


def shop(
    baskets: Sequence[Basket],
    *,
    prices: Mapping[int, float] | None = None,
    margins: Mapping[int, float] | None = None,
    parents: Mapping[int, int] | None = None,
    has_money: bool = True,
) -> Baskets:
    """The baskets as the report has them. `margins`: share by item; an item that is not there has none."""
    sold = pd.DataFrame(
        [
            (number, item, units, amount if has_money else None)
            for number, one in enumerate(baskets)
            for item, (units, amount) in one.lines.items()
        ],
        columns=["basket", "item", "units", "amount"],
    ).astype({"basket": "int64", "item": "int32", "units": "float64", "amount": "float64"})
    sold["cost"] = np.nan
    heads = pd.DataFrame(
        {
            "basket": np.arange(len(baskets), dtype=np.int64),
            "person": pd.array([one.person for one in baskets], dtype="Int64"),
            "day": pd.array([one.day for one in baskets], dtype="Int32"),
            "size": np.array([len(one.lines) for one in baskets], dtype=np.int32),
            "later": [one.later for one in baskets],
            "group_store": pd.array([one.store for one in baskets], dtype="string"),
        }
    )
    lines, parents = sold[["basket", "item"]], dict(parents or {})
    above = lines.assign(item=lines["item"].map(parents)).dropna().drop_duplicates()
    lines = pd.concat([lines, above.astype("int32")], ignore_index=True)
    lines["basket"] = lines["basket"].astype("int64")
    head_table = ibis.memtable(heads)
    head_table = head_table.mutate(person_id=head_table.person.cast("string"), value=ibis.null("float64"))
    empty = no_baskets("order", "x")
    days = [one.day for one in baskets if one.day is not None]
    return Baskets(
        unit="order", lines=ibis.memtable(lines), heads=head_table, sold=ibis.memtable(sold),
        items=_items(lines, sold, prices or {}, margins or {}, parents), n=len(baskets),
        n_earlier=sum(not one.later for one in baskets), n_later=sum(one.later for one in baskets),
        dated=bool(days), has_people=any(one.person is not None for one in baskets), set_aside=empty.set_aside,
        large=empty.large, large_orders=empty.large_orders, cap=100, groups=("store",),
        split="time" if days else "chance", reason=None, has_money=has_money,
    )  # fmt: skip


def _items(
    lines: pd.DataFrame, sold: pd.DataFrame, prices: Mapping[int, float], margins: Mapping[int, float],
    parents: Mapping[int, int],
) -> pd.DataFrame:  # fmt: skip
    counts = lines.groupby("item").size()
    codes = [int(code) for code in sorted(counts.index)]
    each = (sold["amount"] / sold["units"]).groupby(sold["item"]).median()
    frame = pd.DataFrame(
        {
            "item": codes, "key": [f"k{code}" for code in codes], "label": [f"item {code}" for code in codes],
            "level": ["category" if code in parents.values() else "item" for code in codes], "category": None,
            "baskets": [int(counts[code]) for code in codes], "earlier": 0,
            "parent": [parents.get(code, -1) for code in codes],
            "price": [prices.get(code, float(each.get(code, np.nan))) for code in codes],
            "margin_rate": [margins.get(code, np.nan) for code in codes],
        }
    ).astype({"item": "int32", "parent": "int32"})  # fmt: skip
    return frame[list(ITEMS)]


def pairs_of(*both: tuple[int, int]) -> pd.DataFrame:
    """pair, a, b."""
    return pd.DataFrame([(number, *pair) for number, pair in enumerate(both)], columns=["pair", "a", "b"])
