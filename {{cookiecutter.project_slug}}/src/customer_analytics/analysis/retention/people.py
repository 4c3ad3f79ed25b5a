"""One row a person of the cohorts: start, first and last activity, what is known of them; materialised once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir

from customer_analytics.analysis.retention.attributes import attribute_tables, of_customers
from customer_analytics.analysis.retention.periods import number_column
from customer_analytics.analysis.rfm.payments import MONEY
from customer_analytics.analysis.stream.people import customer_id_of
from customer_analytics.analysis.stream.person_days import has_orders, order_rows, sources
from customer_analytics.tables.store import Tables

CALENDAR, BY_PERSON = "calendar", "24h"
MICROSECONDS = 86_400_000_000  # of 24 hours


@dataclass(frozen=True)
class Way:
    """How people are followed: activity, events and people that count, the start, the clock, the attributes."""

    activity: str
    names: tuple[str, ...]
    people: str
    start: str
    clock: str
    groups: tuple[str, ...]


def starts(tables: Tables, way: Way) -> ir.Table:
    """person_id, start_day (days since 1970) and, with the 24-hour clock, start_at (microseconds since 1970).

    Where the start is the first activity, only the 24-hour clock needs it.
    """
    by_person = way.clock == BY_PERSON
    if way.start == "signed_up":
        signed = of_customers(tables, {"day": "signed_up_on", "at": "signed_up_at"})
        signed = signed.filter(signed["at"].notnull())
        at = {"start_at": microseconds(tables, signed["at"])} if by_person else {}
        return signed.select("person_id", start_day=signed.day.epoch_days().cast("int32"), **at)
    if way.start == "first_purchase":
        bought = order_rows(tables).filter(ibis._.purchases == 1)
        rows = bought.select("person_id", "day", at=microseconds(tables, bought["at"]) if by_person else bought.day)
    else:
        rows = moments(tables, way)
    first = {"start_day": rows.day.min()} | ({"start_at": rows["at"].min()} if by_person else {})
    return rows.group_by("person_id").aggregate(**first)


def moments(tables: Tables, way: Way) -> ir.Table:
    """Each row of activity: person_id, day, at (microseconds since 1970)."""
    parts = [part for part in sources(tables, way.activity, way.names, people=way.people) if part is not None]
    rows = [part.select("person_id", "day", at=microseconds(tables, part["at"])) for part in parts]
    return rows[0] if len(rows) == 1 else rows[0].union(rows[1])


def microseconds(tables: Tables, moment: ir.TimestampValue) -> ir.IntegerValue:
    """A moment as microseconds since 1970; whole seconds where the engine cannot say the fraction."""
    whole = moment.truncate("s").epoch_seconds().cast("int64") * 1_000_000
    if tables.backend is not None and tables.backend.has_operation(ops.ExtractMicrosecond):
        return (whole + moment.microsecond()).cast("int64")
    return whole


def people_table(
    tables: Tables, days: ir.Table, way: Way, period: str, first_day: int
) -> tuple[ir.Table, tuple[str, ...]]:
    """The people of the cohorts, materialised, and the names of their attributes.

    Columns as RetentionResult says (ages, cohort and truncated are the caller's), `number` (the period of the start),
    `before` (the start lies before `first_day`: the caller counts these people and takes them out) and, with the
    24-hour clock, `start_at`. Only what cannot be worked out from other columns of the row is stored.
    """
    with_orders = way.activity != "events" and has_orders(tables)
    measures = {"first_day": days.day.min(), "last_day": days.day.max(), "active_days": days.count().cast("int32")}
    if with_orders:
        measures |= {
            "purchase_days": days.count(where=days.purchases > 0).cast("int32"),
            "net": days.net.sum().cast(MONEY),
        }
    table = days.group_by("person_id").aggregate(**measures)
    same = way.start == "first_activity" and way.clock == CALENDAR
    if not same:
        table = _beside(starts(tables, way), table)
    names, parts = attribute_tables(tables, way.groups)
    signed = tables.has("customers", "customer_id", "signed_up_on")
    if signed:
        own = of_customers(tables, {"signed_up_on": "signed_up_on"})
        parts = [own.select("person_id", signed_up=own.signed_up_on.epoch_days().cast("int32")), *parts]
    for part in parts:
        table = _beside(table, part)
    table = table.cache()
    nothing = ibis.literal(0).cast(MONEY)
    table = table.mutate(
        start_day=table.first_day if same else table.start_day,
        active_days=table.active_days.fill_null(0),
        purchase_days=table.purchase_days.fill_null(0) if with_orders else ibis.literal(0).cast("int32"),
        net=table.net.fill_null(nothing) if with_orders else nothing,
        signed_up=table.signed_up if signed else ibis.null("int32"),
        customer_id=customer_id_of(table.person_id),
    )
    return table.mutate(number=number_column(table.start_day, period), before=table.start_day < first_day), names


def _beside(table: ir.Table, part: ir.Table) -> ir.Table:
    """The columns of a part (one row a person) beside the table's."""
    joined = table.left_join(part.rename(joined_id="person_id"), [("person_id", "joined_id")])
    return joined.drop("joined_id")


def complete_ages(people: ir.Table, clock: str, length: int, complete_until: int, end: dt.datetime) -> ir.IntegerValue:
    """How many periods since the start are complete for each person.

    Args:
        people: with number, and start_at for the 24-hour clock.
        clock: calendar or 24h.
        length: days of a period of the 24-hour clock.
        complete_until: the last complete calendar period.
        end: the moment (naive UTC) at which the data end.
    """
    if clock == CALENDAR:
        return ibis.greatest(complete_until - people.number + 1, 0).cast("int32")
    until = int((end - dt.datetime(1970, 1, 1)) / dt.timedelta(microseconds=1))
    return ibis.greatest((until - people.start_at) // (length * MICROSECONDS), 0).cast("int32")


def day_ages(tables: Tables, days: ir.Table, people: ir.Table, way: Way) -> ir.Table:
    """person_id, age: days since the start on which each person was active, distinct, from 0 on.

    By the calendar the age is a difference of dates; with the 24-hour clock whole spans of 24 hours since start_at.
    """
    if way.clock == CALENDAR:
        known = people.select("person_id", "start_day")
        joined = days.inner_join(known, "person_id")
        return joined.filter(joined.day >= joined.start_day).select("person_id", age=joined.day - joined.start_day)
    known = people.select("person_id", "start_at")
    joined = moments(tables, way).inner_join(known, "person_id")
    joined = joined.filter(joined["at"] >= joined.start_at)
    age = ((joined["at"] - joined.start_at) // MICROSECONDS).cast("int32")
    return joined.select("person_id", age=age).distinct()
