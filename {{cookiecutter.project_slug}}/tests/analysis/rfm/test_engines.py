"""The heavy expressions are plain Ibis: they compile for every engine that the product names."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import ibis
import pytest

from customer_analytics.analysis.rfm.customers import customer_days
from customer_analytics.analysis.rfm.payments import payments
from customer_analytics.tables.store import Tables

COLUMNS = {
    "order_id": "string",
    "customer_id": "string",
    "ordered_on": "date",
    "paid_at": "timestamp",
    "status": "string",
    "amount": "decimal(18, 4)",
    "refund": "decimal(18, 4)",
    "received": "decimal(18, 4)",
}


@pytest.mark.parametrize("engine", ["duckdb", "pyspark", "postgres"])
def test_the_table_of_customer_days_compiles(engine: str) -> None:
    orders = ibis.table(COLUMNS, name="orders")
    data = Tables(None, dt.date(2024, 6, 30), ZoneInfo("UTC"), {"orders": orders})
    days = customer_days(data)
    gap = (days.next_day - days.day).max(where=days.bought)
    table = days.group_by("customer_id").aggregate(last=days.day.max(where=days.bought), money=days.net.sum(), gap=gap)
    sql = str(ibis.to_sql(table, dialect=engine))
    assert "PARTITION BY" in sql  # windows run within a customer, never over the whole table
    assert "DECIMAL" in str(ibis.to_sql(payments(orders), dialect=engine)).upper()
