"""The loop closed: lists with a holdout go out, the next weeks happen, and the effect that was put in is found."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from customer_analytics.engagement.errors import UserError
from customer_analytics.tables.sample import make_next_period, make_sample


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    folder = tmp_path_factory.mktemp("loop") / "data" / "raw" / "client"
    make_sample(folder, customers=6_000, seed=2, language="en", industry="retail", currency="EUR", time_zone="UTC")
    return folder


def lists(sample):
    """Customers with an order in the last year, drawn into two arms."""
    people = pd.read_parquet(sample / "truth_customers.parquet")
    rng = np.random.default_rng(1)
    recent = people[people["p_left_2026-07-01"] < 0.9]["customer_id"].to_numpy()
    control = rng.random(len(recent)) < 0.5
    return {"control": recent[control].tolist(), "letter": recent[~control].tolist()}


def test_the_planted_effect_is_found_in_the_new_orders(sample):
    arms = lists(sample)
    made = make_next_period(sample, assigned=arms, effects={"letter": 0.15})
    orders = pd.read_csv(sample / "orders" / "orders-next-2026-07.csv")
    placed = pd.to_datetime(orders["Order time"])
    assert placed.dt.date.max() <= made.as_of
    assert placed.min() >= pd.Timestamp("2026-07-01")
    sent = pd.Timestamp(made.truth["sent_at"])
    inside = placed.between(sent, sent + pd.Timedelta(days=14), inclusive="left")
    per_head = orders.loc[inside, "Cust No"].value_counts()
    letter, control = (per_head.reindex(arms[name]).fillna(0) for name in ("letter", "control"))
    difference = letter.mean() - control.mean()
    error = np.sqrt(letter.var() / len(letter) + control.var() / len(control))
    truth = made.truth["arms"]["letter"]["effect"]["orders"]
    assert truth > 3 * error
    assert abs(difference - truth) < 3.5 * error
    assert made.truth["arms"]["control"]["effect"] == {"orders": 0, "conversion": 0}
    assert json.loads((sample / "next_period.json").read_text(encoding="utf-8")) == made.truth


def test_the_new_orders_continue_those_of_the_sample(sample):
    make_next_period(sample, assigned={}, effects={})
    before = pd.concat(pd.read_csv(path) for path in sorted((sample / "orders").glob("orders-2*.csv")))
    after = pd.read_csv(sample / "orders" / "orders-next-2026-07.csv")
    lines = pd.read_csv(sample / "order_lines" / "lines-next-2026-07.csv")
    assert not after["Order No"].isin(before["Order No"]).any()
    assert after["Cust No"].isin(before["Cust No"]).mean() > 0.8
    assert set(lines["Order No"]) == set(after["Order No"])
    # About as many a day as known customers placed in the month before.
    june = before[before["Order time"].str.startswith("2026-06", na=False)]
    assert len(after) / 28 == pytest.approx(len(june) / 30, rel=0.45)


def test_the_same_seed_gives_the_same_weeks_and_another_one_does_not(sample):
    path = sample / "orders" / "orders-next-2026-07.csv"
    written = []
    for seed in (1, 1, 2):
        make_next_period(sample, assigned={}, effects={}, seed=seed)
        written.append(path.read_bytes())
    assert written[0] == written[1] != written[2]


def test_bad_lists_are_refused(sample, tmp_path):
    with pytest.raises(UserError, match="no customers of this sample"):
        make_next_period(sample, assigned={"a": ["C1", "TEST0001"]}, effects={})
    with pytest.raises(UserError, match="no probability"):
        make_next_period(sample, assigned={"a": []}, effects={"a": 2})
    with pytest.raises(UserError, match=r"no truth\.json"):
        make_next_period(tmp_path, assigned={}, effects={})
