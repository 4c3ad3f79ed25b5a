"""Decide how each column of a source is written: over its first rows, and over all rows where those are not enough."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping as ReadOnly
from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from customer_analytics.engagement.errors import Problem
from customer_analytics.engagement.settings import Source
from customer_analytics.schema import SCHEMAS, Kind
from customer_analytics.tables.column_plan import ColumnPlan
from customer_analytics.tables.formats import Raw, internal
from customer_analytics.tables.mapping import Mapping, name_of
from customer_analytics.tables.parsing.dates import BY_NAME, ISO, WAYS, Way, stated_way
from customer_analytics.tables.parsing.text import is_missing
from customer_analytics.tables.value_counts import NUMBERS, TIMES, Counts, Questions, count_values

SAMPLE_ROWS = 20_000
FEW_ROWS = 1_000
YEARS_BEFORE, YEARS_AFTER = 3, 10
_SAMPLE = "sample_of_source"


def first_plan(
    backend: Backend, raw: Raw, mapping: Mapping, source: Source, zone: ZoneInfo
) -> tuple[list[ColumnPlan], list[Problem]]:
    """The plan of every mapped column.

    The first rows settle most columns by the engine's own casts. Columns that these do not read are tried in every
    way on a few values; where day and month, or thousands and decimals, may be exchanged, all rows are counted.
    """
    plans = _bare_plans(raw, mapping, source, zone)
    table = raw.scan(None)
    sample = backend.create_table(_SAMPLE, table.limit(SAMPLE_ROWS), overwrite=True)
    counts = count_values(backend, sample, plans, Questions(), "counted_sample")
    dense = {ours for ours, found in counts.items() if 0 < found.rows == found.values}
    plans = [replace(plan, dense=plan.ours in dense) for plan in plans]
    for plan in plans:
        if plan.ours not in counts or not _is_odd(plan, counts[plan.ours], source):
            continue
        rows = sample if counts[plan.ours].values else table
        few = backend.create_table("few_values", rows.filter(~_missing(rows, plan)).limit(FEW_ROWS), overwrite=True)
        counts |= _count_every_way(backend, few, [plan])
    plans, problems = _settle(backend, table, plans, counts, source)
    return _with_spans(sample, plans), problems


def second_plan(
    backend: Backend, raw: Raw, plans: Sequence[ColumnPlan], failed: ReadOnly[str, ir.Table], source: Source
) -> tuple[list[ColumnPlan], list[Problem]]:
    """The plan again, after values could not be read: `failed` has rows with such values by our column."""
    again = [plan for plan in plans if plan.ours in failed and not _is_stated(plan, source)]
    questions = Questions(
        {plan.ours: _ways_to_try(backend, plan, failed[plan.ours]) for plan in again if plan.kind in TIMES},
        frozenset(plan.ours for plan in again if plan.kind in NUMBERS),
    )
    counts = count_values(backend, raw.scan(None), again, questions, "counted_again")
    plans = [_widened(plan, failed[plan.ours]) if plan.ours in failed else plan for plan in plans]
    return _decide(plans, counts, source)


def _widened(plan: ColumnPlan, rows: ir.Table) -> ColumnPlan:
    """The plan without the span that keeps its expressions small, when that is why the rows were not read."""
    if plan.span is None:
        return plan
    texts = rows.mutate(__text=plan.text(rows))
    written = plan.read(texts, "__text", "__flag")["__text"]
    beyond = int(texts.filter(written.notnull()).count().to_pyarrow().as_py())
    return replace(plan, span=None) if beyond else plan


def _with_spans(sample: ir.Table, plans: Sequence[ColumnPlan]) -> list[ColumnPlan]:
    """The plans with the moments around the first rows' times, in which a time zone has few changes."""
    timed = [plan for plan in plans if plan.kind == Kind.TIME]
    measures = {}
    for i, plan in enumerate(timed):
        texts = sample.mutate(**{f"t{i}": sample[plan.source] if plan.is_typed(sample) else plan.text(sample)})
        written = plan.read(texts, f"t{i}", "flag")[f"t{i}"]
        row = texts.select(moment=written)
        measures[plan.ours] = row.aggregate(first=row.moment.min(), last=row.moment.max()).to_pyarrow().to_pylist()[0]
    spanned = []
    for plan in plans:
        found = measures.get(plan.ours)
        if found is None or found["first"] is None or found["first"].year < 1910 or found["last"].year > 2080:
            spanned.append(plan)
            continue
        first, last = found["first"].year - YEARS_BEFORE, found["last"].year + YEARS_AFTER
        spanned.append(replace(plan, span=(dt.datetime(first, 1, 1), dt.datetime(last, 1, 1))))
    return spanned


def _ways_to_try(backend: Backend, plan: ColumnPlan, rows: ir.Table) -> list[Way]:
    """The way so far, the ways that read the values it does not, and their rivals."""
    few = backend.create_table("few_values", rows.limit(FEW_ROWS), overwrite=True)
    counts = _count_every_way(backend, few, [plan])[plan.ours]
    names = {plan.way.name} | {way.name for way in WAYS if counts[way.name]}
    names |= {BY_NAME[name].rival for name in names if name in BY_NAME}
    return [way for way in WAYS if way.name in names]


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


def _is_stated(plan: ColumnPlan, source: Source) -> bool:
    """Whether the engagement says how the column is written."""
    return plan.ours in source.formats if plan.kind in TIMES else plan.kind in NUMBERS and source.decimal != "auto"


def _is_odd(plan: ColumnPlan, counts: Counts, source: Source) -> bool:
    """Whether the engine's own casts do not read the sample, or there is nothing in it to tell by."""
    if plan.kind == Kind.TEXT:
        return False
    if plan.kind == Kind.ID:
        return counts.values == 0
    if _is_stated(plan, source):
        return False
    return counts.values == 0 or counts[ISO.name if plan.kind in TIMES else "plain"] < counts.values


def _missing(rows: ir.Table, plan: ColumnPlan) -> ir.BooleanValue:
    column = rows[plan.source]
    return is_missing(column if column.type().is_string() else column.cast("string"))


def _count_every_way(backend: Backend, rows: ir.Table, plans: Sequence[ColumnPlan]) -> dict[str, Counts]:
    questions = Questions({plan.ours: WAYS for plan in plans}, frozenset(plan.ours for plan in plans))
    return count_values(backend, rows, plans, questions, "counted_few")


def _settle(
    backend: Backend, table: ir.Table, plans: Sequence[ColumnPlan], counts: dict[str, Counts], source: Source
) -> tuple[list[ColumnPlan], list[Problem]]:
    """Count all rows of the columns in which values may be exchanged for others."""
    ways: dict[str, list[Way]] = {}
    thorough = set()
    for plan in plans:
        if plan.ours not in counts or _is_stated(plan, source):
            continue
        found = counts[plan.ours]
        if plan.kind in TIMES and _best_way(found).rival:
            ways[plan.ours] = [way for way in WAYS if way in (_best_way(found), BY_NAME[_best_way(found).rival])]
        if plan.kind in NUMBERS and found["two ways"] and not found["proves point"] and not found["proves comma"]:
            thorough.add(plan.ours)
    if ways or thorough:
        asked = [plan for plan in plans if plan.ours in ways or plan.ours in thorough]
        counts |= count_values(backend, table, asked, Questions(ways, frozenset(thorough)), "counted_whole")
    return _decide(plans, counts, source)


def _decide(
    plans: Sequence[ColumnPlan], counts: ReadOnly[str, Counts], source: Source
) -> tuple[list[ColumnPlan], list[Problem]]:
    problems: list[Problem] = []
    place = name_of(source)
    numbers = [counts[plan.ours] for plan in plans if plan.kind in NUMBERS and plan.ours in counts]
    comma = any(_is_comma(found) for found in numbers)
    point = any(found["proves point"] and not _is_comma(found) for found in numbers)
    decided = []
    for plan in plans:
        found = counts.get(plan.ours)
        if found is None:
            decided.append(plan)
            continue
        plan = replace(plan, blanks=found.blanks > 0)
        if plan.kind == Kind.ID:
            plan = replace(plan, float_id=0 < found.values == found["float"])
        elif plan.kind in NUMBERS and not _is_stated(plan, source):
            # Where the long way reads no more than the engine's own cast, it is not worth its cost.
            enough = max(found["point"], found["comma"]) if "point" in found.marks else found.values
            plan = replace(plan, plain=found["plain"] == enough)
            plan, problem = _with_decimal(plan, found, comma, point, place)
            problems += problem
        elif plan.kind in TIMES and not _is_stated(plan, source):
            plan, problem = _with_way(plan, found, place)
            problems += problem
        decided.append(plan)
    return decided, problems


def _is_comma(counts: Counts) -> bool:
    return counts["proves comma"] > counts["proves point"]


def _with_decimal(
    plan: ColumnPlan, counts: Counts, comma_elsewhere: bool, point_elsewhere: bool, place: str
) -> tuple[ColumnPlan, list[Problem]]:
    """The decimal mark: what the column proves, else what another column of the source proves."""
    if _is_comma(counts):
        return replace(plan, decimal=","), []
    if counts["proves point"]:
        return replace(plan, decimal="."), []
    if comma_elsewhere and not point_elsewhere and (counts["two ways"] or counts["groups by points"]):
        return replace(plan, decimal=","), []
    if point_elsewhere and not comma_elsewhere:
        return replace(plan, decimal="."), []
    if counts["groups by points"] and not counts["proves point"] and plan.kind == Kind.MONEY:
        what = f"column {plan.theirs!r} for {plan.ours}: 1.234 may be 1.234 or 1234, and no value tells which."
        return plan, [Problem(place, what, 'Add to the source: decimal: "." (or ",").')]
    if counts["two ways"] and counts["comma"] == counts["point"] == counts.values:
        what = f"column {plan.theirs!r} for {plan.ours}: 1,234 may be 1234 or 1.234, and no value tells which."
        return plan, [Problem(place, what, 'Add to the source: decimal: "." (or ",").')]
    return plan, []


def _best_way(counts: Counts) -> Way:
    return max(WAYS, key=lambda way: counts[way.name])  # the first of equals: ISO before all


def _with_way(plan: ColumnPlan, counts: Counts, place: str) -> tuple[ColumnPlan, list[Problem]]:
    """The way of writing that reads most values; day and month in an order that nothing tells are refused."""
    way = _best_way(counts)
    undecided = way.rival and counts[way.rival] == counts[way.name]
    if undecided and counts[f"{way.name} differs"]:
        what = (
            f"column {plan.theirs!r} for {plan.ours}: day and month cannot be told apart, "
            f"all values fit {way.name} and {way.rival}."
        )
        mend = f'Add to the source: formats: {{{plan.ours}: "{way.name}"}} (or "{way.rival}").'
        return plan, [Problem(place, what, mend)]
    return replace(plan, way=way), []
