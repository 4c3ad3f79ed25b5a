"""The heavy expressions are plain Ibis: they compile for every engine that the product names."""

from __future__ import annotations

import ibis
import pytest

from customer_analytics.analysis.survival.blocks import BLOCKS, block


@pytest.mark.parametrize("engine", ["duckdb", "pyspark", "postgres"])
def test_blocks_of_people_and_the_days_of_age_compile(engine: str) -> None:
    lives = ibis.table({"person_id": "string", "origin": "int32"}, name="lives")
    days = ibis.table({"person_id": "string", "day": "int32"}, name="days")
    began = lives.mutate(block=block(lives.person_id, BLOCKS))
    joined = days.inner_join(began, "person_id")
    seen = joined.select("person_id", "block", age=((joined.day - joined.origin) // 7).cast("int32")).distinct()
    counted = seen.group_by("block", "age").aggregate(n=seen.count())
    sql = str(ibis.to_sql(counted, dialect=engine)).upper()
    assert "REVERSE" in sql and "DISTINCT" in sql and "OVER (" not in sql  # no window over the whole table
