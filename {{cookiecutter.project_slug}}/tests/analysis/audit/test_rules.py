"""Each row rule on rows that keep it, break it, or cannot be asked."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from customer_analytics.analysis.audit.rules import row_faults

DELIVERED = dt.date(2024, 12, 31)


def found(tables) -> dict[str, tuple[int, int]]:
    return {fault.id: (fault.rows, fault.evaluated) for fault in row_faults(tables, last_possible=DELIVERED)}


def orders(**columns) -> pd.DataFrame:
    rows = max(len(values) for values in columns.values())
    base = {
        "order_id": [str(n) for n in range(rows)],
        "customer_id": "c1",
        "ordered_at": pd.Timestamp("2024-05-01 12:00"),
    }
    return pd.DataFrame(base | columns)


def test_paid_before_ordered_is_asked_only_of_paid_orders(make_tables):
    paid = [pd.Timestamp("2024-05-01 11:59"), pd.Timestamp("2024-05-01 12:00"), pd.NaT]
    assert found(make_tables(orders=orders(paid_at=paid)))["orders.paid_at.paid_before_ordered"] == (1, 2)


def test_a_refund_is_compared_with_the_money_received_where_the_export_says_it(make_tables):
    frame = orders(amount=[100.0, 100.0, 100.0], received=[40.0, 100.0, 100.0], refund=[50.0, 100.0, 0.0])
    assert found(make_tables(orders=frame))["orders.refund.refund_over_payment"] == (1, 2)
    frame = frame.drop(columns="received")
    assert found(make_tables(orders=frame))["orders.refund.refund_over_payment"] == (0, 2)


def test_amounts_below_and_at_zero_are_two_rules(make_tables):
    rules = found(make_tables(orders=orders(amount=[-1.0, 0.0, 0.0, 5.0, None])))
    assert rules["orders.amount.negative_amount"] == (1, 4)
    assert rules["orders.amount.zero_amount"] == (2, 4)


def test_the_day_of_delivery_is_not_the_future_but_the_next_day_is(make_tables):
    moments = [pd.Timestamp("2024-12-31 23:59"), pd.Timestamp("2025-01-01 00:00"), pd.Timestamp("1970-01-01")]
    rules = found(make_tables(orders=orders(ordered_at=moments)))
    assert rules["orders.ordered_at.future"] == (1, 3)
    assert rules["orders.ordered_at.default_date"] == (1, 3)


def test_the_future_begins_in_the_clients_zone(make_tables):
    moments = [pd.Timestamp("2024-12-31 17:00")]  # already 1 January in Shanghai
    assert found(make_tables(orders=orders(ordered_at=moments)))["orders.ordered_at.future"][0] == 0
    shifted = make_tables(zone="Asia/Shanghai", orders=orders(ordered_at=moments))
    assert found(shifted)["orders.ordered_at.future"][0] == 1


def test_status_and_date_of_payment_must_agree(make_tables):
    frame = orders(
        status=["paid", "Paid", "unpaid", "cancelled", None], paid_at=[pd.NaT] + [pd.Timestamp("2024-05-02")] * 4
    )
    rules = found(make_tables(orders=frame))
    assert rules["orders.paid_at.paid_without_date"] == (1, 2)
    assert rules["orders.status.unpaid_with_date"] == (2, 2)


def test_an_amount_that_is_not_quantity_times_price(make_tables):
    frame = pd.DataFrame(
        {
            "order_id": list("abcd"),
            "quantity": [2.0, 2, 2, None],
            "unit_price": [5.0, 5, 5, 5],
            "amount": [10.0, 9.995, 9.0, 1],
        }
    )
    rules = found(make_tables(order_lines=frame))
    assert rules["order_lines.amount.amount_not_quantity_times_price"] == (1, 3)


def test_orders_before_the_registration_day(make_tables):
    frame = orders(customer_id=["a", "b", "ghost"], amount=[7.0, 8.0, 9.0])
    customers = pd.DataFrame(
        {"customer_id": ["a", "b"], "signed_up_at": [pd.Timestamp("2024-05-02"), pd.Timestamp("2024-05-01 18:00")]}
    )
    fault = next(
        fault
        for fault in row_faults(make_tables(orders=frame, customers=customers), last_possible=DELIVERED)
        if fault.rule == "before_registration"
    )
    assert (fault.rows, fault.evaluated, fault.money, fault.customers) == (1, 2, 7.0, 1)


def test_held_out_people_who_were_contacted(make_tables):
    touches = pd.DataFrame(
        {
            "campaign_id": "k",
            "customer_id": list("abc"),
            "arm": ["Control", "control", "treatment"],
            "sent_at": [pd.Timestamp("2024-05-01"), pd.NaT, pd.Timestamp("2024-05-01")],
        }
    )
    assert found(make_tables(touches=touches))["touches.arm.control_contacted"] == (1, 2)


def test_spend_products_and_contracts_have_their_own_rules(make_tables):
    rules = found(
        make_tables(
            spend=pd.DataFrame(
                {
                    "day": [dt.date(2024, 1, 1)] * 2,
                    "channel": "x",
                    "impressions": [10, 5],
                    "clicks": [3, 9],
                    "cost": [1.0, -2.0],
                }
            ),
            products=pd.DataFrame({"product_id": list("ab"), "margin": [0.4, 40.0]}),
            subscriptions=pd.DataFrame(
                {
                    "customer_id": list("ab"),
                    "started_at": pd.Timestamp("2024-03-01"),
                    "ended_at": [pd.Timestamp("2024-02-01"), pd.NaT],
                    "price": [-1.0, 5.0],
                }
            ),
        )
    )
    assert rules["spend.clicks.clicks_over_impressions"] == (1, 2)
    assert rules["spend.cost.negative_cost"] == (1, 2)
    assert rules["products.margin.margin_out_of_range"] == (1, 2)
    assert rules["subscriptions.ended_at.ended_before_started"] == (1, 1)
    assert rules["subscriptions.price.negative_price"] == (1, 2)


@pytest.mark.parametrize("rows", [0, 1])
def test_no_rows_and_one_row_break_nothing(make_tables, rows):
    frame = orders(amount=[5.0], refund=[0.0], paid_at=[pd.Timestamp("2024-05-01 13:00")]).head(rows)
    assert all(broken == 0 for broken, _ in found(make_tables(orders=frame)).values())


def test_the_money_of_a_fault_is_that_of_its_rows(make_tables):
    frame = orders(amount=[-3.0, -4.5, 9.0], customer_id=["a", "a", "b"])
    faults = {fault.id: fault for fault in row_faults(make_tables(orders=frame), last_possible=DELIVERED)}
    negative = faults["orders.amount.negative_amount"]
    assert (negative.money, negative.customers) == (-7.5, 1)
