"""A basket can be an order, a customer's day, everything of a customer, or a visit."""

from __future__ import annotations

import pytest
from written import aside, baskets_of, lines_of, sets, tables_of

from customer_analytics.engagement.errors import UserError

ORDERS = [
    {"order_id": "1", "customer_id": "x", "ordered_at": "2024-03-01 10:00"},
    {"order_id": "2", "customer_id": "x", "ordered_at": "2024-03-01 18:00"},
    {"order_id": "3", "customer_id": "x", "ordered_at": "2024-03-02 09:00"},
    {"order_id": "4", "customer_id": "y", "ordered_at": "2024-03-02 09:00"},
    {"order_id": "5", "customer_id": None, "ordered_at": "2024-03-03 09:00"},
]
LINES = lines_of({"1": "ab", "2": "c", "3": "d", "4": "e", "5": "f"})
EVENTS = [
    {"visitor_id": "v", "customer_id": None, "session_id": "s", "event": "view", "product_id": "a"},
    {"visitor_id": "v", "customer_id": None, "session_id": "s", "event": "view", "product_id": "b"},
    {"visitor_id": "w", "customer_id": None, "session_id": "s", "event": "view", "product_id": "c"},
    {"visitor_id": "w", "customer_id": None, "session_id": None, "event": "view", "product_id": "d"},
    {"visitor_id": "w", "customer_id": None, "session_id": "t", "event": "view", "product_id": None},
    {"visitor_id": None, "customer_id": "v", "session_id": "s", "event": "view", "product_id": "e"},
]


def dated(events: list[dict[str, object]]) -> list[dict[str, object]]:
    return [event | {"occurred_at": "2024-03-01 10:00"} for event in events]


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("order", [("a", "b"), ("c",), ("d",), ("e",), ("f",)]),
        ("day", [("a", "b", "c"), ("d",), ("e",)]),
        ("customer", [("a", "b", "c", "d"), ("e",)]),
    ],
)
def test_lines_are_put_together_as_asked(unit: str, expected: list[tuple[str, ...]]) -> None:
    found = baskets_of(tables_of(order_lines=LINES, orders=ORDERS), basket=unit)
    assert sets(found) == expected
    assert found.unit == unit
    if unit != "order":
        assert aside(found) == {("no_person", ""): (1, 1)}


def test_everything_of_a_customer_has_no_day() -> None:
    found = baskets_of(tables_of(order_lines=LINES, orders=ORDERS), basket="customer")
    assert not found.dated
    assert found.first_day is None


def test_a_visit_is_the_session_of_one_visitor() -> None:
    found = baskets_of(tables_of(events=dated(EVENTS)))
    assert found.unit == "session"
    assert sets(found) == [("a", "b"), ("c",), ("e",)]  # the session s of three people; a customer v is no visitor v
    assert aside(found) == {("no_person", ""): (1, 0)}  # a view without a session belongs to no visit


def test_pages_are_looked_at_where_no_products_are() -> None:
    events = [{key: one for key, one in event.items() if key != "product_id"} | {"page": f"/{place}"}
              for place, event in enumerate(dated(EVENTS))]  # fmt: skip
    assert ("/0", "/1") in sets(baskets_of(tables_of(events=events)))


def test_a_column_of_the_client_may_be_called_like_ours() -> None:
    """Engines do not tell names apart by the case of their letters."""
    odd = [event | {"Visit": "x", "WHOSE": "y", "On": "z", "Person": "p", "Basket": "b"} for event in dated(EVENTS)]
    assert sets(baskets_of(tables_of(events=odd))) == [("a", "b"), ("c",), ("e",)]
    orders = [order | {"Day": "x", "Fault": "y", "Person_ID": "z", "Slot": "w", "BASKET": "v"} for order in ORDERS]
    assert baskets_of(tables_of(order_lines=LINES, orders=orders), groups=("Day", "Slot")).n == 5


def test_lines_of_orders_come_before_visits() -> None:
    found = baskets_of(tables_of(order_lines=LINES, orders=ORDERS, events=dated(EVENTS)))
    assert found.unit == "order"


def test_a_basket_that_the_data_do_not_make_is_refused_with_those_that_they_do() -> None:
    tables = tables_of(order_lines=lines_of({"1": "ab"}))
    with pytest.raises(UserError, match="order"):
        baskets_of(tables, basket="customer")
    with pytest.raises(UserError, match="session"):
        baskets_of(tables, basket="session")


def test_groups_come_from_orders_and_customers_and_an_unknown_one_is_refused_with_the_nearest() -> None:
    orders = [order | {"store": "North" if order["customer_id"] == "x" else " "} for order in ORDERS]
    customers = [
        {"customer_id": "x", "region": "R1", "colour": "red"},
        {"customer_id": "y", "region": "R2", "colour": ""},
    ]
    tables = tables_of(order_lines=LINES, orders=orders, customers=customers)
    found = baskets_of(tables)
    assert found.groups == ("store", "region")
    heads = found.heads.to_pandas()
    assert sorted(heads["group_store"].dropna()) == ["North"] * 3  # a blank is no store
    assert sorted(heads["group_region"].dropna()) == ["R1"] * 3 + ["R2"]
    assert baskets_of(tables, groups=("colour",)).groups == ("colour",)
    with pytest.raises(UserError, match="colour"):
        baskets_of(tables, groups=("color",))
