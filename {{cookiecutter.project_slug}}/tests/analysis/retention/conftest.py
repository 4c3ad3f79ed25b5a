from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from any_engine import connect

from customer_analytics.expressions import local_time
from customer_analytics.tables.store import Tables

MONEY = pa.decimal128(18, 4)
EVENTS = {
    "customer_id": pa.string(),
    "visitor_id": pa.string(),
    "event": pa.string(),
    "occurred_at": pa.timestamp("us"),
    "channel": pa.string(),
    "device": pa.string(),
}
ORDERS = {
    "order_id": pa.string(),
    "customer_id": pa.string(),
    "ordered_at": pa.timestamp("us"),
    "status": pa.string(),
    "amount": MONEY,
    "refund": MONEY,
    "channel": pa.string(),
    "store": pa.string(),
}
CUSTOMERS = {
    "customer_id": pa.string(),
    "signed_up_at": pa.timestamp("us"),
    "acquisition_channel": pa.string(),
    "region": pa.string(),
    "shoe size": pa.string(),
}
LINES = {"order_id": pa.string(), "product_id": pa.string(), "category": pa.string(), "amount": MONEY}
TYPES = {"events": EVENTS, "orders": ORDERS, "customers": CUSTOMERS, "order_lines": LINES}
TIMES = {"events": "occurred", "orders": "ordered", "customers": "signed_up"}

Rows = Sequence[dict[str, Any]]
sys.path.insert(0, str(Path(__file__).resolve().parent))  # the slow reference and the generated logs


@pytest.fixture(scope="session")
def make_tables() -> Any:
    """Tables from lists of rows; the columns are those that any row has."""
    backend = connect()
    names = iter(range(10**9))

    def make(as_of: dt.date, zone: str = "UTC", **tables: Rows) -> Tables:
        made = {}
        for name, rows in tables.items():
            columns = [column for column in TYPES[name] if any(column in row for row in rows)]
            schema = pa.schema([(column, TYPES[name][column]) for column in columns])
            data = pa.Table.from_pylist([{c: _value(row.get(c)) for c in columns} for row in rows], schema=schema)
            table = backend.create_table(f"{name}_{next(names)}", data, temp=True)
            if name in TIMES and f"{TIMES[name]}_at" in columns:
                at = table[f"{TIMES[name]}_at"]
                day = local_time(at, ZoneInfo(zone), dt.datetime(2020, 1, 1), dt.datetime(2027, 1, 1)).date()
                table = table.mutate(**{f"{TIMES[name]}_on": day})
            made[name] = table
        return Tables(backend, as_of, ZoneInfo(zone), made, dt.datetime(2020, 1, 1))

    return make


def _value(value: Any) -> Any:
    return Decimal(str(value)) if isinstance(value, float) else value
