"""The feature table of small logs, compiled once: examples only change the rows."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import pyarrow as pa
import pytest
from any_engine import connect

from customer_analytics.analysis.features.facts import OWN_CATEGORY, Facts
from customer_analytics.analysis.features.life import ORDERS, Life, there_days, with_neighbours
from customer_analytics.analysis.features.table import FeatureSource
from customer_analytics.tables.store import Tables

sys.path.insert(0, str(Path(__file__).resolve().parent))  # small logs and their features by hand
MONEY, TIME, TEXT, DAY = pa.decimal128(18, 4), pa.timestamp("us"), pa.string(), pa.date32()
TYPES = {
    "orders": {
        "order_id": TEXT, "customer_id": TEXT, "ordered_at": TIME, "paid_at": TIME, "amount": MONEY, "discount": MONEY,
        "channel": TEXT, "status": TEXT, "refund": MONEY,
    },
    "order_lines": {"order_id": TEXT, "product_id": TEXT, "category": TEXT},
    "events": {"customer_id": TEXT, "visitor_id": TEXT, "session_id": TEXT, "event": TEXT, "occurred_at": TIME},
    "feedback": {"customer_id": TEXT, "topic": TEXT, "rating": pa.float64(), "given_at": TIME},
    "touches": {
        "customer_id": TEXT, "campaign_id": TEXT, "sent_at": TIME, "opened_at": TIME, "unsubscribed_at": TIME,
    },
    "subscriptions": {
        "customer_id": TEXT, "started_at": TIME, "ended_at": TIME, "price": MONEY, "plan": TEXT, "Auto pay": TEXT,
    },
    "customers": {
        "customer_id": TEXT, "signed_up_at": TIME, "gender": TEXT, "birth_year": pa.int64(), "consent": pa.bool_(),
        "person_id": TEXT,
    },
}  # fmt: skip
FACTS = Facts(
    levels=frozenset({"orders.channel", "order_lines.category", "subscriptions.plan", "customers.gender"}),
    own={"customers": {"person_id": OWN_CATEGORY}, "subscriptions": {"Auto pay": OWN_CATEGORY}},
    carts=("add_to_cart",),
    failures=("payment_failed",),
    complaints=("complaint",),
    returns=True,
)


def with_days(columns: dict[str, pa.DataType]) -> dict[str, pa.DataType]:
    """The columns, and the calendar day of each time."""
    return columns | {name.removesuffix("_at") + "_on": DAY for name in columns if name.endswith("_at")}


def arrow(table: str, rows: list[dict[str, Any]]) -> pa.Table:
    """Rows with the calendar day of each time, in UTC."""
    dated = [
        row | {name.removesuffix("_at") + "_on": value.date() for name, value in row.items() if _is_time(name, value)}
        for row in rows
    ]
    schema = pa.schema(list(with_days(TYPES[table]).items()))
    return pa.Table.from_pylist(dated, schema=schema)


def _is_time(name: str, value: Any) -> bool:
    return name.endswith("_at") and value is not None


@pytest.fixture(scope="session")
def empty_tables() -> Tables:
    """All tables in an engine of their own, without rows."""
    backend = connect()
    backend.con.execute("SET threads = 1")  # a handful of rows: threads would only wait for each other
    made = {name: backend.create_table(name, arrow(name, [])) for name in TYPES}
    return Tables(backend, dt.date(1971, 6, 30), ZoneInfo("UTC"), made, dt.datetime(1970, 1, 1))


@pytest.fixture(scope="session")
def features_of(empty_tables: Tables) -> Callable[..., dict[str, dict[str, Any]]]:
    """features_of(log, cut, observation_days): person -> feature -> value, for all who had ordered by then."""
    days = there_days(empty_tables, ORDERS, "customers")
    life = Life(ORDERS, with_neighbours(days), 0, 500, "customers")
    source = FeatureSource(empty_tables, ORDERS, life, FACTS)
    compiled: dict[tuple[int, int], str] = {}

    def sql(cut: int, observation_days: int) -> str:
        if (cut, observation_days) not in compiled:
            start = max(0, cut - observation_days) if observation_days else 0
            known = life.spells.filter(life.spells.day < cut, life.spells.day >= start)
            people = known.select("person_id", cut=ibis.literal(cut, "int32")).distinct()
            table = source.table(people, (cut,), observation_days)
            compiled[cut, observation_days] = ibis.to_sql(table, dialect="duckdb")
        return compiled[cut, observation_days]

    def compute(log: dict[str, list[dict[str, Any]]], cut: int, observation_days: int = 0) -> Any:
        connection = empty_tables.backend.con
        for name, rows in log.items():
            connection.execute(f'DELETE FROM "{name}"')
            connection.register("incoming", arrow(name, rows))
            connection.execute(f'INSERT INTO "{name}" SELECT * FROM incoming')
        rows = connection.execute(sql(cut, observation_days)).to_arrow_table().to_pylist()
        return {row.pop("person_id"): row for row in rows}

    return compute
