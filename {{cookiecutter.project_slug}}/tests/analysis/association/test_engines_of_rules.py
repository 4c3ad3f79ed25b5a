"""What the rules ask of an engine is plain Ibis: it compiles for every engine that the product names."""

from __future__ import annotations

import ibis
import numpy as np
import pytest

from customer_analytics.analysis.association import chance, people

LINES = {"basket": "int64", "item": "int32"}
HEADS = {"basket": "int64", "person": "int64", "day": "int32", "size": "int32"}


@pytest.mark.parametrize("engine", ["duckdb", "pyspark", "postgres"])
def test_counts_by_size_compile(engine: str) -> None:
    heads = ibis.table(HEADS, name="heads")
    place = chance.size_classes(heads, np.array([1, 2, 5]))
    sql = str(ibis.to_sql(chance.held_by_class(ibis.table(LINES, name="lines"), place), dialect=engine))
    assert "GROUP BY" in sql and sql.upper().count("JOIN") == 1


@pytest.mark.parametrize("engine", ["duckdb", "pyspark", "postgres"])
def test_the_variance_over_customers_compiles(engine: str) -> None:
    by_owner = ibis.table(
        {"rule": "int64", "owner": "int64", "both": "int64", "left": "int64", "right": "int64", "baskets": "int64"},
        name="by_owner",
    )
    assert "GROUP BY" in str(ibis.to_sql(people.squares(by_owner, 100.0), dialect=engine))
