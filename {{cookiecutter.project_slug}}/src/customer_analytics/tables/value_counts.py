"""Count how the values of columns can be read; the plan is decided on these counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from customer_analytics.schema import Kind
from customer_analytics.tables.column_plan import FLOAT_ID, ColumnPlan
from customer_analytics.tables.parsing.dates import BY_NAME, ISO, Way, has_offset, parse_time
from customer_analytics.tables.parsing.functions import full_match
from customer_analytics.tables.parsing.numbers import (
    MONEY,
    groups_by_points,
    parse_number,
    proves_comma,
    proves_point,
    reads_two_ways,
)
from customer_analytics.tables.parsing.text import is_missing, tidy

NUMBERS = (Kind.MONEY, Kind.NUMBER, Kind.INTEGER)
TIMES = (Kind.TIME, Kind.DATE)


@dataclass(frozen=True)
class Counts:
    """How many rows and values a column has, how many have blanks around them, and how many fit each reading."""

    rows: int
    values: int
    blanks: int
    marks: Mapping[str, int]

    def __getitem__(self, mark: str) -> int:
        return self.marks.get(mark, 0)


@dataclass(frozen=True)
class Questions:
    """What to count beside the cheap readings: `ways` of writing dates by column, `thorough` number columns."""

    ways: Mapping[str, Sequence[Way]] = field(default_factory=dict)
    thorough: frozenset[str] = frozenset()


def count_values(
    backend: Backend, table: ir.Table, plans: Sequence[ColumnPlan], questions: Questions, view: str
) -> dict[str, Counts]:
    """One pass over a table for all columns that are read from text; typed columns need no counting."""
    asked = [plan for plan in plans if not _is_settled(plan, table[plan.source])]
    if not asked:
        return {}
    texts: dict[str, ir.Value] = {}
    for i, plan in enumerate(asked):
        column = table[plan.source]
        written = column if column.type().is_string() else column.cast("string")
        text = tidy(written)
        texts[f"t{i}"] = text.substitute(plan.values) if plan.values else text
        texts[f"b{i}"] = written != text
    # A view keeps the engine from tidying once for each question.
    backend.create_view(view, table.select(**texts), overwrite=True)
    tidied = backend.table(view)
    measures: dict[str, ir.Scalar] = {"rows": tidied.count()}
    for i, plan in enumerate(asked):
        text = tidied[f"t{i}"]
        there = ~is_missing(text)
        measures[f"{i} values"] = there.sum()
        measures[f"{i} blanks"] = (there & tidied[f"b{i}"].fill_null(False)).sum()
        for mark, fits in _marks(plan, text, questions).items():
            measures[f"{i} mark {mark}"] = (there & fits.fill_null(False)).sum()
    row = tidied.aggregate(**measures).to_pyarrow().to_pylist()[0]
    return {plan.ours: _counts(row, i) for i, plan in enumerate(asked)}


def _counts(row: Mapping[str, int | None], i: int) -> Counts:
    start = f"{i} mark "
    marks = {name.removeprefix(start): int(n or 0) for name, n in row.items() if name.startswith(start)}
    return Counts(int(row["rows"] or 0), int(row[f"{i} values"] or 0), int(row[f"{i} blanks"] or 0), marks)


def _is_settled(plan: ColumnPlan, column: ir.Value) -> bool:
    """Whether nothing about a column is to be decided: it is typed, or any text will do."""
    kind = column.type()
    if plan.kind == Kind.FLAG:
        return True
    if kind.is_string() or plan.values:
        return False
    if plan.kind == Kind.TEXT:
        return True
    if plan.kind in TIMES:
        return bool(kind.is_timestamp() or kind.is_date())
    return not kind.is_floating() if plan.kind == Kind.ID else bool(kind.is_numeric())


def _marks(plan: ColumnPlan, text: ir.StringValue, questions: Questions) -> dict[str, ir.BooleanValue]:
    """The readings to count for one column, each as a condition on its text."""
    if plan.kind == Kind.TEXT:
        return {}
    if plan.kind == Kind.ID:
        return {"float": full_match(text, FLOAT_ID)}
    if plan.kind in NUMBERS:
        cheap = {
            "plain": text.try_cast(MONEY).notnull(),
            "proves point": proves_point(text),
            "groups by points": groups_by_points(text),
        }
        if plan.ours not in questions.thorough:
            return cheap
        return cheap | {
            "point": parse_number(text, MONEY, ".").notnull(),
            "comma": parse_number(text, MONEY, ",").notnull(),
            "proves comma": proves_comma(text),
            "two ways": reads_two_ways(text),
        }
    marks = {}
    for way in questions.ways.get(plan.ours, (ISO,)):
        moment = parse_time(text, way)
        if way.kind == "offset":  # values without an offset are local times
            moment = ibis.ifelse(has_offset(text), moment, parse_time(text, ISO))
        marks[way.name] = moment.notnull()
        if way.rival:
            marks[f"{way.name} differs"] = ibis.coalesce(moment != parse_time(text, BY_NAME[way.rival]), False)
    return marks
