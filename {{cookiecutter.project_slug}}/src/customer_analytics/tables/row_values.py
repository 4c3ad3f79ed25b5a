"""What a parsed row becomes: our columns, the client's further ones, and what the row is worth."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import reduce
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

from customer_analytics.schema import SCHEMAS, Kind
from customer_analytics.tables.column_plan import TYPES, ColumnPlan, in_calendar
from customer_analytics.tables.formats import internal
from customer_analytics.tables.load_log import MONEY
from customer_analytics.tables.one_pass import ROW
from customer_analytics.tables.parsing.numbers import MONEY as MONEY_TYPE

if TYPE_CHECKING:
    from customer_analytics.tables.source_load import Work


def final_columns(work: Work, plans: Sequence[ColumnPlan], parsed: ir.Table) -> dict[str, ir.Value]:
    """Our columns in our order, then the client's further columns."""
    schema = SCHEMAS[work.source.table]
    values = _values(work, plans, parsed)
    ordered = {name: values[name] for name in (*schema.names, *values) if name in values}
    for name, theirs in work.mapping.attributes.items():
        ordered[name] = parsed[internal(work.raw.columns.index(theirs))]
    return ordered


def worth_of(work: Work, plans: Sequence[ColumnPlan], parsed: ir.Table) -> tuple[ir.Value, ir.Value]:
    """What a row is worth (0 where that cannot be read), and whether it is money that could not be read."""
    nothing = ibis.literal(0).cast(MONEY_TYPE)
    column = MONEY.get(work.source.table)
    values = _values(work, plans, parsed)
    if column is None or column not in values:
        return nothing, ibis.literal(False)
    place = {plan.ours: i for i, plan in enumerate(plans)}
    read = [column] if column in place else ["quantity", "unit_price"]
    unread = [plans[place[name]].unreadable(parsed, parsed[f"v{place[name]}"]) for name in read if name in place]
    worth = values[column].fill_null(nothing).cast(MONEY_TYPE)
    return worth, reduce(lambda left, right: left | right, unread, ibis.literal(False))


def _values(work: Work, plans: Sequence[ColumnPlan], parsed: ir.Table) -> dict[str, ir.Value]:
    """Our columns: those that were parsed, running numbers, constants, and the amount of a line."""
    values: dict[str, ir.Value] = {plan.ours: parsed[f"v{i}"] for i, plan in enumerate(plans)}
    if work.mapping.numbered:
        values["order_id"] = (parsed[ROW] + work.first_number).cast("string") if ROW in parsed.columns else ibis.null()
    schema = SCHEMAS[work.source.table]
    for name, constant in work.mapping.constants.items():
        column = schema.column(name)
        values[name] = _constant(Kind.TEXT if column is None else column.kind, str(constant), work.zone)
    if work.source.table == "order_lines" and "amount" not in values and {"quantity", "unit_price"} <= set(values):
        values["amount"] = _line_amount(values["quantity"], values["unit_price"])
    return values


def _constant(kind: Kind, text: str, zone: ZoneInfo) -> ir.Value:
    """A constant of the engagement, which the check has found to be of its kind; a time is local, as a source's is."""
    if kind == Kind.TIME:
        moment = dt.datetime.fromisoformat(text)
        local = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        # A day at the ends of the calendar stands for "ever" or "never", and has no neighbour in UTC.
        at_an_end = moment.year in (dt.MINYEAR, dt.MAXYEAR)
        utc = moment.replace(tzinfo=None) if at_an_end else local.astimezone(dt.UTC).replace(tzinfo=None)
        return in_calendar(ibis.timestamp(utc).cast("timestamp"))
    if kind == Kind.DATE:
        return ibis.date(dt.datetime.fromisoformat(text).date())
    return ColumnPlan("", kind, "", "").parsed(ibis.literal(text)).cast(TYPES[kind])


def _line_amount(quantity: ir.NumericValue, unit_price: ir.NumericValue) -> ir.DecimalValue:
    """quantity x unit price, rounded to four decimals.

    A double holds fifteen digits, so amounts below 10^11 come out exact; decimals of twice the width cost as much as
    reading the file.
    """
    return (quantity.cast("float64") * unit_price.cast("float64")).try_cast(MONEY_TYPE)
