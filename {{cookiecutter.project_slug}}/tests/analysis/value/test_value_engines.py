"""The heavy expressions of customer value compile for every engine that the product names."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import ibis
import pytest

from customer_analytics.analysis.value import histories
from customer_analytics.analysis.value.histories import Split, rounded
from customer_analytics.tables.store import Tables

COLUMNS = {
    "order_id": "string",
    "customer_id": "string",
    "ordered_on": "date",
    "status": "string",
    "amount": "decimal(18, 4)",
}


@pytest.mark.parametrize("engine", ["duckdb", "pyspark", "postgres"])
def test_histories_compile(engine: str) -> None:
    data = Tables(None, dt.date(2024, 6, 30), ZoneInfo("UTC"), {"orders": ibis.table(COLUMNS, name="orders")})
    days = histories.purchase_days(data, "all")
    people = histories.customers(days, 19_000, (Split(18_800, 200), Split(18_600, 200)))
    unique = people.select(x=people.x, age=rounded(people.age, 7)).group_by("x", "age").aggregate(n=lambda t: t.count())
    sql = str(ibis.to_sql(unique, dialect=engine))
    assert "PARTITION BY" in sql and "GROUP BY" in sql
    if engine != "pyspark":  # Ibis reads an option of Spark's that exists only beside Spark when it meets a float
        assert "LN(" in str(ibis.to_sql(people.select(m=(people.repeat_value / people.x).ln().round()), dialect=engine))
