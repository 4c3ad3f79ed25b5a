"""The clean sample: every key has its parent, every sum is right, nothing lies outside the exported days."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd


def test_without_faults_every_child_has_its_parent(plain_client):
    parents = {
        ("orders", "customer_id"): ("customers", "customer_id"),
        ("order_lines", "order_id"): ("orders", "order_id"),
        ("order_lines", "product_id"): ("products", "product_id"),
        ("events", "customer_id"): ("customers", "customer_id"),
        ("events", "product_id"): ("products", "product_id"),
        ("touches", "customer_id"): ("customers", "customer_id"),
        ("touches", "campaign_id"): ("campaigns", "campaign_id"),
        ("feedback", "customer_id"): ("customers", "customer_id"),
        ("identities", "customer_id"): ("customers", "customer_id"),
        ("subscriptions", "customer_id"): ("customers", "customer_id"),
    }
    for (child, column), (parent, key) in parents.items():
        values = plain_client.table(child)[column].dropna()
        assert values.isin(plain_client.table(parent)[key]).all(), (child, column)


def test_without_faults_keys_are_unique_and_no_row_repeats(plain_client):
    for table, key in (("customers", "customer_id"), ("orders", "order_id"), ("products", "product_id")):
        assert plain_client.table(table)[key].is_unique
    assert not plain_client.table("order_lines").duplicated(["order_id", "product_id"]).any()
    assert not plain_client.table("touches").duplicated(["campaign_id", "customer_id"]).any()


def test_orders_come_to_their_lines_less_the_discount_to_the_cent(plain_client):
    lines, orders = plain_client.table("order_lines"), plain_client.table("orders").set_index("order_id")
    cents = (lines["amount"] * 100).round().astype(int).groupby(lines["order_id"]).sum()
    given = ((orders["amount"] + orders["discount"]) * 100).round().astype(int)
    assert (cents == given[cents.index]).all()
    assert len(cents) == len(orders)


def test_without_faults_times_are_in_their_order_and_within_the_export(plain_client):
    orders = plain_client.table("orders")
    ordered, paid = pd.to_datetime(orders["ordered_at"]), pd.to_datetime(orders["paid_at"])
    assert (paid >= ordered)[paid.notna()].all()
    assert ordered.dt.date.between(plain_client.made.first_day, plain_client.made.as_of).all()
    registered = pd.to_datetime(
        plain_client.table("customers").set_index("customer_id")["signed_up_at"], format="%d/%m/%Y %H:%M"
    )
    assert (ordered.to_numpy() >= registered[orders["customer_id"]].to_numpy()).all()
    events = plain_client.table("events")
    known = events[events["customer_id"].notna()]
    local = known["occurred_at"].dt.tz_localize("UTC").dt.tz_convert("Europe/London").dt.tz_localize(None)
    assert (local.to_numpy() >= registered[known["customer_id"]].to_numpy()).all()


def test_messages_follow_each_other(plain_client):
    touches = plain_client.table("touches")
    chain = ["assigned_at", "sent_at", "delivered_at", "opened_at", "clicked_at"]
    times = touches[chain].apply(pd.to_datetime)
    for earlier, later in pairwise(chain):
        happened = times[later].notna()
        assert times.loc[happened, earlier].notna().all()
        assert (times.loc[happened, later] >= times.loc[happened, earlier]).all()


def test_personal_looking_data_is_obviously_invented(client):
    identities = client.table("identities").dropna()
    phones = identities.loc[identities["kind"] == "phone", "value"].str.replace(r"\D", "", regex=True)
    assert phones.str.fullmatch(r"(00)?999555\d{8}").all()
    assert identities.loc[identities["kind"] == "email", "value"].str.lower().str.endswith("@example.com").all()


def test_it_looks_like_a_business(client):
    orders = client.orders
    months = orders.groupby(orders["ordered_at"].dt.to_period("M")).size()
    assert months.iloc[-3:].sum() > 1.3 * months.iloc[:3].sum()  # growth
    december, january = (orders["ordered_at"].dt.strftime("%Y-%m").eq(m).sum() for m in ("2025-12", "2026-01"))
    assert december > 1.15 * january  # season
    hours = orders.groupby(orders["ordered_at"].dt.hour).size()
    assert hours[20] > 5 * hours[4]
    money = np.sort(orders["amount"].to_numpy())[::-1]
    assert money[: len(money) // 5].sum() > 0.4 * money.sum()  # heavy tail
    assert 0.3 < client.truth["orders"]["one_time_share"] < 0.55
