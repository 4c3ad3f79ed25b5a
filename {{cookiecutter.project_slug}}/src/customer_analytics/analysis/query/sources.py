"""The rows that functions and verbs look at: one Ibis table for each source, with the columns that a rule may name.

Every source has customer_id (never missing), `day` (the local calendar day that time windows count in) and `moment`
(what orders rows in time). Its columns are those of its table, in the language's four types, and a few derived ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

import ibis
import ibis.expr.datatypes as dtypes
import ibis.expr.types as ir

from customer_analytics.analysis.rfm.payments import is_purchase, net_money
from customer_analytics.schema import SCHEMAS, Kind
from customer_analytics.tables.store import Tables

ResultType = Literal["number", "text", "flag", "date"]
Rows = Callable[[Tables], ir.Table]

KIND_TYPES: Mapping[Kind, ResultType] = {
    Kind.ID: "text",
    Kind.TEXT: "text",
    Kind.TIME: "date",
    Kind.DATE: "date",
    Kind.MONEY: "number",
    Kind.NUMBER: "number",
    Kind.INTEGER: "number",
    Kind.FLAG: "flag",
}
DERIVED: Mapping[str, ResultType] = {"day": "date", "hour": "number", "weekday": "number", "weekend": "flag"}


@dataclass(frozen=True)
class Source:
    """One kind of rows.

    `table`: the canonical table whose columns it has; `time`: that table's time columns, the first known one counts;
    `needs`: "table.column" that must be there, each entry may offer alternatives; `extra`: further columns by name with
    their type and what they need; `rows`: the rows, before days and hours are added.
    """

    name: str
    table: str
    time: tuple[str, ...]
    needs: tuple[tuple[str, ...], ...]
    rows: Rows
    extra: Mapping[str, tuple[ResultType, tuple[tuple[str, ...], ...]]]


def available(tables: Tables, column: str) -> bool:
    """Whether "table.column" is there; a time column counts by its calendar day as well."""
    table, name = column.split(".", 1)
    return tables.has(table, name) or (name.endswith("_at") and tables.has(table, day_column(name)))


def day_column(time: str) -> str:
    """The companion of a time column: its calendar day."""
    return time.removesuffix("_at") + "_on"


def type_of(kind: dtypes.DataType) -> ResultType | None:
    """The language's type of an Ibis type; None where there is none (lists, structures, a column of nulls)."""
    if kind.is_boolean():
        return "flag"
    if kind.is_numeric():
        return "number"
    if kind.is_string() or kind.is_uuid():
        return "text"
    return "date" if kind.is_timestamp() or kind.is_date() else None


def column_types(tables: Tables, table: str) -> dict[str, ResultType]:
    """Every column of a canonical table that a rule may name: the schema's, whether the data have it or not, and the
    client's own."""
    types = {column.name: KIND_TYPES[column.kind] for column in SCHEMAS[table].columns}
    if table in tables.tables:
        for name, kind in tables[table].schema().items():
            found = type_of(kind)
            if found is not None and name not in types:
                types[name] = found
    return types


def value_of(tables: Tables, rows: ir.Table, name: str, kind: ResultType) -> ir.Value:
    """A column in one of the language's types: float64, string, boolean or date (local day)."""
    if kind == "date":
        companion = day_column(name)
        if companion in rows.columns:
            return rows[companion]
        column = rows[name]
        return tables.local(column).date() if column.type().is_timestamp() else column.cast("date")
    return rows[name].cast({"number": "float64", "text": "string", "flag": "boolean"}[kind])


def with_time(tables: Tables, source: Source, rows: ir.Table) -> ir.Table:
    """The rows with `day`, `moment` and, where the hours are known, `hour`, `weekday`, `weekend`."""
    times = [name for name in source.time if name in rows.columns]
    days = [rows[day_column(name)] for name in source.time if day_column(name) in rows.columns]
    day = ibis.coalesce(*days) if days else ibis.null("date")
    weekday = day.day_of_week.index().cast("int32") + 1
    moment = ibis.coalesce(*(rows[name] for name in times)) if times else day.cast("timestamp")
    more: dict[str, ir.Value] = {"day": day, "moment": moment, "weekday": weekday, "weekend": weekday >= 6}
    if times:
        more["hour"] = tables.local(moment).hour()
    return rows.mutate(**more).filter(lambda row: row.customer_id.notnull())


def _plain(table: str, tables: Tables) -> ir.Table:
    return tables[table]


def _orders(tables: Tables) -> ir.Table:
    orders = tables["orders"]
    return orders.mutate(net=net_money(orders)) if "amount" in orders.columns else orders


def _purchases(tables: Tables) -> ir.Table:
    orders = _orders(tables)
    return orders.filter(is_purchase(orders))


def _returns(tables: Tables) -> ir.Table:
    """Orders taken back in whole or in part."""
    orders = _orders(tables)
    signs: list[ir.BooleanValue] = []
    if "amount" in orders.columns:
        signs.append(orders.amount < 0)
    if "refund" in orders.columns:
        signs.append(orders.refund != 0)
    if "status" in orders.columns:
        signs.append(orders.status.cast("string").strip().lower() == "refunded")
    back: ir.BooleanValue = ibis.literal(False)
    for sign in signs:
        back = back | sign.fill_null(False)
    return orders.filter(back)


def _lines(tables: Tables) -> ir.Table:
    """Lines of purchases with their customer, time and product. An order number or product that stands twice in its own
    table does not multiply lines."""
    lines = tables["order_lines"]
    heads = _purchases(tables)
    firsts = {name: heads[name].min() for name in ("customer_id", "ordered_at", "ordered_on") if name in heads.columns}
    orders = heads.group_by("order_id").aggregate(**firsts)
    lines = lines.drop(*(name for name in firsts if name in lines.columns))
    lines = lines.inner_join(orders, "order_id")
    if tables.has("products", "product_id") and "product_id" in lines.columns:
        lines = _with_products(lines, tables["products"])
    return _with_profit(lines)


def _with_products(lines: ir.Table, products: ir.Table) -> ir.Table:
    wanted = {"product_name": "name", "category": "category", "margin": "margin"}
    facts = {f"of_product_{name}": products[own].max() for name, own in wanted.items() if own in products.columns}
    if not facts:
        return lines
    unique = products.group_by("product_id").aggregate(**facts).rename(of_product_id="product_id")
    joined = lines.left_join(unique, lines.product_id == unique.of_product_id)
    merged = {}
    for name in wanted:
        if f"of_product_{name}" in facts:
            known = joined[f"of_product_{name}"]
            merged[name] = joined[name].fill_null(known) if name in lines.columns else known
    return joined.mutate(**merged).drop("of_product_id", *facts)


def _with_profit(lines: ir.Table) -> ir.Table:
    """profit = amount - cost where the line has a cost, else amount x margin of the product."""
    ways: list[ir.Value] = []
    if {"amount", "cost"} <= set(lines.columns):
        ways.append(lines.amount.cast("float64") - lines.cost.cast("float64"))
    if {"amount", "margin"} <= set(lines.columns):
        ways.append(lines.amount.cast("float64") * lines.margin.cast("float64"))
    return lines.mutate(profit=ibis.coalesce(*ways)) if ways else lines


def _activity(tables: Tables) -> ir.Table:
    """Orders and events together: customer, moment and day."""
    parts = []
    for name, time in (("orders", "ordered_at"), ("events", "occurred_at")):
        if tables.has(name, "customer_id", day_column(time)):
            rows = tables[name]
            moment = rows[time] if time in rows.columns else rows[day_column(time)].cast("timestamp")
            parts.append(rows.select(customer_id="customer_id", occurred_at=moment, occurred_on=day_column(time)))
    return parts[0] if len(parts) == 1 else ibis.union(*parts)


def _touches(tables: Tables) -> ir.Table:
    """Messages with the name of their campaign, where campaigns have one."""
    touches = tables["touches"]
    if not (tables.has("campaigns", "campaign_id", "name") and "campaign_id" in touches.columns):
        return touches
    campaigns = tables["campaigns"]
    unique = campaigns.group_by(of_campaign="campaign_id").aggregate(campaign_name=campaigns.name.max())
    return touches.left_join(unique, touches.campaign_id == unique.of_campaign).drop("of_campaign")


def _marked(column: str, tables: Tables) -> ir.Table:
    touches = _touches(tables)
    known = touches[column] if column in touches.columns else touches[day_column(column)]
    return touches.filter(known.notnull())


def _registrations(tables: Tables) -> ir.Table:
    customers = tables["customers"]
    return customers.filter(customers[day_column("signed_up_at")].notnull())


def _needs(table: str, *columns: str) -> tuple[tuple[str, ...], ...]:
    return tuple((f"{table}.{column}",) for column in columns)


_PURCHASE = _needs("orders", "customer_id", "ordered_at", "amount")
_NET: Mapping[str, tuple[ResultType, tuple[tuple[str, ...], ...]]] = {"net": ("number", _needs("orders", "amount"))}
_LINES: Mapping[str, tuple[ResultType, tuple[tuple[str, ...], ...]]] = {
    "category": ("text", (("order_lines.category", "products.category"),)),
    "product_name": ("text", (("order_lines.product_name", "products.name"),)),
    "margin": ("number", (("products.margin",),)),
    "profit": ("number", (("order_lines.amount",), ("order_lines.cost", "products.margin"))),
}


_CAMPAIGN: Mapping[str, tuple[ResultType, tuple[tuple[str, ...], ...]]] = {
    "campaign_name": ("text", _needs("touches", "campaign_id") + _needs("campaigns", "name"))
}


def _message(name: str, column: str) -> Source:
    needs = _needs("touches", "customer_id", column)
    return Source(name, "touches", (column,), needs, partial(_marked, column), _CAMPAIGN)


SOURCES_BY_NAME: Mapping[str, Source] = {
    source.name: source
    for source in (
        Source("purchases", "orders", ("ordered_at",), _PURCHASE, _purchases, _NET),
        Source("orders", "orders", ("ordered_at",), _needs("orders", "customer_id", "ordered_at"), _orders, _NET),
        Source("returns", "orders", ("ordered_at",), _needs("orders", "customer_id", "ordered_at"), _returns, _NET),
        Source(
            "order_lines",
            "order_lines",
            ("ordered_at",),
            (*_needs("order_lines", "order_id"), ("orders.order_id",), *_PURCHASE),
            _lines,
            _LINES,
        ),
        Source(
            "events",
            "events",
            ("occurred_at",),
            _needs("events", "customer_id", "occurred_at"),
            partial(_plain, "events"),
            {},
        ),
        Source(
            "activity",
            "",
            ("occurred_at",),
            (("orders.customer_id", "events.customer_id"), ("orders.ordered_at", "events.occurred_at")),
            _activity,
            {},
        ),
        Source(
            "touches",
            "touches",
            ("sent_at", "assigned_at"),
            _needs("touches", "customer_id"),
            _touches,
            _CAMPAIGN,
        ),
        _message("sent", "sent_at"),
        _message("opened", "opened_at"),
        _message("clicked", "clicked_at"),
        _message("unsubscribed", "unsubscribed_at"),
        Source(
            "registrations",
            "customers",
            ("signed_up_at",),
            _needs("customers", "customer_id", "signed_up_at"),
            _registrations,
            {},
        ),
        Source(
            "feedback",
            "feedback",
            ("given_at",),
            _needs("feedback", "customer_id", "given_at"),
            partial(_plain, "feedback"),
            {},
        ),
        Source(
            "subscriptions",
            "subscriptions",
            ("started_at",),
            _needs("subscriptions", "customer_id"),
            partial(_plain, "subscriptions"),
            {},
        ),
    )
}
