"""The heavy expressions are plain Ibis: they compile for every engine that the product names."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import ibis
import pytest

from customer_analytics.analysis.baskets.catalogue import Catalogue
from customer_analytics.analysis.baskets.groups import settle_groups
from customer_analytics.analysis.baskets.source import settle_unit, source
from customer_analytics.analysis.survival.blocks import block
from customer_analytics.tables.store import Tables

ENGINES = ("duckdb", "pyspark", "postgres")
LINES = {
    "order_id": "string", "product_id": "string", "product_name": "string", "category": "string", "quantity": "float64",
    "amount": "decimal(18, 4)", "cost": "decimal(18, 4)",
}  # fmt: skip
ORDERS = {
    "order_id": "string", "customer_id": "string", "ordered_on": "date", "status": "string",
    "discount": "decimal(18, 4)", "store": "string", "paid_at": "timestamp",
}  # fmt: skip
EVENTS = {
    "visitor_id": "string", "session_id": "string", "event": "string", "page": "string", "occurred_at": "timestamp",
    "occurred_on": "date", "channel": "string",
}  # fmt: skip
CUSTOMERS = {"customer_id": "string", "region": "string"}


def opened(**schemas: dict[str, str]) -> Tables:
    made = {name: ibis.table(schema, name=name) for name, schema in schemas.items()}
    return Tables(None, dt.date(2024, 6, 30), ZoneInfo("UTC"), made)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("unit", ["order", "day", "customer"])
def test_the_rows_and_carriers_of_orders_compile(engine: str, unit: str) -> None:
    data = opened(order_lines=LINES, orders=ORDERS, customers=CUSTOMERS)
    assert settle_unit(data, unit) == unit
    made = source(data, unit, settle_groups(data, (), "order_lines", unit))  # type: ignore[arg-type]
    assert "GROUP BY" in str(ibis.to_sql(made.carriers, dialect=engine))
    assert "CASE" in str(ibis.to_sql(made.rows, dialect=engine))


@pytest.mark.parametrize("engine", ENGINES)
def test_visits_compile(engine: str) -> None:
    data = opened(events=EVENTS)
    made = source(data, "session", settle_groups(data, (), "events", "session"))
    assert "GROUP BY" in str(ibis.to_sql(made.carriers, dialect=engine))


@pytest.mark.parametrize("engine", ENGINES)
def test_numbers_of_baskets_are_drawn_within_a_day(engine: str) -> None:
    carriers = ibis.table({"order_id": "string", "slot": "int32"}, name="carriers")
    rank = ibis.dense_rank().over(ibis.window(group_by="slot", order_by=["order_id"]))
    chance = block(carriers.order_id, 4_096)
    sql = str(ibis.to_sql(carriers.mutate(rank=rank, chance=chance), dialect=engine))
    assert "PARTITION BY" in sql  # never over the whole table: Spark would sort it in one place
    assert Catalogue.__doc__
