"""How old the newest row behind a tag is, against how often the tag has to be made anew and how often rows come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import NamedTuple

from customer_analytics.engagement.tags import Refresh
from customer_analytics.schema import SCHEMAS
from customer_analytics.tables.store import Tables

LOOK_BACK = 730  # days before the as-of day in which the rhythm of a source is looked for
USUAL = 0.95  # share of the pauses of a source that were not longer than its usual one
_INSTEAD = {"touches": ("sent_on",)}  # days that count where a table lacks the time of its schema


class Newest(NamedTuple):
    """The day of a source's newest row, and the pause in days that is usual between its days with rows."""

    day: dt.date
    pause: int = 1


def newest_rows(data: Tables) -> dict[str, Newest]:
    """For each table that has days, up to the as-of date. Its distinct days of two years cross, no more."""
    found = {}
    since = data.as_of - dt.timedelta(days=LOOK_BACK)
    for name in SCHEMAS:
        column = _day_column(data, name)
        if column is None:
            continue
        day = data[name][column]
        last = day.max().to_pyarrow().as_py()
        if last is not None:
            recent = data[name].filter(day >= since).select(day=day).distinct().to_pyarrow().column("day").to_pylist()
            found[name] = Newest(last, usual_pause(sorted(recent)))
    if "order_lines" in data.tables and "orders" in found:
        found.setdefault("order_lines", found["orders"])  # lines are dated by their order
    return found


def usual_pause(days: list[dt.date]) -> int:
    """The pause between days with rows that 95 % of all pauses do not exceed; 1 where rows come every day."""
    pauses = sorted((later - earlier).days for earlier, later in pairwise(days))
    return pauses[min(int(USUAL * len(pauses)), len(pauses) - 1)] if pauses else 1


def oldest_source(source: Iterable[str], newest: Mapping[str, Newest]) -> Newest | None:
    """The source whose newest row is the oldest: the tag knows up to that day. None where no source has days."""
    return min((newest[table] for table in source if table in newest), default=None)


def is_stale(newest: Newest | None, as_of: dt.date, refresh: Refresh) -> bool | None:
    """Whether the newest row lies further back than the tag may be old and than the source usually pauses.

    None where there is no day. A client who sends a message every two months has no stale export after three weeks.
    """
    return None if newest is None else (as_of - newest.day).days > max(refresh.days, newest.pause)


def _day_column(data: Tables, name: str) -> str | None:
    time = SCHEMAS[name].time
    if name not in data.tables or time is None:
        return None
    candidates = (time.removesuffix("_at") + "_on" if time.endswith("_at") else time, *_INSTEAD.get(name, ()))
    return next((column for column in candidates if data.has(name, column)), None)
