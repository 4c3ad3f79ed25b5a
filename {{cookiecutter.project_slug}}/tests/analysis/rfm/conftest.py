from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from any_engine import connect

from customer_analytics.tables.store import Tables

MONEY = pa.decimal128(18, 4)
TYPES = {
    "order_id": pa.string(),
    "customer_id": pa.string(),
    "ordered_on": pa.date32(),
    "paid_at": pa.timestamp("us"),
    "status": pa.string(),
    "amount": MONEY,
    "refund": MONEY,
    "received": MONEY,
}
AS_OF = dt.date(2024, 6, 30)

MakeTables = Callable[..., Tables]


@pytest.fixture
def order() -> Callable[..., dict[str, Any]]:
    """An order of a customer so many days before the reference day (1 = on the as-of day)."""

    def made(customer: str | None, days_before: int, amount: float | str | None, **more: Any) -> dict[str, Any]:
        day = AS_OF + dt.timedelta(days=1 - days_before)
        money = {key: _decimal(value) for key, value in more.items() if key in ("refund", "received")}
        return {"customer_id": customer, "ordered_on": day, "amount": _decimal(amount), **more, **money}

    return made


def _decimal(value: float | str | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))


@pytest.fixture
def make_tables() -> MakeTables:
    def make(rows: Sequence[dict[str, Any]], customers: Sequence[str] | None = None, as_of: dt.date = AS_OF) -> Tables:
        names = {"customer_id", "ordered_on", "amount"}.union(*(row.keys() for row in rows)) if rows else None
        columns = [name for name in TYPES if names is None or name in names]
        schema = pa.schema([(name, TYPES[name]) for name in columns])
        table = pa.Table.from_pylist([{name: row.get(name) for name in columns} for row in rows], schema=schema)
        backend = connect()
        tables = {"orders": backend.create_table("orders", table)}
        if customers is not None:
            listed = pa.table({"customer_id": pa.array(list(customers), pa.string())})
            tables["customers"] = backend.create_table("customers", listed)
        return Tables(backend, as_of, ZoneInfo("UTC"), tables)

    return make
