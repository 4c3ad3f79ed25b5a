"""What the engine does for next-best items is plain Ibis, and no engine sorts all customers."""

from __future__ import annotations

import ibis
import numpy as np
import pytest

from customer_analytics.analysis.recommend.again import bought_again
from customer_analytics.analysis.recommend.history import History, purchases
from customer_analytics.analysis.recommend.next_items import RECENT_DAYS


@pytest.mark.parametrize("engine", ["duckdb", "pyspark", "postgres"])
def test_purchases_compile_without_a_window(engine: str) -> None:
    lines = ibis.table({"basket": "int64", "item": "int32"}, name="lines")
    heads = ibis.table({"basket": "int64", "person": "int64", "day": "int32"}, name="heads")
    rows = purchases(lines, heads, 100)
    had = rows.before > 0
    lately = (had & (rows.last_before >= 19_000 - RECENT_DAYS)).ifelse(1, 0).sum()
    sql = str(
        ibis.to_sql(rows.group_by("item").aggregate(buyers=had.ifelse(1, 0).sum(), lately=lately), dialect=engine)
    )
    assert "GROUP BY" in sql and "OVER" not in sql


def test_a_table_of_purchases_with_nobody_in_it_has_no_rows() -> None:
    kinds = dict.fromkeys(("n", "before", "first", "last", "last_before"), "int32")
    empty = ibis.memtable([], schema={"person": "int64", "item": "int32", **kinds})
    known = History(empty, np.empty(0, dtype=np.int64), np.empty(0, dtype=object))  # type: ignore[arg-type]
    found = bought_again(known, 0, 100, 30, earlier=False)
    assert len(found) == 0 and "is_bought_again" in found
    assert list(known.read(earlier=True)) == []
