"""Rows of CSV and TSV files, read by the engine as text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from customer_analytics.tables.formats.encoding import as_utf8
from customer_analytics.tables.formats.head import Head
from customer_analytics.tables.formats.raw import Raw, internal

LONGEST_LINE = 1 << 24  # bytes; the engine would read sixteen times as much at once


def open_delimited(backend: Backend, heads: list[Head], folder: Path) -> Raw:
    """All rows of some delimited files, by column name; `folder` takes UTF-8 copies of files in other encodings."""
    columns = tuple(dict.fromkeys(column for head in heads for column in head.columns))
    paths: dict[str, Head] = {}
    for i, head in enumerate(heads):
        copy = folder / f"text-{i}.csv"
        paths[str(as_utf8(head.path, head.encoding, copy, head.name, one_line_end=head.one_line_end))] = head
    groups: dict[tuple[tuple[str, ...], str, int], list[str]] = {}
    for path, head in paths.items():
        groups.setdefault(head.shape, []).append(path)

    def typed_scan(rejects: str | None, types: Mapping[str, str]) -> ir.Table:
        parts = []
        for number, ((names, delimiter, above), files) in enumerate(groups.items()):
            kinds = [types.get(internal(columns.index(name)), "VARCHAR") for name in names]
            part = read_text(backend, files, kinds, delimiter, above, _numbered(rejects, number))
            place = {name: part[internal(i)] for i, name in enumerate(names)}
            values = {internal(i): place.get(name, ibis.null("string")) for i, name in enumerate(columns)}
            parts.append(part.select(**values, file=part.file))
        return parts[0] if len(parts) == 1 else ibis.union(*parts)

    def scan(rejects: str | None) -> ir.Table:
        return typed_scan(rejects, {})

    return Raw(columns, paths, scan, typed_scan=typed_scan)


def read_text(
    backend: Backend, files: list[str], kinds: Sequence[str], delimiter: str, skip: int, rejects: str | None
) -> ir.Table:
    """Files of one shape as columns c0, c1, … of these kinds; rows that do not fit are listed in `rejects`."""
    options = {"store_rejects": True, "rejects_table": rejects, "rejects_scan": f"{rejects}_scan"} if rejects else {}
    table: ir.Table = backend.read_csv(
        [as_pattern(path) for path in files],
        columns={internal(i): kind for i, kind in enumerate(kinds)},
        auto_detect=False,
        header=False,
        skip=skip,
        delim=delimiter,
        quote='"',
        escape='"',
        filename="file",
        ignore_errors=True,
        max_line_size=LONGEST_LINE,
        buffer_size=2 * LONGEST_LINE,
        **options,
    )
    return table


def as_pattern(path: str) -> str:
    """A path for the engine's readers, which take *, ? and [ for patterns: "orders [1].csv" is one file."""
    return re.sub(r"[*?\[]", r"[\g<0>]", path)


def _numbered(rejects: str | None, number: int) -> str | None:
    return None if rejects is None else f"{rejects}_{number}"
