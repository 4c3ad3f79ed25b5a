"""What the outlook leaves for machines: metrics, the tables behind the figures, the list of people about to be lost."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from customer_analytics.analysis.outlook.lapse import Lapse
from customer_analytics.analysis.outlook.panel import DEFINITIONS, Panel
from customer_analytics.analysis.outlook.point import Measure, Point
from customer_analytics.analysis.outlook.projection import Projection
from customer_analytics.analysis.outlook.result import OutlookResult
from customer_analytics.analysis.rfm.customers import as_date
from customer_analytics.disclosure.hiding import small_groups

Metrics = dict[str, float | int | None]


_ALWAYS = (
    "projection.periods", "projection.rate", "projection.error", "projection.bias", "half_life.everybody",
    "half_life.returned", *(f"definition.{name}" for name in (*DEFINITIONS, "again")),
)  # fmt: skip


def metrics(found: OutlookResult) -> Metrics:
    """Flat name -> number; None where not estimable. Shares are fractions; docs/guide/metrics.md says what each is."""
    numbers: Metrics = dict.fromkeys(_ALWAYS)
    ahead = found.projection
    if ahead is not None:
        last = ahead.curve.iloc[-1]
        numbers["projection.periods"] = int(last["age"])
        numbers["projection.rate"] = float(last["expected"])
        numbers["projection.error"] = ahead.test.of(ahead.chosen)["error"]
        numbers["projection.bias"] = ahead.test.of(ahead.chosen)["bias"]
    for half in found.half_lives:
        numbers[f"half_life.{half.of}"] = half.age
    level = found.plateau
    numbers["plateau.rate"] = level.share if level is not None and level.verdict == "level" else None
    numbers["plateau.step"] = level.step if level is not None else None
    contracts = found.contracts
    numbers["contracts.alpha"], numbers["contracts.beta"] = contracts.fits["sbg"].values if contracts else (None, None)
    numbers["contracts.error"] = contracts.test.of(contracts.chosen)["error"] if contracts else None
    needed = found.need
    for name in ("kept", "needed", "gap", "steady", "new_needed"):
        numbers[f"need.{name}"] = _known(getattr(needed, name)) if needed is not None else None
    numbers |= _point_metrics(found.point)
    numbers["usage.typical_days"] = found.usage.typical_days if found.usage else None
    numbers["usage.most_days"] = found.usage.most_days if found.usage else None
    if found.panel is not None:
        numbers |= {f"definition.{one.name}": one.rate for one in found.panel.definitions}
        numbers["definition.again"] = _known(found.panel.again_rate)
    birthday = found.season.anniversary if found.season else None
    numbers["anniversary.ratio"] = birthday.ratio if birthday else None
    numbers["lapse.people"] = len(found.lapse.people) if found.lapse else None
    return numbers


def _point_metrics(point: Point | None) -> Metrics:
    numbers: Metrics = {"point.months": point.months if point else None}
    for name in ("orders", "money"):
        measure = getattr(point, name) if point else None
        numbers[f"point.{name}"] = _known(measure.a_year) if measure else None
        numbers[f"point.{name}_low"] = _known(measure.a_year_interval.low) if measure else None
        numbers[f"point.{name}_high"] = _known(measure.a_year_interval.high) if measure else None
    numbers["point.multiple"] = _known(point.multiple) if point else None
    return numbers


def tables(found: OutlookResult, minimum_group: int) -> dict[str, pd.DataFrame]:
    """File name -> the table behind a figure; groups too small to be shown are not in it."""
    made: dict[str, pd.DataFrame] = {}
    if found.projection is not None:
        made["projection"] = found.projection.curve
        made["projection_ahead"] = found.projection.ahead
        made["projection_cohorts"] = _cohorts(found, minimum_group)
        made["projection_test"] = _tests(found.projection)
    if found.contracts is not None:
        made["contracts"] = found.contracts.curve
        made["contracts_test"] = _tests(found.contracts)
    if found.need is not None:
        made["retention_need"] = pd.DataFrame(
            [(name, _known(getattr(found.need, name))) for name in _NEED], columns=["measure", "value"]
        )
        made["active_ahead"] = found.need.path
    if found.point is not None:
        made["value_of_a_point"] = _point_table(found.point)
    if found.payback is not None:
        table = found.payback.table
        hidden = np.zeros(len(table), dtype=bool)
        for _, own in table.groupby("channel"):
            hidden[own.index] = small_groups(own["customers"].to_numpy(), minimum_group)
        made["payback"] = table[~hidden]
    if found.panel is not None:
        made["definitions"] = _panel_table(found.panel)
    if found.usage is not None:
        made["returns_within"] = found.usage.returns
    if found.lapse is not None:
        made["lapse"] = _lapse_table(found.lapse, minimum_group)
    if found.season is not None:
        made["calendar_weeks"] = _dated(found.season.weeks, "first_day").drop(columns="at_risk")
    return made


_NEED = ("periods", "kept", "needed", "gap", "new", "resurrecting", "base", "now", "steady", "new_needed")


def _cohorts(found: OutlookResult, minimum_group: int) -> pd.DataFrame:
    """Expected people of each cohort ahead, without cohorts too small to be shown."""
    assert found.projection is not None and found.known is not None
    small = small_groups(found.known.size.astype(np.int64), minimum_group)
    hidden = {name for name, is_small in zip(found.known.names, small, strict=True) if is_small}
    table = found.projection.cohorts
    return table[~table["cohort"].isin(hidden)].reset_index(drop=True)


def _tests(ahead: Projection) -> pd.DataFrame:
    """model, stretch (choice, test), cut, periods, error, shape, bias, ratio, chosen."""
    parts = []
    for name, stretch in (("choice", ahead.choice), ("test", ahead.test)):
        if stretch is not None:
            parts.append(stretch.table.assign(stretch=name, cut=stretch.cut, periods=stretch.periods))
    table = pd.concat(parts, ignore_index=True)
    table["chosen"] = table["model"] == ahead.chosen
    return table[["model", "stretch", "cut", "periods", "error", "shape", "bias", "ratio", "chosen"]]


def _point_table(point: Point) -> pd.DataFrame:
    rows = [(name, measure) for name in ("orders", "money") if (measure := getattr(point, name)) is not None]
    return pd.DataFrame([(name, *_numbers(measure)) for name, measure in rows], columns=["measure", *_MEASURE])


_MEASURE = (
    "returned", "others", "difference", "low", "high", "month", "total", "a_year", "a_year_low", "a_year_high", "floor",
    "relative", "relative_low", "relative_high",
)  # fmt: skip


def _numbers(one: Measure) -> tuple[float, ...]:
    return (
        one.returned, one.others, one.difference, *one.interval, one.month, one.total, one.a_year, *one.a_year_interval,
        one.floor, one.relative, *one.relative_interval,
    )  # fmt: skip


def _panel_table(panel: Panel) -> pd.DataFrame:
    rows = [(one.name, panel.people, one.retained, one.rate, *one.interval, one.added, one.dropped)
            for one in panel.definitions]  # fmt: skip
    columns = ["definition", "people", "retained", "rate", "low", "high", "added", "dropped"]
    return pd.DataFrame(rows, columns=columns)


def _lapse_table(found: Lapse, minimum_group: int) -> pd.DataFrame:
    """state, people (empty where too few to be shown), and of the like before: customers, returned, rate, low, high."""
    people = pd.Series(found.counts, name="people").rename_axis("state").reset_index()
    small = small_groups(people["people"].to_numpy(dtype=np.int64), minimum_group)
    people["people"] = people["people"].astype("Int64").mask(small)
    return people if found.check is None else people.merge(found.check.table, on="state", how="left")


def customer_tables(found: OutlookResult) -> dict[str, pd.DataFrame]:
    """`at_risk_of_lapse`: people late by their own rhythm and not gone yet, the latest by their own measure first."""
    if found.lapse is None:
        return {}
    table = found.lapse.people
    for name in ("last_day", "late_day", "gone_day"):
        table = _dated(table, name)
    table = table.rename(columns={"last_day": "last_on", "late_day": "late_since", "gone_day": "gone_on"})
    for name in ("customer_id", "visitor_id"):
        if not table[name].notna().any():
            table = table.drop(columns=name)
    return {"at_risk_of_lapse": table}


def _dated(table: pd.DataFrame, column: str) -> pd.DataFrame:
    return table.assign(**{column: [as_date(day).isoformat() for day in table[column]]})


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
