"""Outcomes and what is known before, worked out by hand for a client of a few customers."""

from __future__ import annotations

import datetime as dt

import pytest
from touches_by_hand import at, made, order, tables, touch, units

from customer_analytics.analysis.campaigns.purchases import known_margin, purchases
from customer_analytics.engagement.parameters import CampaignEvaluationParameters

CAMPAIGN = {"campaign_id": "K", "name": "Spring", "channel": "email", "started_at": at("05-01 09:00")}


def two_arms(*customers: str, **more) -> list[dict]:
    return [touch("K", who, "control" if i % 2 else "sent", **more) for i, who in enumerate(customers)]


def test_an_order_at_the_start_counts_and_one_at_the_end_of_the_window_does_not() -> None:
    orders = [
        order("a", "05-01 09:00"), order("b", "05-01 08:59"), order("c", "05-15 08:59"), order("d", "05-15 09:00"),
    ]  # fmt: skip
    data = tables(touches=two_arms("a", "b", "c", "d"), orders=orders)
    found = units(made(data), "orders", "x_orders")
    assert found == [(0, 1, "a", 1.0, 0.0), (0, 0, "b", 0.0, 1.0), (0, 1, "c", 1.0, 0.0), (0, 0, "d", 0.0, 0.0)]


def test_every_arm_is_counted_from_its_own_assignment_not_from_the_sending() -> None:
    rows = [touch("K", "a", "sent", sent_at=at("05-03 09:00")), touch("K", "b", "control", sent_at=None)]
    orders = [order("a", "05-01 12:00"), order("b", "05-01 12:00")]
    assert [row[3] for row in units(made(tables(touches=rows, orders=orders)), "orders")] == [1.0, 1.0]


def test_money_is_what_was_kept_and_unpaid_orders_count_for_nothing() -> None:
    orders = [
        order("a", "05-02", 100.0, status="paid", refund=30.0, discount=5.0),
        order("a", "05-03", 50.0, status="unpaid", refund=None, discount=9.0),
        order("b", "05-02", 80.0, status="refunded", refund=None, discount=1.0),
        order("b", "05-04", -20.0, status="paid", refund=None, discount=None),
    ]
    found = made(tables(touches=two_arms("a", "b"), orders=orders))
    seen = units(found, "converted", "orders", "revenue", "refunds", "discount")
    assert seen == [(0, 1, "a", 1.0, 1.0, 70.0, 1.0, 5.0), (0, 0, "b", 0.0, 0.0, -20.0, 2.0, 0.0)]


def test_the_margin_of_an_order_comes_from_its_own_costs() -> None:
    """Costs 60 of 100; of the order that came back by half, half of the goods are worth their cost again. The third
    order has no costs: it has the mean share, 1 - (60 + 60) / (100 + 80)."""
    orders = [order("a", "05-02", 100.0, refund=50.0), order("b", "05-02", 80.0, refund=None),
              order("b", "05-03", 30.0, refund=None)]  # fmt: skip
    lines = [
        {"order_id": "a 05-02", "product_id": "p", "amount": 100.0, "cost": 60.0},
        {"order_id": "b 05-02", "product_id": "p", "amount": 80.0, "cost": 60.0},
    ]
    found = made(tables(touches=two_arms("a", "b"), orders=orders, order_lines=lines))
    seen = units(found, "margin")
    assert seen[0][3] == pytest.approx(50 * 0.4)
    assert seen[1][3] == pytest.approx(80 * 0.25 + 30 * (1 - 120 / 180))


def test_a_stated_margin_wins_over_costs() -> None:
    lines = [{"order_id": "a 05-02", "product_id": "p", "amount": 100.0, "cost": 60.0}]
    data = tables(orders=[order("a", "05-02", 100.0)], order_lines=lines)
    stated = CampaignEvaluationParameters(margin_share=0.25)
    assert known_margin(data, stated) is None
    assert purchases(data, stated).to_pandas()["margin"].tolist() == [25.0]


def test_what_was_known_before_has_its_own_days() -> None:
    orders = [order("a", "01-20", 7.0), order("a", "04-01", 9.0), order("a", "05-02", 50.0)]
    people = [{"customer_id": "a", "signed_up_at": at("01-01")}, {"customer_id": "b", "signed_up_at": at("06-01")}]
    found = made(tables(touches=two_arms("a", "b"), orders=orders, customers=people), before_days=40)
    columns = ("x_converted", "x_orders", "x_revenue", "recency_days", "orders_before", "revenue_before", "days_known")
    assert units(found, *columns) == [
        (0, 1, "a", 1.0, 1.0, 9.0, 30.0, 2.0, 16.0, 120.0),
        (0, 0, "b", 0.0, 0.0, 0.0, None, 0.0, 0.0, None),
    ]


def test_visits_are_sessions_and_each_counts_where_it_began() -> None:
    events = [
        {"customer_id": "a", "event": "view", "session_id": "s1", "occurred_at": at("05-01 08:59")},
        {"customer_id": "a", "event": "view", "session_id": "s1", "occurred_at": at("05-01 09:05")},
        {"customer_id": "a", "event": "view", "session_id": "s2", "occurred_at": at("05-02 09:00")},
        {"customer_id": "a", "event": "view", "session_id": None, "occurred_at": at("05-03 09:00")},
        {"customer_id": "a", "event": "view", "session_id": None, "occurred_at": at("05-03 11:00")},
    ]
    data = tables(touches=two_arms("a", "b"), orders=[order("b", "05-02")], events=events)
    assert units(made(data), "visits", "x_visits") == [(0, 1, "a", 2.0, 1.0), (0, 0, "b", 0.0, 0.0)]


def test_unsubscribing_counts_in_the_window_only() -> None:
    rows = [
        touch("K", "a", "sent", unsubscribed_at=at("05-03")), touch("K", "b", "control", unsubscribed_at=None),
        touch("K", "c", "sent", unsubscribed_at=at("05-20")), touch("K", "d", "control", unsubscribed_at=None),
    ]  # fmt: skip
    found = made(tables(touches=rows, orders=[order("a", "05-02")]))
    assert [row[3] for row in units(found, "unsubscribed")] == [1.0, 0.0, 0.0, 0.0]
    assert found.outcome("unsubscribed").guardrail and found.main == "converted"


def test_the_day_of_the_start_is_the_clients_not_utc() -> None:
    rows = two_arms("a", "b", when="05-01 16:30")
    found = made(tables("Asia/Shanghai", touches=rows, orders=[order("a", "05-02")]))
    assert found.list["first_on"].tolist() == [dt.date(2025, 5, 2)]
    assert [row[3] for row in units(found, "start_day")] == [(dt.date(2025, 5, 2) - dt.date(1970, 1, 1)).days] * 2


def test_a_window_that_is_not_over_does_not_count_yet() -> None:
    rows = [*two_arms("a", "b"), *two_arms("c", "d", when="06-20 09:00")]
    found = made(tables(touches=rows, orders=[order("a", "05-02"), order("c", "06-21")]))
    assert found.list["over"].tolist() == [0.5]
    assert found.sums["n"].sum() == 2
    running = made(tables(touches=two_arms("c", "d", when="06-20 09:00"), orders=[order("c", "06-21")]))
    assert running.list["reason"].tolist() == ["not_over"]
    assert not len(running.sums)


def test_a_campaign_without_times_of_messages_runs_from_its_first_to_its_last_day() -> None:
    campaign = CAMPAIGN | {"started_at": at("03-01"), "ended_at": at("04-10")}
    rows = two_arms("a", "b", when=None)
    orders = [order("a", "04-10 23:00"), order("b", "04-11 00:00")]
    found = made(tables(touches=rows, campaigns=[campaign], orders=orders))
    assert found.list[["window_days", "window_source"]].to_numpy().tolist() == [[41, "campaign"]]
    assert [row[3] for row in units(found, "orders")] == [1.0, 0.0]


def test_without_any_day_only_ready_made_outcomes_are_compared() -> None:
    rows = [touch("K", who, "control" if i % 2 else "sent", None, came=str(i % 3 == 0).upper())
            for i, who in enumerate("abcdef")]  # fmt: skip
    data = tables(touches=rows, orders=[order("a", "05-02")])
    found = made(data)
    assert [one.name for one in found.outcomes] == ["came"] and found.main == "came"
    assert found.list["window_source"].tolist() == ["none"] and found.list["reason"].tolist() == [""]
    assert [row[3] for row in units(found, "came")] == [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]
    nothing = tables(
        touches=[{k: v for k, v in row.items() if k != "came"} for row in rows], orders=[order("a", "05-02")]
    )
    assert made(nothing).list["reason"].tolist() == ["no_start"]
