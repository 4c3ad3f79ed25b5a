"""Where rows stand that were set aside: their file and line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from customer_analytics.tables.formats import Raw
from customer_analytics.tables.formats.lines import lines_at, record_lines
from customer_analytics.tables.load_log import Reason
from customer_analytics.tables.one_pass import FILE, ROW
from customer_analytics.tables.source_load import Outcome, Work, rejected_rows

RAGGED = Reason("wrong number of values", "ragged")
DAMAGED = Reason("not text in this encoding", "damaged")


def lines_of(raw: Raw, outcome: Outcome, rows: Iterable[Mapping[str, Any]]) -> dict[tuple[str, int], int]:
    """The line of each row, by (file, row number of the source)."""
    if raw.line is not None:
        return {(row[FILE], row[ROW]): int(row[raw.line]) for row in rows}
    wanted: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        wanted[row[FILE]].append(row[ROW])
    starts = first_rows(raw, outcome)
    lines: dict[tuple[str, int], int] = {}
    for file, numbers in wanted.items():
        positions = {row: row - starts[file] for row in numbers}
        found = record_lines(Path(file), raw.heads[file], sorted(set(positions.values())), _records(raw, outcome, file))
        lines |= {(file, row): found[position] for row, position in positions.items()}
    return lines


def first_rows(raw: Raw, outcome: Outcome) -> dict[str, int]:
    """The row number of the source at which each file begins."""
    if len(raw.heads) == 1:
        return dict.fromkeys(raw.heads, 0)
    starts, start = {}, 0
    for file, rows in outcome.rows_by_file.items():
        starts[file] = start
        start += rows
    return starts


def _records(raw: Raw, outcome: Outcome, file: str) -> int:
    """Rows that were read of a file."""
    return outcome.rows_by_file[file] if len(raw.heads) > 1 else outcome.rows_kept + outcome.rows_aside


def rejected(work: Work, outcome: Outcome) -> Iterator[tuple[Reason, str, int, str]]:
    """Rows that could not be split into values: reason, file, line and the line's text."""
    for rows in rejected_rows(work.backend, outcome.rejects):
        by_file: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in rows.order_by("file_path", "line_byte_position").to_pyarrow().to_pylist():
            by_file[row["file_path"]].append(row)
        for file, found in by_file.items():
            lines = lines_at(Path(file), [row["line_byte_position"] for row in found])
            for row, line in zip(found, lines, strict=True):
                damaged = "UNICODE" in row["error_type"] or "ENCODING" in row["error_type"]
                reason = DAMAGED if damaged else RAGGED
                yield reason, work.raw.name_of(file), line, (row["csv_line"] or "").strip("\r\n")
