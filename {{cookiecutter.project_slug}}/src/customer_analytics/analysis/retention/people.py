"""One row a person of the cohorts: start, first and last activity, what is known of them; materialised once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir

from customer_analytics.analysis.retention.attributes import attribute_tables, of_customers
from customer_analytics.analysis.retention.periods import number_column
from customer_analytics.analysis.rfm.payments import MONEY
from customer_analytics.analysis.stream.people import customer_id_of
from customer_analytics.analysis.stream.person_days import order_rows, sources
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


def starts(tables: Tables, days: ir.Table, way: Way) -> ir.Table:
    """person_id, start_day (days since 1970) and, with the 24-hour clock, start_at (microseconds since 1970)."""
    by_person = way.clock == BY_PERSON
    if way.start == "signed_up":
        signed = of_customers(tables, {"day": "signed_up_on", "at": "signed_up_at"})
        signed = signed.filter(signed["at"].notnull())
        at = {"start_at": microseconds(tables, signed["at"])} if by_person else {}
        return signed.select("person_id", start_day=signed.day.epoch_days().cast("int32"), **at)
    if way.start == "first_purchase":
        bought = order_rows(tables).filter(ibis._.purchases == 1)
        rows = bought.select("person_id", "day", at=microseconds(tables, bought["at"]) if by_person else bought.day)
    elif by_person:
        rows = moments(tables, way)
    else:
        return days.group_by("person_id").aggregate(start_day=days.day.min())
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
    """The people of the cohorts, and the names of their attributes.

    Columns as RetentionResult says, and `number` (the period of the start) and, with the 24-hour clock, `start_at`.
    People whose start lies before `first_day` are still in: the caller counts them and takes them out.
    """
    begun = starts(tables, days, way)
    own = days.group_by("person_id").aggregate(
        first_day=days.day.min(),
        last_day=days.day.max(),
        active_days=days.count(),
        purchase_days=days.count(where=days.purchases > 0),
        net=days.net.sum().cast(MONEY),
    )
    names, parts = attribute_tables(tables, way.groups)
    if tables.has("customers", "customer_id", "signed_up_on"):
        signed = of_customers(tables, {"signed_up_on": "signed_up_on"})
        day = signed.signed_up_on.epoch_days().cast("int32")
        parts = [signed.select("person_id", signed_up=day), *parts]
    table = begun
    for part in (own, *parts):
        table = _beside(table, part)
    if "signed_up" not in table.columns:
        table = table.mutate(signed_up=ibis.null("int32"))
    table = table.mutate(
        customer_id=customer_id_of(table.person_id),
        number=number_column(table.start_day, period),
        before=table.start_day < first_day,
        active_days=table.active_days.fill_null(0).cast("int32"),
        purchase_days=table.purchase_days.fill_null(0).cast("int32"),
        net=table.net.fill_null(ibis.literal(0).cast(MONEY)),
    )
    return table, names


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


def named_attributes(names: Sequence[str], people: ir.Table) -> tuple[str, ...]:
    """The attributes that really are columns of the people."""
    return tuple(name for name in names if name in people.columns)
