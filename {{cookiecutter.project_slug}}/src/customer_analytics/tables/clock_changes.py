"""Count the local times that fall into an hour that the clocks repeat or skip."""

from __future__ import annotations

import datetime as dt
from functools import reduce
from itertools import pairwise
from typing import NamedTuple

import ibis
import ibis.expr.datatypes as dtypes
import ibis.expr.types as ir

from customer_analytics.expressions import offset_changes
from customer_analytics.schema import Kind
from customer_analytics.tables.column_plan import ColumnPlan
from customer_analytics.tables.source_load import Outcome, Work

DAY = dt.timedelta(days=1)
FEW = 1_000_000  # rows that are quickly read again
EARLIEST, LATEST = dt.datetime(1900, 1, 2), dt.datetime(2100, 1, 1)
Window = tuple[dt.datetime, dt.datetime]


class ClockChanges(NamedTuple):
    """Rows whose local time happens twice (taken for the first time) and never (moved forward).

    `exact` is false where `skipped` also counts the rows of the hour after the one that is skipped.
    """

    repeated: int
    skipped: int
    exact: bool = True


def count_clock_changes(work: Work, outcome: Outcome) -> dict[str, ClockChanges]:
    """For each column of local times, how many kept rows fall into such an hour; columns without any are left out.

    A repeated hour is known from its moments in UTC. A skipped one is moved onto the hour after it: where there are
    rows in that, a source of moderate size is read again to tell them apart.
    """
    kept = work.backend.read_parquet(str(outcome.kept))
    found = {}
    for i, plan in enumerate(outcome.plans):
        if plan.kind != Kind.TIME or plan.way.utc or _is_moment(work, plan):
            continue
        span = kept.aggregate(first=kept[plan.ours].min(), last=kept[plan.ours].max()).to_pyarrow().to_pylist()[0]
        if span["first"] is None:
            continue
        first, last = max(span["first"], EARLIEST) - DAY, min(span["last"], LATEST) + DAY
        repeated: list[Window] = []
        skipped: list[Window] = []
        for (_, before), (at, after) in pairwise(offset_changes(plan.zone, first, last)):
            shift = dt.timedelta(seconds=abs(after - before))
            (repeated if after < before else skipped).append((at - shift, at) if after < before else (at, at + shift))
        counted = ClockChanges(_count(kept, kept[plan.ours], repeated), _count(kept, kept[plan.ours], skipped))
        if counted.skipped and outcome.rows_kept > FEW:
            counted = counted._replace(exact=False)
        elif counted.skipped:
            counted = counted._replace(skipped=_really_skipped(work, outcome, plan, i, skipped))
        if counted.repeated or counted.skipped:
            found[plan.ours] = counted
    return found


def _is_moment(work: Work, plan: ColumnPlan) -> bool:
    """Whether the client's column carries its own time zone."""
    kind = work.raw.scan(None)[plan.source].type()
    return isinstance(kind, dtypes.Timestamp) and kind.timezone is not None


def _really_skipped(work: Work, outcome: Outcome, plan: ColumnPlan, number: int, moved: list[Window]) -> int:
    """Rows whose local time lies in a skipped hour; `moved`: where that hour is moved to, in UTC."""
    rows = work.backend.table(f"{outcome.view}_read")
    local = []
    for start, end in moved:
        before = offset_changes(plan.zone, start - DAY, start - DAY)[0][1]
        local.append((start + dt.timedelta(seconds=before), end + dt.timedelta(seconds=before)))
    return _count(rows, rows[f"v{number}"], local)


def _count(rows: ir.Table, moment: ir.TimestampValue, windows: list[Window]) -> int:
    """Rows with a moment in one of the windows, ends excluded."""
    if not windows:
        return 0
    tests = [(moment >= ibis.timestamp(start)) & (moment < ibis.timestamp(end)) for start, end in windows]
    return int(rows.filter(reduce(lambda left, right: left | right, tests)).count().to_pyarrow().as_py())
