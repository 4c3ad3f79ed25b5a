"""The earlier day knows nothing of the later one; validity against a reference fit; movement counted by hand."""

from __future__ import annotations

import datetime as dt
import math
from zoneinfo import ZoneInfo

import ibis
import numpy as np
import pandas as pd
import pytest
from any_engine import connect
from sklearn.linear_model import Ridge
from sklearn.metrics import r2_score

from customer_analytics.analysis.personas import engine
from customer_analytics.analysis.personas.later import _dummies, _Test, horizon
from customer_analytics.tables.store import Tables

DAY = dt.date(2024, 3, 1)


def test_the_earlier_tables_hold_nothing_that_came_later() -> None:
    backend = connect()
    orders = pd.DataFrame({"order_id": ["1", "2"], "customer_id": ["a", "a"], "amount": [1.0, 2.0]})
    orders["ordered_at"] = pd.to_datetime(["2024-02-29 23:59", "2024-03-01 00:00"])
    orders["paid_at"] = pd.to_datetime(["2024-03-02", "2024-03-02"])
    customers = pd.DataFrame({"customer_id": ["a", "b", "c"]})
    customers["signed_up_at"] = pd.to_datetime(["2024-01-01", "2024-04-01", None])
    tables = {}
    for name, frame in (("orders", orders), ("customers", customers)):
        table = backend.create_table(name, frame)
        days = {c.removesuffix("_at") + "_on": table[c].date() for c in frame.columns if c.endswith("_at")}
        tables[name] = table.mutate(**days)
    before = engine.earlier(Tables(backend, dt.date(2024, 6, 30), ZoneInfo("UTC"), tables), DAY)
    assert before.as_of == dt.date(2024, 2, 29)
    left = before["orders"].to_pyarrow().to_pandas()
    assert left["order_id"].tolist() == ["1"]
    assert left[["paid_at", "paid_on"]].isna().all(axis=None)  # paid, but not yet
    assert sorted(before["customers"].to_pyarrow().to_pandas()["customer_id"]) == ["a", "c"]


COLUMNS = {"order_id": "string", "customer_id": "string", "ordered_at": "timestamp", "ordered_on": "date",
           "status": "string", "amount": "decimal(18, 4)", "channel": "string"}  # fmt: skip


@pytest.mark.parametrize("backend", ["duckdb", "pyspark", "postgres"])
def test_what_is_asked_of_the_engine_compiles_for_each(backend: str) -> None:
    tables = Tables(None, dt.date(2024, 6, 30), ZoneInfo("Asia/Shanghai"), {"orders": ibis.table(COLUMNS, name="o")})  # type: ignore[arg-type]
    rows = engine._rows(engine.earlier(tables, DAY), "purchases")
    groups = pd.DataFrame({"customer_id": ["a"], "persona": ["persona_1"]})
    joined = engine._joined(rows, groups)
    hours = joined.group_by("persona", "weekday", "hour").aggregate(moments=lambda each: each.count())
    assert "GROUP BY" in str(ibis.to_sql(hours, dialect=backend))


def made(seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray, _Test]:
    generator = np.random.default_rng(seed)
    segments, labels = generator.integers(0, 4, 2_000), generator.integers(0, 3, 2_000)
    money = 10 * segments + 8.0 * labels + generator.normal(0, 20, 2_000)
    order = generator.permutation(2_000)
    return segments, labels, money, _Test(money, order[:1_000], order[1_000:])


def test_the_explained_share_is_a_ridge_fits_on_customers_it_has_not_seen() -> None:
    segments, labels, money, test = made()
    design = np.hstack([_dummies(segments), _dummies(labels)])
    mean = money[test.learnt].mean()
    reference = Ridge(alpha=1.0, fit_intercept=False).fit(design[test.learnt], money[test.learnt] - mean)
    told = reference.predict(design[test.held]) + mean
    sums = ((money[test.held] - told) ** 2).sum() / ((money[test.held] - mean) ** 2).sum()
    assert test.r2(test.errors(design)) == pytest.approx(1 - sums)
    assert test.r2(test.errors(design)) == pytest.approx(r2_score(money[test.held], told), abs=0.01)


def test_personas_that_matter_add_to_rfm_and_shuffled_ones_do_not() -> None:
    segments, labels, _, test = made()
    rfm, persona = _dummies(segments), _dummies(labels)
    alone, both = test.errors(rfm), test.errors(np.hstack([rfm, persona]))
    generator = np.random.default_rng(1)
    low, high = test.difference(alone, both, generator)
    assert 0 < low < test.r2(both) - test.r2(alone) < high
    shuffled, beside = test.permuted(persona, rfm, segments, generator)
    assert abs(shuffled.mean()) < 0.01
    assert beside.mean() == pytest.approx(test.r2(alone), abs=0.01)
    assert (beside < test.r2(both)).all()


def test_money_that_is_the_same_for_all_explains_nothing() -> None:
    test = _Test(np.full(20, 3.0), np.arange(10), np.arange(10, 20))
    assert math.isnan(test.r2(test.errors(_dummies(np.arange(20) % 2))))


def test_the_horizon_fits_three_times_into_the_history() -> None:
    assert (horizon(365), horizon(180), horizon(20)) == (90, 60, None)
