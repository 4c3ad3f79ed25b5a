"""A source as the client wrote it, ready for the engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import ibis.expr.types as ir

from customer_analytics.tables.formats.head import Head


@dataclass(frozen=True)
class Raw:
    """All files of a source as one table, with the client's columns as c0, c1, … and the file's path in `file`.

    Internal names keep hostile headers, and headers that differ by case only, away from the engine.

    `scan` makes the table; given a name, rows that cannot be split into values are collected under that name. `heads`
    go by the path that is in `file`.
    `typed_scan` makes it with some columns already typed by the reader, which collects what it cannot read.
    `line`: the column that holds each row's line, where rows were brought into another form before reading.
    `rejects`: name of the rejected rows where the rows were staged before; `duplicates`: the row numbers of exact
    duplicates, where they are to be set aside.
    """

    columns: tuple[str, ...]
    heads: Mapping[str, Head]
    scan: Callable[[str | None], ir.Table]
    line: str | None = None
    typed_scan: Callable[[str, Mapping[str, str]], ir.Table] | None = None
    rejects: str | None = None
    duplicates: ir.Table | None = None

    @property
    def internal_names(self) -> list[str]:
        """c0, c1, … for the client's columns."""
        return [internal(i) for i in range(len(self.columns))]

    @property
    def order(self) -> list[str]:
        """The files in the order in which their rows come: by groups of equal columns, as they are read."""
        groups: dict[tuple[tuple[str, ...], str, int], list[str]] = {}
        for path, head in self.heads.items():
            groups.setdefault(head.shape, []).append(path)
        return [path for group in groups.values() for path in group]

    def name_of(self, file: str) -> str:
        """How messages call the file with this path."""
        head = self.heads.get(file)
        return head.name if head else Path(file).name


def internal(index: int) -> str:
    """The internal name of the client's column with this index."""
    return f"c{index}"
