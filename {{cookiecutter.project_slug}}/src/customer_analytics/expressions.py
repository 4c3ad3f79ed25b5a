"""The few expressions that every analysis shares. They build Ibis expressions and never touch an engine."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

UTC = dt.UTC
_ZONE_SPAN = (dt.datetime(1900, 1, 1), dt.datetime(2100, 1, 1))


def ratio(numerator: ir.NumericValue, denominator: ir.NumericValue) -> ir.FloatingValue:
    """numerator / denominator as a float; null where the denominator is 0."""
    return numerator.cast("float64") / denominator.cast("float64").nullif(0)


def local_time(moment: ir.TimestampValue, zone: ZoneInfo, first: dt.datetime, last: dt.datetime) -> ir.TimestampValue:
    """Naive UTC timestamps as naive wall-clock time of a zone.

    The zone's offset changes between `first` and `last` (naive UTC) are written out as cases, so that every engine
    gives the same answer without a time zone database of its own.
    """
    changes = offset_changes(zone, first, last)
    if len(changes) == 1:
        return _shift(moment, changes[0][1])
    branches = [
        (moment < ibis.timestamp(until), _shift(moment, seconds)) for (_, seconds), (until, _) in pairwise(changes)
    ]
    return ibis.cases(*branches, else_=_shift(moment, changes[-1][1]))


def utc_of_local_time(
    moment: ir.TimestampValue, zone: ZoneInfo, span: tuple[dt.datetime, dt.datetime] = _ZONE_SPAN
) -> ir.TimestampValue:
    """Naive wall-clock time of a zone as naive UTC.

    An hour that happens twice is taken for its first time; one that never happens is shifted forward by the gap. Both
    follow from keeping the earlier offset up to the later of the two wall-clock readings of a change. The changes
    within `span` make a tree of comparisons (from 1900 to 2100 it is eight deep), of which an engine evaluates what
    its rows need; beyond the span the offsets at its ends go on.
    """
    changes = offset_changes(zone, *span)
    starts = [start + dt.timedelta(seconds=max(before, after)) for (_, before), (start, after) in pairwise(changes)]
    return _offset_tree(moment, starts, [seconds for _, seconds in changes])


def _offset_tree(moment: ir.TimestampValue, starts: list[dt.datetime], offsets: list[int]) -> ir.TimestampValue:
    """moment minus the offset in force: offsets[i] from starts[i - 1] on."""
    if not starts:
        return _shift(moment, -offsets[0])
    middle = len(starts) // 2
    earlier = _offset_tree(moment, starts[:middle], offsets[: middle + 1])
    later = _offset_tree(moment, starts[middle + 1 :], offsets[middle + 1 :])
    branch: ir.TimestampValue = ibis.ifelse(moment < ibis.timestamp(starts[middle]), earlier, later)
    return branch


@lru_cache(maxsize=64)
def offset_changes(zone: ZoneInfo, first: dt.datetime, last: dt.datetime) -> list[tuple[dt.datetime, int]]:
    """(from when in naive UTC, offset in seconds) of a zone between two naive UTC moments, in order.

    No changes are looked for before 1900 or after 2100: 9999-12-31 often stands for "never".
    """
    first, last = max(first, _ZONE_SPAN[0]), min(last, _ZONE_SPAN[1])
    changes = [(first, _offset(zone, first))]
    step = dt.timedelta(days=7)
    left = first
    while left < last:
        right = min(left + step, last)
        if _offset(zone, right) != _offset(zone, left):
            changes.append((_change_between(zone, left, right), _offset(zone, right)))
        left = right
    return changes


def utc_of_local_midnight(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    """The naive UTC moment at which a calendar day begins in a zone."""
    local = dt.datetime.combine(day, dt.time(), tzinfo=zone)
    return local.astimezone(UTC).replace(tzinfo=None)


def _offset(zone: ZoneInfo, moment: dt.datetime) -> int:
    offset = moment.replace(tzinfo=UTC).astimezone(zone).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


def _change_between(zone: ZoneInfo, left: dt.datetime, right: dt.datetime) -> dt.datetime:
    """The first whole second at which the offset is that of `right`, by bisection."""
    old = _offset(zone, left)
    while right - left > dt.timedelta(seconds=1):
        middle = left + dt.timedelta(seconds=int((right - left).total_seconds()) // 2)
        left, right = (middle, right) if _offset(zone, middle) == old else (left, middle)
    return right.replace(microsecond=0)


def _shift(moment: ir.TimestampValue, seconds: int) -> ir.TimestampValue:
    return moment + ibis.interval(seconds=seconds) if seconds else moment
