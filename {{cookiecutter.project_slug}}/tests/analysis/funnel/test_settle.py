"""What parameters and data make of a funnel: steps, unit, window, and mistakes told at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest

from customer_analytics.analysis.funnel import analyse
from customer_analytics.analysis.funnel.definition import Definition
from customer_analytics.analysis.funnel.known import stage_of
from customer_analytics.analysis.funnel.settle import settle
from customer_analytics.analysis.stream import event_names
from customer_analytics.engagement.errors import UserError
from customer_analytics.engagement.parameters import FunnelParameters

END = dt.datetime(2024, 5, 1)


def events(*names: str, days: Iterable[float] = (60, 40, 20, 1), **more: Any) -> list[dict[str, Any]]:
    """Each event once a person and day, some days before the end of the data, a minute apart in the order given."""
    return [
        {
            "customer_id": f"p{person}",
            "event": name,
            "occurred_at": END - dt.timedelta(days=day) + dt.timedelta(minutes=place),
            **more,
        }
        for person, day in enumerate(days)
        for place, name in enumerate(names)
    ]


def settled(tables: Any, **parameters: Any) -> Definition:
    return settle(tables, FunnelParameters(**parameters), event_names(tables)).definition


def problems(tables: Any, **parameters: Any) -> str:
    with pytest.raises(UserError) as caught:
        settled(tables, **parameters)
    return "\n".join(f"{each.where}: {each.what} {each.mend}" for each in caught.value.problems)


def test_well_known_names_make_the_funnel_in_their_order(make_tables) -> None:
    tables = make_tables(events=events("purchase", "view_item", "session_start", "add_to_cart", "scroll", "search"))
    found = settled(tables)
    assert found.labels == ("session_start", "view_item", "add_to_cart", "purchase")
    assert found.origin == "known"


def test_chinese_names_are_well_known_too(make_tables) -> None:
    tables = make_tables(events=events("支付成功", "提交订单", "加入购物车", "浏览商品", "签到"))
    assert settled(tables).labels == ("浏览商品", "加入购物车", "提交订单", "支付成功")


def test_leads_are_followed_for_months(make_tables) -> None:
    tables = make_tables(events=events("contact", "qualified", "proposal", "closed_won", days=(400, 300, 200, 3)))
    found = settled(tables)
    assert found.labels == ("contact", "qualified", "proposal", "closed_won")
    assert found.window_days == 90


def test_signs_and_case_do_not_hide_a_known_name() -> None:
    assert stage_of("Add To Cart") == stage_of("addToCart") == stage_of("add-to-cart") == "cart"
    assert stage_of("frobnicate", "purchase") == "pay"
    assert stage_of("frobnicate") == ""


def test_unknown_names_follow_in_the_order_of_first_times(make_tables) -> None:
    rows = events("open_box", "read_manual", "plug_in")
    rows += events("rare", days=(30,))
    found = settled(make_tables(events=rows))
    assert found.origin == "first_times"
    assert found.labels[:3] == ("open_box", "read_manual", "plug_in")


def test_one_kind_of_event_asks_who_comes_back(make_tables) -> None:
    assert settled(make_tables(events=events("ping"))).labels == ("ping", "ping")


def test_orders_alone_make_a_funnel(make_tables) -> None:
    orders = [
        {
            "order_id": f"o{n}",
            "customer_id": f"c{n % 5}",
            "ordered_at": END - dt.timedelta(days=300 - 2 * n),
            "status": "paid",
        }
        for n in range(149)
    ]
    customers = [{"customer_id": f"c{n}", "signed_up_at": END - dt.timedelta(days=400)} for n in range(5)]
    found = settled(make_tables(orders=orders, customers=customers))
    assert found.labels == ("signed up", "order placed", "order paid", "order placed again")
    assert found.origin == "orders"


def test_orders_of_nobody_are_followed_one_by_one(make_tables) -> None:
    orders = [
        {
            "order_id": f"o{n}",
            "customer_id": None,
            "ordered_at": END - dt.timedelta(days=n),
            "status": "paid",
            "amount": Decimal(10),
        }
        for n in range(90)
    ]
    found = settled(make_tables(orders=orders))
    assert (found.unit, found.labels) == ("order", ("order placed", "order paid", "order kept"))
    assert found.window_days == 30


def test_the_usual_window_is_a_week_and_shorter_where_the_data_are(make_tables) -> None:
    names = ("view_item", "purchase")
    assert settled(make_tables(events=events(*names))).window_days == 7
    assert settled(make_tables(events=events(*names, days=(7, 5, 1)))).window_days == 3
    assert settled(make_tables(events=events(*names, days=(1.5, 1)))).window_seconds is None  # two days of data
    assert settled(make_tables(events=events(*names)), window_days=1.5).window_seconds == 129_600


def test_a_window_longer_than_the_data_is_kept_so_that_young_entries_are_not_counted_as_lost(make_tables) -> None:
    tables = make_tables(events=events("view_item", "purchase"))
    assert settled(tables, window_days=400).window_days == 400
    found = analyse(tables, FunnelParameters(window_days=400))
    assert found.entered == 0 and found.immature > 0


def test_a_closed_group_is_followed_as_far_as_the_data_reach(make_tables) -> None:
    """Nobody entered in the last two weeks: everybody was watched for twice the usual window, and none is set."""
    found = settled(make_tables(events=events("view_item", "purchase", days=(40, 30, 20))))
    assert found.window_seconds is None
    assert not found.window_given


def test_a_step_may_be_either_of_two_with_a_condition_and_a_name_to_show(make_tables) -> None:
    tables = make_tables(events=events("view", "peek", "buy", page="/a|b"))
    found = settled(tables, steps="view | peek where page = '/a|b' as 'Looked', buy")
    first, second = found.steps
    assert (first.label, first.names, str(first.condition)) == ("Looked", ("view", "peek"), "page = '/a|b'")
    assert (second.label, second.names, second.condition) == ("buy", ("buy",), None)
    assert settled(tables, steps=["view", "buy"]).steps == settled(tables, steps="[view, buy]").steps


def test_a_name_with_signs_is_taken_as_it_stands(make_tables) -> None:
    tables = make_tables(events=events("a | b", "c where d = 1", "go"))
    assert settled(tables, steps=["a | b", "c where d = 1", "go"]).labels == ("a | b", "c where d = 1", "go")


def test_every_mistake_is_told_at_once_with_the_nearest_name(make_tables) -> None:
    tables = make_tables(events=events("view_item", "purchase", page="/"))
    told = problems(
        tables,
        steps=["vew_item", "purchase where pge = '/'"],
        exclude=["nothing"],
        hold="devise",
        attempt="best",
        entry="open",
    )
    assert "there is no event 'vew_item'" in told and "Did you mean 'view_item'?" in told
    assert "no column `pge`" in told
    assert "reports.funnel.exclude, entry 1" in told
    assert "no best attempt" in told
    assert "one step makes no funnel" not in told  # two were given


def test_what_cannot_be_meant_is_refused(make_tables) -> None:
    tables = make_tables(events=events("view_item", "purchase"))
    steps = ("view_item", "purchase")
    assert "one step makes no funnel" in problems(tables, steps=["view_item"])
    assert "cannot stand twice" in problems(tables, steps=["view_item", "view_item"], order="any")
    assert "have no session_id" in problems(tables, steps=steps, unit="session")
    assert "have no column 'item'" in problems(tables, steps=steps, hold="item")
    assert "no choice of attempts" in problems(tables, steps=steps, attempt="best", occurrence="first_ever")
    assert "there are 13 entries" in problems(tables, steps=["view_item"] * 13)


def test_a_step_that_is_excluded_is_refused_and_not_passed_over(make_tables) -> None:
    tables = make_tables(events=events("view_item", "purchase", page="/"))
    steps = ("view_item", "purchase")
    told = problems(tables, steps=steps, exclude=["purchase"])
    assert "reports.funnel.exclude, entry 1" in told and "the step 'purchase' are excluded too" in told
    assert settled(tables, steps=steps, exclude=["purchase where page = '/lost'"]).exclude


def test_a_column_held_constant_that_a_step_never_fills_is_refused_and_not_counted_as_nobody(make_tables) -> None:
    rows = [{**row, "device": None if row["event"] == "home" else "phone"} for row in events("home", "purchase")]
    told = problems(make_tables(events=rows), steps=["home", "purchase"], hold="device")
    assert "no row of the step 'home' has a value in 'device'" in told
    assert "purchase" not in told


def test_nothing_at_all_is_said_in_words(make_tables) -> None:
    tables = make_tables(events=[], columns={"events": ("customer_id", "event", "occurred_at")})
    assert "there are no events, orders or registrations" in problems(tables)


def test_sessions_numbered_by_person_are_not_taken_for_one(make_tables) -> None:
    rows = events("view_item", "purchase", session_id="1")
    assert settled(make_tables(events=rows), unit="session").shared_sessions
    for number, row in enumerate(rows):
        row["session_id"] = f"s{number // 2}"
    assert not settled(make_tables(events=rows), unit="session").shared_sessions
