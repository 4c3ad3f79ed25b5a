"""The heavy expressions of claims and comparisons are plain Ibis: they compile for every engine that is named."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import ibis
import numpy as np
import pandas as pd
import pytest

from customer_analytics.analysis.campaigns.facts import people
from customer_analytics.analysis.claim.score import class_of, cuts, expected, features
from customer_analytics.analysis.comparison import pool
from customer_analytics.tables.store import Tables

ORDERS = ibis.table(
    {"order_id": "string", "customer_id": "string", "ordered_at": "timestamp", "ordered_on": "date",
     "amount": "decimal(18, 4)"},
    name="orders",
)  # fmt: skip
CUSTOMERS = ibis.table({"customer_id": "string", "signed_up_at": "timestamp", "consent": "boolean"}, name="customers")
UNITS = ibis.table({"person_id": "string", "start": "timestamp", "start_day": "int32", "code": "int64"}, name="units")
SLOTS = pd.DataFrame(
    {"code": [3], "slot": [0], "slots": [1], "slot_start": [pd.Timestamp("2024-03-01")], "window_days": [14],
     "share_contacted": [1_000], "share_pool": [1_000]}
)  # fmt: skip


@pytest.mark.parametrize("engine", ["duckdb", "pyspark", "postgres"])
def test_the_pool_and_its_moments_compile(engine: str) -> None:
    data = Tables(None, dt.date(2024, 6, 30), ZoneInfo("UTC"), {"orders": ORDERS, "customers": CUSTOMERS})
    known = people(data)
    moments = pool._moments(UNITS, known, SLOTS, dt.datetime(2024, 7, 1))
    asked = pool._asked(moments.drop("stranger"), 90)
    columns = {"code": "int64", "person_id": "string", "start": "timestamp", "moment": "int8", "y_0": "float64"}
    before = {"orders_before": "float64", "revenue_before": "float64", "first": "boolean"}
    told = ibis.table(columns | before, name="told")
    placebo = pool._placebo(told, ["y_0"], dt.datetime(2024, 1, 1))
    for table in (asked, placebo, pool._with_consent(data, told, known)):
        assert "SELECT" in str(ibis.to_sql(table, dialect=engine))


@pytest.mark.parametrize("engine", ["duckdb", "pyspark", "postgres"])
def test_the_classes_of_what_is_expected_compile(engine: str) -> None:
    names = ("x_orders", "x_revenue", "orders_before", "revenue_before", "days_known", "recency_days")
    rows = ibis.table(dict.fromkeys(names, "float64"), name="told")
    score = expected(rows, np.arange(float(len(features(rows)))))
    assert "SELECT" in str(ibis.to_sql(rows.select(state=class_of(score, [0.1, 0.2])), dialect=engine))
    quantile = rows.select(score=score)
    assert "SELECT" in str(ibis.to_sql(quantile.aggregate(q=quantile.score.quantile(0.5)), dialect=engine))


def test_classes_have_as_many_people_each_and_one_value_makes_one_class() -> None:
    rng = np.random.default_rng(1)
    table = ibis.memtable(pd.DataFrame({"score": rng.normal(size=1_000)}))
    ends = cuts(table)
    classes = table.select(c=class_of(table.score, ends)).to_pandas()["c"]
    assert len(ends) == 24 and classes.value_counts().between(39, 41).all()
    same = ibis.memtable(pd.DataFrame({"score": [0.5] * 100}))
    assert len(cuts(same)) == 1 and cuts(same.limit(10)) == []
