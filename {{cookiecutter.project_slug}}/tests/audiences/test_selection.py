"""From the matched to the list: consent, unsubscribing, the contact cap and earlier holdouts, each counted."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import numpy as np
import pytest

from customer_analytics.audiences import facts
from customer_analytics.audiences.options import ContactCap, read_request
from customer_analytics.audiences.selection import Selection, select
from customer_analytics.engagement import Project
from customer_analytics.tables.ledger import open_ledger
from customer_analytics.tables.store import Tables, open_tables

from .conftest import AS_OF, MakeProject, noon, order
from .ledgers import assign


def selected(project: Project, **options: Any) -> Selection:
    """The list of everyone, as the command would select it."""
    tables = open_tables(project)
    request = read_request("everyone", name=options.pop("name", "new"), **options)
    columns = dict.fromkeys(("customer_id", *request.columns, *request.strata))
    matched = tables["customers"].select(*columns)
    return select(tables, matched, open_ledger(project, tables.backend, tables.as_of), request)


def people(*names: str, **more: Any) -> list[dict[str, Any]]:
    return [{"customer_id": name, **more} for name in names]


def test_each_step_is_counted_once_and_nobody_is_lost(make: MakeProject) -> None:
    project = make(
        {
            "customers": [
                *people("yes", "capped", "gone", consent=True),
                *people("no", consent=False),
                *people("unknown", consent=None),
                *people("no and gone", consent=False),
            ],
            "touches": [
                {"campaign_id": "A", "customer_id": "gone", "sent_at": noon(300), "unsubscribed_at": noon(299)},
                {"campaign_id": "A", "customer_id": "no and gone", "sent_at": noon(300), "unsubscribed_at": noon(299)},
                {"campaign_id": "B", "customer_id": "capped", "sent_at": noon(1), "unsubscribed_at": None},
            ],
        }
    )
    counts = selected(project, contact_cap="1 in 30 days").counts
    assert (counts.matched, counts.no_consent, counts.unknown_consent) == (6, 2, 1)
    assert (counts.unsubscribed, counts.over_contact_cap, counts.final) == (1, 1, 1)


def test_a_customer_whom_the_customer_table_does_not_know_has_no_known_consent(make: MakeProject) -> None:
    project = make({"customers": people("a", consent=True), "orders": [order("a", 3), order("b", 3)]})
    tables = open_tables(project)
    matched = tables["orders"].select("customer_id").distinct()
    found = select(tables, matched, None, read_request("everyone", name="new"))
    assert found.counts.unknown_consent == 1
    assert found.frame["customer_id"].tolist() == ["a"]


def test_without_a_consent_column_nobody_is_left_out_and_the_list_says_so(make: MakeProject) -> None:
    found = selected(make({"customers": people("a", "b")}))
    assert not found.knows_consent
    assert found.counts.final == 2


def test_the_cap_counts_the_days_that_it_names_and_no_more(make: MakeProject) -> None:
    sent = {"first day": 29, "day before": 30, "as-of day": 0, "after": -1}
    touches = [{"campaign_id": "A", "customer_id": name, "sent_at": noon(days)} for name, days in sent.items()]
    touches += [{"campaign_id": "B", "customer_id": "never sent", "sent_at": None}]
    found = selected(make({"customers": people(*sent, "never sent"), "touches": touches}), contact_cap="1 in 30 days")
    assert set(found.frame["customer_id"]) == {"day before", "after", "never sent"}
    assert found.knows_contacts


def test_a_plan_in_the_ledger_counts_once_and_not_beside_its_own_message(make: MakeProject) -> None:
    touches = [{"campaign_id": "spring", "customer_id": "sent", "sent_at": noon(2)}]
    project = make({"customers": people("sent", "planned", "held", "both", "old"), "touches": touches})
    assign(
        project, "spring", {"sent": "treatment", "planned": "treatment", "held": "control", "both": "treatment"}, days=5
    )
    assign(project, "summer", {"both": "treatment"}, days=4)
    assign(project, "winter", {"old": "treatment"}, days=40)
    found = selected(project, contact_cap="2 in 30 days")
    assert set(found.frame["customer_id"]) == {"sent", "planned", "held", "old"}
    found = selected(project, contact_cap="1 in 30 days")
    assert set(found.frame["customer_id"]) == {"held", "old"}


def test_the_draft_that_a_list_replaces_on_the_same_day_neither_caps_nor_marks_it(make: MakeProject) -> None:
    project = make({"customers": people("a", "b")})
    assign(project, "new", {"a": "treatment", "b": "control"}, days=0)
    found = selected(project, contact_cap="1 in 30 days", exclude_held_out=True)
    assert found.counts.final == 2
    assert found.frame["held_out_of"].tolist() == ["", ""]


def test_an_earlier_version_of_another_day_still_counts(make: MakeProject) -> None:
    project = make({"customers": people("a", "b")})
    assign(project, "new", {"a": "treatment", "b": "control"}, days=3)
    found = selected(project, contact_cap="1 in 30 days")
    assert found.frame[["customer_id", "held_out_of"]].to_numpy().tolist() == [["b", "new"]]


def test_touches_without_a_day_of_sending_count_on_their_campaigns_first_day_without_the_control_arm(
    make: MakeProject,
) -> None:
    project = make(
        {
            "customers": people("old", "new", "control"),
            "campaigns": [
                {"campaign_id": "A", "started_at": noon(100)},
                {"campaign_id": "B", "started_at": noon(10)},
            ],
            "touches": [
                {"campaign_id": "A", "customer_id": "old", "arm": "treatment"},
                {"campaign_id": "B", "customer_id": "new", "arm": "Treatment"},
                {"campaign_id": "B", "customer_id": "control", "arm": " Control "},
            ],
        }
    )
    assert set(selected(project, contact_cap="1 in 30 days").frame["customer_id"]) == {"old", "control"}


def test_a_cap_without_any_record_of_contacts_says_that_it_did_nothing(make: MakeProject) -> None:
    found = selected(make({"customers": people("a")}), contact_cap="1 in 30 days")
    assert not found.knows_contacts
    assert found.counts.final == 1


def test_who_was_held_out_is_marked_and_left_out_only_on_request(make: MakeProject) -> None:
    project = make({"customers": people("a", "b", "c", "d")})
    assign(project, "spring", {"a": "control", "b": "treatment", "c": "control"}, days=9)
    assign(project, "夏季", {"a": "control", "d": "treatment"}, days=5)
    found = selected(project)
    marks = dict(found.frame[["customer_id", "held_out_of"]].to_numpy().tolist())
    assert marks == {"a": "spring; 夏季", "b": "", "c": "spring", "d": ""}
    assert found.counts.marked_held_out == 2
    overlaps = {one.audience: (one.customers, one.share, one.held_out) for one in found.overlaps}
    assert overlaps == {"spring": (3, 0.75, 2), "夏季": (2, 0.5, 1)}
    without = selected(project, exclude_held_out=True)
    assert without.frame["customer_id"].tolist() == ["b", "d"]
    assert (without.counts.left_out_held_out, without.counts.marked_held_out) == (2, 0)


def test_a_holdout_that_has_expired_holds_nobody(make: MakeProject) -> None:
    project = make({"customers": people("a", "b")})
    assign(project, "past", {"a": "control"}, days=90, expires=AS_OF - dt.timedelta(days=1))
    assign(project, "future", {"b": "control"}, days=90, expires=AS_OF)
    found = selected(project)
    assert found.frame["held_out_of"].tolist() == ["", "future"]
    assert [one.audience for one in found.overlaps] == ["future"]


def test_the_money_is_that_of_the_last_365_days_and_the_share_is_of_all_orders(make: MakeProject) -> None:
    orders = [
        order("a", 0, "10"),
        order("a", 364, "20"),
        order("a", 365, "40"),
        order("z", 5, "50"),
        order(None, 5, "20"),
    ]
    found = selected(make({"customers": people("a", "b"), "orders": orders}))
    assert found.worth is not None
    assert found.worth.money == 30
    assert found.worth.share == pytest.approx(30 / 100)
    assert found.measures["net_money_ever"].tolist() == [70, 0]
    assert found.measures["recency_days"][0] == 1
    assert np.isnan(found.measures["recency_days"][1])


def test_strata_are_value_and_activity_where_there_are_orders_and_a_column_on_request(make: MakeProject) -> None:
    customers = [{"customer_id": "a", "city": "x"}, {"customer_id": "b", "city": None}]
    found = selected(make({"customers": customers, "orders": [order("a", 5)]}))
    assert found.keys["value"].tolist() == ["value 1", "no purchase"]
    assert found.keys["activity"].tolist() == ["active", "not active"]
    assert list(found.frame.columns) == ["customer_id", "held_out_of"]
    asked = selected(make({"customers": customers, "orders": [order("a", 5)]}), strata="city", columns="city")
    assert list(asked.keys) == ["city"]
    assert list(asked.frame.columns) == ["customer_id", "held_out_of", "city"]


def test_without_orders_there_is_neither_worth_nor_strata(make: MakeProject) -> None:
    found = selected(make({"customers": people("a")}))
    assert found.worth is None
    assert found.keys == {}


def test_customers_come_in_the_order_of_their_bytes(make: MakeProject) -> None:
    names = ["b", "B", "ä", "10", "9", "中", "a"]
    assert selected(make({"customers": people(*names)})).frame["customer_id"].tolist() == sorted(names)


def test_the_columns_of_a_client_may_have_any_name(make: MakeProject) -> None:
    odd = ["__money", "customer_id_right", "=cmd", 'a"b', "name with blanks", "year"]
    project = make(
        {"customers": [{"customer_id": "a", **{name: f"of {name}" for name in odd}}], "orders": [order("a", 1)]}
    )
    found = selected(project, columns=",".join(odd))
    assert found.frame.loc[0, odd].tolist() == [f"of {name}" for name in odd]


@pytest.mark.parametrize("engine", ["duckdb", "pyspark", "postgres"])
def test_everything_that_is_looked_up_compiles_for_every_engine(engine: str) -> None:
    columns = {"campaign_id": "string", "customer_id": "string", "sent_on": "date", "unsubscribed_on": "date"}
    orders = {"customer_id": "string", "ordered_on": "date", "amount": "decimal(18, 4)", "status": "string"}
    tables = Tables(
        None,  # type: ignore[arg-type]
        AS_OF,
        ZoneInfo("UTC"),
        {
            "customers": ibis.table({"customer_id": "string", "consent": "boolean"}, name="customers"),
            "orders": ibis.table(orders, name="orders"),
            "touches": ibis.table(columns, name="touches"),
        },
    )
    ledger = ibis.table(
        {"campaign_id": "string", "customer_id": "string", "arm": "string", "assigned_on": "date", "audience": "string",
         "expires_on": "date", "current": "boolean"},
        name="ledger",
    )  # fmt: skip
    arms, _ = facts.arms(ledger, ["spring", "夏季"], "new", AS_OF)
    parts = [
        facts.consent(tables), facts.unsubscribed(tables), facts.money(tables), arms,
        facts.contacts(tables, ledger, ContactCap(2, 30), "new"), facts.buyers(tables, AS_OF),
    ]  # fmt: skip
    for part in parts:
        assert part is not None
        assert "SELECT" in str(ibis.to_sql(part, dialect=engine))
