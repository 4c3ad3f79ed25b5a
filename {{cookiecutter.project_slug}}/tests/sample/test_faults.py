"""Every fault of truth.json, counted again from the files alone: exactly equal."""

from __future__ import annotations

import pandas as pd
import pytest

LAST = pd.Timestamp("2026-06-30 23:59:59")


def rows(client, fault):
    return client.truth["faults"][fault]["rows"]


@pytest.mark.parametrize(
    "column",
    ["customers.birth_year", "customers.gender", "customers.region", "customers.occupation", "customers.income_band",
     "orders.customer_id"],
)  # fmt: skip
def test_missing_values(client, column):
    table, name = column.split(".")
    assert client.table(table)[name].isna().sum() == rows(client, f"missing.{column}")


def test_faults_of_the_orders(client):
    orders = client.table("orders")
    ordered = pd.to_datetime(orders["ordered_at"], format="%Y-%m-%d %H:%M:%S", errors="coerce")
    paid = pd.to_datetime(orders["paid_at"])
    found = {
        "order_date_unreadable": ordered.isna(),
        "order_in_future": ordered > LAST,
        "paid_before_order": paid < ordered,
        "refund_over_amount": orders["refund"] > orders["amount"],
        "order_sent_twice": orders.duplicated(),
    }
    for fault, flags in found.items():
        assert flags.sum() == rows(client, fault) > 0, fault
        assert sorted(orders.loc[flags, "order_id"]) == client.truth["faults"][fault]["ids"], fault


def test_faults_of_the_lines(client):
    lines = client.table("order_lines")
    found = {
        "negative_price": lines["unit_price"] < 0,
        "zero_price": lines["unit_price"] == 0,
        "line_sent_twice": lines.duplicated(),
        "product_unknown": ~lines["product_id"].isin(client.table("products")["product_id"]),
    }
    for fault, flags in found.items():
        assert flags.sum() == rows(client, fault) > 0, fault
        assert (
            sorted(lines.loc[flags, "order_id"] + " " + lines.loc[flags, "product_id"])
            == (client.truth["faults"][fault]["ids"])
        ), fault
    keys = lines["order_id"] + " " + lines["product_id"]
    dear = lines[keys.isin(client.truth["faults"]["price_typed_100_times"]["ids"])]
    others = lines[(lines["unit_price"] > 0) & lines["product_id"].isin(dear["product_id"])]
    usual = others.groupby("product_id")["unit_price"].median()
    ratio = dear["unit_price"].to_numpy() / usual[dear["product_id"]].to_numpy()
    assert ((ratio > 90) & (ratio < 110)).all()


def test_faults_of_the_customers(client):
    customers, orders = client.table("customers"), client.table("orders")
    tests = customers["customer_id"].str.startswith("TEST")
    fault = client.truth["faults"]["test_account"]
    assert tests.sum() == fault["rows"]
    theirs = orders[orders["customer_id"].isin(customers.loc[tests, "customer_id"])]
    assert (len(theirs), round(theirs["amount"].sum(), 2)) == (fault["orders"], fault["amount"])
    assert (customers["occupation"] == "staff").sum() == rows(client, "staff_account")
    assert customers["customer_id"].duplicated().sum() == rows(client, "customer_sent_twice")
    assert customers.duplicated().sum() == rows(client, "customer_sent_twice")
    plain = ["North", "East", "South", "West", "Centre"]
    otherwise = customers["region"].notna() & ~customers["region"].isin(plain)
    assert otherwise.sum() == rows(client, "region_spelled_otherwise")
    blank = customers["region"].str.startswith(" ", na=False)
    assert blank.sum() == client.truth["faults"]["region_spelled_otherwise"]["leading_blank"]
    assert (customers["signed_up_at"] != customers["Joined (app)"]).sum() == rows(client, "registration_times_differ")


def test_faults_of_the_events(client):
    events = client.table("events")
    local = events["occurred_at"].dt.tz_localize("UTC").dt.tz_convert("Europe/London").dt.tz_localize(None)
    assert (local > LAST).sum() == rows(client, "event_in_future")
    assert events.duplicated().sum() == rows(client, "event_sent_twice")
    per_day = events.groupby([events["visitor_id"], local.dt.date]).size()
    machines = sorted(per_day[per_day > 1_000].index.get_level_values(0).unique())
    assert machines == client.truth["faults"]["bot"]["ids"]
    assert events["visitor_id"].isin(machines).sum() == rows(client, "bot")
    customers = client.table("customers").drop_duplicates("customer_id").set_index("customer_id")
    registered = pd.to_datetime(customers["signed_up_at"], format="%d/%m/%Y %H:%M").dt.normalize()
    known = events["customer_id"].notna()
    early = local[known].dt.normalize().to_numpy() < events.loc[known, "customer_id"].map(registered).to_numpy()
    assert early.sum() == rows(client, "event_before_registration")


def test_orphans(client):
    customers = client.table("customers")["customer_id"]
    orders, lines = client.table("orders"), client.table("order_lines")
    unknown = orders["customer_id"].notna() & ~orders["customer_id"].isin(customers)
    fault = client.truth["faults"]["orphan.orders.customer_id"]
    assert (unknown.sum(), round(orders.loc[unknown, "amount"].sum(), 2)) == (fault["rows"], fault["amount"])
    lost = ~lines["order_id"].isin(orders["order_id"])
    fault = client.truth["faults"]["orphan.order_lines.order_id"]
    assert (lost.sum(), round(lines.loc[lost, "amount"].sum(), 2)) == (fault["rows"], fault["amount"])
    readable = orders[pd.to_datetime(orders["ordered_at"], format="%Y-%m-%d %H:%M:%S", errors="coerce").notna()]
    assert (~lines["order_id"].isin(readable["order_id"])).sum() == fault["rows_after_loading"] > fault["rows"]
    counted = readable[pd.to_datetime(readable["ordered_at"]) <= LAST]
    assert (~lines["order_id"].isin(counted["order_id"])).sum() == fault["rows_up_to_the_last_day"]
    touches = client.table("touches")
    assert (~touches["customer_id"].isin(customers)).sum() == rows(client, "orphan.touches.customer_id") > 0
    for table in ("events", "feedback"):
        values = client.table(table)["customer_id"].dropna()
        assert (~values.isin(customers)).sum() == rows(client, f"orphan.{table}.customer_id")


def test_messages_sent_without_consent(client):
    customers = client.table("customers").drop_duplicates("customer_id")
    without = customers.loc[customers["consent"] == "no", "customer_id"]
    touches = client.table("touches")
    sent = touches["sent_at"].notna() & touches["customer_id"].isin(without)
    assert sent.sum() == rows(client, "sent_without_consent") > 0


def test_the_outage_shows_as_a_week_of_silence(client):
    fault = client.truth["faults"]["tracking_outage"]
    events = client.table("events")
    days = events.groupby(events["occurred_at"].dt.date).size()
    days.index = pd.to_datetime(days.index)
    week = days[fault["first_day"] : fault["last_day"]].sum()
    before = days[: pd.Timestamp(fault["first_day"]) - pd.Timedelta(days=1)].iloc[-7:].sum()
    assert week < 0.25 * before
    assert fault["sessions_lost"] / fault["sessions_before"] == pytest.approx(0.93, abs=0.03)
    # What was lost is about what the week before had.
    assert fault["rows_lost"] == pytest.approx(before - week, rel=0.35)


def test_the_wrong_clock_shows_in_the_hours_of_one_device(client):
    fault = client.truth["faults"]["time_zone_shift"]
    events = client.table("events")
    local = events["occurred_at"].dt.tz_localize("UTC").dt.tz_convert("Europe/London").dt.tz_localize(None)
    device = events["device"] == fault["device"]
    # Shifted rows lie between the first day's shift and the last day's end plus the shift.
    first = pd.Timestamp(fault["first_day"]) + pd.Timedelta(hours=fault["hours"])
    last = pd.Timestamp(fault["last_day"]) + pd.Timedelta(days=1, hours=fault["hours"])
    inside = device & (local >= first) & (local < last)
    night = local.dt.hour.isin([3, 4, 5])
    assert night[inside].mean() > 2.2 * night[device & ~inside].mean()
    assert inside.sum() == pytest.approx(fault["rows"], rel=0.1)


def test_without_faults_only_what_is_no_fault_of_the_data_is_counted(plain_client):
    natural = {"region_spelled_otherwise", "registration_times_differ", "event_sent_twice"}
    found = {name: fault["rows"] for name, fault in plain_client.truth["faults"].items() if fault["rows"]}
    assert set(found) <= natural
