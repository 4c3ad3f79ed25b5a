"""Fixed-width text: columns are stated as character positions."""

from __future__ import annotations

from pathlib import Path

import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from customer_analytics.engagement.settings import FixedColumn, Source, SourceFormat
from customer_analytics.tables.formats.encoding import as_utf8, find_encoding
from customer_analytics.tables.formats.head import Head
from customer_analytics.tables.formats.lines import read_lines
from customer_analytics.tables.formats.raw import Raw, internal


def head_of_fixed_width(path: Path, name: str, source: Source) -> Head:
    """The stated columns; the header line, where there is one, is only skipped."""
    columns = tuple(column.name.strip() for column in source.fixed_columns or [])
    encoding = find_encoding(path, source.encoding, name)
    return Head(
        path, name, SourceFormat.FIXED_WIDTH, columns, encoding, first_row=source.skip_lines + int(source.header) + 1
    )


def open_fixed_width(backend: Backend, heads: list[Head], columns: list[FixedColumn], folder: Path) -> Raw:
    """Lines cut at the stated characters; a line that ends early has no value in its last columns."""
    paths = {
        str(as_utf8(head.path, head.encoding, folder / f"text-{i}.txt", head.name)): head
        for i, head in enumerate(heads)
    }
    skip = heads[0].first_row - 1

    def scan(rejects: str | None) -> ir.Table:
        del rejects
        lines = read_lines(backend, list(paths), skip)
        values = {
            internal(i): lines.line.substr(column.start - 1, column.end - column.start + 1).strip().nullif("")
            for i, column in enumerate(columns)
        }
        return lines.select(**values, file=lines.file)

    return Raw(heads[0].columns, paths, scan)
