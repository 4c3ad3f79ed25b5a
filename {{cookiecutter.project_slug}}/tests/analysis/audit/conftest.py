"""Tables made from small frames, without the loader: the audit is tested on what it is given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from zoneinfo import ZoneInfo

import ibis
import pandas as pd
import pyarrow as pa
import pytest
from any_engine import connect

from customer_analytics.expressions import local_time
from customer_analytics.schema import SCHEMAS, Kind
from customer_analytics.tables.store import Tables

ARROW = {
    Kind.ID: pa.string(),
    Kind.TEXT: pa.string(),
    Kind.DATE: pa.date32(),
    Kind.NUMBER: pa.float64(),
    Kind.INTEGER: pa.int64(),
    Kind.FLAG: pa.bool_(),
}
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


@pytest.fixture(scope="session")
def make_tables() -> Callable[..., Tables]:
    """A function: frames by table name -> Tables in UTC (or another zone)."""

    def make(as_of: dt.date | None = None, zone: str = "UTC", **frames: pd.DataFrame) -> Tables:
        backend = connect()
        bare = Tables(backend, as_of or dt.date(2024, 12, 31), ZoneInfo(zone), {})
        tables = {name: _table(backend, bare, name, frame) for name, frame in frames.items()}
        return Tables(backend, bare.as_of, bare.zone, tables)

    return make


def _table(backend: ibis.BaseBackend, bare: Tables, name: str, frame: pd.DataFrame) -> ibis.Table:
    schema = SCHEMAS[name]
    columns = {column.name: (_values(frame[column.name], column.kind), TYPES[column.kind])
               for column in schema.columns if column.name in frame}  # fmt: skip
    columns |= {column: _attribute(frame[column]) for column in frame if column not in columns}
    types = {column: columns[column][1] for column in frame}
    table = backend.create_table(
        name,
        pa.table({column: columns[column][0] for column in frame}),
        schema=ibis.schema(types),
    )
    days = {
        f"{column[:-3]}_on": local_time(table[column], bare.zone, *SPAN).date()
        for column, kind in types.items()
        if column.endswith("_at") and kind == "timestamp"
    }
    return table.mutate(**days) if days else table


def _values(values: pd.Series, kind: Kind) -> pa.Array:
    plain = [None if pd.isna(value) else value for value in values]
    if kind == Kind.MONEY:
        exact = [None if value is None else Decimal(str(value)).quantize(Decimal("0.0001")) for value in plain]
        return pa.array(exact, pa.decimal128(18, 4))
    if kind == Kind.TIME:
        moments = [None if value is None else pd.Timestamp(value).floor("us").to_pydatetime() for value in plain]
        return pa.array(moments, pa.timestamp("us"))
    return pa.array(plain, ARROW[kind])


def _attribute(values: pd.Series) -> tuple[pa.Array, str]:
    """A client's own column: yes or no, number or text, as the loader would type it."""
    filled = [value for value in values if not pd.isna(value)]
    for kind, test in ((Kind.FLAG, bool), (Kind.NUMBER, (int, float))):
        if filled and all(isinstance(value, test) for value in filled):
            return _values(values, kind), TYPES[kind]
    return _values(values, Kind.TEXT), TYPES[Kind.TEXT]
