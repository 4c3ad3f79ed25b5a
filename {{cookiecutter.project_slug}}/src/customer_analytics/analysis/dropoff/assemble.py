"""Put the drop-off analysis together: the units once in the engine, then what report-sized tables tell."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import ibis
import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.dropoff.anomalies import find_anomalies
from customer_analytics.analysis.dropoff.breakdown import break_down
from customer_analytics.analysis.dropoff.change import EPOCH, compare
from customer_analytics.analysis.dropoff.drivers import Drivers, search
from customer_analytics.analysis.dropoff.lists import dropped_off
from customer_analytics.analysis.dropoff.portfolio import portfolio
from customer_analytics.analysis.dropoff.reasons import Reasons, Signals, find_reasons, read_signals
from customer_analytics.analysis.dropoff.result import DropoffResult
from customer_analytics.analysis.dropoff.units import Units, cells, limited
from customer_analytics.analysis.dropoff.visits import units_of
from customer_analytics.analysis.dropoff.voices import hear
from customer_analytics.analysis.dropoff.worth import worth
from customer_analytics.analysis.funnel.result import FunnelResult
from customer_analytics.analysis.funnel.times import later
from customer_analytics.engagement.parameters import FunnelParameters
from customer_analytics.tables.store import Tables

BROKEN_DOWN = 4  # properties of the breakdown where none was asked for


def analyse(
    tables: Tables, funnel: FunnelResult, parameters: FunnelParameters, fewest: int = 1
) -> DropoffResult:  # fmt: skip
    """Who drops off where, what goes with it, what it costs, what changed, and what to test.

    `fewest`: people to whom a reason must have been said for its words to be told.

    Raises:
        UserError: a column of `break_down` is in no table.
    """
    whole = units_of(tables, funnel, parameters.break_down)
    minimum = parameters.minimum_base
    units = limited(whole, minimum)
    found = cells(units)
    totals = _totals(found)
    price = worth(tables, funnel.definition.steps[-1].stage, minimum)
    drivers = search(units, found, price, minimum=minimum, seed=parameters.seed)
    reasons, of_group = _reasons(tables, funnel, units, drivers, minimum, fewest)
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
        first_day=EPOCH + dt.timedelta(days=first) if last >= first else None,
        last_day=EPOCH + dt.timedelta(days=last) if last >= first else None,
        weeks=weeks,
        returned=_returned(units, funnel),
        worth=price,
        breakdown=break_down(funnel, asked, parameters.attribution, minimum=minimum),
        drivers=drivers,
        reasons=reasons,
        reasons_of_group=of_group,
        voices=hear(tables, units, minimum=minimum),
        change=compare(units, parameters.compare_days, _last_mature(tables, units), minimum=minimum),
        anomalies=find_anomalies(units, minimum=minimum),
        portfolio=portfolio(units, drivers, reasons, totals, price, weeks),
        dropped=dropped_off(units, tables.as_of),
    )


def _reasons(
    tables: Tables, funnel: FunnelResult, units: Units, drivers: Drivers, minimum: int, fewest: int
) -> tuple[Reasons, Reasons | None]:
    """What the lost met, of all and of the group with the largest prize.

    In a funnel of any order a step has no step before it, and in an open one no entry: nothing lies in between.
    """
    ordered = funnel.definition.order != "any" and (funnel.definition.entry == "closed" or units.kind == "session")
    signals = read_signals(tables, units) if ordered else Signals(None, (), 0)
    whole = find_reasons(signals, units, _totals(cells(replace(units, properties=()))), minimum=minimum, fewest=fewest)
    if not len(drivers.prizes) or signals.rows is None:
        return whole, None
    first = drivers.prizes.iloc[0]
    group = replace(units, table=units.table.filter(units.table[str(first["property"])] == str(first["value"])))
    own = find_reasons(signals, group, _totals(cells(replace(group, properties=()))), minimum=minimum, fewest=fewest)
    return whole, own


def _totals(found: pd.DataFrame) -> pd.Series:
    """n_1 .. n_K over all units."""
    names = [name for name in found.columns if name.startswith("n_")]
    return found[names].sum().astype("int64")


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
