"""Days, weeks and months as running numbers, in Python and as expressions of the engine."""

from __future__ import annotations

import datetime as dt

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.retention.result import EPOCH, as_date

DAY, WEEK, MONTH = "day", "week", "month"
LENGTHS = {DAY: 1, WEEK: 7, MONTH: 30}  # days of a period of the 24-hour clock
_TO_MONDAY = 3  # 1970-01-01 was a Thursday: weeks from Monday begin three days before it


def number_of(day: int, period: str) -> int:
    """The running number of the calendar period in which a day (days since 1970-01-01) lies."""
    if period == MONTH:
        date = as_date(day)
        return date.year * 12 + date.month - 1
    return (day + _TO_MONDAY) // 7 if period == WEEK else day


def first_day(number: int, period: str) -> int:
    """The first day of a calendar period, as days since 1970-01-01."""
    if period == MONTH:
        return (dt.date(int(number) // 12, int(number) % 12 + 1, 1) - EPOCH).days
    return int(number) * 7 - _TO_MONDAY if period == WEEK else int(number)


def last_complete(end: int, period: str) -> int:
    """The last calendar period that lies before `end`, the first day that does not count."""
    return number_of(end, period) - 1


def number_column(day: ir.IntegerColumn, period: str) -> ir.IntegerValue:
    """The same as `number_of`, for a column of days."""
    if period == MONTH:
        date = ibis.date(1970, 1, 1) + day.as_interval("D")
        return (date.year() * 12 + date.month() - 1).cast("int32")
    return ((day + _TO_MONDAY) // 7).cast("int32") if period == WEEK else day.cast("int32")


def number_of_date(date: ir.DateValue, period: str) -> ir.IntegerValue:
    """The same as `number_of`, for a column of dates: what millions of rows are numbered by (no casts between)."""
    if period == MONTH:
        return date.year() * 12 + date.month() - 1
    return (date.epoch_days() + _TO_MONDAY) // 7 if period == WEEK else date.epoch_days()


def first_day_column(number: ir.IntegerColumn, period: str) -> ir.IntegerValue:
    """The same as `first_day`, for a column of period numbers."""
    if period == MONTH:
        month = (number % 12 + 1).cast("int32")
        return ibis.date(((number - month + 1) / 12).cast("int32"), month, 1).epoch_days().cast("int32")
    return (number * 7 - _TO_MONDAY).cast("int32") if period == WEEK else number.cast("int32")
