"""Rules that a row must keep by itself: money that makes sense, moments in their order, nothing after today.

Each rule is a condition on the columns of one table; all rules of a table cross the engine in one aggregate. A rule
is asked only where its columns exist, and counts only rows in which they are filled.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.audit.faults import Fault
from customer_analytics.analysis.audit.measures import money, number, one_row, person, total, whole
from customer_analytics.schema import SCHEMAS, Kind
from customer_analytics.tables.store import Tables

CENT = 0.01
EARLIEST_YEAR = 1990  # older moments of a trading record are defaults of some system: 1900-01-01, 1970-01-01
OLDEST_BIRTH_YEAR = 1900


class Rule(NamedTuple):
    """A condition that marks a fault. `asked`: rows that the rule applies to; None for all rows."""

    column: str
    code: str
    broken: ir.BooleanValue
    asked: ir.BooleanValue | None = None


def row_faults(tables: Tables, *, last_possible: dt.date) -> list[Fault]:
    """What every rule found in every table, also those that found nothing.

    Args:
        tables: the loaded tables.
        last_possible: the day the data was delivered; a later moment cannot have been recorded.
    """
    faults = []
    for name, table in tables.tables.items():
        rules = [*_times(name, table, last_possible), *_RULES.get(name, _none)(table)]
        faults += _evaluate(name, table, rules)
    faults += [fault for fault in (_before_registration(tables, name) for name in ("orders", "events")) if fault]
    return faults


def _evaluate(name: str, table: ir.Table, rules: list[Rule]) -> list[Fault]:
    if not rules:
        return []
    amount, who = money(name, table), person(table)
    measures: dict[str, ir.Value] = {"rows": table.count()}
    for index, rule in enumerate(rules):
        broken = rule.broken.fill_null(False)
        measures[f"broken_{index}"] = broken.sum()
        if rule.asked is not None:
            measures[f"asked_{index}"] = rule.asked.fill_null(False).sum()
        if amount is not None:
            measures[f"money_{index}"] = total(amount, broken)
        if who is not None:
            measures[f"people_{index}"] = who.nunique(where=broken)
    row = one_row(table.aggregate(**measures))
    return [
        Fault(
            name,
            rule.column,
            rule.code,
            whole(row[f"broken_{index}"]),
            whole(row[f"asked_{index}"] if rule.asked is not None else row["rows"]),
            money=None if amount is None else number(row[f"money_{index}"]) or 0.0,
            customers=None if who is None else whole(row[f"people_{index}"]),
        )
        for index, rule in enumerate(rules)
    ]


def _has(table: ir.Table, *columns: str) -> bool:
    return set(columns) <= set(table.columns)


def _none(_: ir.Table) -> Iterator[Rule]:
    return iter(())


def _times(name: str, table: ir.Table, last_possible: dt.date) -> Iterator[Rule]:
    """No moment after the delivery, none from a system's default date. Planned ends may lie ahead."""
    schema = SCHEMAS.get(name)
    for column in schema.columns if schema else ():
        if column.kind not in (Kind.TIME, Kind.DATE) or not _has(table, column.name):
            continue
        day = table[f"{column.name[:-3]}_on"] if column.kind == Kind.TIME else table[column.name]
        if column.name not in ("ended_at", "started_at"):
            yield Rule(column.name, "future", day > ibis.literal(last_possible), day.notnull())
        yield Rule(column.name, "default_date", day.year() < EARLIEST_YEAR, day.notnull())


def _order(table: ir.Table, earlier: str, later: str, code: str) -> Iterator[Rule]:
    """`later` must not lie before `earlier`."""
    if _has(table, earlier, later):
        yield Rule(later, code, table[later] < table[earlier], table[later].notnull() & table[earlier].notnull())


def _sign(table: ir.Table, column: str) -> Iterator[Rule]:
    """Values below zero, and at zero, of a column that should be positive."""
    if _has(table, column):
        filled = table[column].notnull()
        yield Rule(column, f"negative_{column}", table[column] < 0, filled)
        yield Rule(column, f"zero_{column}", table[column] == 0, filled)


def _orders(table: ir.Table) -> Iterator[Rule]:
    yield from _order(table, "ordered_at", "paid_at", "paid_before_ordered")
    yield from _sign(table, "amount")
    if _has(table, "refund"):
        paid = "received" if _has(table, "received") else "amount"
        yield Rule("refund", "negative_refund", table.refund < 0, table.refund.notnull())
        if _has(table, paid):
            over = (table.refund - table[paid]).cast("float64") >= CENT / 2
            yield Rule("refund", "refund_over_payment", over & (table.refund > 0), table.refund > 0)
    if _has(table, "received", "amount"):
        over = (table.received - table.amount).cast("float64") >= CENT / 2
        yield Rule("received", "received_over_amount", over, table.received.notnull() & table.amount.notnull())
    if _has(table, "status", "paid_at"):
        status = table.status.lower()
        yield Rule("paid_at", "paid_without_date", (status == "paid") & table.paid_at.isnull(), status == "paid")
        unpaid = status.isin(("unpaid", "cancelled"))
        yield Rule("status", "unpaid_with_date", unpaid & table.paid_at.notnull(), unpaid)


def _order_lines(table: ir.Table) -> Iterator[Rule]:
    for column in ("quantity", "unit_price"):
        yield from _sign(table, column)
    if _has(table, "quantity", "unit_price", "amount"):
        product = table.quantity.cast("float64") * table.unit_price.cast("float64")
        off = (product - table.amount.cast("float64")).abs() > CENT
        filled = product.notnull() & table.amount.notnull()
        yield Rule("amount", "amount_not_quantity_times_price", off, filled)


def _events(table: ir.Table) -> Iterator[Rule]:
    who = person(table)
    if who is not None:
        yield Rule("customer_id", "no_person", who.isnull())


def _touches(table: ir.Table) -> Iterator[Rule]:
    steps = ("assigned_at", "sent_at", "delivered_at", "opened_at", "clicked_at")
    for earlier, later in itertools.pairwise(steps):
        yield from _order(table, earlier, later, "step_before_the_last")
    if _has(table, "arm", "sent_at"):
        control = table.arm.lower().isin(("control", "holdout", "对照", "对照组"))
        yield Rule("arm", "control_contacted", control & table.sent_at.notnull(), control)


def _customers(table: ir.Table) -> Iterator[Rule]:
    if _has(table, "birth_year"):
        wrong = (table.birth_year < OLDEST_BIRTH_YEAR) | (table.birth_year > ibis.literal(2100))
        if _has(table, "signed_up_on"):
            wrong = wrong | (table.birth_year >= table.signed_up_on.year())
        yield Rule("birth_year", "impossible_birth_year", wrong, table.birth_year.notnull())


def _spend(table: ir.Table) -> Iterator[Rule]:
    if _has(table, "cost"):
        yield Rule("cost", "negative_cost", table.cost < 0, table.cost.notnull())
    if _has(table, "clicks", "impressions"):
        filled = table.clicks.notnull() & table.impressions.notnull()
        yield Rule("clicks", "clicks_over_impressions", table.clicks > table.impressions, filled)


def _products(table: ir.Table) -> Iterator[Rule]:
    if _has(table, "margin"):
        yield Rule("margin", "margin_out_of_range", (table.margin < 0) | (table.margin > 1), table.margin.notnull())


def _subscriptions(table: ir.Table) -> Iterator[Rule]:
    yield from _order(table, "started_at", "ended_at", "ended_before_started")
    if _has(table, "price"):
        yield Rule("price", "negative_price", table.price < 0, table.price.notnull())


_RULES = {
    "orders": _orders,
    "order_lines": _order_lines,
    "events": _events,
    "touches": _touches,
    "customers": _customers,
    "spend": _spend,
    "products": _products,
    "subscriptions": _subscriptions,
}


def _before_registration(tables: Tables, name: str) -> Fault | None:
    """Orders or events on a day before the customer registered."""
    moment = {"orders": "ordered_on", "events": "occurred_on"}[name]
    if not tables.has("customers", "signed_up_on") or not tables.has(name, "customer_id", moment):
        return None
    customers = tables["customers"]
    known = customers.select(id=customers.customer_id, registered=customers.signed_up_on)
    known = known.filter(known.registered.notnull()).distinct(on="id")
    table = tables[name]
    amount = money(name, table)
    rows = table.select(who=table.customer_id, day=table[moment], money=ibis.literal(0.0) if amount is None else amount)
    joined = rows.inner_join(known, rows.who == known.id)
    early = joined.day < joined.registered
    row = one_row(
        joined.aggregate(
            asked=joined.count(),
            broken=early.sum(),
            money=total(joined.money, early),
            people=joined.who.nunique(where=early),
        )
    )
    column = {"orders": "ordered_at", "events": "occurred_at"}[name]
    carried = None if amount is None else number(row["money"]) or 0.0
    return Fault(
        name, column, "before_registration", whole(row["broken"]), whole(row["asked"]), carried, whole(row["people"])
    )
