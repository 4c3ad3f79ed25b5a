"""Net money and purchases of single orders, worked out by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from customer_analytics.analysis.rfm.payments import payments

MONEYS = ("amount", "refund", "received")
PAID = dt.datetime(2024, 1, 2, 8, 0)
OneOrder = Callable[[dict[str, Any]], tuple[float, bool]]


@pytest.fixture
def one_order(make_tables: Any) -> OneOrder:
    """(net, bought) of a single order."""

    def of(given: dict[str, Any]) -> tuple[float, bool]:
        money = {key: None if value is None else Decimal(value) for key, value in given.items() if key in MONEYS}
        row = {"customer_id": "c", "ordered_on": dt.date(2024, 1, 1), **given, **money}
        result = payments(make_tables([row])["orders"]).to_pandas().iloc[0]
        return float(result["net"]), bool(result["bought"])

    return of


@pytest.mark.parametrize(
    ("given", "net", "bought"),
    [
        ({"amount": 100}, 100, True),
        ({"amount": 100, "status": "paid"}, 100, True),
        ({"amount": 100, "status": "unpaid"}, 0, False),
        ({"amount": 100, "status": "cancelled"}, 0, False),
        ({"amount": 100, "status": "refunded"}, 0, False),
        ({"amount": 100, "status": "refunded", "refund": 100}, 0, False),
        ({"amount": 100, "status": "refunded", "refund": 30}, 70, True),
        ({"amount": 100, "status": "paid", "refund": 100}, 0, False),
        ({"amount": 100, "status": "paid", "refund": -30}, 70, True),
        ({"amount": 100, "status": "paid", "refund": 120}, -20, False),
        ({"amount": 0, "status": "paid"}, 0, False),
        ({"amount": None, "status": "paid"}, 0, False),
        ({"amount": 100, "status": " Paid "}, 100, True),
        ({"amount": 100, "status": "shipped"}, 100, True),
        ({"amount": 100, "status": "shipped", "paid_at": None}, 0, False),
        ({"amount": 100, "status": "shipped", "paid_at": PAID}, 100, True),
        ({"amount": 100, "status": "paid", "paid_at": None}, 100, True),
        ({"amount": 100, "paid_at": None}, 0, False),
        ({"amount": 100, "status": "cancelled", "paid_at": PAID}, 0, False),
    ],
)
def test_status_payment_time_and_refund(one_order: OneOrder, given: dict[str, Any], net: float, bought: bool) -> None:
    assert one_order(given) == (net, bought)


@pytest.mark.parametrize(
    ("given", "net"),
    [
        ({"amount": -50}, -50),
        ({"amount": -50, "refund": 50}, -50),  # the same return said twice in one row counts once
        ({"amount": -50, "status": "cancelled"}, -50),  # a return document, not an order that never happened
        ({"amount": -50, "status": "refunded"}, -50),
        ({"amount": -50, "paid_at": None}, -50),  # nobody pays for a return
        ({"amount": -50, "status": "unpaid"}, 0),
    ],
)
def test_a_return_booked_as_a_negative_order_is_netted_once(
    one_order: OneOrder, given: dict[str, Any], net: float
) -> None:
    assert one_order(given) == (net, False)


@pytest.mark.parametrize(
    ("given", "net"),
    [
        ({"amount": 100, "received": 100, "refund": 40}, 60),  # received is before the refund
        ({"amount": 100, "received": 60, "refund": 40}, 60),  # received is after the refund
        ({"amount": 100, "received": 0, "refund": 100}, 0),
        ({"amount": 100, "received": 90, "refund": 0}, 90),  # a discount
        ({"amount": 100, "received": None, "refund": 40}, 60),
    ],
)
def test_no_refund_is_taken_off_twice_whatever_received_means(
    one_order: OneOrder, given: dict[str, Any], net: float
) -> None:
    assert one_order(given)[0] == net


@pytest.mark.parametrize(("status", "unknown"), [("shipped", True), ("paid", False), (None, False)])
def test_a_status_outside_the_four_is_flagged(make_tables: Any, status: str | None, unknown: bool) -> None:
    row = {"customer_id": "c", "ordered_on": dt.date(2024, 1, 1), "amount": Decimal(1), "status": status}
    assert payments(make_tables([row])["orders"]).to_pandas()["unknown_status"].tolist() == [unknown]
