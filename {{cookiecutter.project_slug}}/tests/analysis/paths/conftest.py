from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pytest
from any_engine import connect

from customer_analytics.tables.store import Tables

sys.path.insert(0, str(Path(__file__).parent))  # the slow reference stands beside the tests
TYPES = {
    "customer_id": pa.string(), "visitor_id": pa.string(), "event": pa.string(), "occurred_at": pa.timestamp("us"),
    "session_id": pa.string(), "page": pa.string(), "element": pa.string(), "channel": pa.string(),
    "device": pa.string(), "properties": pa.string(),
}  # fmt: skip
MakeEvents = Callable[..., Tables]


@pytest.fixture(scope="session")
def engine() -> ibis.BaseBackend:
    return connect()


@pytest.fixture
def make_events(engine: ibis.BaseBackend) -> MakeEvents:
    """Tables with these events; a row gives event, occurred_at and whatever else it knows."""

    def make(rows: Sequence[dict[str, Any]], *, zone: str = "UTC", as_of: dt.date = dt.date(2024, 6, 30)) -> Tables:
        names = {"customer_id", "event", "occurred_at"}.union(*(row.keys() for row in rows)) if rows else set(TYPES)
        columns = [name for name in TYPES if name in names]
        schema = pa.schema([(name, TYPES[name]) for name in columns])
        table = pa.Table.from_pylist([{name: row.get(name) for name in columns} for row in rows], schema=schema)
        events: ir.Table = engine.create_table("events", table, overwrite=True, temp=True)
        return Tables(engine, as_of, ZoneInfo(zone), {"events": events}, dt.datetime(2024, 1, 1))

    return make
