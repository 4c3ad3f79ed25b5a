"""Mining and counting are plain Ibis: every query that a run sends compiles for the engines that the product names."""

from __future__ import annotations

import ibis
import pytest

from customer_analytics.analysis.itemsets import engine


def queries() -> dict[str, ibis.expr.types.Table]:
    """What the engine is asked in one run, before anything is kept: lists, pairs, where the rows of pairs come from."""
    lines = ibis.table({"basket": "int64", "code": "int32"}, name="lines")
    baskets = ibis.table({"basket": "int64", "codes": "array<int32>"}, name="baskets")
    return {
        "lists": engine.lists_of(lines, 2),
        "pairs": engine.pairs_in(baskets, 6, 2, 1),
        "a part": list(engine.parts_of(baskets, 2 * engine.AT_ONCE))[1],
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
