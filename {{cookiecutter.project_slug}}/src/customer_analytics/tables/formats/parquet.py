"""Parquet files, with the types that they carry."""

from __future__ import annotations

from pathlib import Path

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.backends.duckdb import Backend

from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.engagement.settings import SourceFormat
from customer_analytics.tables.formats.head import Head
from customer_analytics.tables.formats.raw import Raw, internal


def head_of_parquet(path: Path, name: str) -> Head:
    """Column names of a Parquet file.

    Raises:
        UserError: it is no Parquet file, or cut off.
    """
    try:
        columns = tuple(pq.read_schema(path).names)
    except (pa.ArrowInvalid, OSError) as error:
        raise UserError([Problem(name, "not a whole Parquet file.", "Ask for the file again.")]) from error
    return Head(path, name, SourceFormat.PARQUET, columns)


def open_parquet(backend: Backend, heads: list[Head]) -> Raw:
    """All rows of some Parquet files, by column name."""
    columns = tuple(dict.fromkeys(column for head in heads for column in head.columns))
    paths = {str(head.path): head for head in heads}

    def scan(rejects: str | None) -> ir.Table:
        del rejects  # every row of a Parquet file has all its values
        table = backend.read_parquet(list(paths), union_by_name=True, filename="__file")
        values = {internal(i): table[name] for i, name in enumerate(columns)}
        return table.select(**values, file=table["__file"])

    return Raw(columns, paths, scan, lambda: sum(pq.read_metadata(path).num_rows for path in paths))
