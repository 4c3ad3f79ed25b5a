"""Shops made in numpy, as the baskets of an engagement, and what is known of them in plain Python."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import ibis
import numpy as np
import pandas as pd
from any_engine import connect

from customer_analytics.analysis.baskets import Baskets
from customer_analytics.tables.store import Tables

Basket = tuple[str | None, int, frozenset[int]]  # customer, day, items
FIRST_DAY = 19_000


@dataclass(frozen=True)
class Shop:
    """The baskets in the order of time, and where the later part begins."""

    rows: list[Basket]
    cut: int

    def had(self, customer: str) -> set[int]:
        """Items of the earlier part."""
        return {item for who, _, own in self.rows[: self.cut] if who == customer for item in own}

    def owns(self, customer: str) -> set[int]:
        """All items."""
        return {item for who, _, own in self.rows if who == customer for item in own}


def shop_of(rows: Iterable[Basket], later_share: float = 0.35) -> Shop:
    """The shop, cut between two days."""
    ordered = sorted(rows, key=lambda row: row[1])
    cut = int(len(ordered) * (1 - later_share))
    while cut > 0 and ordered[cut - 1][1] == ordered[cut][1]:
        cut -= 1
    return Shop(ordered, cut)


def baskets_of(shop: Shop, names: dict[int, str] | None = None, *, shuffle: int = 0, dated: bool = True) -> Baskets:
    """As analysis.baskets makes them; `shuffle`: the engine's rows in another order."""
    engine = connect()
    lines = pd.DataFrame(
        [(number, item) for number, (_, _, own) in enumerate(shop.rows) for item in sorted(own)],
        columns=["basket", "item"],
    ).astype({"basket": "int64", "item": "int32"})
    first = {}
    for number, (who, _, _) in enumerate(shop.rows):
        first.setdefault(who, number)
    heads = pd.DataFrame(
        {
            "basket": np.arange(len(shop.rows), dtype=np.int64),
            "person": pd.array([None if who is None else first[who] for who, _, _ in shop.rows], dtype="Int64"),
            "person_id": pd.array([who for who, _, _ in shop.rows], dtype="string"),
            "day": pd.array([FIRST_DAY + day if dated else None for _, day, _ in shop.rows], dtype="Int32"),
            "size": np.array([len(own) for _, _, own in shop.rows], dtype=np.int32),
            "later": np.arange(len(shop.rows)) >= shop.cut,
        }
    )
    if shuffle:
        lines, heads = (one.sample(frac=1, random_state=shuffle) for one in (lines, heads))
    counts, earlier = lines.groupby("item").size(), lines[lines["basket"] < shop.cut].groupby("item").size()
    codes = counts.index.to_numpy()
    labels = [(names or {}).get(int(code), f"item {code}") for code in codes]
    items = pd.DataFrame(
        {
            "item": codes.astype(np.int32), "key": [f"P{code}" for code in codes], "label": labels, "level": "item",
            "category": None, "baskets": counts.to_numpy(), "earlier": earlier.reindex(codes, fill_value=0).to_numpy(),
            "parent": -1, "price": np.nan, "margin_rate": np.nan,
        }
    )  # fmt: skip
    nothing = pd.DataFrame()
    cut_day = FIRST_DAY + shop.rows[shop.cut][1] if dated and 0 < shop.cut < len(shop.rows) else None
    return Baskets(
        "order", engine.create_table("lines", ibis.memtable(lines)), engine.create_table("heads", ibis.memtable(heads)),
        engine.table("lines"), items, len(shop.rows), shop.cut, len(shop.rows) - shop.cut, dated,
        any(who is not None for who, _, _ in shop.rows), nothing, nothing, nothing, 50,
        split=("time" if dated else "chance") if shop.cut else None, cut_day=cut_day,
        later_from=shop.cut or None,
    )  # fmt: skip


def no_tables() -> Tables:
    """An engagement that knows nothing of customers."""
    return Tables(None, dt.date(2024, 6, 30), ZoneInfo("UTC"), {})


def shop_of_tastes(seed: int, *, planted: bool, customers: int = 300, items: int = 40) -> Shop:
    """Customers of two tastes, each for one half of the items, if planted; else everybody for all of them."""
    random = np.random.default_rng(seed)
    rows: list[Basket] = []
    for customer in range(customers):
        taste = customer % 2 if planted else -1
        for _ in range(int(random.integers(3, 9))):
            pool = np.arange(items) if taste < 0 else np.arange(items)[taste::2]
            weight = 1 / (1 + np.arange(len(pool)))
            own = random.choice(pool, size=3, replace=False, p=weight / weight.sum())
            rows.append((f"c{customer:04}", int(random.integers(0, 400)), frozenset(own.tolist())))
    return shop_of(rows)
