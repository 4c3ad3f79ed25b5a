"""Parquet files, with the types that they carry; folders such as `day=2024-01-31` are a column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import count
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.backends.duckdb import Backend

from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.engagement.settings import SourceFormat
from customer_analytics.tables.formats.delimited import clean_header
from customer_analytics.tables.formats.delimited_rows import as_pattern
from customer_analytics.tables.formats.head import Head
from customer_analytics.tables.formats.raw import Raw, internal
from customer_analytics.tables.parsing.functions import url_decode

_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"  # the folder of rows without a value


def head_of_parquet(path: Path, name: str) -> Head:
    """Column names of a Parquet file, and of the folders that it lies in.

    Raises:
        UserError: it is no Parquet file, or cut off, or the engine cannot tell its columns apart.
    """
    try:
        written = pq.read_schema(path).names
    except (pa.ArrowInvalid, OSError) as error:
        raise UserError([Problem(name, "not a whole Parquet file.", "Ask for the file again.")]) from error
    columns = tuple(clean_header(column) for column in written)
    lowered = [column.lower() for column in columns]
    alike = [column for column in columns if lowered.count(column.lower()) > columns.count(column)]
    if alike:
        what = f"columns that differ only in capitals: {', '.join(map(repr, alike))}."
        raise UserError([Problem(name, what, "Rename one of them in the export.")])
    return Head(path, name, SourceFormat.PARQUET, columns + _partitions(name, columns))


def _partitions(name: str, columns: Sequence[str]) -> tuple[str, ...]:
    """What the folders of a file's name are the values of, where the file itself has no such column."""
    keys = (folder.partition("=")[0] for folder in Path(name).parts[:-1] if "=" in folder.strip("="))
    known = {column.lower() for column in columns}
    return tuple(key for key in dict.fromkeys(keys) if key and clean_header(key) == key and key.lower() not in known)


def open_parquet(backend: Backend, heads: list[Head]) -> Raw:
    """All rows of some Parquet files, by column name."""
    columns = tuple(dict.fromkeys(column for head in heads for column in head.columns))
    paths = {str(head.path): head for head in heads}
    spellings: dict[str, list[str]] = {}
    for head in heads:
        for name, written in zip(head.columns, pq.read_schema(head.path).names, strict=False):
            if written not in spellings.setdefault(name, []):
                spellings[name].append(written)

    place = _free_name(written for known in spellings.values() for written in known)

    def scan(rejects: str | None) -> ir.Table:
        del rejects  # every row of a Parquet file has all its values
        patterns = [as_pattern(path) for path in paths]
        table = backend.read_parquet(patterns, union_by_name=True, filename=place, hive_partitioning=False)
        values = {internal(i): _column(table, name, spellings.get(name, []), place) for i, name in enumerate(columns)}
        return table.select(**values, file=table[place])

    return Raw(columns, paths, scan)


def _free_name(taken: Iterable[str]) -> str:
    """A name for the column of file names that none of the client's columns has."""
    lowered = {name.lower() for name in taken}
    return next(name for name in (f"__file{i}" for i in count()) if name not in lowered)


def _column(table: ir.Table, name: str, spellings: list[str], place: str) -> ir.Value:
    """A column, whose name has blanks around it in some files and none in others; without any, that of the folders."""
    if not spellings:
        folder = table[place].re_extract(rf".*[/\\]{re.escape(name)}=([^/\\]+)[/\\]", 1)
        return url_decode(folder.nullif("").nullif(_NO_VALUE))
    return table[spellings[0]] if len(spellings) == 1 else ibis.coalesce(*(table[name] for name in spellings))
