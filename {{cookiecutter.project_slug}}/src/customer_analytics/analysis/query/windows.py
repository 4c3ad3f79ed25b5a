"""Time windows as calendar days, counted back from the as-of day, which is day 1."""

from __future__ import annotations

import calendar
import datetime as dt

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.query.nodes import Ago, Days, When, Within


def window_days(when: When, as_of: dt.date) -> tuple[dt.date | None, dt.date | None]:
    """First and last day of a window, both included; None: open.

    Seven days are the as-of day and the six before it. A month goes back to the day after the same date of the month
    before (of its last day where that month is shorter): to 30 June, `within 1 month` is 31 May to 30 June.
    """
    match when:
        case Days():
            return when.first, when.last
        case Ago():
            return as_of - dt.timedelta(days=when.last - 1), as_of - dt.timedelta(days=when.first - 1)
        case Within(unit="day"):
            return as_of - dt.timedelta(days=when.count - 1), as_of
        case Within(unit="week"):
            return as_of - dt.timedelta(days=7 * when.count - 1), as_of
        case Within():
            months = when.count * (12 if when.unit == "year" else 1)
            return months_before(as_of, months) + dt.timedelta(days=1), as_of
    raise TypeError(type(when).__name__)


def months_before(day: dt.date, months: int) -> dt.date:
    """The same date some months earlier, or the last day of that month where it is shorter."""
    number = day.year * 12 + day.month - 1 - months
    year, month = divmod(number, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def in_window(day: ir.DateValue, when: When, as_of: dt.date) -> ir.BooleanValue:
    """Whether days lie in a window; a missing day lies in none, and in `ever`."""
    first, last = window_days(when, as_of)
    inside: ir.BooleanValue = ibis.literal(True)
    if first is not None:
        inside = inside & (day >= ibis.literal(first))
    if last is not None:
        inside = inside & (day <= ibis.literal(last))
    return inside.fill_null(False)
