"""Count the local times that fall into an hour that the clocks repeat or skip."""

from __future__ import annotations

import datetime as dt
from functools import reduce
from itertools import pairwise
from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from customer_analytics.expressions import offset_changes
from customer_analytics.schema import Kind
from customer_analytics.tables.column_plan import ColumnPlan
from customer_analytics.tables.source_load import Outcome, Work

DAY = dt.timedelta(days=1)
EARLIEST, LATEST = dt.datetime(1900, 1, 2), dt.datetime(2100, 1, 1)
Window = tuple[dt.datetime, dt.datetime]


class ClockChanges(NamedTuple):
    """Rows whose local time happens twice (taken for the first time) and never (moved forward)."""

    repeated: int
    skipped: int


def count_clock_changes(work: Work, outcome: Outcome) -> dict[str, ClockChanges]:
    """For each column of local times, how many rows of the source fall into such an hour; columns without any left out.

    Moments near a clock change are looked for in the result first; only where there are some, all rows are read again.
    """
    kept = work.backend.read_parquet(str(outcome.kept))
    found = {}
    for i, plan in enumerate(outcome.plans):
        if plan.kind != Kind.TIME or plan.way.utc or plan.ours not in kept.columns:
            continue
        span = kept.aggregate(first=kept[plan.ours].min(), last=kept[plan.ours].max()).to_pyarrow().to_pylist()[0]
        if span["first"] is None:
            continue
        first, last = max(span["first"], EARLIEST) - DAY, min(span["last"], LATEST) + DAY
        changes = offset_changes(plan.zone, first, last)
        near = [(at - dt.timedelta(hours=3), at + dt.timedelta(hours=3)) for at, _ in changes[1:]]
        if not near or not _count(kept, kept[plan.ours], near):
            continue
        counted = _count_local(work, outcome, plan, i, changes)
        if any(counted):
            found[plan.ours] = counted
    return found


def _count_local(
    work: Work, outcome: Outcome, plan: ColumnPlan, number: int, changes: list[tuple[dt.datetime, int]]
) -> ClockChanges:
    repeated: list[Window] = []
    skipped: list[Window] = []
    for (_, before), (at, after) in pairwise(changes):
        one, other = at + dt.timedelta(seconds=before), at + dt.timedelta(seconds=after)
        (repeated if after < before else skipped).append((min(one, other), max(one, other)))
    rows = work.backend.table(f"{outcome.view}_read")
    if plan.is_typed(rows) and rows[plan.source].type().is_timestamp() and rows[plan.source].type().timezone:
        return ClockChanges(0, 0)
    local = rows[f"v{number}"]
    return ClockChanges(_count(rows, local, repeated), _count(rows, local, skipped))


def _count(rows: ir.Table, moment: ir.TimestampValue, windows: list[Window]) -> int:
    """Rows with a moment in one of the windows, ends excluded."""
    if not windows:
        return 0
    tests = [(moment >= ibis.timestamp(start)) & (moment < ibis.timestamp(end)) for start, end in windows]
    return int(rows.filter(reduce(lambda left, right: left | right, tests)).count().to_pyarrow().as_py())
