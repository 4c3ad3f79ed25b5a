"""Put the drop-off analysis together: the units once in the engine, then what report-sized tables tell."""

from __future__ import annotations

import datetime as dt

import ibis
import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.dropoff.anomalies import find_anomalies
from customer_analytics.analysis.dropoff.breakdown import break_down
from customer_analytics.analysis.dropoff.change import EPOCH, compare
from customer_analytics.analysis.dropoff.drivers import search
from customer_analytics.analysis.dropoff.lists import dropped_off
from customer_analytics.analysis.dropoff.portfolio import portfolio
from customer_analytics.analysis.dropoff.reasons import Reasons, find_reasons
from customer_analytics.analysis.dropoff.result import DropoffResult
from customer_analytics.analysis.dropoff.units import Units, cells, limited
from customer_analytics.analysis.dropoff.visits import units_of
from customer_analytics.analysis.dropoff.worth import worth
from customer_analytics.analysis.funnel.result import FunnelResult
from customer_analytics.analysis.funnel.times import later
from customer_analytics.engagement.parameters import FunnelParameters
from customer_analytics.tables.store import Tables

BROKEN_DOWN = 4  # properties of the breakdown where none was asked for


def analyse(tables: Tables, funnel: FunnelResult, parameters: FunnelParameters) -> DropoffResult:
    """Who drops off where, what goes with it, what it costs, what changed, and what to test.

    Raises:
        UserError: a column of `break_down` is in no table.
    """
    whole = units_of(tables, funnel, parameters.break_down)
    minimum = parameters.minimum_base
    units = limited(whole, minimum)
    found = cells(units)
    totals = found[[f"n_{step}" for step in range(1, units.last + 1)]].sum().astype("int64")
    price = worth(tables, funnel.definition.steps[-1].stage, minimum)
    drivers = search(units, found, price, minimum=minimum, seed=parameters.seed)
    reasons = _reasons(tables, funnel, units, totals, minimum)
    first, last = _span(units)
    weeks = (last - first + 1) / 7 if last >= first else 0.0
    asked = tuple(parameters.break_down) or tuple(each.name for each in units.properties[:BROKEN_DOWN])
    return DropoffResult(
        kind=units.kind,
        is_visits=units.kind != funnel.definition.unit,
        steps=units.steps,
        properties=units.properties,
        minimum_base=minimum,
        totals=totals,
        weeks=weeks,
        returned=_returned(units, funnel),
        worth=price,
        breakdown=break_down(funnel, asked, parameters.attribution, minimum=minimum),
        drivers=drivers,
        reasons=reasons,
        change=compare(units, parameters.compare_days, _last_mature(tables, units), minimum=minimum),
        anomalies=find_anomalies(units, minimum=minimum),
        portfolio=portfolio(units, drivers, reasons, totals, price, weeks),
        dropped=dropped_off(units, tables.as_of),
    )


def _reasons(tables: Tables, funnel: FunnelResult, units: Units, totals: pd.Series, minimum: int) -> Reasons:
    """In a funnel of any order a step has no step before it, so that nothing lies in between."""
    if funnel.definition.order == "any" or (funnel.definition.entry == "open" and units.kind != "session"):
        return find_reasons(tables, units, totals * 0, minimum=minimum)
    return find_reasons(tables, units, totals, minimum=minimum)


def _span(units: Units) -> tuple[int, int]:
    row = units.table.aggregate(first=units.table.day.min(), last=units.table.day.max()).to_pyarrow().to_pylist()[0]
    return (row["first"], row["last"]) if row["first"] is not None else (0, -1)


def _last_mature(tables: Tables, units: Units) -> int:
    """The last day on which every entry had the whole window."""
    days = 0 if units.window_seconds is None else -(-units.window_seconds // 86_400)
    return (tables.as_of - dt.timedelta(days=int(days)) - EPOCH).days


def _returned(units: Units, funnel: FunnelResult) -> dict[int, tuple[int, int]]:
    """By step: units lost there, and how many of these by somebody who reached the step later within the window."""
    if units.kind == "customer" or units.last < 2:
        return {}
    table = units.table.filter(units.table.person_id.notnull())
    later_units = ibis.window(
        group_by=table.person_id, order_by=[table.entered_at.desc(), table.unit_id.desc()], preceding=(None, 1)
    )
    table = table.mutate(**{f"next_{step}": table[f"at_{step}"].min().over(later_units) for step in _steps(units)})
    seconds = funnel.definition.window_seconds
    sums: dict[str, ir.Value] = {}
    for step in _steps(units):
        lost, then = table.furthest == step - 1, table[f"next_{step}"]
        back = then.notnull() if seconds is None else then <= later(table.entered_at, seconds)
        sums |= {f"lost_{step}": lost.cast("int64").sum(), f"back_{step}": (lost & back).cast("int64").sum()}
    row = table.aggregate(**sums).to_pyarrow().to_pylist()[0]
    return {step: (int(row[f"lost_{step}"] or 0), int(row[f"back_{step}"] or 0)) for step in _steps(units)}


def _steps(units: Units) -> range:
    return range(2, units.last + 1)
