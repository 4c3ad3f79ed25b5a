"""Tables made from small frames, without the loader: the audit is tested on what it is given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from zoneinfo import ZoneInfo

import ibis
import pandas as pd
import pytest

from customer_analytics.expressions import local_time
from customer_analytics.schema import SCHEMAS, Kind
from customer_analytics.tables.store import Tables

SPAN = (dt.datetime(1970, 1, 1), dt.datetime(2040, 1, 1))
TYPES = {
    Kind.ID: "string",
    Kind.TEXT: "string",
    Kind.TIME: "timestamp",
    Kind.DATE: "date",
    Kind.MONEY: "decimal(18, 4)",
    Kind.NUMBER: "float64",
    Kind.INTEGER: "int64",
    Kind.FLAG: "boolean",
}


@pytest.fixture
def make_tables() -> Callable[..., Tables]:
    """A function: frames by table name -> Tables in UTC (or another zone)."""

    def make(as_of: dt.date | None = None, zone: str = "UTC", **frames: pd.DataFrame) -> Tables:
        backend = ibis.duckdb.connect()
        bare = Tables(backend, as_of or dt.date(2024, 12, 31), ZoneInfo(zone), {})
        tables = {name: _table(backend, bare, name, frame) for name, frame in frames.items()}
        return Tables(backend, bare.as_of, bare.zone, tables)

    return make


def _table(backend: ibis.BaseBackend, bare: Tables, name: str, frame: pd.DataFrame) -> ibis.Table:
    schema = SCHEMAS[name]
    frame = frame.astype({column.name: "object" for column in schema.columns if column.name in frame})
    for column in schema.columns:
        if column.name in frame and column.kind == Kind.TIME:
            frame[column.name] = pd.to_datetime(frame[column.name])
    known = {column.name: TYPES[column.kind] for column in schema.columns if column.name in frame}
    guessed = (
        ibis.memtable(frame.drop(columns=list(known)), columns=None).schema() if len(known) < frame.shape[1] else {}
    )
    types = {column: known.get(column) or guessed[column] for column in frame.columns}
    table = backend.create_table(name, ibis.memtable(frame, schema=ibis.schema(types)))
    days = {
        column[:-3] + "_on": local_time(table[column], bare.zone, *SPAN).date()
        for column, kind in types.items()
        if column.endswith("_at") and str(kind) == "timestamp"
    }
    return table.mutate(**days) if days else table
