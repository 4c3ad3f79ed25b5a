"""Whom retention follows, from when, and what is known of them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from retention_logs import MakeTables

from customer_analytics.analysis.retention import analyse
from customer_analytics.analysis.retention.definition import choose_period
from customer_analytics.analysis.stream.person_days import person_days
from customer_analytics.engagement.errors import UserError
from customer_analytics.engagement.parameters import RetentionParameters

AS_OF = dt.date(2025, 6, 30)


def at(day: int, hour: int = 12) -> dt.datetime:
    """A moment so many days after 1 January 2025."""
    return dt.datetime(2025, 1, 1, hour) + dt.timedelta(days=day)


def seen(customer: str | None, day: int, **more: Any) -> dict[str, Any]:
    return {"customer_id": customer, "event": "view", "occurred_at": at(day), **more}


def people_of(result: Any) -> Any:
    return result.people.to_pandas().sort_values("person_id").set_index("person_id")


def test_visitors_are_left_out_and_counted_where_customers_make_a_third(make_tables: MakeTables) -> None:
    events = [seen("c1", day) for day in (0, 5)] + [seen(None, day, visitor_id=f"v{day}") for day in range(4)]
    tables = make_tables(AS_OF, events=events)
    followed = analyse(tables, RetentionParameters())
    assert followed.definition.people == "customers"
    assert (followed.size, followed.customers) == (1, 1)
    assert (followed.definition.left_out.visitors, followed.definition.left_out.visitor_rows) == (4, 4)
    everyone = analyse(tables, RetentionParameters(people="everyone"))
    assert (everyone.size, everyone.customers) == (5, 1)
    assert everyone.definition.left_out.visitors == 0
    more = [*events, seen(None, 9, visitor_id="v9")]
    assert analyse(make_tables(AS_OF, events=more), RetentionParameters()).definition.people == "everyone"


def test_the_same_text_as_customer_and_visitor_is_two_people(make_tables: MakeTables) -> None:
    events = [seen("x", 0), seen(None, 1, visitor_id="x"), seen("y", 2, visitor_id="x")]
    result = analyse(make_tables(AS_OF, events=events), RetentionParameters(people="everyone"))
    assert sorted(people_of(result).index) == [" x", "x", "y"]
    assert people_of(result)["customer_id"].to_dict() == {" x": None, "x": "x", "y": "y"}


def test_rows_of_nobody_are_counted_and_left_out(make_tables: MakeTables) -> None:
    orders = [
        {"order_id": "1", "customer_id": None, "ordered_at": at(0), "amount": 5.0},
        {"order_id": "2", "customer_id": "a", "ordered_at": at(1), "amount": 5.0},
    ]
    result = analyse(make_tables(AS_OF, orders=orders), RetentionParameters())
    assert (result.size, result.definition.left_out.rows_without_person) == (1, 1)


def test_activity_decides_what_counts(make_tables: MakeTables) -> None:
    orders = [
        {"order_id": "1", "customer_id": "a", "ordered_at": at(0), "amount": 50.0, "status": "paid"},
        {"order_id": "2", "customer_id": "a", "ordered_at": at(3), "amount": -50.0, "status": "paid"},
        {"order_id": "3", "customer_id": "b", "ordered_at": at(4), "amount": 9.0, "status": "cancelled"},
    ]
    events = [seen("a", 0), seen("c", 7), {**seen("c", 9), "event": "login"}]
    tables = make_tables(AS_OF, orders=orders, events=events)
    made = {
        "any": person_days(tables),
        "events": person_days(tables, "events"),
        "orders": person_days(tables, "orders"),
        "purchases": person_days(tables, "purchases"),
        "logins": person_days(tables, "events", ["login"]),
    }
    rows = {name: table.to_pyarrow().to_pylist() for name, table in made.items()}
    days = {name: sorted((row["person_id"], row["day"] - 20089) for row in own) for name, own in rows.items()}
    assert days["any"] == [("a", 0), ("a", 3), ("b", 4), ("c", 7), ("c", 9)]
    assert days["events"] == [("a", 0), ("c", 7), ("c", 9)]
    assert days["orders"] == [("a", 0), ("a", 3), ("b", 4)]
    assert days["purchases"] == [("a", 0)]
    assert days["logins"] == [("c", 9)]
    (row,) = [row for row in rows["any"] if row["day"] == 20089]
    assert (row["events"], row["orders"], row["purchases"], float(row["net"])) == (1, 1, 1, 50.0)


def test_customers_listed_twice_count_once(make_tables: MakeTables) -> None:
    customers = [
        {"customer_id": "a", "signed_up_at": at(3), "acquisition_channel": "mail", "region": None},
        {"customer_id": "a", "signed_up_at": at(1), "acquisition_channel": "ads", "region": "North"},
    ]
    result = analyse(make_tables(AS_OF, events=[seen("a", 5)], customers=customers), RetentionParameters())
    (row,) = people_of(result).reset_index().to_dict("records")
    assert (row["channel"], row["region"], row["signed_up"]) == ("ads", "North", 20090)


def test_attributes_are_the_first_known_ones_and_ties_go_by_the_alphabet(make_tables: MakeTables) -> None:
    events = [
        seen("a", 0, channel=None, device="phone"),
        seen("a", 1, channel="mail", device="tablet"),
        seen("a", 1, channel="ads", device=None),
        seen("a", 2, channel="aaa", device="desk"),
        seen("b", 0, channel=None, device=None),
    ]
    result = analyse(make_tables(AS_OF, events=events[::-1]), RetentionParameters())
    assert result.attributes == ("channel", "device")
    table = people_of(result)[["channel", "device"]]
    assert table.loc["a"].tolist() == ["ads", "phone"]
    assert table.loc["b"].isna().all()


def test_the_first_product_is_that_with_most_money_on_the_first_purchase_day(make_tables: MakeTables) -> None:
    orders = [
        {"order_id": "0", "customer_id": "a", "ordered_at": at(0), "amount": 9.0, "status": "cancelled"},
        {"order_id": "1", "customer_id": "a", "ordered_at": at(1), "amount": 30.0, "status": "paid"},
        {"order_id": "2", "customer_id": "a", "ordered_at": at(1, 14), "amount": 20.0, "status": "paid"},
        {"order_id": "3", "customer_id": "a", "ordered_at": at(9), "amount": 99.0, "status": "paid"},
        {"order_id": "4", "customer_id": "b", "ordered_at": at(9), "amount": 10.0, "status": "paid"},
    ]
    lines = [
        {"order_id": "0", "product_id": "p0", "category": "Toys", "amount": 9.0},
        {"order_id": "1", "product_id": "p1", "category": "Tea", "amount": 16.0},
        {"order_id": "1", "product_id": "p2", "category": "Cups", "amount": 14.0},
        {"order_id": "2", "product_id": "p3", "category": "Cups", "amount": 20.0},
        {"order_id": "3", "product_id": "p4", "category": "Sofas", "amount": 99.0},
        {"order_id": "4", "product_id": "p5", "category": "Zips", "amount": 5.0},
        {"order_id": "4", "product_id": "p6", "category": "Ale", "amount": 5.0},
    ]
    result = analyse(make_tables(AS_OF, orders=orders, order_lines=lines), RetentionParameters())
    table = people_of(result)
    assert table["first_category"].to_dict() == {"a": "Cups", "b": "Ale"}
    assert table["first_product"].to_dict() == {"a": "p3", "b": "p5"}


def test_groups_may_be_any_column_of_customers(make_tables: MakeTables) -> None:
    customers = [{"customer_id": "a", "signed_up_at": at(0), "shoe size": "42", "region": "North"}]
    tables = make_tables(AS_OF, events=[seen("a", 1)], customers=customers)
    result = analyse(tables, RetentionParameters(groups="shoe size"))
    assert result.attributes == ("shoe size",)
    assert people_of(result)["shoe size"].to_dict() == {"a": "42"}


def test_free_text_is_refused_as_groups_without_repeating_it(make_tables: MakeTables) -> None:
    customers = [{"customer_id": f"c{n}", "signed_up_at": at(0), "shoe size": f"call me on {n}"} for n in range(1_001)]
    tables = make_tables(AS_OF, events=[seen("c1", 1)], customers=customers)
    with pytest.raises(UserError) as raised:
        analyse(tables, RetentionParameters(groups="shoe size"))
    (problem,) = raised.value.problems
    assert "'shoe size' holds 1001 different values" in problem.what
    assert "call me" not in f"{problem.what} {problem.mend}"


def test_people_who_signed_up_before_the_data_or_never_are_counted_apart(make_tables: MakeTables) -> None:
    customers = [
        {"customer_id": "old", "signed_up_at": at(-9)},
        {"customer_id": "new", "signed_up_at": at(2)},
        {"customer_id": "silent", "signed_up_at": at(40)},
    ]
    events = [seen("old", 0), seen("new", 1), seen("new", 3), seen("nobody", 5)]
    result = analyse(make_tables(AS_OF, events=events, customers=customers), RetentionParameters(start="signed_up"))
    assert result.size == 2
    assert (result.definition.left_out.started_before, result.definition.left_out.without_start) == (1, 1)
    assert people_of(result)["active_days"].to_dict() == {"new": 2, "silent": 0}
    assert not result.cohorts["truncated"].any()


def test_the_first_purchase_starts_the_time_of_buyers_only(make_tables: MakeTables) -> None:
    orders = [{"order_id": "1", "customer_id": "a", "ordered_at": at(10), "amount": 5.0, "status": "paid"}]
    events = [seen("a", 0), seen("a", 11), seen("b", 1)]
    tables = make_tables(AS_OF, events=events, orders=orders)
    result = analyse(tables, RetentionParameters(start="first_purchase", period="day"))
    assert people_of(result)["start_day"].to_dict() == {"a": 20099}
    day_1 = result.headline.iloc[0]
    assert (day_1["active"], day_1["eligible"]) == (1, 1)
    assert result.definition.left_out.without_start == 1
    assert int(result.activity["active"].sum()) == 4  # the activity of everybody


def test_someone_who_came_at_the_last_hour_is_not_yet_in_the_base_of_the_24_hour_clock(make_tables: MakeTables) -> None:
    last = dt.datetime(2025, 6, 29, 23)
    events = [seen("a", 0), {"customer_id": "b", "event": "view", "occurred_at": last}]
    by_calendar = analyse(make_tables(AS_OF, events=events), RetentionParameters()).headline.iloc[0]
    assert by_calendar["eligible"] == 2  # the 30th is over
    by_person = analyse(make_tables(AS_OF, events=events), RetentionParameters(clock="24h")).headline.iloc[0]
    assert by_person["eligible"] == 1  # the second 24 hours of b are not


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"activity": "orders"}, ["no orders"]),
        ({"start": "signed_up"}, ["no customers.signed_up_at"]),
        ({"return_events": "vieww"}, ["'vieww'", "Did you mean view?"]),
        ({"return_events": "view", "activity": "purchases"}, ["do not count", "no orders"]),
        ({"groups": "chanel, shoe"}, ["'chanel'", "Did you mean channel?", "'shoe'"]),
        ({"start": "first_purchase", "groups": "x"}, ["first_purchase", "'x'"]),
        ({"release_for": "region = north"}, ["release_for", "no release"]),
    ],
)
def test_what_the_data_cannot_give_is_told_all_at_once(
    make_tables: MakeTables, asked: dict[str, str], told: list[str]
) -> None:
    tables = make_tables(AS_OF, events=[seen("a", 0, channel="ads")])
    with pytest.raises(UserError) as raised:
        analyse(tables, RetentionParameters(**asked))
    said = " ".join(f"{one.where} {one.what} {one.mend}" for one in raised.value.problems)
    assert all(part in said for part in told), said


@pytest.mark.parametrize(
    ("days", "gap", "period"), [(40, 5, "day"), (80, 5, "week"), (250, 9, "month"), (250, 1, "week"), (420, 1, "month")]
)
def test_the_period_follows_the_length_of_the_data_and_the_habit(days: int, gap: int, period: str) -> None:
    gaps = pd.DataFrame({"gap": [gap, 60], "returned": [5, 1], "waiting": [0, 1]})
    assert choose_period("auto", 20_000, 20_000 + days, gaps) == period
    assert choose_period("day", 20_000, 20_000 + days, gaps) == "day"
