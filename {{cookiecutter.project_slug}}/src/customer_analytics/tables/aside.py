"""Rows set aside: counted by reason, checked against the tolerance, given their lines, and written to a file."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import ibis.expr.types as ir

from customer_analytics.engagement.errors import Problem
from customer_analytics.schema import Kind
from customer_analytics.tables.column_plan import ColumnPlan
from customer_analytics.tables.formats import Raw
from customer_analytics.tables.formats.lines import record_lines
from customer_analytics.tables.load_log import Example, Reason
from customer_analytics.tables.mapping import name_of
from customer_analytics.tables.source_load import FILE, REASON, ROW, UNREAD, WORTH, Outcome, Work, rejected_rows

EXAMPLES = 3
LONGEST_VALUE = 40
RAGGED = Reason("wrong number of values", "ragged")
DAMAGED = Reason("not text in this encoding", "damaged")
# Kinds of reasons that speak for a wrong mapping rather than for a decision.
UNWANTED = ("unreadable", "missing", "ragged", "damaged")
BATCH = 50_000


@dataclass
class Aside:
    """What was set aside from a source, by reason in the order of the reasons."""

    rows: dict[str, int] = field(default_factory=dict)
    money: dict[str, Decimal] = field(default_factory=dict)
    reasons: list[Reason] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)
    unread_money: int = 0
    lines: dict[tuple[str, int], int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """All rows set aside."""
        return sum(self.rows.values())


def count_aside(work: Work, outcome: Outcome) -> Aside:
    """Rows and money set aside by reason, with the first examples of each."""
    aside = Aside()
    _count_rejects(work, outcome, aside)
    if outcome.aside is None:
        return aside
    table = outcome.aside
    by_reason = table.group_by(REASON).agg(rows=table.count(), money=table[WORTH].sum(), unread=table[UNREAD].sum())
    for entry in by_reason.order_by(REASON).to_pyarrow().to_pylist():
        reason = outcome.reasons[entry[REASON]]
        aside.rows[reason.name] = aside.rows.get(reason.name, 0) + entry["rows"]
        aside.money[reason.name] = aside.money.get(reason.name, Decimal(0)) + (entry["money"] or Decimal(0))
        aside.unread_money += int(entry["unread"] or 0)
        if reason not in aside.reasons:
            aside.reasons.append(reason)
    aside.lines = _lines(work, table)
    _find_examples(work, outcome, aside)
    return aside


def tolerance_problems(work: Work, outcome: Outcome, aside: Aside) -> list[Problem]:
    """Above the tolerance the mapping is probably wrong: one problem for each reason, with its values."""
    rows_in = outcome.rows_kept + aside.total
    unwanted = [reason for reason in aside.reasons if reason.kind in UNWANTED]
    share = sum(aside.rows[reason.name] for reason in unwanted) / rows_in if rows_in else 0.0
    if share <= work.source.tolerance:
        return []
    plans = {plan.ours: plan for plan in outcome.plans}
    problems = []
    for reason in sorted(unwanted, key=lambda one: -aside.rows[one.name]):
        first = [example for example in aside.examples if example.reason == reason.name]
        place = f"{first[0].file}, line {first[0].line}" if first else name_of(work.source)
        values = ", ".join(dict.fromkeys(repr(one.value) for one in first if one.value))
        problems.append(
            Problem(place, _what(reason, plans, aside.rows[reason.name], rows_in, values), _mend(reason, plans))
        )
    return problems


def _what(reason: Reason, plans: dict[str, ColumnPlan], rows: int, rows_in: int, values: str) -> str:
    share = f"{rows:,} of {rows_in:,} rows"
    if reason.kind == "unreadable":
        plan = plans[reason.column]
        named = f", for example {values}" if values else ""
        return f"column {plan.theirs!r} cannot be read as {reason.column} ({plan.kind}) in {share}{named}."
    if reason.kind == "missing":
        return f"column {plans[reason.column].theirs!r} for {reason.column} is empty in {share}."
    if reason.kind == "ragged":
        return f"{share} do not have as many values as the header."
    return f"{share} hold characters that do not belong to the file's encoding."


def _mend(reason: Reason, plans: dict[str, ColumnPlan]) -> str:
    if reason.kind == "unreadable":
        plan = plans[reason.column]
        if plan.kind in (Kind.TIME, Kind.DATE):
            return f'Map another column, or state how it is written: formats: {{{reason.column}: "%d.%m.%Y"}}.'
        return "Map another column, add a value mapping, or raise `tolerance:` to set these rows aside."
    if reason.kind == "missing":
        theirs = plans[reason.column].theirs
        return (
            "Map another column, or set these rows aside on purpose: set_aside: "
            f"[{{reason: no {reason.column}, when: [{{column: {theirs}, missing: true}}]}}]."
        )
    if reason.kind == "ragged":
        return "Check `delimiter:` and `skip_lines:`, or raise `tolerance:`."
    return "State the file's `encoding:`, for example gb18030 or latin-1."


def _count_rejects(work: Work, outcome: Outcome, aside: Aside) -> None:
    for rows in rejected_rows(work.backend, outcome.rejects):
        for entry in rows.order_by("file_path", "line_byte_position").to_pyarrow().to_pylist():
            reason = DAMAGED if "UNICODE" in entry["error_type"] or "ENCODING" in entry["error_type"] else RAGGED
            if reason not in aside.reasons:
                aside.reasons.append(reason)
                aside.money[reason.name] = Decimal(0)
            aside.rows[reason.name] = aside.rows.get(reason.name, 0) + 1
            aside.unread_money += 1
            if sum(example.reason == reason.name for example in aside.examples) < EXAMPLES:
                file = work.raw.name_of(entry["file_path"])
                aside.examples.append(Example(reason.name, file, entry["line"]))


def _find_examples(work: Work, outcome: Outcome, aside: Aside) -> None:
    table = outcome.aside
    assert table is not None
    plans = {plan.ours: plan for plan in outcome.plans}
    for i, reason in enumerate(outcome.reasons):
        plan = plans.get(reason.column)
        first = table.filter(table[REASON] == i).order_by(ROW).limit(EXAMPLES)
        for entry in first.to_pyarrow().to_pylist():
            value = str(entry[plan.source] or "")[:LONGEST_VALUE] if plan and reason.kind == "unreadable" else ""
            line = aside.lines[entry[FILE], entry[ROW]]
            aside.examples.append(Example(reason.name, work.raw.name_of(entry[FILE]), line, reason.column, value))


def _lines(work: Work, table: ir.Table) -> dict[tuple[str, int], int]:
    """The line of each row set aside, by (file, row number of the source)."""
    line = work.raw.line
    if line is not None:
        rows = table.select(FILE, ROW, line).to_pyarrow().to_pylist()
        return {(row[FILE], row[ROW]): int(row[line]) for row in rows}
    wanted: dict[str, list[int]] = defaultdict(list)
    for row in table.select(FILE, ROW).order_by(ROW).to_pyarrow().to_pylist():
        wanted[row[FILE]].append(row[ROW])
    starts = _first_rows(work.raw)
    lines: dict[tuple[str, int], int] = {}
    for file, rows in wanted.items():
        head = work.raw.heads[file]
        positions = [row - starts[file] for row in rows]
        found = record_lines(Path(file), head, positions)
        lines |= {(file, row): found[position] for row, position in zip(rows, positions, strict=True)}
    return lines


def _first_rows(raw: Raw) -> dict[str, int]:
    """The row number at which each file begins."""
    if len(raw.heads) == 1:
        return dict.fromkeys(raw.heads, 0)
    table = raw.scan(None)
    if ROW not in table.columns:
        counted = table.group_by(FILE).agg(rows=table.count()).to_pyarrow().to_pylist()
        rows = {entry[FILE]: entry["rows"] for entry in counted}
        starts, start = {}, 0
        for file in raw.order:
            starts[file] = start
            start += rows.get(file, 0)
        return starts
    first = table.group_by(FILE).agg(row=table[ROW].min()).to_pyarrow().to_pylist()
    return {entry[FILE]: entry["row"] for entry in first}


class AsideWriter:
    """Writes set-aside rows of all sources of a table to one CSV: reason, file, line, then the client's columns."""

    def __init__(self, folder: Path, table: str) -> None:
        self._path = folder / f"{table}.csv"
        self._parts: list[tuple[Work, Outcome, Aside]] = []

    def add(self, work: Work, outcome: Outcome, aside: Aside) -> None:
        """Take in what was set aside from one source."""
        if aside.total:
            self._parts.append((work, outcome, aside))

    def write(self) -> None:
        """Write the file, when there is anything to write."""
        if not self._parts:
            return
        shown = [[c for c in work.raw.columns if not c.startswith("__")] for work, _, _ in self._parts]
        columns = list(dict.fromkeys(column for part in shown for column in part))
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["reason", "file", "line", *columns])
            for part in self._parts:
                writer.writerows(_rejected(*part, len(columns)))
                writer.writerows(_rows(*part, columns))


def _rejected(work: Work, outcome: Outcome, aside: Aside, width: int) -> Iterator[Sequence[object]]:
    """Rows that could not be split: their whole line stands in the first column."""
    for rows in rejected_rows(work.backend, outcome.rejects):
        for row in rows.order_by("file_path", "line_byte_position").to_pyarrow().to_pylist():
            damaged = "UNICODE" in row["error_type"] or "ENCODING" in row["error_type"]
            reason = DAMAGED if damaged else RAGGED
            line = (row["csv_line"] or "").strip("\r\n")
            yield [reason.name, work.raw.name_of(row["file_path"]), row["line"], line, *[""] * (width - 1)]


def _rows(work: Work, outcome: Outcome, aside: Aside, columns: list[str]) -> Iterator[Sequence[object]]:
    if outcome.aside is None:
        return
    place = {column: i for i, column in enumerate(work.raw.columns)}
    names = [f"c{place[column]}" if column in place else None for column in columns]
    for batch in outcome.aside.order_by(ROW).to_pyarrow_batches(chunk_size=BATCH):
        for row in batch.to_pylist():
            reason = outcome.reasons[row[REASON]].name
            line = aside.lines[row[FILE], row[ROW]]
            values = [row[name] if name is not None else "" for name in names]
            yield [reason, work.raw.name_of(row[FILE]), line, *("" if value is None else value for value in values)]
