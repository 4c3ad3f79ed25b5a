"""What the rules ask of an engine is plain Ibis: it compiles for every engine that the product names."""

from __future__ import annotations

import ibis
import numpy as np
import pytest

from customer_analytics.analysis.association import chance

LINES = {"basket": "int64", "item": "int32"}
HEADS = {"basket": "int64", "person": "int64", "day": "int32", "size": "int32"}


@pytest.mark.parametrize("engine", ["duckdb", "pyspark", "postgres"])
def test_counts_by_size_compile(engine: str) -> None:
    heads = ibis.table(HEADS, name="heads")
    place = chance.size_classes(heads, np.array([1, 2, 5]))
    sql = str(ibis.to_sql(chance.held_by_class(ibis.table(LINES, name="lines"), place), dialect=engine))
    assert "GROUP BY" in sql and sql.upper().count("JOIN") == 1
