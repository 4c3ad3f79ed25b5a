"""The definition of leaving on the synthetic client, whose cut-offs and horizon are known."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pandas as pd
import pytest

from customer_analytics.analysis.churn.samples import Samples, samples
from customer_analytics.analysis.churn.study import Study, study
from customer_analytics.engagement.parameters import ChurnParameters
from customer_analytics.tables.store import Tables

EPOCH = dt.date(1970, 1, 1)


@pytest.fixture(scope="module")
def tables(sample_client) -> Tables:
    return sample_client.tables


@pytest.fixture(scope="module")
def found(tables: Tables) -> Study:
    return study(tables, ChurnParameters())


@pytest.fixture(scope="module")
def taken(tables: Tables, found: Study) -> Samples:
    return samples(tables, found, ChurnParameters())


def day(number: int) -> str:
    return str(EPOCH + dt.timedelta(days=number))


def test_the_horizon_is_the_usual_length_that_fits_the_rhythm(found: Study, sample_client) -> None:
    truth = sample_client.truth["churn"]["activity"]
    assert (found.kind, found.reason) == ("orders", "")
    assert found.windows.horizon_days == truth["horizon_days"] == 90
    days = {day(cut) for cut in (*found.windows.cuts, found.windows.now)}
    assert set(truth["cut_offs"]) <= days


def test_past_cut_offs_lie_a_horizon_apart_with_complete_labels(found: Study) -> None:
    cuts, windows = found.windows.cuts, found.windows
    assert all(later - earlier == windows.horizon_days for earlier, later in pairwise(cuts))
    assert windows.label(cuts[-1])[1] <= windows.now


def test_labels_are_those_of_the_orders_themselves(found: Study, taken: Samples, sample_client) -> None:
    orders = pd.read_parquet(sample_client.project.tables / "orders.parquet")
    orders = orders[orders["customer_id"].notna() & ~(orders["amount"].astype(float) < 0)]
    local = orders["ordered_at"].dt.tz_localize("UTC").dt.tz_convert("Europe/London").dt.date
    orders = orders.assign(day=[(value - EPOCH).days for value in local])
    for sample in taken.cuts:
        frame = sample.frame
        start, end = found.windows.label(sample.cut)
        came = set(orders.loc[orders["day"].between(start, end - 1), "customer_id"])
        assert (frame["left"] == (~frame["person_id"].isin(came)).astype(int)).all()
        before = orders[orders["day"] < sample.cut].groupby("customer_id")["day"].max()
        assert (frame["silent_days"] == sample.cut - frame["person_id"].map(before)).all()
        assert (sample.population, sample.left) == (len(frame), int(frame["left"].sum()))
        assert frame["person_id"].is_monotonic_increasing
