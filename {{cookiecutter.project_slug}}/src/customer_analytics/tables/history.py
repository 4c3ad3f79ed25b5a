"""What the loaded tables hold of each month, so that a later load can tell whether the past was delivered otherwise."""

from __future__ import annotations

import hashlib
from pathlib import Path

import ibis.expr.datatypes as dt
from ibis.backends.duckdb import Backend

from customer_analytics.schema import SCHEMAS
from customer_analytics.tables.load_log import MONEY

_DIGITS = 12  # of a hash: enough to tell two states of a month apart


def months(backend: Backend, folder: Path) -> dict[str, dict[str, str]]:
    """Table -> month ("2011-11", in UTC) -> a mark of its rows: how many there are and what they are worth.

    Marks, because a run keeps them: they tell whether a month is as it was, and not how few bought in it.
    """
    return {
        name: marks
        for name in SCHEMAS
        if (folder / f"{name}.parquet").is_file() and (marks := _marks(backend, folder / f"{name}.parquet", name))
    }


def _marks(backend: Backend, path: Path, name: str) -> dict[str, str]:
    table = backend.read_parquet(str(path))
    time, money = SCHEMAS[name].time, MONEY.get(name)
    if time is None or time not in table.columns or not isinstance(table[time].type(), dt.Timestamp | dt.Date):
        return {}
    dated = table.filter(table[time].notnull())
    measures = {"rows": dated.count()}
    if money in table.columns:
        measures["worth"] = dated[money].cast("decimal(38, 4)").sum()
    by = {"year": dated[time].year(), "month": dated[time].month()}
    found = dated.group_by(**by).aggregate(**measures).to_pyarrow().to_pylist()
    return {
        f"{row['year']:04d}-{row['month']:02d}": _mark(f"{row['rows']} {row.get('worth')}")
        for row in sorted(found, key=lambda row: (row["year"], row["month"]))
    }


def _mark(content: str) -> str:
    return hashlib.sha256(content.encode("utf-8")).hexdigest()[:_DIGITS]
