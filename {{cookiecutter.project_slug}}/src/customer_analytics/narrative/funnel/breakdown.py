"""The funnel by the values of a property."""

from __future__ import annotations

import math

from customer_analytics.analysis.dropoff.breakdown import Breakdown
from customer_analytics.analysis.dropoff.outputs import small_values
from customer_analytics.narrative.exhibits import BarRow, Cell, FigureWords, Row, SectionWords, TableWords
from customer_analytics.narrative.funnel.groups import (
    Record,
    inside,
    property_name,
    records,
    share_cell,
)
from customer_analytics.narrative.funnel.view import View
from customer_analytics.statistics import Interval

SHOWN = 8  # values of a property on the page
TABLES = 2  # properties on the page; the others are in the file
MOST_COLUMNS = 3  # steps that have a column: those that lose most; the others are in the file
LEVEL = 0.01  # q from which a value differs


def has_breakdown(view: View) -> bool:
    """Whether there is a property to break the funnel down by."""
    return view.enough and view.dropoff is not None and bool(_properties(view))


def breakdown_section(view: View) -> SectionWords:
    """Opening: which value of the property counts."""
    say, found = view.language.say, _found(view)
    attribution = {
        "first": say("The value at entry counts."),
        "last": say("The value at the last step that was reached counts."),
        "step": say("At each step the value at the step before counts."),
        "all": say("Each value met on the way counts, so that one may count under several; there is no total."),
    }[found.attribution]
    names = view.language.listing([inside(view, property_name(view, name)) for name in found.properties])
    deck = say("The same funnel by {names}. {attribution}", names=names, attribution=attribution)
    return SectionWords(say("By group"), "breakdown", deck)


def breakdown_bars(view: View) -> list[BarRow]:
    """The values of the property that differs most: name, share that reaches the end, words, role, interval."""
    language, name = view.language, _properties(view)[0]
    rows = [row for row in _whole(view, name) if not math.isnan(float(row["rate"]))]
    worst = min((row for row in rows if _differs(row)), key=lambda row: float(row["rate"]), default=None)
    return [
        (
            str(row["value"]), float(row["rate"]), language.percent(float(row["rate"]), 1),
            "alert" if row is worst and float(row["difference"]) < 0 else "faint",
            float(row["low"]), float(row["high"]),
        )
        for row in sorted(rows, key=lambda one: -float(one["rate"]))
    ]  # fmt: skip


def has_bars(view: View) -> bool:
    """Whether there are at least two values to draw."""
    return has_breakdown(view) and _found(view).attribution != "step" and len(breakdown_bars(view)) >= 2


def breakdown_figure(view: View) -> FigureWords:
    """Words of the chart of the property that differs most."""
    say, language, name = view.language.say, view.language, _properties(view)[0]
    rows = [row for row in _whole(view, name) if not math.isnan(float(row["rate"]))]
    low, high = (pick(rows, key=lambda row: float(row["rate"])) for pick in (min, max))
    told = language.joined(
        [say("{value}: {rate}", value=row["value"], rate=language.percent(float(row["rate"]), 1)) for row in rows]
    )
    values = {
        "high": high["value"], "low": low["value"], "most": language.percent(high["rate"], 1),
        "least": language.percent(low["rate"], 1), "last": view.step(view.steps),
    }  # fmt: skip
    title = (
        say("“{high}”: {most} reach “{last}”; “{low}”: {least}", **values)
        if any(_differs(row) for row in rows)
        else say("No value of {name} differs beyond chance", name=property_name(view, name))
    )
    return FigureWords(
        title,
        say("{name}: share of the entries that reaches the end. Lines: interval", name=property_name(view, name)),
        say("Bars of the values. {rows}.", rows=told),
        view.source,
    )


def breakdown_tables(view: View) -> list[TableWords]:
    """One table for each of the properties that differ most."""
    return [_table(view, name) for name in _properties(view)[:TABLES]]


def _table(view: View, name: str) -> TableWords:
    say, found = view.language.say, _found(view)
    by_step = found.attribution == "step"
    steps = _leakiest(view)
    shown = _values(view, name)
    rows: list[Row] = []
    for value in shown:
        own = {int(row["step"]): row for row in _rows_of(view, name) if row["value"] == value}
        entered = int(own[2]["n"])
        passages = [share_cell(view, float(own[step]["rate"]), int(own[step]["n"])) for step in steps]
        cells: list[Cell] = [(view.language.number(entered), entered), *passages]
        if not by_step:
            whole = own[0]
            interval = Interval(float(whole["low"]), float(whole["high"]))
            cells.append(share_cell(view, float(whole["rate"]), int(whole["n"]), interval))
        rows.append(((value, None), *cells))
    columns = [(property_name(view, name), "name"), (say("Entered"), "number")]
    columns += [(view.step(step), "number") for step in steps]
    if not by_step:
        columns.append((say("Of all (interval)"), "number"))
    hidden = found.values[name] - len(shown)
    return TableWords(
        tuple(columns),
        tuple(rows),
        say("The funnel by {name}", name=inside(view, property_name(view, name))),
        view.how_of_steps(
            (say("Steps"), say("Share of those at the step before that goes on, at the steps that lose most")),
            (
                say("Left out"),
                say(
                    "{unknown} entries without a value; {hidden} more values are in the file or too few to be shown",
                    unknown=view.language.number(found.unknown[name]), hidden=view.language.number(max(hidden, 0)),
                ),
            ),
            (
                say("Named"),
                say("What differs from all others with a known value, corrected for everything in this breakdown"),
            ),
        ),
        file="breakdown.csv",
    )  # fmt: skip


def _leakiest(view: View) -> list[int]:
    """The passages that lose most, at most MOST_COLUMNS, in their order."""
    lost = sorted(view.passages, key=lambda one: (-one.lost, one.step))[:MOST_COLUMNS]
    return sorted(one.step for one in lost)


def _found(view: View) -> Breakdown:
    assert view.dropoff is not None and view.dropoff.breakdown is not None
    return view.dropoff.breakdown


def _properties(view: View) -> list[str]:
    """Properties with at least two values that may be shown, those that differ most first."""
    if view.dropoff is None or view.dropoff.breakdown is None:
        return []
    return [name for name in view.dropoff.breakdown.properties if len(_values(view, name)) >= 2]


def _rows_of(view: View, name: str) -> list[Record]:
    table = _found(view).table
    return records(table[table["property"] == name])


def _values(view: View, name: str) -> list[str]:
    """The values that may be shown, the most frequent first."""
    hidden = small_values(_found(view).table, view.minimum_group)
    values = dict.fromkeys(str(row["value"]) for row in _rows_of(view, name))
    return [value for value in values if (name, value) not in hidden][:SHOWN]


def _whole(view: View, name: str) -> list[Record]:
    """Entry to the end, of the values that may be shown."""
    shown = set(_values(view, name))
    return [row for row in _rows_of(view, name) if int(row["step"]) == 0 and row["value"] in shown]


def _differs(row: Record) -> bool:
    q = float(row["q"])
    return not math.isnan(q) and q <= LEVEL
