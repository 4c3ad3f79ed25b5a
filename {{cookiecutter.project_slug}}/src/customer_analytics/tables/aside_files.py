"""The files of rows set aside: data/tables/set_aside, as the client wrote them, with reason, file and line.

In a CSV, which people open in a spreadsheet, texts that begin like a formula get a leading apostrophe.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from pathlib import Path

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from customer_analytics.spreadsheet import RUNS, safe_raw_text
from customer_analytics.tables.aside import Aside
from customer_analytics.tables.one_pass import FILE, REASON, ROW
from customer_analytics.tables.places import first_rows, lines_of, rejected
from customer_analytics.tables.source_load import Outcome, Work

BATCH = 20_000
# More rows than this are written by the engine as Parquet, with their row number in the file instead of the line.
BIG = 200_000


class AsideWriter:
    """Writes the rows set aside from all sources of one table."""

    def __init__(self, folder: Path, table: str) -> None:
        self._folder = folder
        self._table = table
        self._parts: list[tuple[Work, Outcome]] = []

    def add(self, work: Work, outcome: Outcome, aside: Aside) -> None:
        """Take in what was set aside from one source; many rows are written at once."""
        if not aside.total:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        if aside.total > BIG:
            _write_parquet(work, outcome, self._folder / f"{self._table}-{work.number}.parquet")
        else:
            self._parts.append((work, outcome))

    def write(self) -> None:
        """Write the CSV, when there is anything to write."""
        if not self._parts:
            return
        columns = list(dict.fromkeys(column for work, _ in self._parts for column in _shown(work)))
        with (self._folder / f"{self._table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["reason", "file", "line", *map(safe_raw_text, columns)])
            for work, outcome in self._parts:
                for reason, name, line, text in rejected(work, outcome):
                    writer.writerow(map(safe_raw_text, [reason.name, name, line, text, *[""] * (len(columns) - 1)]))
                for rows in _rows(work, outcome, columns):
                    writer.writerows(rows)


def _shown(work: Work) -> list[str]:
    """The client's columns, without those that a format needs for itself."""
    return [column for column in work.raw.columns if not column.startswith("__")]


def _rows(work: Work, outcome: Outcome, columns: list[str]) -> Iterator[Iterable[Sequence[object]]]:
    """The rows set aside, batch by batch, as the CSV has them."""
    if outcome.aside is None:
        return
    place = {column: i for i, column in enumerate(work.raw.columns)}
    shown = {column: f"c{place[column]}" for column in columns if column in place}
    places = [FILE, ROW] if work.raw.line is None else [FILE, ROW, work.raw.line]
    lines = lines_of(work.raw, outcome, outcome.aside.select(*places).order_by(ROW).to_pyarrow().to_pylist())
    reasons = {i: safe_raw_text(reason.name) for i, reason in enumerate(outcome.reasons)}
    names = {file: safe_raw_text(work.raw.name_of(file)) for file in work.raw.heads}
    wanted = list(dict.fromkeys([REASON, FILE, ROW, *shown.values()]))
    for batch in outcome.aside.order_by(ROW).select(*wanted).to_pyarrow_batches(chunk_size=BATCH):
        files, rows = batch.column(FILE).to_pylist(), batch.column(ROW).to_pylist()
        values = [_safe(batch.column(shown[name])) if name in shown else repeat("") for name in columns]
        yield zip(
            map(reasons.__getitem__, batch.column(REASON).to_pylist()),
            map(names.__getitem__, files),
            map(lines.__getitem__, zip(files, rows, strict=True)),
            *values,
            strict=False,
        )


def _safe(texts: pa.Array) -> list[str]:
    """Texts safe for a spreadsheet; only a column with a value that would run is looked at one by one."""
    filled = texts.fill_null("")
    values: list[str] = filled.to_pylist()
    return list(map(safe_raw_text, values)) if pc.any(pc.match_substring_regex(filled, RUNS)).as_py() else values


def _write_parquet(work: Work, outcome: Outcome, path: Path) -> None:
    """reason, file, row (of the file's data rows, counted from 1) and the client's columns, in the export's order."""
    aside = outcome.aside
    if aside is None:
        return
    starts = first_rows(work.raw, outcome)
    reasons = {i: reason.name for i, reason in enumerate(outcome.reasons)}
    names = {file: work.raw.name_of(file) for file in starts}
    start = aside[FILE].substitute({file: str(first) for file, first in starts.items()}).cast("int64")
    shown = {
        "reason": aside[REASON].cast("string").substitute({str(i): name for i, name in reasons.items()}),
        "file": aside[FILE].substitute(names),
        "row": aside[ROW] - start + ibis.literal(1),
    }
    place = {column: i for i, column in enumerate(work.raw.columns)}
    columns = {name: aside[f"c{place[name]}"] for name in _shown(work) if name.lower() not in shown}
    work.backend.to_parquet(aside.select(**shown, **columns), path)
