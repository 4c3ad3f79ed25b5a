from __future__ import annotations

import datetime as dt
import importlib.util
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from any_engine import connect

from customer_analytics.tables.store import Tables

AS_OF = dt.date(2024, 4, 30)
TYPES = {
    "event": pa.string(),
    "occurred_at": pa.timestamp("us"),
    "ordered_at": pa.timestamp("us"),
    "paid_at": pa.timestamp("us"),
    "signed_up_at": pa.timestamp("us"),
    "amount": pa.decimal128(18, 4),
    "refund": pa.decimal128(18, 4),
    "price": pa.float64(),
}
MakeTables = Callable[..., Tables]


@pytest.fixture(scope="session")
def reference() -> ModuleType:
    """The slow and obvious funnel beside this file."""
    place = Path(__file__).with_name("reference.py")
    spec = importlib.util.spec_from_file_location("funnel_reference", place)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def make_tables() -> MakeTables:
    """Tables of rows, in one engine for the session; days as `analytics load` and `open_tables` would give them."""
    backend = connect()
    number = iter(range(1_000_000))

    def make(
        as_of: dt.date = AS_OF, zone: str = "UTC", columns: Mapping[str, Sequence[str]] | None = None, **rows: Any
    ) -> Tables:
        tables = {}
        for name, own in rows.items():
            names = dict.fromkeys((columns or {}).get(name, ()))
            names |= dict.fromkeys(key for row in own for key in row)
            schema = pa.schema([(column, TYPES.get(column, pa.string())) for column in names])
            table = pa.Table.from_pylist([{column: row.get(column) for column in names} for row in own], schema=schema)
            opened = backend.create_table(f"{name}_{next(number)}", table)
            tables[name] = opened
        made = Tables(backend, as_of, ZoneInfo(zone), tables)
        return Tables(backend, as_of, ZoneInfo(zone), {name: _with_days(made, table) for name, table in tables.items()})

    return make


def _with_days(tables: Tables, table: Any) -> Any:
    moments = [name for name in table.columns if name.endswith("_at")]
    return table.mutate(**{f"{name[:-3]}_on": tables.local(table[name]).date() for name in moments})
