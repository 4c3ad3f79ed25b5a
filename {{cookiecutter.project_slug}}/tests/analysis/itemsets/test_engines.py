"""Mining and counting are plain Ibis: every query that a run sends compiles for the engines that the product names."""

from __future__ import annotations

import ibis
import pandas as pd
import pytest

from customer_analytics.analysis.itemsets import engine
from customer_analytics.analysis.itemsets.candidates import Numbers

KEYS = [1, 2, 5]


def queries() -> dict[str, ibis.expr.types.Table]:
    """What the engine is asked in one run, before anything is kept: lists, pairs, triples, occurrences."""
    keys: Numbers = pd.Series(KEYS, dtype="int64").to_numpy()
    lines = ibis.table({"basket": "int64", "code": "int32"}, name="lines")
    baskets = ibis.table({"basket": "int64", "codes": "array<int32>"}, name="baskets")
    pairs = engine.lengthened(engine.Found(None, 6), baskets, keys, 6)
    assert pairs.table is not None
    return {
        "lists": engine.lists_of(lines, 2),
        "pairs": engine.pairs_in(baskets, 6, 2, 1),
        "occurrences": pairs.table,
        "triples": engine.candidates_in(pairs, baskets, keys, 6),
        "rare first": engine.smaller_in(baskets),
    }


@pytest.mark.parametrize("dialect", ["duckdb", "pyspark", "postgres"])
@pytest.mark.parametrize("name", list(queries()))
def test_the_queries_compile(dialect: str, name: str) -> None:
    sql = str(ibis.to_sql(queries()[name], dialect=dialect))
    assert "SELECT" in sql


def test_no_query_joins_lines_with_lines() -> None:
    sql = str(ibis.to_sql(queries()["pairs"], dialect="duckdb"))
    assert "JOIN" not in sql and sql.count("UNNEST") == 2
