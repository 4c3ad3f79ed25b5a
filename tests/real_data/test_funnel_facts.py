"""The funnel on published data: facts that others printed, and the raw files read with pandas."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pandas as pd
import pytest
from support import DATASETS

from customer_analytics.analysis.funnel import FunnelResult, analyse, metrics
from customer_analytics.engagement import Project
from customer_analytics.engagement.parameters import FunnelParameters
from customer_analytics.tables.store import open_tables

STEPS = ("session_start", "view_item", "add_to_cart", "begin_checkout", "purchase")
REACHED = [2000, 1925, 1048, 719, 536]


@pytest.fixture(scope="module")
def funnel_of(real_project: Callable[[str], Project]) -> Callable[..., FunnelResult]:
    @cache
    def result(name: str, **parameters: Any) -> FunnelResult:
        project = real_project(name)
        return analyse(open_tables(project, as_of=project.engagement.as_of), FunnelParameters(**parameters))

    return result


def test_web_events_are_the_published_funnel_with_nothing_set(funnel_of: Callable[..., FunnelResult]) -> None:
    result = funnel_of("web_events")
    assert result.definition.labels == STEPS
    assert list(result.steps["reached"]) == REACHED
    assert result.no_window  # everybody entered more than two weeks before the end
    numbers = metrics(result)
    assert [numbers[f"step.{number}.reached"] for number in range(1, 6)] == REACHED
    assert (numbers["entered"], numbers["immature"]) == (2000, 0)


def test_web_events_within_seven_days_are_what_pandas_counts(funnel_of: Callable[..., FunnelResult]) -> None:
    ours = funnel_of("web_events", window_days=7)  # before the raw file is read: it skips where there are no data
    raw = pd.read_csv(DATASETS / "web_events" / "events_sample.csv", parse_dates=["event_timestamp"])
    entered = raw[raw["event_name"] == STEPS[0]].groupby("user_id")["event_timestamp"].min().rename("entered")
    before, reached = entered.rename("before"), [len(entered)]
    for step in STEPS[1:]:
        rows = raw[raw["event_name"] == step].merge(before, on="user_id").merge(entered, on="user_id")
        rows = rows[rows["event_timestamp"] >= rows["before"]]
        rows = rows[rows["event_timestamp"] <= rows["entered"] + pd.Timedelta(days=7)]
        before = rows.groupby("user_id")["event_timestamp"].min().rename("before")
        reached.append(len(before))
    assert list(ours.steps["reached"]) == reached


def test_tmall_orders_without_customers_are_followed_one_by_one(funnel_of: Callable[..., FunnelResult]) -> None:
    """28,010 orders of which 24,087 were paid: mature or not, as the data end with the month."""
    result = funnel_of("tmall_orders")
    assert result.definition.unit == "order"
    orders = result.attempts
    counted = orders.aggregate(placed=orders.count(), paid=orders.at_2.count()).to_pyarrow().to_pylist()[0]
    assert counted == {"placed": 28010, "paid": 24087}
    assert result.entered + result.immature == 28010


def test_cdnow_customers_buy_again_as_often_as_pandas_says(funnel_of: Callable[..., FunnelResult]) -> None:
    columns = ["customer", "day", "units", "money"]
    result = funnel_of("cdnow")
    raw = pd.read_csv(DATASETS / "cdnow" / "CDNOW_master.txt", sep=r"\s+", names=columns, skiprows=1)
    assert result.definition.labels == ("order placed", "order placed again")
    assert result.entered == raw["customer"].nunique() == 23570
    assert result.conversion.reached == int((raw.groupby("customer")["day"].nunique() > 1).sum())
