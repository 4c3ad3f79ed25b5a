"""How old the newest row behind a tag is, against how often the tag has to be made anew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from customer_analytics.engagement.tags import Refresh
from customer_analytics.schema import SCHEMAS
from customer_analytics.tables.store import Tables

_INSTEAD = {"touches": ("sent_on",)}  # days that count where a table lacks the time of its schema


def last_days(data: Tables) -> dict[str, dt.date]:
    """The day of the newest row of each table that has days, up to the as-of date. One figure a table crosses."""
    days = {}
    for name in SCHEMAS:
        column = _day_column(data, name)
        if column is not None:
            last = data[name][column].max().to_pyarrow().as_py()
            if last is not None:
                days[name] = last
    if "order_lines" in data.tables and "orders" in days:
        days.setdefault("order_lines", days["orders"])  # lines are dated by their order
    return days


def refreshed_at(source: Iterable[str], days: Mapping[str, dt.date]) -> dt.date | None:
    """The day up to which a tag knows: the newest row of its oldest source. None where no source has days."""
    known = [days[table] for table in source if table in days]
    return min(known) if known else None


def is_stale(day: dt.date | None, as_of: dt.date, refresh: Refresh) -> bool | None:
    """Whether that day lies further back than the refresh interval; None where there is no day."""
    return None if day is None else (as_of - day).days > refresh.days


def _day_column(data: Tables, name: str) -> str | None:
    time = SCHEMAS[name].time
    if name not in data.tables or time is None:
        return None
    candidates = (time.removesuffix("_at") + "_on" if time.endswith("_at") else time, *_INSTEAD.get(name, ()))
    return next((column for column in candidates if data.has(name, column)), None)
