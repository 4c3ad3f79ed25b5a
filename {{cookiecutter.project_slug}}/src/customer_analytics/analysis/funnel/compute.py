"""analyse(): the funnel of a client, counted."""

from __future__ import annotations

import math
from dataclasses import replace

import ibis
import pandas as pd

from customer_analytics.analysis.funnel.counter import Counter, pieces_for
from customer_analytics.analysis.funnel.counts import (
    complete,
    moved_table,
    overview,
    row_of,
    share,
    step_table,
    trend,
)
from customer_analytics.analysis.funnel.curve import curve
from customer_analytics.analysis.funnel.definition import Definition
from customer_analytics.analysis.funnel.micro import parts_table
from customer_analytics.analysis.funnel.result import FunnelResult, Rate, Silent
from customer_analytics.analysis.funnel.rows import Rows
from customer_analytics.analysis.funnel.sensitivity import sensitivity, variants
from customer_analytics.analysis.funnel.settle import DAY, settle
from customer_analytics.analysis.funnel.tools import TOOLS, path_to, reconcile
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
    seen = overview(attempts, definition, tables)
    counts = seen.counts
    conversions = curve(attempts, rows, pieces)
    counter = Counter(rows, counts, pieces)
    counter.prepare(
        [
            *(other for *_, other in variants(definition)),
            *(other for tool in TOOLS for *_, other in path_to(tool, definition)),
        ]
    )
    served = _served(rows)
    return FunnelResult(
        definition=definition,
        first_day=seen.first_day,
        last_day=seen.last_day,
        entered=counts.entered,
        immature=counts.immature,
        conversion=Rate(
            counts.converted,
            counts.entered,
            share(counts.converted, counts.entered),
            wilson(counts.converted, counts.entered),
        ),
        steps=step_table(counts, definition),
        moved=moved_table(counts, seen.so_far),
        ever=_ever(served, definition),
        trend=trend(attempts, rows),
        times=seen.times,
        curve=conversions.frame,
        left_after_days=conversions.left_after_days,
        median_days=conversions.median_days,
        sensitivity=sensitivity(counter, definition),
        tools=reconcile(counter, definition),
        parts=parts_table(rows),
        silent=_silent(rows, served),
        unknown_rows=_unknown(tables),
        no_window=definition.window_seconds is None,
        watched_days=math.nan if seen.latest is None else (rows.end - seen.latest).total_seconds() / DAY,
        minimum_base=parameters.minimum_base,
        attempts=attempts,
        tables=tables,
    )


def _served(rows: Rows) -> tuple[int, ...]:
    """How many units made any step in the period, then how many made each step."""
    marked = rows.marked(rows.definition.steps)
    marks = [f"serves_{step.number}" for step in rows.definition.steps]
    units = marked.group_by("unit_id").aggregate(**{mark: marked[mark].any() for mark in marks})
    row = row_of(units.aggregate(some=units.count(), **{mark: units[mark].sum() for mark in marks}))
    return int(row["some"]), *(int(row[mark] or 0) for mark in marks)


def _ever(served: tuple[int, ...], definition: Definition) -> pd.DataFrame:
    """step, name, units: who made each step at all in the period."""
    return pd.DataFrame(
        {"step": step.number, "name": step.label, "units": units}
        for step, units in zip(definition.steps, served[1:], strict=True)
    )


def _silent(rows: Rows, served: tuple[int, ...]) -> Silent:
    """Everybody seen while the funnel's events were recorded, and who of them made a step of the funnel."""
    if rows.definition.unit != "customer":
        rows = rows.under(replace(rows.definition, unit="customer", shared_sessions=False))
        served = _served(rows)
    marked = rows.marked(rows.definition.steps)
    begin = row_of(marked.aggregate(begin=marked["at"].min()))["begin"]
    if begin is None:
        return Silent(0, 0, 0, 0)
    everybody = event_stream(rows.tables)
    everybody = everybody.filter(everybody["at"] >= ibis.timestamp(begin))
    people = int(row_of(everybody.aggregate(n=everybody.person_id.nunique()))["n"])
    some, entered = served[0], served[1] if rows.definition.entry == "closed" else served[0]
    return Silent(people, entered, some, max(people - some, 0))


def _unknown(tables: Tables) -> int:
    """Rows of events and orders that name nobody."""
    unknown = 0
    for part in parts(tables):
        if part.names is None or part.names == (PLACED,):
            nobody = part.rows.filter(person_id(part.rows).isnull())
            unknown += int(row_of(nobody.aggregate(n=nobody.count()))["n"])
    return unknown
