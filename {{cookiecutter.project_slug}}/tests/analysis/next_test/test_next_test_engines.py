"""Who can take part is found by whatever engine the tables are in."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import ibis
import pytest

from customer_analytics.analysis.next_test.pool import everybody
from customer_analytics.analysis.rfm.customers import day_number
from customer_analytics.tables.store import Tables

AS_OF = dt.date(2024, 6, 30)
CUSTOMERS = {"customer_id": "string", "consent": "boolean", "region": "string"}
ORDERS = {"customer_id": "string", "ordered_on": "date", "amount": "decimal(18, 4)", "status": "string"}
EVENTS = {"customer_id": "string", "occurred_on": "date", "event": "string"}


@pytest.mark.parametrize("dialect", ["duckdb", "pyspark", "postgres"])
@pytest.mark.parametrize("names", [("customers", "orders", "events"), ("customers", "events"), ("orders",)])
def test_the_pool_compiles_for_every_engine(dialect: str, names: tuple[str, ...]) -> None:
    schemas = {"customers": CUSTOMERS, "orders": ORDERS, "events": EVENTS}
    tables = {name: ibis.table(schemas[name], name=name) for name in names}
    data = Tables(None, AS_OF, ZoneInfo("UTC"), tables)  # type: ignore[arg-type]
    columns = ("consent", "region") if "customers" in names else ()
    found = everybody(data, columns, day_number(AS_OF) + 1, 14)
    assert found is not None
    text = str(ibis.to_sql(found, dialect=dialect)).lower()
    assert text.count("group by") == len(names) if "orders" not in names else "group by" in text
    assert {"person_id", "value", "last_day", "before", "bought", "spent"} <= set(found.columns)
