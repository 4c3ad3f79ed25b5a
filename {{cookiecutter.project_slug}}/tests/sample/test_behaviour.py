"""Funnel, hazards, channels, the cliff and the probabilities, found again in the files by simple counting."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from lifelines import CoxPHFitter

STEPS = ("view_item", "add_to_cart", "begin_checkout", "purchase")


def session_rates(client):
    """Step rates by device over sessions, machines left out."""
    events = client.table("events")
    events = events[~events["visitor_id"].isin(client.truth["faults"]["bot"].get("ids", []))]
    reached = events[events["event"].isin(STEPS)].drop_duplicates(["session_id", "event"])
    counts = pd.crosstab(reached["device"], reached["event"])
    return {
        step: (counts[step] / counts[before], counts[before])
        for before, step in pairwise(STEPS)
    }  # fmt: skip


def test_step_rates_by_device_are_within_sampling_error_of_the_truth(client):
    found = session_rates(client)
    for device, truth in client.truth["funnel"]["devices"].items():
        for step, name in zip(STEPS[1:], ("cart", "checkout", "payment"), strict=True):
            rates, base = found[step]
            planted = truth["rates"][name]
            # The failures are drawn around the payments, so the rate has a little more than binomial noise.
            error = np.sqrt(planted * (1 - planted) / base[device])
            assert rates[device] == pytest.approx(planted, abs=4.5 * error + 0.01), (device, step)


def test_the_planted_drop_is_the_lowest_rate_of_its_step(client):
    drop = client.truth["funnel"]["drop"]
    rates, _ = session_rates(client)[drop["step"]]
    assert rates.idxmin() == drop["device"]
    assert rates.drop(drop["device"]).min() - rates[drop["device"]] > 0.2


def test_without_truths_the_devices_are_equal(plain_client):
    assert plain_client.truth["funnel"]["drop"] is None
    rates, base = session_rates(plain_client)["purchase"]
    assert (abs(rates - 0.84) < 4.5 * np.sqrt(0.84 * 0.16 / base) + 0.01).all()


def covariates(client):
    """Covariates of the hazards by customer, from the exports alone."""
    customers = client.table("customers").drop_duplicates("customer_id").set_index("customer_id")
    registered = pd.to_datetime(customers["signed_up_at"], format="%d/%m/%Y %H:%M")
    feedback = client.table("feedback")
    complaints = feedback[feedback["topic"] == "complaint"].set_index("customer_id")
    early = pd.to_datetime(complaints["given_at"]) - registered.reindex(complaints.index)
    complained = early[early <= pd.Timedelta(days=10)].index
    return customers.assign(
        registered=registered,
        channel_deal_site=(customers["acquisition_channel"] == "deal site").astype(float),
        early_complaint=customers.index.isin(complained).astype(float),
    )


def test_hazards_of_the_contracts_are_recovered_from_the_exports(client):
    truth = client.truth["churn"]["contract"]["log_hazard"]
    held = client.table("subscriptions")
    held = held.join(covariates(client)[["channel_deal_site", "early_complaint", "registered"]], on="customer_id")
    # Complaints of customers who registered before the first exported day are not in the export.
    held = held[held["registered"] >= pd.Timestamp(client.made.first_day)]
    end = pd.to_datetime(held["ended_at"])
    last = pd.Timestamp(client.made.as_of) + pd.Timedelta(days=1)
    frame = pd.DataFrame(
        {
            "yearly_plan": held["plan"].eq("Plus yearly").astype(float),
            "autopay": held["Autopay"].eq("yes").astype(float),
            "channel_deal_site": held["channel_deal_site"],
            "early_complaint": held["early_complaint"],
            "days": (end.fillna(last) - pd.to_datetime(held["started_at"])).dt.days,
            "ended": end.notna(),
        }
    )
    fit = CoxPHFitter().fit(frame, "days", "ended").summary
    for name, value in truth.items():
        assert abs(fit.loc[name, "coef"] - value) < 3.5 * fit.loc[name, "se(coef)"], name


def test_hazards_of_leaving_are_recovered_from_the_days_of_leaving(client):
    truth, people = client.truth["churn"]["activity"]["log_hazard"], client.truth_table("customers")
    last = pd.Timestamp(client.made.as_of)
    frame = people[list(truth)].assign(
        days=(people["left_on"].fillna(last) - people["registered_on"]).dt.days + 0.5, ended=people["left_on"].notna()
    )
    fit = CoxPHFitter().fit(frame, "days", "ended").summary
    for name, value in truth.items():
        assert abs(fit.loc[name, "coef"] - value) < 3.5 * fit.loc[name, "se(coef)"], name


def test_signs_of_the_hazards_show_in_who_orders_again(client):
    people = covariates(client)
    known = people.index.str.startswith("C") & (people["registered"] >= pd.Timestamp(client.made.first_day))
    people = people[known & (people["registered"] < pd.Timestamp("2026-02-01"))]
    orders = client.orders.dropna(subset=["customer_id"])
    age = orders["ordered_at"] - people["registered"].reindex(orders["customer_id"]).to_numpy()
    again = orders.loc[age.between(pd.Timedelta(days=30), pd.Timedelta(days=120)), "customer_id"]
    people = people.assign(again=people.index.isin(again))
    for column, worse in (("channel_deal_site", 1), ("early_complaint", 1), ("consent", "no")):
        flag = people[column] == worse
        assert people.loc[flag, "again"].mean() < people.loc[~flag, "again"].mean() - 0.03, column


def ordering_by_month(client, channel=None):
    """Share of customers with an order in each 30-day month since registration, complete months only."""
    people = client.truth_table("customers")
    people = people[people["registered_on"] >= pd.Timestamp(client.made.first_day)]
    if channel:
        people = people[people["channel"] == channel]
    orders = client.orders.merge(people[["customer_id", "registered_on"]], on="customer_id")
    month = (orders["ordered_at"].dt.normalize() - orders["registered_on"]).dt.days // 30
    last = pd.Timestamp(client.made.as_of) + pd.Timedelta(days=1)
    shares = {}
    for k in range(1, 9):
        complete = people[people["registered_on"] + pd.Timedelta(days=30 * (k + 1)) <= last]
        active = orders.loc[month == k, "customer_id"].unique()
        shares[k] = (complete["customer_id"].isin(active).mean(), len(complete))
    return shares


def test_share_that_orders_by_channel_is_near_the_expected_one(client):
    for channel, truth in client.truth["channels"].items():
        if channel in ("definition", "leaving_channel"):
            continue
        found = ordering_by_month(client, channel)
        for month, expected in truth["orders_in_month"].items():
            share, base = found[int(month)]
            # Guests, and orders that campaigns caused, move it by a point or two.
            assert share == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / base) + 0.02)


def test_the_leaving_channel_keeps_least_and_costs_least(client):
    truth = client.truth["channels"]
    named = truth["leaving_channel"]
    others = [name for name in truth if name not in ("definition", "leaving_channel", named)]
    assert all(truth[named]["still_here"]["180"] < 0.6 * truth[name]["still_here"]["180"] for name in others)
    costs = {name: truth[name]["spend"]["cost_per_customer"] for name in truth if name not in
             ("definition", "leaving_channel") and truth[name]["spend"]}  # fmt: skip
    assert min(costs, key=costs.get) == named
    spend = client.table("spend")
    assert spend.loc[spend["channel"] == named, "cost"].sum() == pytest.approx(truth[named]["spend"]["cost"])


def test_activity_falls_at_the_cliff_and_hardly_before(client, plain_client):
    cliff = client.truth["retention"]["cliff"]["month"]
    found = {k: share for k, (share, _) in ordering_by_month(client).items()}
    assert found[cliff + 1] < 0.75 * found[cliff - 1]
    assert found[cliff - 1] > 0.8 * found[cliff - 2]
    assert plain_client.truth["retention"]["cliff"] is None
    smooth = {k: share for k, (share, _) in ordering_by_month(plain_client).items()}
    assert smooth[cliff + 1] > 0.78 * smooth[cliff - 1]


def test_planted_probabilities_are_calibrated_and_rank_who_stays_silent(client):
    people = client.truth_table("customers")
    for day in client.truth["churn"]["activity"]["cut_offs"][1:]:
        cut_off = pd.Timestamp(day)
        column = f"p_no_order_{day}"
        known = people[people[column].notna()]
        window = client.orders["ordered_at"].between(cut_off, cut_off + pd.Timedelta(days=90), inclusive="left")
        silent = ~known["customer_id"].isin(client.orders.loc[window, "customer_id"])
        assert silent.mean() == pytest.approx(known[column].mean(), abs=0.025)
        expected = known[f"expected_orders_{day}"].sum()
        placed = (window & client.orders["customer_id"].isin(known["customer_id"])).sum()
        assert placed == pytest.approx(expected, rel=0.12)  # campaigns cause some more
        groups = pd.qcut(known[column], 4, duplicates="drop")
        means = pd.DataFrame({"p": known[column], "y": silent}).groupby(groups, observed=True).mean()
        assert (abs(means["p"] - means["y"]) < 0.05).all()


def test_the_leaking_column_is_filled_for_nobody_who_is_still_here(client):
    leak = client.truth["churn"]["leak"]
    customers = client.table("customers").drop_duplicates("customer_id")
    people = client.truth_table("customers")
    filled = customers.loc[customers[leak["column"]].notna(), "customer_id"]
    left = people.loc[people["left_on"].notna(), "customer_id"]
    assert set(filled) <= set(left)
    assert len(filled) / len(left) == pytest.approx(leak["filled_share_of_those_who_left"], abs=0.03)


def test_one_time_share_is_that_of_the_orders(client):
    per_customer = client.orders.dropna(subset=["customer_id"]).groupby("customer_id")["order_id"].nunique()
    truth = client.truth["orders"]
    assert len(per_customer) == truth["customers_with_order"]
    assert (per_customer == 1).mean() == pytest.approx(truth["one_time_share"], abs=1e-12)
    orders = client.table("orders")
    assert orders["refund"].sum() == pytest.approx(truth["refund_money"])
    assert (orders["status"] == "Returned").sum() == truth["fully_refunded_rows"]
