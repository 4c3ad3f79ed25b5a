"""What the personas need from the tables: purchases and money of each customer, and the rhythm of each persona.

Everything is aggregated in the engine; what crosses is one row a customer, or one a persona and hour.
"""

from __future__ import annotations

import dataclasses
import datetime as dt

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.query.sources import SOURCES_BY_NAME, with_time
from customer_analytics.analysis.tags.hours import without_hours
from customer_analytics.schema import SCHEMAS
from customer_analytics.tables.store import Tables

CHANNELS = (
    ("order_channel", "purchases", "channel"),
    ("payment_method", "purchases", "payment_method"),
    ("device", "events", "device"),
    ("visit_channel", "events", "channel"),
)
_COLUMNS = ("customer_id", "ordered_at", "amount")


def has_purchases(tables: Tables) -> bool:
    """Whether purchases can be counted."""
    return all(tables.has("orders", name) for name in ("customer_id", "amount")) and (
        tables.has("orders", "ordered_at") or tables.has("orders", "ordered_on")
    )


def purchases_of(tables: Tables, first: dt.date | None = None) -> pd.DataFrame:
    """customer_id, purchases, net (money of purchases), last (day number), sorted; from `first` on where given."""
    rows = _rows(tables, "purchases")
    if first is not None:
        rows = rows.filter(rows.day >= ibis.date(first))
    counted = rows.group_by("customer_id").aggregate(
        purchases=rows.count().cast("float64"),
        net=rows.net.sum().cast("float64"),
        last=rows.day.max().epoch_days().cast("float64"),
    )
    table: pd.DataFrame = counted.order_by("customer_id").to_pyarrow().to_pandas()
    return table


def events_of(tables: Tables) -> pd.DataFrame:
    """customer_id, purchases (here: events), net (0), sorted: who is known where the client has no orders."""
    if not _can(tables, "events"):
        return pd.DataFrame({"customer_id": [], "purchases": [], "net": []})
    rows = _rows(tables, "events")
    counted = rows.group_by("customer_id").aggregate(purchases=rows.count().cast("float64"))
    table: pd.DataFrame = counted.order_by("customer_id").to_pyarrow().to_pandas()
    return table.assign(net=0.0)


def margin_of(tables: Tables, first: dt.date) -> pd.DataFrame | None:
    """customer_id, margin (profit of the lines bought from `first` on), None where margins are not known."""
    by_product = tables.has("products", "margin") and tables.has("order_lines", "product_id")
    knows = tables.has("order_lines", "order_id", "amount") and tables.has("orders", "order_id")
    if not knows or not (by_product or tables.has("order_lines", "cost")):
        return None
    rows = _rows(tables, "order_lines")
    rows = rows.filter(rows.day >= ibis.date(first))
    summed = rows.group_by("customer_id").aggregate(margin=rows.profit.sum().cast("float64"))
    table: pd.DataFrame = summed.order_by("customer_id").to_pyarrow().to_pandas()
    return table


def history(tables: Tables) -> tuple[dt.date, int] | None:
    """First day with a purchase, and the days from it to the as-of day; None without purchases."""
    rows = _rows(tables, "purchases")
    first = rows.day.min().to_pyarrow().as_py()
    return None if first is None else (first, (tables.reference_day - first).days)


def earlier(tables: Tables, reference_day: dt.date) -> Tables:
    """The tables as they stood before `reference_day`: rows with a later time left out.

    Facts that the client's export overwrites (a region, a consent) are those of today; no time says when they changed.
    Later deliveries, openings and endings of rows that had begun before are emptied, not known before their day.
    """
    limited = {}
    for name, table in tables.tables.items():
        days = [column for column, kind in table.schema().items() if kind.is_date() and column.endswith("_on")]
        own = _own_day(name)
        if own in table.columns:
            before = table[own] < ibis.date(reference_day)
            table = table.filter(before if name != "customers" else before.fill_null(True))
            days = [day for day in days if day != own]
        emptied: dict[str, ir.Value] = {}
        for day in days:
            is_later = table[day] >= ibis.date(reference_day)
            emptied[day] = ibis.ifelse(is_later, ibis.null("date"), table[day])
            moment = day.removesuffix("_on") + "_at"
            if moment in table.columns:
                emptied[moment] = ibis.ifelse(is_later, ibis.null(table[moment].type()), table[moment])
        limited[name] = table.mutate(**emptied) if emptied else table
    return dataclasses.replace(tables, as_of=reference_day - dt.timedelta(days=1), tables=limited, later={})


def hours_of(tables: Tables, groups: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """persona, weekday, hour, moments; and the source: "orders" or "events", "" where no time carries an hour.

    `groups`: customer_id, persona.
    """
    columns = ["persona", "weekday", "hour", "moments"]
    for source, name in (("purchases", "orders"), ("events", "events")):
        if not _can(tables, source) or source in without_hours(tables, [source]):
            continue
        rows = _joined(_rows(tables, source), groups)
        counted: pd.DataFrame = (
            rows.group_by("persona", "weekday", "hour").aggregate(moments=rows.count()).to_pyarrow().to_pandas()
        )
        if len(counted):
            whole = {"weekday": np.int64, "hour": np.int64, "moments": np.int64}
            return counted[columns].astype(whole).sort_values(columns[:3], ignore_index=True), name
    return pd.DataFrame(columns=columns), ""


def channels_of(tables: Tables, groups: pd.DataFrame) -> pd.DataFrame:
    """persona, source, value, moments, for channel and payment of purchases and device and channel of visits."""
    parts: list[pd.DataFrame] = []
    for name, source, column in CHANNELS:
        if not _can(tables, source) or not tables.has("orders" if source == "purchases" else source, column):
            continue
        rows = _rows(tables, source)
        rows = _joined(rows.filter(rows[column].notnull()), groups)
        counted = rows.group_by("persona", value=rows[column].cast("string")).aggregate(moments=rows.count())
        parts.append(counted.to_pyarrow().to_pandas().assign(source=name))
    columns = ["persona", "source", "value", "moments"]
    if not parts:
        return pd.DataFrame(columns=columns)
    counted_all: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return counted_all[columns].sort_values(columns[:3], ignore_index=True)


def months_of(tables: Tables, groups: pd.DataFrame) -> pd.DataFrame:
    """persona, month, purchases, over the last whole years; empty with less than one year of history."""
    past = history(tables) if _can(tables, "purchases") else None
    years = 0 if past is None else int(past[1] / 365.25 + 1e-9)
    if years < 1:
        return pd.DataFrame(columns=["persona", "month", "purchases"])
    rows = _rows(tables, "purchases")
    first = tables.reference_day - dt.timedelta(days=round(years * 365.25))
    rows = _joined(rows.filter(rows.day >= ibis.date(first)), groups)
    counted = rows.group_by("persona", month=rows.day.month()).aggregate(purchases=rows.count())
    table: pd.DataFrame = counted.to_pyarrow().to_pandas()
    return table.astype({"month": np.int64, "purchases": np.int64}).sort_values(["persona", "month"], ignore_index=True)


def _own_day(name: str) -> str:
    time = SCHEMAS[name].time or ""
    return time.removesuffix("_at") + "_on" if time.endswith("_at") else time


def _can(tables: Tables, source: str) -> bool:
    if source == "purchases":
        return has_purchases(tables)
    return tables.has("events", "customer_id") and (
        tables.has("events", "occurred_at") or tables.has("events", "occurred_on")
    )


def _rows(tables: Tables, source: str) -> ir.Table:
    described = SOURCES_BY_NAME[source]
    return with_time(tables, described, described.rows(tables))


def _joined(rows: ir.Table, groups: pd.DataFrame) -> ir.Table:
    members = ibis.memtable(groups[["customer_id", "persona"]].rename(columns={"customer_id": "member_id"}))
    return rows.inner_join(members, rows.customer_id == members.member_id)
