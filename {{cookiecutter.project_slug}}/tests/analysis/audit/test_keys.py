"""Keys, copies and orphans against pandas."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_analytics.analysis.audit.keys import duplicate_events, duplicate_keys, exact_duplicates, key_faults

rows_of_lines = st.lists(
    st.tuples(st.sampled_from("AB"), st.sampled_from(["p1", "p2", None]), st.sampled_from([1.0, 2.0, None])),
    max_size=30,
)


def order_lines(rows) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["order_id", "product_id", "quantity"])
    return frame.assign(unit_price=frame["quantity"].astype(float) * 0 + 2.5 if len(frame) else [])


@settings(max_examples=15, deadline=None)
@given(rows=rows_of_lines)
def test_exact_copies_are_those_of_pandas_with_empty_values_equal(make_tables, rows):
    frame = order_lines(rows)
    found = exact_duplicates(make_tables(order_lines=frame), "order_lines")
    copies = frame[frame.duplicated()]
    assert (found.rows, found.evaluated) == (len(copies), len(frame))
    assert found.money == pytest.approx((copies["quantity"] * copies["unit_price"]).sum())


@settings(max_examples=8, deadline=None)
@given(rows=rows_of_lines, cut=st.integers(0, 30))
def test_a_table_sent_in_two_files_has_the_same_copies(make_tables, rows, cut):
    frame = order_lines(rows)
    halves = pd.concat([frame.iloc[cut:], frame.iloc[:cut]], ignore_index=True)
    assert exact_duplicates(make_tables(order_lines=frame), "order_lines") == exact_duplicates(
        make_tables(order_lines=halves), "order_lines"
    )


def orders(ids, customers=None) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "order_id": ids,
            "customer_id": customers or ["c"] * len(ids),
            "ordered_at": pd.Timestamp("2024-05-01 10:00"),
            "amount": [float(n) for n in range(1, len(ids) + 1)],
        }
    )


def test_a_key_used_again_counts_beyond_its_first_row(make_tables):
    found = duplicate_keys(make_tables(orders=orders(["1", "2", "2", "2", "3", "3"])), "orders")
    assert (found.rows, found.evaluated, found.values["keys"]) == (3, 6, 2)


def test_numbered_orders_are_compared_without_their_number(make_tables):
    frame = orders(["1", "2", "3"]).assign(amount=5.0)
    tables = make_tables(orders=frame)
    faults = {fault.id: fault for fault in key_faults(tables, generated={("orders", "order_id")})}
    assert "orders.order_id.duplicate_key" not in faults
    assert faults["orders.exact_duplicate"].rows == 2
    assert exact_duplicates(tables, "orders").rows == 0


def test_orphans_are_rows_with_a_key_that_the_parent_lacks(make_tables):
    tables = make_tables(
        orders=orders(["1", "2", "3", "4"], ["a", "b", None, "ghost"]),
        customers=pd.DataFrame({"customer_id": ["a", "b"]}),
    )
    fault = next(fault for fault in key_faults(tables) if fault.id == "orders.customer_id.orphan")
    assert (fault.rows, fault.evaluated, fault.money, fault.customers) == (1, 3, 4.0, 1)


def test_customers_that_we_made_from_orders_cannot_miss_any(make_tables):
    tables = make_tables(orders=orders(["1"], ["ghost"]), customers=pd.DataFrame({"customer_id": ["a"]}))
    ids = [fault.id for fault in key_faults(tables, derived={"customers"})]
    assert "orders.customer_id.orphan" not in ids and "customers.exact_duplicate" not in ids


def test_the_same_event_of_a_person_in_a_second_is_one_event(make_tables):
    moments = ["10:00:00.100", "10:00:00.900", "10:00:01.000", "10:00:00.500", "10:00:00.500"]
    events = pd.DataFrame(
        {
            "visitor_id": ["v", "v", "v", "w", None],
            "event": "view",
            "occurred_at": [pd.Timestamp(f"2024-05-01 {moment}") for moment in moments],
        }
    )
    found = duplicate_events(make_tables(events=events))
    assert (found.rows, found.evaluated) == (1, 4)
    assert duplicate_events(make_tables(orders=orders(["1"]))) is None


def test_events_that_only_have_a_date_repeat_nothing(make_tables):
    dates = [pd.Timestamp("2024-05-01"), pd.Timestamp("2024-05-01"), pd.Timestamp("2024-05-02")]
    events = pd.DataFrame({"visitor_id": "v", "event": "redeemed", "occurred_at": dates})
    assert duplicate_events(make_tables(events=events)) is None
