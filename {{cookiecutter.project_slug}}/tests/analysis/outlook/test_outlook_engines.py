"""The heavy expressions of the outlook are plain Ibis: they compile for every engine that the product names."""

from __future__ import annotations

import ibis
import pytest

from customer_analytics.analysis.outlook import panel

DAYS = {"person_id": "string", "day": "int32", "active": "boolean", "purchases": "int32", "net": "decimal(18, 4)"}
PEOPLE = {"person_id": "string", "start_day": "int32", "channel": "string"}


@pytest.mark.parametrize("engine", ["duckdb", "pyspark", "postgres"])
def test_the_expressions_of_the_panel_compile(engine: str) -> None:
    days, people = ibis.table(DAYS, name="days"), ibis.table(PEOPLE, name="people")
    moments = ibis.table({"person_id": "string", "at": "timestamp"}, name="moments")
    hours = panel._hours(moments, people.select("person_id", "start_day"))
    assert "INTERVAL" in str(ibis.to_sql(hours, dialect=engine)).upper()
    within = ibis.window(group_by=days.person_id, order_by=days.day)
    gaps = days.mutate(gap=(days.day - days.day.lag().over(within)).cast("float64"))
    assert "PARTITION BY" in str(ibis.to_sql(gaps.group_by("person_id").aggregate(m=gaps.gap.median()), dialect=engine))
