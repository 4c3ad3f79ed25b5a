"""Whole lines of text files, for formats that the engine cannot split by itself."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from customer_analytics.engagement.settings import SourceFormat
from customer_analytics.tables.formats.delimited import text_rows
from customer_analytics.tables.formats.delimited_rows import as_pattern
from customer_analytics.tables.formats.head import Head

# A character that text does not hold; the CSV reader wants a delimiter.
_NEVER = "\x1f"
BLOCK = 1 << 22


def read_lines(backend: Backend, files: list[str], skip: int) -> ir.Table:
    """Each line of the files as one text column `line`, with its `file`; empty lines are left out."""
    table: ir.Table = backend.read_csv(
        [as_pattern(path) for path in files],
        columns={"line": "VARCHAR"},
        auto_detect=False,
        header=False,
        skip=skip,
        delim=_NEVER,
        quote="",
        escape="",
        filename="file",
        ignore_errors=True,
        max_line_size=1 << 24,
    )
    return table


def record_lines(path: Path, head: Head, positions: list[int], records: int) -> dict[int, int]:
    """The line, counted from 1, on which each of a file's `records` stands; `positions` count from 0, ascending.

    Where there are as many lines as records, each record is a line. Other text is walked line by line, because values
    may hold line breaks, and empty lines are no records; in other formats a record's line is its number.
    """
    if head.format not in (SourceFormat.CSV, SourceFormat.FIXED_WIDTH, SourceFormat.JSON_LINES):
        return {position: position + 1 for position in positions}
    if count_lines(path) - head.first_row + 1 == records:
        return {position: head.first_row + position for position in positions}
    lines: dict[int, int] = {}
    wanted = iter(positions)
    target = next(wanted, None)
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        for position, line in enumerate(_record_starts(file, head)):
            if position == target:
                lines[position] = line
                target = next(wanted, None)
                if target is None:
                    break
    return lines


def _record_starts(file: Iterator[str], head: Head) -> Iterator[int]:
    """The line on which each record starts; lines that the engine rejects are no records."""
    for _ in range(head.first_row - 1):
        next(file, None)
    if head.format != SourceFormat.CSV:
        yield from (number for number, line in enumerate(file, start=head.first_row) if line.strip("\r\n"))
        return
    reader = text_rows(file, head.delimiter)
    line = head.first_row
    for row in reader:
        if len(row) == len(head.columns) and not any("\ufffd" in value for value in row):
            yield line
        line = head.first_row + reader.line_num


def lines_at(path: Path, places: list[int]) -> list[int]:
    """The line, counted from 1, in which each byte of a file stands; `places` ascending."""
    lines, line, done = [], 1, 0
    with path.open("rb") as file:
        for place in places:
            while done < place:
                block = file.read(min(place - done, BLOCK))
                if not block:
                    break
                line += block.count(b"\n")
                done += len(block)
            lines.append(line)
    return lines


def count_lines(path: Path) -> int:
    """Lines of a file, the last one also when it has no line end."""
    state = path.stat()
    return _count_lines(path, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=1024)
def _count_lines(path: Path, size: int, changed: int) -> int:
    """The same for a file as it was: a load asks for its examples, and for all rows set aside."""
    del size, changed
    lines, last = 0, b"\n"
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            lines += block.count(b"\n")
            last = block[-1:]
    return lines + (last != b"\n")
