"""Load one source: what is kept goes to a Parquet file, what is set aside to another, and both are counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce
from pathlib import Path
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from customer_analytics.engagement.errors import UserError
from customer_analytics.engagement.settings import Source
from customer_analytics.schema import SCHEMAS, Kind
from customer_analytics.tables.column_plan import ColumnPlan
from customer_analytics.tables.conditions import rule_holds
from customer_analytics.tables.formats import Raw
from customer_analytics.tables.load_log import Reason
from customer_analytics.tables.mapping import Mapping as SourceMapping
from customer_analytics.tables.one_pass import FILE, GROUP, REASON, ROW, TEXTS, split_rows
from customer_analytics.tables.parsing.text import is_untidy
from customer_analytics.tables.plan import second_plan
from customer_analytics.tables.row_values import final_columns, worth_of

ATTEMPTS = 3
Check = Callable[[ir.Table], ir.BooleanValue]
WORTH, UNREAD = "__worth", "__worth_unread"


@dataclass(frozen=True)
class Outcome:
    """Where the rows of a source went.

    `aside` is the engine's table of rows set aside, None when there are none; `rows_by_file` counts what was read of
    each file, where there are several.
    """

    kept: Path
    rows_kept: int
    rows_aside: int
    aside: ir.Table | None
    reasons: tuple[Reason, ...]
    rejects: str
    plans: tuple[ColumnPlan, ...]
    view: str  # the engine's name of the parsed rows; with _read at its end, before times were brought to UTC
    rows_by_file: Mapping[str, int]


@dataclass(frozen=True)
class Work:
    """What is needed to load a source, put together once."""

    backend: Backend
    source: Source
    number: int
    raw: Raw
    mapping: SourceMapping
    folder: Path
    first_number: int  # of the first order, where orders get running numbers
    zone: ZoneInfo  # of the source's local times


def load_rows(work: Work, plans: list[ColumnPlan]) -> Outcome:
    """Write the rows to keep, and those to set aside, in one pass over the source.

    Only when the pass finds values that the plan cannot read, or blanks that the first rows did not have, the plan is
    made again over all rows, and followed once more.
    """
    outcome = _typed_by_reader(work, plans) or _by_attempts(work, plans, 0)
    untidy = _untidy_columns(work, outcome)
    if untidy:
        wider = [replace(plan, blanks=plan.blanks or plan.ours in untidy) for plan in outcome.plans]
        outcome = _by_attempts(work, wider, ATTEMPTS + 1)
    return outcome


def _by_attempts(work: Work, plans: list[ColumnPlan], first: int) -> Outcome:
    """Passes with all values read as text, until the plan fits all rows; `first`: the number of the first of them."""
    for attempt in range(first, first + ATTEMPTS):
        outcome = _attempt(work, plans, attempt)
        failed = _unread_columns(outcome)
        if not failed:
            return outcome
        better, problems = second_plan(work.backend, work.raw, plans, failed, work.source)
        if problems:
            raise UserError(problems)
        if better == plans:
            return outcome
        plans = better
    return _attempt(work, [replace(plan, dense=False) for plan in plans], first + ATTEMPTS)


def _untidy_columns(work: Work, outcome: Outcome) -> set[str]:
    """Texts and numbers of people or orders that begin or end with a no-break, full-width or invisible blank.

    The plan looks for them where the first rows have some; one of them further down would make two customers of one.
    """
    kept = work.backend.read_parquet(str(outcome.kept))
    asked = [plan.ours for plan in outcome.plans if plan.kind in (Kind.ID, Kind.TEXT) and not plan.blanks]
    texts = [name for name in asked if kept[name].type().is_string()]
    if not texts or not outcome.rows_kept:
        return set()
    row = kept.aggregate(**{f"n{i}": is_untidy(kept[name]).any() for i, name in enumerate(texts)}).to_pyarrow()
    return {name for i, name in enumerate(texts) if row[f"n{i}"][0].as_py()}


def _typed_by_reader(work: Work, plans: list[ColumnPlan]) -> Outcome | None:
    """The clean case with numbers typed by the reader itself; None when any row does not fit."""
    types = _types_for_reader(work, plans)
    if not types or work.raw.typed_scan is None:
        return None
    rejects = f"rejects_{work.number}_fast"
    raw = work.raw.typed_scan(rejects, types)
    outcome = _split(work, plans, raw, rejects, f"fast_{work.number}", clean_only=True)
    return None if outcome.rows_aside or count_rejects(work.backend, rejects) else outcome


def _types_for_reader(work: Work, plans: Sequence[ColumnPlan]) -> dict[str, str]:
    """The number columns that the first rows show to be complete and plain, where no row is to be set aside."""
    if work.source.set_aside or work.raw.duplicates is not None:
        return {}
    kinds = {Kind.NUMBER: "DOUBLE", Kind.MONEY: "DECIMAL(18, 4)"}
    uses = Counter(plan.source for plan in plans)
    return {
        plan.source: kinds[plan.kind]
        for plan in plans
        if plan.kind in kinds and plan.plain and plan.dense and plan.decimal == "." and not plan.values
        and not plan.blanks and uses[plan.source] == 1
    }  # fmt: skip


def _unread_columns(outcome: Outcome) -> dict[str, ir.Table]:
    """Our columns that hold values which the plan cannot read, with the rows that do."""
    aside = outcome.aside
    if aside is None:
        return {}
    found = aside.select(REASON).distinct().to_pyarrow()[REASON].to_pylist()
    return {
        outcome.reasons[i].column: aside.filter(aside[REASON] == i)
        for i in sorted(number for number in found if number is not None)
        if outcome.reasons[i].kind == "unreadable"
    }


def _attempt(work: Work, plans: list[ColumnPlan], attempt: int) -> Outcome:
    """One pass with all values read as text."""
    rejects = work.raw.rejects or f"rejects_{work.number}_{attempt}"
    return _split(work, plans, work.raw.scan(rejects), rejects, f"parsed_{work.number}_{attempt}")


def _split(
    work: Work, plans: list[ColumnPlan], raw: ir.Table, rejects: str, view: str, *, clean_only: bool = False
) -> Outcome:
    """The rows of a source parted into kept and set aside; `clean_only`: the first row to set aside ends it."""
    parsed = _parsed(work, plans, raw, view, work.mapping.numbered)
    checks = _checks(work, plans)
    judged = _view(work.backend, f"{view}_judged", parsed.mutate(**{REASON: _first_reason(parsed, plans, checks)}))
    final = final_columns(work, plans, judged)
    own = {REASON: judged[REASON]} if clean_only else _for_rows_aside(work, plans, judged)
    # Numbered, because the client's names may be those of our own columns.
    stream = judged.select(**{f"k{i}": value for i, value in enumerate(final.values())}, **own)
    kept, aside = work.folder / f"part-{work.number}.parquet", work.folder / f"{view}_aside.parquet"
    rows = work.backend.to_pyarrow_batches(stream, chunk_size=GROUP)
    split = split_rows(rows, list(final), work.raw.internal_names, kept, aside, clean_only=clean_only)
    table = work.backend.read_parquet(str(aside)) if split.aside and not clean_only else None
    reasons = tuple(reason for reason, _ in checks)
    return Outcome(kept, split.kept, split.aside, table, reasons, rejects, tuple(plans), view, split.by_file)


def _first_reason(
    parsed: ir.Table, plans: Sequence[ColumnPlan], checks: Sequence[tuple[Reason, Check]]
) -> ir.IntegerValue:
    """The number of the first check that holds, null where none does; asked only of rows that the quick checks stop."""
    none = ibis.null("int16")
    if not checks:
        return none
    quick = _any([holds(parsed) for _, holds in _quick(checks, plans)])
    number = ibis.cases(*((holds(parsed), ibis.literal(i, "int16")) for i, (_, holds) in enumerate(checks)), else_=none)
    reason: ir.IntegerValue = ibis.ifelse(quick, number, none)
    return reason


def _for_rows_aside(work: Work, plans: Sequence[ColumnPlan], judged: ir.Table) -> dict[str, ir.Value]:
    """What a row set aside keeps: reason, file, the client's values as text, worth. In rows kept they are null."""
    worth, unread = worth_of(work, plans, judged)
    texts = ibis.array([judged[name].cast("string") for name in work.raw.internal_names])
    told = {TEXTS: texts, WORTH: worth, UNREAD: unread, FILE: judged[FILE]}
    left_out = judged[REASON].notnull()
    own = {name: ibis.ifelse(left_out, value, ibis.null(value.type())) for name, value in told.items()}
    if len(work.raw.heads) > 1:  # every row tells how many rows its file has
        own[FILE] = judged[FILE]
    if ROW in judged.columns:
        own[ROW] = judged[ROW]
    return {REASON: judged[REASON]} | own


def _parsed(work: Work, plans: Sequence[ColumnPlan], raw: ir.Table, view: str, numbered: bool) -> ir.Table:
    """The raw columns c0, c1, … and beside them our values v0, v1, …

    Each step is a view of its own (tidy text, value as written, value in UTC), so that the engine does each once: in
    one expression a parsed date would stand at every branch of its time zone.
    """
    if numbered and ROW not in raw.columns:
        raw = raw.mutate(**{ROW: ibis.row_number()})
    texts = {f"v{i}": plan.text(raw) for i, plan in enumerate(plans) if not plan.is_typed(raw)}
    tidied = _view(work.backend, f"{view}_text", raw.mutate(**texts))
    read: dict[str, ir.Value] = {}
    for i, plan in enumerate(plans):
        read |= plan.read(tidied, f"v{i}", f"u{i}")
    written = _view(work.backend, f"{view}_read", tidied.mutate(**read))
    values = {f"v{i}": plan.value(written, f"v{i}", f"u{i}") for i, plan in enumerate(plans)}
    return _view(work.backend, view, written.mutate(**values))


def _view(backend: Backend, name: str, table: ir.Table) -> ir.Table:
    backend.create_view(name, table, overwrite=True)
    return backend.table(name)


def _checks(work: Work, plans: Sequence[ColumnPlan]) -> list[tuple[Reason, Check]]:
    """Why a row may be set aside, in the order in which the first one counts."""
    decimals = {plan.theirs: plan.decimal for plan in plans}
    checks: list[tuple[Reason, Check]] = [
        (Reason(rule.reason, "stated"), partial(rule_holds, rule, work.raw, decimals=decimals))
        for rule in work.source.set_aside
    ]
    schema = SCHEMAS[work.source.table]
    for i, plan in enumerate(plans):
        checks.append((Reason(f"unreadable {plan.ours}", "unreadable", plan.ours), partial(_unreadable, plan, f"v{i}")))
    for i, plan in enumerate(plans):
        column = schema.column(plan.ours)
        if column is not None and column.required:
            checks.append((Reason(f"missing {plan.ours}", "missing", plan.ours), partial(_absent, f"v{i}")))
    if work.raw.duplicates is not None:
        checks.append((Reason("exact duplicate", "duplicate"), partial(_among, work.raw.duplicates)))
    needed = [plan for plan in plans if plan.can_fail]
    return [(r, c) for r, c in checks if r.kind != "unreadable" or r.column in {plan.ours for plan in needed}]


def _quick(checks: Sequence[tuple[Reason, Check]], plans: Sequence[ColumnPlan]) -> list[tuple[Reason, Check]]:
    """The checks for the first pass: in a dense column, no value is enough to look again."""
    place = {plan.ours: i for i, plan in enumerate(plans) if plan.dense}
    return [
        (reason, partial(_absent, f"v{place[reason.column]}"))
        if reason.kind == "unreadable" and reason.column in place
        else (reason, holds)
        for reason, holds in checks
    ]


def _unreadable(plan: ColumnPlan, value: str, parsed: ir.Table) -> ir.BooleanValue:
    return plan.unreadable(parsed, parsed[value])


def _absent(value: str, parsed: ir.Table) -> ir.BooleanValue:
    return parsed[value].isnull()


def _among(duplicates: ir.Table, parsed: ir.Table) -> ir.BooleanValue:
    return parsed[ROW].isin(duplicates[ROW])


def _any(tests: Sequence[ir.BooleanValue]) -> ir.BooleanValue:
    return reduce(lambda left, right: left | right, tests)


def count_rejects(backend: Backend, rejects: str) -> int:
    """Rows that could not be split into values."""
    return sum(int(rows.count().execute()) for rows in rejected_rows(backend, rejects))


def rejected_rows(backend: Backend, rejects: str) -> list[ir.Table]:
    """The rows that one scan rejected, each once: file_path, line_byte_position, line, error_type, csv_line.

    There is one table for each group of files with the same columns.
    """
    found = []
    number = 0
    tables = set(backend.list_tables())
    while (name := f"{rejects}_{number}") in tables:
        errors = backend.table(name).join(backend.table(f"{name}_scan"), ["scan_id", "file_id"])
        found.append(
            errors.group_by("file_path", "line_byte_position").agg(
                line=errors.line.min(), error_type=errors.error_type.min(), csv_line=errors.csv_line.min()
            )
        )
        number += 1
    return found
