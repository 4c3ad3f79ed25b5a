"""One source from its heads to its log."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
from ibis.backends.duckdb import Backend

from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import UserError
from customer_analytics.engagement.settings import SourceFormat
from customer_analytics.schema import Kind
from customer_analytics.tables.aside import Aside, count_aside, tolerance_problems
from customer_analytics.tables.check import Inspected
from customer_analytics.tables.clock_changes import count_clock_changes
from customer_analytics.tables.formats import open_raw
from customer_analytics.tables.formats.staging import with_duplicates
from customer_analytics.tables.load_log import MONEY, SourceLog
from customer_analytics.tables.plan import first_plan
from customer_analytics.tables.source_load import Outcome, Work, load_rows
from customer_analytics.tables.value_counts import NUMBERS


@dataclass(frozen=True)
class Loaded:
    """A loaded source: where its rows are, its log (without files), and what is needed to write rows set aside."""

    work: Work
    outcome: Outcome
    aside: Aside
    log: SourceLog
    files: tuple[Path, ...]
    staged: tuple[Path, ...]

    @property
    def kept(self) -> Path:
        """The Parquet file of the rows that are kept."""
        return self.outcome.kept

    @property
    def rows_in(self) -> int:
        """Rows that the source had."""
        return self.log.rows_in


def load_source(backend: Backend, project: Project, inspected: Inspected, folder: Path, first_number: int) -> Loaded:
    """Load one source into a Parquet file in `folder`.

    Raises:
        UserError: columns that cannot be decided, or more rows that cannot be read than the tolerance allows.
    """
    source, heads = inspected.source, list(inspected.heads)
    raw = open_raw(backend, heads, source, project.folder, folder)
    if source.duplicates == "set_aside":
        raw = with_duplicates(backend, raw, folder, f"source_{inspected.number}")
    work = Work(backend, source, inspected.number, raw, inspected.mapping, folder, first_number, inspected.zone)
    plans, problems = first_plan(backend, raw, inspected.mapping, source, inspected.zone)
    if problems:
        raise UserError(problems)
    outcome = load_rows(work, plans)
    aside = count_aside(work, outcome)
    problems = tolerance_problems(work, outcome, aside)
    if problems:
        raise UserError(problems)
    kept_money = _money(backend, outcome.kept, source.table)
    aside_money = sum(aside.money.values(), Decimal(0))
    log = SourceLog(
        number=inspected.number,
        name=inspected.name,
        table=source.table,
        format=str(heads[0].format),
        encoding=", ".join(dict.fromkeys(head.encoding for head in heads if head.encoding)),
        delimiter=", ".join(dict.fromkeys(head.delimiter for head in heads if head.delimiter)),
        files=(),
        rows_in=outcome.rows_kept + aside.total,
        rows_kept=outcome.rows_kept,
        rows_set_aside=aside.rows,
        money_in=None if kept_money is None else kept_money + aside_money,
        money_kept=kept_money,
        money_set_aside={} if kept_money is None else aside.money,
        money_unreadable=0 if kept_money is None else aside.unread_money,
        reasons=tuple(aside.reasons),
        examples=tuple(aside.examples),
        columns=inspected.mapping.columns,
        attributes=tuple(inspected.mapping.attributes),
        notes=_notes(work, outcome),
    )
    database = heads[0].format == SourceFormat.DATABASE
    staged = (folder / "database.parquet",) if database else ()
    return Loaded(work, outcome, aside, log, () if database else tuple(head.path for head in heads), staged)


def _money(backend: Backend, kept: Path, table: str) -> Decimal | None:
    column = MONEY.get(table)
    if column is None or column not in pq.read_schema(kept).names:
        return None
    rows = backend.read_parquet(str(kept))
    total = rows.aggregate(money=rows[column].sum()).to_pyarrow()["money"][0].as_py()
    return total if total is not None else Decimal(0)


def _notes(work: Work, outcome: Outcome) -> tuple[str, ...]:
    """What was decided on the way."""
    notes = []
    for plan in outcome.plans:
        if plan.float_id:
            notes.append(f"{plan.ours}: numbers exported with a decimal point (17850.0) are read as 17850.")
        if plan.kind in (Kind.TIME, Kind.DATE) and plan.way.name != "iso":
            notes.append(f"{plan.ours}: read as {plan.way.name}.")
        if plan.decimal == "," and plan.kind in NUMBERS:
            notes.append(f"{plan.ours}: read with a decimal comma.")
    for name, changes in count_clock_changes(work, outcome).items():
        notes.append(
            f"{name}: {changes.repeated} times in an hour that the clocks repeat are taken for its first, "
            f"{'' if changes.exact else 'at most '}{changes.skipped} in one that they skip are moved forward."
        )
    if work.mapping.numbered:
        notes.append("order_id: no column is mapped; orders are numbered in the order of the export.")
    return tuple(notes)
