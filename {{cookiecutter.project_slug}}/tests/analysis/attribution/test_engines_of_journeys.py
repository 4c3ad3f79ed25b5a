"""The heavy expressions of attribution and channels are plain Ibis: they compile for every engine that is named."""

from __future__ import annotations

import datetime as dt
import time
from zoneinfo import ZoneInfo

import ibis
import numpy as np
import pandas as pd
import pytest
from any_engine import connect

from customer_analytics.analysis.attribution import journeys, models, ready_paths
from customer_analytics.analysis.campaigns.purchases import purchases
from customer_analytics.engagement.parameters import CampaignEvaluationParameters
from customer_analytics.tables.store import Tables

ORDERS = {
    "order_id": "string", "customer_id": "string", "ordered_at": "timestamp", "ordered_on": "date", "status": "string",
    "amount": "decimal(18, 4)", "refund": "decimal(18, 4)",
}  # fmt: skip


@pytest.mark.parametrize("engine", ["duckdb", "pyspark", "postgres"])
def test_journeys_and_their_sums_compile(engine: str) -> None:
    data = Tables(None, dt.date(2024, 6, 30), ZoneInfo("UTC"), {"orders": ibis.table(ORDERS, name="orders")})
    touchpoints = ibis.table({"person_id": "string", "second": "int64", "code": "int16"}, name="contacts")
    rows = purchases(data, CampaignEvaluationParameters(margin_share=0.5))
    assert rows is not None
    bought = journeys.conversions(rows)
    contacts = journeys.journeys(touchpoints, bought, 30, 7.0, journeys.end_of(data))
    whole = journeys.whole_journeys(contacts, 12)
    sql = str(ibis.to_sql(whole.group_by("block", "mask").aggregate(n=whole.conversions.sum()), dialect=engine))
    assert sql.count("PARTITION BY") == sql.count("OVER (")  # every window runs within a person


def paths_of(rows: int, channels: int) -> pd.DataFrame:
    generator = np.random.default_rng(0)
    names = np.array([f"channel {number}" for number in range(channels)])
    lengths = 1 + generator.geometric(0.35, rows)
    return pd.DataFrame(
        {
            "path": [" > ".join(generator.choice(names, length)) for length in lengths],
            "conversions": generator.poisson(8.0, rows).astype(float), "value": generator.gamma(2.0, 20.0, rows),
            "nulls": generator.poisson(90.0, rows).astype(float),
        }
    )  # fmt: skip


def test_ten_thousand_paths_take_a_second() -> None:
    table = connect().create_table("paths", ibis.memtable(paths_of(10_000, 12)))
    taken = []
    for _ in range(2):
        begun = time.process_time()
        found = ready_paths.read(table, 7.0, 1)
        assert found is not None
        models.estimate(found.sums, 1)
        taken.append(time.process_time() - begun)
    assert min(taken) < 2  # half a second at rest, with 400 resamples; a busy machine counts for more
