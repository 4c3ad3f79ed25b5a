"""Decide how each column of a source is written: over its first rows, and over all rows where those do not settle it."""

from __future__ import annotations

from collections.abc import Mapping as ReadOnly
from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import ibis.expr.types as ir

from customer_analytics.engagement.errors import Problem
from customer_analytics.engagement.settings import Source
from customer_analytics.schema import SCHEMAS, Kind
from customer_analytics.tables.column_plan import FLOAT_ID, ColumnPlan
from customer_analytics.tables.formats import Raw, internal
from customer_analytics.tables.mapping import Mapping, name_of
from customer_analytics.tables.parsing.dates import BY_NAME, WAYS, Way, parse_time, stated_way
from customer_analytics.tables.parsing.numbers import (
    MONEY,
    full_match,
    groups_by_points,
    parse_number,
    proves_comma,
    proves_point,
    reads_two_ways,
)
from customer_analytics.tables.parsing.text import is_missing, tidy

SAMPLE_ROWS = 20_000
NUMBERS = (Kind.MONEY, Kind.NUMBER, Kind.INTEGER)
TIMES = (Kind.TIME, Kind.DATE)


@dataclass(frozen=True)
class Counts:
    """What one column's values look like: how many there are, and how many fit each reading (or fail it)."""

    values: int
    blanks: int
    marks: ReadOnly[str, int]


def first_plan(raw: Raw, mapping: Mapping, source: Source, zone: ZoneInfo) -> tuple[list[ColumnPlan], list[Problem]]:
    """The plan of every mapped column.

    The first rows settle most columns; those that they leave open (no values, two readings) are looked at in whole.
    """
    plans = _bare_plans(raw, mapping, source, zone)
    table = raw.scan(None)
    counts = _count(table.limit(SAMPLE_ROWS), plans, source)
    open_columns = [plan for plan in plans if plan.ours in counts and _left_open(plan, counts[plan.ours], source)]
    if open_columns:
        counts |= _count(table, open_columns, source)
    return _decide(plans, counts, source)


def second_plan(
    raw: Raw, plans: Sequence[ColumnPlan], failed: Sequence[str], source: Source
) -> tuple[list[ColumnPlan], list[Problem]]:
    """The plan again, after values of the columns `failed` could not be read: those are now looked at in whole."""
    counts = _count(raw.scan(None), [plan for plan in plans if plan.ours in failed], source)
    return _decide(plans, counts, source)


def _bare_plans(raw: Raw, mapping: Mapping, source: Source, zone: ZoneInfo) -> list[ColumnPlan]:
    schema = SCHEMAS[source.table]
    plans = []
    for ours, theirs in mapping.columns.items():
        column = schema.column(ours)
        kind = column.kind if column else Kind.TEXT
        values = {str(old): str(new) for old, new in source.values.get(ours, {}).items()}
        plan = ColumnPlan(ours, kind, internal(raw.columns.index(theirs)), theirs, values, zone=zone)
        if ours in source.formats:
            plan = replace(plan, way=stated_way(source.formats[ours]))
        if source.decimal != "auto":
            plan = replace(plan, decimal=source.decimal)
        plans.append(plan)
    return plans


def _count(table: ir.Table, plans: Sequence[ColumnPlan], source: Source) -> dict[str, Counts]:
    """One pass over the table for all columns that are read from text."""
    measures: dict[str, ir.Scalar] = {}
    for number, plan in enumerate(plans):
        column = table[plan.source]
        if plan.kind == Kind.TEXT or plan.kind == Kind.FLAG or _is_native(plan, column):
            continue
        written = column if column.type().is_string() else column.cast("string")
        text = tidy(written)
        if plan.values:
            text = text.substitute(plan.values)
        there = ~is_missing(text)
        measures[f"{number} values"] = there.sum()
        measures[f"{number} blanks"] = (there & (written != tidy(written))).sum()
        for mark, fits in _marks(plan, text, source).items():
            measures[f"{number} mark {mark}"] = (there & fits.fill_null(False)).sum()
    if not measures:
        return {}
    row = table.aggregate(**measures).to_pyarrow().to_pylist()[0]
    counts = {}
    for number, plan in enumerate(plans):
        if f"{number} values" in row:
            start = f"{number} mark "
            marks = {name.removeprefix(start): int(n or 0) for name, n in row.items() if name.startswith(start)}
            counts[plan.ours] = Counts(int(row[f"{number} values"] or 0), int(row[f"{number} blanks"] or 0), marks)
    return counts


def _is_native(plan: ColumnPlan, column: ir.Value) -> bool:
    kind = column.type()
    if kind.is_string() or plan.values:
        return False
    if plan.kind in TIMES:
        return bool(kind.is_timestamp() or kind.is_date())
    return not kind.is_floating() if plan.kind == Kind.ID else bool(kind.is_numeric())


def _marks(plan: ColumnPlan, text: ir.StringValue, source: Source) -> dict[str, ir.BooleanValue]:
    """The questions to count for one column, each as a condition on its text."""
    if plan.kind == Kind.ID:
        return {"float": full_match(text, FLOAT_ID)}
    if plan.kind in NUMBERS:
        return {
            "point": parse_number(text, MONEY, ".").notnull(),
            "comma": parse_number(text, MONEY, ",").notnull(),
            "proves point": proves_point(text),
            "proves comma": proves_comma(text),
            "two ways": reads_two_ways(text),
            "groups by points": groups_by_points(text),
        }
    if plan.ours in source.formats:
        return {}
    marks = {way.name: parse_time(text, way).notnull() for way in WAYS}
    for way in WAYS:
        if way.rival:
            differ = parse_time(text, way) != parse_time(text, BY_NAME[way.rival])
            marks[f"{way.name} differs"] = differ
    return marks


def _left_open(plan: ColumnPlan, counts: Counts, source: Source) -> bool:
    if counts.values == 0:
        return True
    if plan.kind in TIMES:
        return plan.ours not in source.formats and bool(_best_way(counts).rival)
    if plan.kind in NUMBERS:
        proved = counts.marks["proves point"] or counts.marks["proves comma"]
        return source.decimal == "auto" and not proved and counts.marks["two ways"] > 0
    return False


def _decide(
    plans: Sequence[ColumnPlan], counts: ReadOnly[str, Counts], source: Source
) -> tuple[list[ColumnPlan], list[Problem]]:
    problems: list[Problem] = []
    place = name_of(source)
    comma = any(_is_comma(counts[plan.ours]) for plan in plans if plan.kind in NUMBERS and plan.ours in counts)
    point = any(counts[p.ours].marks["proves point"] for p in plans if p.kind in NUMBERS and p.ours in counts)
    decided = []
    for plan in plans:
        found = counts.get(plan.ours)
        if found is None:
            decided.append(plan)
            continue
        plan = replace(plan, blanks=found.blanks > 0)
        if plan.kind == Kind.ID:
            plan = replace(plan, float_id=0 < found.values == found.marks["float"])
        elif plan.kind in NUMBERS and source.decimal == "auto":
            plan, problem = _with_decimal(plan, found, comma, point, place)
            problems += problem
        elif plan.kind in TIMES and plan.ours not in source.formats:
            plan, problem = _with_way(plan, found, place)
            problems += problem
        decided.append(plan)
    return decided, problems


def _is_comma(counts: Counts) -> bool:
    return counts.marks["proves comma"] > counts.marks["proves point"]


def _with_decimal(
    plan: ColumnPlan, counts: Counts, comma_elsewhere: bool, point_elsewhere: bool, place: str
) -> tuple[ColumnPlan, list[Problem]]:
    """The decimal mark: what the column proves, else what another column of the source proves."""
    if _is_comma(counts):
        return replace(plan, decimal=","), []
    if counts.marks["proves point"]:
        return replace(plan, decimal="."), []
    if comma_elsewhere and not point_elsewhere and (counts.marks["two ways"] or counts.marks["groups by points"]):
        return replace(plan, decimal=","), []
    if point_elsewhere and not comma_elsewhere:
        return replace(plan, decimal="."), []
    if counts.marks["two ways"] and counts.marks["comma"] == counts.marks["point"] == counts.values:
        what = f"column {plan.theirs!r} for {plan.ours}: 1,234 may be 1234 or 1.234, and no value tells which."
        return plan, [Problem(place, what, 'Add to the source: decimal: "." (or ",").')]
    return plan, []


def _best_way(counts: Counts) -> Way:
    return max(WAYS, key=lambda way: counts.marks[way.name])  # the first of equals: ISO before all


def _with_way(plan: ColumnPlan, counts: Counts, place: str) -> tuple[ColumnPlan, list[Problem]]:
    """The way of writing that reads most values; day and month in an order that nothing tells are refused."""
    way = _best_way(counts)
    undecided = way.rival and counts.marks[way.rival] == counts.marks[way.name]
    if undecided and counts.marks[f"{way.name} differs"]:
        what = (
            f"column {plan.theirs!r} for {plan.ours}: day and month cannot be told apart, "
            f"all values fit {way.name} and {way.rival}."
        )
        mend = f'Add to the source: formats: {{{plan.ours}: "{way.name}"}} (or "{way.rival}").'
        return plan, [Problem(place, what, mend)]
    return replace(plan, way=way), []
