"""Loading with resolution: what the tables hold, that all rows and money are accounted for, and the planted truth."""

from __future__ import annotations

import pandas as pd
import pytest

from customer_analytics.tables.identity.log import MERGED
from customer_analytics.tables.load import load, read_load_log

CUSTOMERS = {"customer_id": "id", "signed_up_at": "since", "acquisition_channel": "via", "gender": "sex",
             "birth_year": "born", "region": "region", "consent": "mail"}  # fmt: skip
FILES = {
    "customers.csv": "id,since,via,sex,born,region,mail,points\n"
    "b,2024-01-02,social,F,1980,North,yes,7\na,2024-03-01,search,F,1980,,yes,\nc,2024-02-01,,F,1980,South,no,9\n"
    "d,2024-01-01,shop,M,1970,East,yes,1\n",
    "orders.csv": "no,who,when,total\n1,a,2024-04-01,10.50\n2,b,2024-04-02,20.25\n3,d,2024-04-03,1\n4,,2024-04-04,2\n",
    "identities.csv": "who,kind,value\na,email, X@y.Z\nb,email,x@y.z\nb,card,77\nc,card,77\na,cookie,k1\nd,cookie,k2\n"
    "c,cookie,k3\nd,cookie,k3\nd,phone,n/a\n",
    "events.csv": "who,visitor,what,when\na,k1,view,2024-04-01 10:00\n,k1,view,2024-03-01 10:00\n,k3,view,2024-03-02\n"
    ",k9,view,2024-03-03\n,k2 ,view,2024-03-04\n",
}
SOURCES = [
    {"table": "customers", "files": "data/raw/customers.csv", "columns": CUSTOMERS},
    {"table": "orders", "files": "data/raw/orders.csv",
     "columns": {"order_id": "no", "customer_id": "who", "ordered_at": "when", "amount": "total"}},
    {"table": "identities", "files": "data/raw/identities.csv",
     "columns": {"customer_id": "who", "kind": "kind", "value": "value"}},
    {"table": "events", "files": "data/raw/events.csv",
     "columns": {"customer_id": "who", "visitor_id": "visitor", "event": "what", "occurred_at": "when"}},
]  # fmt: skip


@pytest.fixture
def small(make):
    """A client of four accounts and two persons; b, a and c are one, b registered first."""

    def project(files=FILES, **identity):
        return make(files, *SOURCES, identity={"resolve": True} | identity)

    return project


def by_key(rows, project, table, key):
    return {row[key]: row for row in rows(project, table)}


def test_nothing_changes_unless_the_engagement_says_so(make, rows):
    project = make(FILES, *SOURCES)
    log = load(project)
    assert log.identity is None
    assert "account_id" not in rows(project, "orders")[0]
    assert len(rows(project, "customers")) == 4
    assert not (project.tables / "identity_map.parquet").exists()


def test_every_table_carries_the_person_and_keeps_the_account(small, rows):
    project = small()
    load(project)
    orders = by_key(rows, project, "orders", "order_id")
    assert {no: (row["customer_id"], row["account_id"]) for no, row in orders.items()} == {
        "1": ("b", "a"), "2": ("b", "b"), "3": ("d", "d"), "4": (None, None),
    }  # fmt: skip
    assert {(row["customer_id"], row["account_id"]) for row in rows(project, "identities")} == {
        ("b", "a"), ("b", "b"), ("b", "c"), ("d", "d"),
    }  # fmt: skip


def test_a_person_is_one_row_by_the_stated_rules(small, rows):
    project = small()
    load(project)
    people = by_key(rows, project, "customers", "customer_id")
    assert set(people) == {"b", "d"}
    one = people["b"]
    assert str(one["signed_up_at"].date()) == "2024-01-02"  # the earliest
    assert one["acquisition_channel"] == "social"  # of the earliest
    assert one["region"] == "South"  # the latest that is not empty
    assert one["points"] in (9, "9")  # a's, the latest, is empty
    assert (one["consent"], people["d"]["consent"]) == (False, True)  # c refused
    assert (one["accounts"], people["d"]["accounts"]) == (3, 1)
    aside = pd.read_parquet(project.tables / "set_aside" / "customers_accounts.parquet")
    assert sorted(aside["account_id"]) == ["a", "b", "c"]
    assert set(aside["customer_id"]) == {"b"}


def test_consent_that_nobody_gave_is_not_given(small, rows):
    silent = FILES["customers.csv"].replace(",yes,", ",,").replace(",no,", ",,")
    project = small(
        FILES
        | {"customers.csv": silent.replace("d,2024-01-01,shop,M,1970,East,,", "d,2024-01-01,shop,M,1970,East,no,")}
    )
    load(project)
    assert by_key(rows, project, "customers", "customer_id")["b"]["consent"] is None


def test_rows_and_money_reconcile(small):
    project = small()
    log = load(project)
    customers, orders = log.tables["customers"], log.tables["orders"]
    assert (customers.rows_in, customers.rows_kept, dict(customers.rows_set_aside)) == (4, 2, {MERGED: 2})
    assert (orders.rows_in, orders.rows_kept, orders.money_in, orders.money_kept) == (
        4,
        4,
        orders.money_kept,
        orders.money_in,
    )
    assert float(orders.money_kept) == 33.75
    assert (log.identity.all_accounts, log.identity.customers, log.identity.rows_merged) == (4, 2, 2)
    assert log.identity.rows_renumbered == {"orders": 1, "events": 1, "identities": 4}
    assert read_load_log(project) == log


def test_an_unknown_visitor_with_the_cookie_of_one_person_is_that_person(small, rows):
    project = small()
    log = load(project)
    found = {(row["visitor_id"].strip(), row["customer_id"], row["account_id"]) for row in rows(project, "events")}
    assert found == {("k1", "b", "a"), ("k1", "b", None), ("k3", None, None), ("k9", None, None), ("k2", "d", None)}
    assert log.identity.events_recognised == 2


def test_numbers_stay_when_an_older_account_arrives_and_the_map_says_so(small, rows):
    project = small()
    first = load(project)
    more = FILES | {
        "customers.csv": FILES["customers.csv"] + "0,2020-01-01,,F,1980,West,yes,\n",
        "identities.csv": FILES["identities.csv"] + "0,card,77\n",
    }
    project = small(more)
    second = load(project)
    mapping = by_key(rows, project, "identity_map", "account_id")
    assert {who: row["customer_id"] for who, row in mapping.items()} == dict.fromkeys("0abc", "b") | {"d": "d"}
    assert {who: row["earlier_customer_id"] for who, row in mapping.items()} == {"0": None} | dict.fromkeys(
        "abc", "b"
    ) | {"d": "d"}
    assert first.fingerprint != second.fingerprint
    assert (second.identity.joined, second.identity.parted, second.identity.renumbered) == (0, 0, 0)


def test_two_loads_of_the_same_are_the_same(small):
    project = small()
    first = load(project)
    tables = {path.name: pd.read_parquet(path) for path in project.tables.glob("*.parquet")}
    second = load(project)
    assert (second.fingerprint, second.tables) == (first.fingerprint, first.tables)
    for name, frame in tables.items():
        now = pd.read_parquet(project.tables / name)
        if name == "identity_map.parquet":
            frame, now = (one.drop(columns="earlier_customer_id") for one in (frame, now))
        pd.testing.assert_frame_equal(frame, now)


def test_the_map_outlives_a_load_without_resolution(small, make, rows):
    project = small()
    load(project)
    load(make(FILES, *SOURCES))
    assert {row["account_id"]: row["customer_id"] for row in rows(project, "identity_map")} == {
        "a": "b", "b": "b", "c": "b", "d": "d",
    }  # fmt: skip


def test_a_failed_load_leaves_map_and_tables(small, make, rows):
    project = small()
    load(project)
    before = rows(project, "identity_map")
    broken = small(FILES | {"orders.csv": "nothing\n"})
    with pytest.raises(Exception, match=r"."):
        load(broken)
    assert rows(project, "identity_map") == before


def test_resolution_without_identities_is_a_plain_load(make):
    log = load(make(FILES, *SOURCES[:2], identity={"resolve": True}))
    assert log.identity is None
    assert log.tables["customers"].rows_kept == 4


def test_customers_that_are_derived_are_merged_as_well(make, rows):
    project = make(FILES, *SOURCES[1:], identity={"resolve": True})
    log = load(project)
    assert {row["customer_id"] for row in rows(project, "customers")} == {"a", "d"}
    assert (log.tables["customers"].rows_in, log.tables["customers"].rows_kept) == (3, 2)


def test_no_identifier_is_in_the_log(small):
    project = small()
    load(project)
    text = (project.tables / "load_log.json").read_text(encoding="utf-8")
    identity = text[text.index('"identity": {') :]
    assert "x@y.z" not in identity and "77" not in identity


# The synthetic client ------------------------------------------------------------------------------------------------


def test_planted_persons_are_found(client, resolved, all_pairs):
    mapping = client.table("identity_map")
    accounts = set(client.people["customer_id"])
    found = all_pairs(mapping[mapping["account_id"].isin(accounts)], "customer_id", "account_id")
    true = all_pairs(client.people, "person_id", "customer_id")
    assert len(found & true) / len(found) >= 0.99
    assert len(found & true) / len(true) >= 0.95
    facts = resolved.identity.facts
    assert facts.people == pytest.approx(client.truth["persons"], rel=0.005)


def test_the_shops_own_number_merges_nobody_and_families_stay_families(client, resolved):
    facts = resolved.identity.facts
    phone = next(kind for kind in facts.kinds if kind.kind == "phone")
    assert (phone.over, phone.most) == (1, len(client.truth["hotline"]["accounts"]))
    customer = client.table("identity_map").set_index("account_id")["customer_id"]
    assert customer[client.truth["hotline"]["accounts"]].is_unique
    pairs = [(a, b) for family in client.truth["families"] for i, a in enumerate(family) for b in family[i + 1 :]]
    apart = [pair for pair in pairs if customer[pair[0]] != customer[pair[1]]]
    assert len(apart) / len(pairs) >= 0.95
    assert facts.pairs_soft >= len(apart)


def test_without_a_profile_to_compare_a_hard_phone_makes_families_one_person(client, all_pairs):
    """The trap is real: what the default rules avoid."""
    client.load(
        resolve=True, hard=["phone", "email", "card", "openid"], soft=["cookie"], one_value=[], soft_needs="never"
    )
    mapping = client.table("identity_map")
    found = all_pairs(mapping, "customer_id", "account_id")
    families = {pair for family in client.truth["families"] for pair in
                {(a, b) for a in family for b in family if a < b}}  # fmt: skip
    assert families <= found
