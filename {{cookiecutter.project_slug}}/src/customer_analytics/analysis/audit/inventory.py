"""What was received: tables, rows, span, keys, freshness."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from customer_analytics.analysis.audit.measures import money, number, one_row, own_columns, person, total, whole
from customer_analytics.schema import SCHEMAS
from customer_analytics.tables.store import Tables


@dataclass(frozen=True)
class TableFacts:
    """One table. Days are calendar days in the engagement's zone; None where the table is not dated.

    `key`: the columns that identify a row, empty where none do. `stale_days`: days from the last row to the as-of day.
    """

    name: str
    grain: str
    key: tuple[str, ...]
    rows: int
    columns: int
    customers: int | None
    money: float | None
    first: dt.date | None
    last: dt.date | None
    stale_days: int | None
    undated: int
    derived: bool


@dataclass(frozen=True)
class Totals:
    """The whole as loaded, before any choice: distinct customers and orders, and the sum of the amounts."""

    customers: int | None
    orders: int | None
    revenue: float | None
    first: dt.date | None
    last: dt.date | None


def inventory(tables: Tables, *, derived: Iterable[str] = ()) -> list[TableFacts]:
    """The facts of each table, in the order of the schema."""
    made = set(derived)
    names = [name for name in SCHEMAS if name in tables.tables]
    return [_table(tables, name, name in made) for name in names]


def totals(facts: list[TableFacts], tables: Tables) -> Totals:
    """Headline counts from the table of trade; None where no table can say."""
    by_name = {table.name: table for table in facts}
    trade = next((by_name[name] for name in ("orders", "order_lines") if name in by_name), None)
    known = [by_name[name].customers for name in ("orders", "order_lines", "events", "touches") if name in by_name]
    orders = None
    if trade is not None:
        orders = whole(tables[trade.name].order_id.nunique().execute())
    dated = [table for table in facts if table.name in ("orders", "order_lines", "events") and table.first is not None]
    return Totals(
        customers=next((count for count in known if count), None),
        orders=orders,
        revenue=trade.money if trade is not None else None,
        first=min((table.first for table in dated if table.first), default=None),
        last=max((table.last for table in dated if table.last), default=None),
    )


def _table(tables: Tables, name: str, derived: bool) -> TableFacts:
    table, schema = tables[name], SCHEMAS[name]
    day = None
    if schema.time is not None:
        column = f"{schema.time[:-3]}_on" if schema.time.endswith("_at") else schema.time
        day = table[column] if column in table.columns else None
    measures = {"rows": table.count()}
    if day is not None:
        measures |= {"first": day.min(), "last": day.max(), "undated": day.isnull().sum()}
    amount, who = money(name, table), person(table)
    if amount is not None:
        measures["money"] = total(amount)
    if who is not None:
        measures["customers"] = who.nunique()
    row = one_row(table.aggregate(**measures))
    first, last = _day(row.get("first")), _day(row.get("last"))
    return TableFacts(
        name=name,
        grain=schema.grain,
        key=schema.key if tables.has(name, *schema.key) else (),
        rows=whole(row["rows"]),
        columns=len(own_columns(table)),
        customers=whole(row["customers"]) if who is not None else None,
        money=(number(row["money"]) or 0.0) if amount is not None else None,
        first=first,
        last=last,
        stale_days=(tables.as_of - last).days if last is not None else None,
        undated=whole(row["undated"]) if day is not None else 0,
        derived=derived,
    )


def _day(value: object) -> dt.date | None:
    return None if value is None or pd.isna(value) else pd.Timestamp(value).date()  # type: ignore[call-overload, arg-type]
