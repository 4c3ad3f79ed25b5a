"""Machines, test accounts and staff; consent."""

from __future__ import annotations

import pandas as pd

from customer_analytics.analysis.audit.people import bots, consent, people_faults, suspects


def events(per_visitor: dict[str, list[str]]) -> pd.DataFrame:
    rows = [(visitor, pd.Timestamp(moment)) for visitor, moments in per_visitor.items() for moment in moments]
    return pd.DataFrame(rows, columns=["visitor_id", "occurred_at"]).assign(event="view")


def test_a_machine_is_known_by_its_day(make_tables):
    busy = [f"2024-05-01 10:{n:02d}:00" for n in range(50)]
    sleepless = [f"2024-05-01 {hour:02d}:30:00" for hour in range(21)]
    spread = [f"2024-05-{day:02d} 10:00:00" for day in range(1, 31)] * 2
    tables = make_tables(events=events({"busy": busy, "sleepless": sleepless, "loyal": spread}))
    assert set(bots(tables, 50).execute()["id"]) == {"busy", "sleepless"}
    fault = next(fault for fault in people_faults(tables, bot_events_per_day=50) if fault.rule == "bot")
    assert (fault.rows, fault.evaluated, fault.customers) == (71, 131, 2)


def customers() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": ["TEST01", "c2", "c3", "contest4", "c5", "c6"],
            "name": ["x", "Test User", "Ann", "Ann", "Demoiselle", "测试"],
            "occupation": ["", "clerk", "Staff", "staff officer", "teacher", None],
        }
    )


def test_tests_and_staff_are_read_from_words_and_not_from_parts_of_words(make_tables):
    orders = pd.DataFrame(
        {
            "order_id": ["1", "2", "3"],
            "customer_id": ["c2", "c3", "c5"],
            "ordered_at": pd.Timestamp("2024-05-01"),
            "amount": [5.0, 7, 9],
        }
    )
    tables = make_tables(customers=customers(), orders=orders)
    faults = {fault.rule: fault for fault in people_faults(tables, bot_events_per_day=500)}
    assert (faults["test_account"].rows, faults["test_account"].money) == (3, 5.0)
    assert (faults["staff"].rows, faults["staff"].money) == (1, 7.0)
    assert set(suspects(tables, 500).execute()["id"]) == {"TEST01", "c2", "c6", "c3"}


def test_a_subset_of_the_customers_can_be_compared_with_itself(make_tables):
    tables = make_tables(customers=customers())
    part = tables["customers"].filter(tables["customers"].customer_id != "c9")
    tables = type(tables)(tables.backend, tables.as_of, tables.zone, {"customers": part})
    assert {fault.rule: fault.rows for fault in people_faults(tables, bot_events_per_day=500)} == {
        "test_account": 3,
        "staff": 1,
    }


def test_consent_that_is_not_known_is_not_given(make_tables):
    frame = pd.DataFrame({"customer_id": list("abcd"), "consent": [True, False, None, True]})
    found = consent(make_tables(customers=frame))
    assert (found.agreed, found.refused, found.unknown) == (2, 1, 1)
    assert consent(make_tables(customers=frame), derived={"customers"}) is None
    assert consent(make_tables(customers=frame.drop(columns="consent"))) is None
