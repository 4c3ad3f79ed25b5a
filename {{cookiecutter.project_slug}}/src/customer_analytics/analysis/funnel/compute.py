"""analyse(): the funnel of a client, counted."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from dataclasses import replace

import ibis
import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.funnel.counter import Counter, pieces_for
from customer_analytics.analysis.funnel.counts import (
    complete,
    counts_of,
    moved_table,
    row_of,
    share,
    step_table,
    times,
    trend,
)
from customer_analytics.analysis.funnel.curve import curve
from customer_analytics.analysis.funnel.micro import parts_table
from customer_analytics.analysis.funnel.result import FunnelResult, Rate, Silent
from customer_analytics.analysis.funnel.rows import Rows
from customer_analytics.analysis.funnel.sensitivity import sensitivity
from customer_analytics.analysis.funnel.settle import DAY, settle
from customer_analytics.analysis.funnel.tools import reconcile
from customer_analytics.analysis.stream import event_names, event_stream, person_id
from customer_analytics.analysis.stream.events import PLACED, parts
from customer_analytics.engagement.parameters import FunnelParameters
from customer_analytics.statistics import wilson
from customer_analytics.tables.store import Tables


def analyse(tables: Tables, parameters: FunnelParameters) -> FunnelResult:
    """Count the funnel that the parameters describe, or that the data show.

    Args:
        tables: the canonical tables: events, orders, or both; customers where there are any.
        parameters: the funnel block of engagement.yml.

    Returns:
        The counted funnel; `attempts` stay in the engine.

    Raises:
        UserError: there is nothing to count, or the parameters name what the data lack; all problems at once.
    """
    names = event_names(tables, exact=False)
    rows = settle(tables, parameters, names)
    definition = rows.definition
    named = {name for step in definition.steps for name in step.names}
    pieces = pieces_for(int(names.loc[names["event"].isin(named), "events"].sum()))
    rows = rows.keep() if pieces == 1 else rows
    attempts = complete(rows)
    counts = counts_of(attempts, definition)
    conversions = curve(attempts, rows, pieces)
    counter = Counter(rows, counts, pieces)
    first_day, last_day = _entry_days(attempts, tables)
    latest = row_of(attempts.aggregate(latest=attempts.entered_at.max()))["latest"]
    return FunnelResult(
        definition=definition,
        first_day=first_day,
        last_day=last_day,
        entered=counts.entered,
        immature=counts.immature,
        conversion=Rate(
            counts.converted,
            counts.entered,
            share(counts.converted, counts.entered),
            wilson(counts.converted, counts.entered),
        ),
        steps=step_table(counts, definition),
        moved=moved_table(attempts, counts, definition),
        ever=_ever(rows, pieces),
        trend=trend(attempts, rows),
        times=times(attempts, definition),
        curve=conversions.frame,
        left_after_days=conversions.left_after_days,
        median_days=conversions.median_days,
        sensitivity=sensitivity(counter, definition),
        tools=reconcile(counter, definition),
        parts=parts_table(rows),
        silent=_silent(rows, pieces),
        unknown_rows=_unknown(tables),
        no_window=definition.window_seconds is None,
        watched_days=(rows.end - latest).total_seconds() / DAY if latest is not None else math.nan,
        minimum_base=parameters.minimum_base,
        attempts=attempts,
        tables=tables,
    )


def _ever(rows: Rows, pieces: int) -> pd.DataFrame:
    """step, name, units: who made each step at all in the period."""
    units: defaultdict[int, int] = defaultdict(int)
    for number in range(pieces):
        piece = rows if pieces == 1 else rows.piece(number, pieces)
        tables = [
            piece.of(step).select("unit_id", step=ibis.literal(step.number, "int16")) for step in piece.definition.steps
        ]
        union = ibis.union(*tables)
        counted = union.group_by("step").aggregate(units=union.unit_id.nunique()).to_pyarrow().to_pylist()
        for row in counted:
            units[int(row["step"])] += int(row["units"])
    return pd.DataFrame(
        {"step": step.number, "name": step.label, "units": units[step.number]} for step in rows.definition.steps
    )


def _silent(rows: Rows, pieces: int) -> Silent:
    """Everybody seen while the funnel's events were recorded, and who of them made a step of the funnel."""
    by_person = rows.under(replace(rows.definition, unit="customer", shared_sessions=False))
    steps, is_closed = by_person.definition.steps, by_person.definition.entry == "closed"
    served = by_person.any_of(steps)
    begin = row_of(served.aggregate(begin=served["at"].min()))["begin"]
    if begin is None:
        return Silent(0, 0, 0, 0)
    people = some = entered = 0
    for number in range(pieces):
        piece = by_person if pieces == 1 else by_person.piece(number, pieces)
        everybody = event_stream(rows.tables).rename(unit_id="person_id")
        everybody = piece.of_piece(everybody.filter(everybody["at"] >= ibis.timestamp(begin)))
        people += _units(everybody)
        some += (own := _units(piece.any_of(steps)))
        entered += _units(piece.of(steps[0])) if is_closed else own
    return Silent(people, entered, some, max(people - some, 0))


def _units(table: ir.Table) -> int:
    return int(row_of(table.aggregate(n=table.unit_id.nunique()))["n"])


def _unknown(tables: Tables) -> int:
    """Rows of events and orders that name nobody."""
    unknown = 0
    for part in parts(tables):
        if part.names is None or part.names == (PLACED,):
            nobody = part.rows.filter(person_id(part.rows).isnull())
            unknown += int(row_of(nobody.aggregate(n=nobody.count()))["n"])
    return unknown


def _entry_days(attempts: ir.Table, tables: Tables) -> tuple[dt.date | None, dt.date | None]:
    """First and last local day of a mature entry."""
    mature = attempts.filter(attempts.mature)
    days = tables.local(mature.entered_at).date()
    row = row_of(mature.aggregate(first=days.min(), last=days.max()))
    return row["first"], row["last"]
