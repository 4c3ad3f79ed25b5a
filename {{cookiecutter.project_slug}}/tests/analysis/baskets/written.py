"""Tables written down by hand, as an engine holds them."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import ibis
import pandas as pd
from any_engine import connect

from customer_analytics.analysis.baskets import Baskets, baskets
from customer_analytics.engagement.parameters import BasketRulesParameters
from customer_analytics.tables.store import Tables

TYPES = {
    "quantity": "float64", "unit_price": "decimal(18, 4)", "amount": "decimal(18, 4)", "cost": "decimal(18, 4)",
    "discount": "decimal(18, 4)", "ordered_at": "timestamp", "ordered_on": "date", "paid_at": "timestamp",
    "occurred_at": "timestamp", "occurred_on": "date", "margin": "float64",
}  # fmt: skip
AS_OF = dt.date(2024, 12, 31)


def tables_of(**frames: list[dict[str, object]]) -> Tables:
    """Canonical tables of rows; moments bring their calendar days."""
    engine = connect()
    made = {}
    for name, rows in frames.items():
        frame = pd.DataFrame(rows)
        for column in [one for one in frame if one.endswith("_at")]:
            frame[column.replace("_at", "_on")] = pd.to_datetime(frame[column]).dt.date
            frame[column] = pd.to_datetime(frame[column])
        schema = {column: TYPES.get(column, "string") for column in frame}
        for column, kind in schema.items():
            if kind == "string":
                frame[column] = frame[column].astype(object).where(frame[column].notna(), None)
        plain = {column: "float64" if "decimal" in kind else kind for column, kind in schema.items()}
        rows_of = ibis.memtable(frame.astype({one: float for one in plain if plain[one] == "float64"}), schema=plain)
        made[name] = engine.create_table(name, rows_of.cast(schema))
    return Tables(engine, AS_OF, ZoneInfo("UTC"), made)


def lines_of(orders: dict[str, str | list[str]], **more: object) -> list[dict[str, object]]:
    """Order lines of orders written as products: {"1": "ab"} or {"1": ["milk", "bread"]}."""
    return [{"order_id": order, "product_id": one, **more} for order, items in orders.items() for one in items]


def baskets_of(tables: Tables, **parameters: object) -> Baskets:
    return baskets(tables, BasketRulesParameters(**{"minimum_base": 1, **parameters}))


def contents(found: Baskets) -> dict[int, set[str]]:
    """Basket number -> labels of its items."""
    labels = dict(zip(found.items["item"], found.items["label"], strict=True))
    frame = found.lines.to_pandas()
    return {int(basket): {labels[item] for item in own["item"]} for basket, own in frame.groupby("basket", sort=True)}


def sets(found: Baskets) -> list[tuple[str, ...]]:
    """What the baskets hold, in no order of baskets."""
    return sorted(tuple(sorted(own)) for own in contents(found).values())


def aside(found: Baskets) -> dict[tuple[str, str], tuple[int, int]]:
    """(reason, what) -> (lines, baskets)."""
    rows = found.set_aside.itertuples(index=False)
    return {(row.reason, row.what): (row.lines, row.baskets) for row in rows}
