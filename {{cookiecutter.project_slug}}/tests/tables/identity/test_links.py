"""Which accounts are one person: the rules, one by one, on a handful of accounts."""

from __future__ import annotations

import pytest

from customer_analytics.engagement.identity import IdentitySettings
from customer_analytics.tables.identity.counts import count_identities
from customer_analytics.tables.identity.links import find_links


@pytest.fixture
def persons(table):
    """`persons({account: {kind: value}}, {account: (birth_year, gender)})`: sets of accounts of one person, facts."""

    def find(accounts, profiles=None, **settings):
        rules = IdentitySettings(**settings)
        rows = [(who, kind, value) for who, held in accounts.items() for kind, value in held.items()]
        account, kind, value = zip(*rows, strict=True)
        identifiers = table(account=list(account), kind=list(kind), value=list(value))
        customers = None
        if profiles is not None:
            year, gender = zip(*profiles.values(), strict=True)
            customers = table(account=list(profiles), birth_year=list(year), gender=list(gender))
        links = find_links(identifiers, customers, rules)
        found = links.persons.join(links.nodes, "node").to_pandas().groupby("person")["account"].agg(frozenset)
        return set(found), count_identities(identifiers, links, rules)

    return find


SAME, OTHER, BLANK = ("1980", "F"), ("1975", "F"), (None, None)


def test_one_shared_email_makes_one_person_of_two(persons):
    found, facts = persons({"a": {"email": "x@y.z"}, "b": {"email": "x@y.z"}, "c": {"email": "c@y.z"}})
    assert found == {frozenset("ab")}
    assert (facts.accounts, facts.people, facts.linked, facts.sizes) == (3, 2, 2, {"2": 1})


def test_accounts_are_linked_through_others(persons):
    accounts = {"a": {"email": "1"}, "b": {"email": "1", "card": "2"}, "c": {"card": "2"}, "d": {"card": "3"}}
    assert persons(accounts)[0] == {frozenset("abc")}


def test_a_shared_email_of_people_born_in_different_years_is_no_link(persons):
    accounts = {"a": {"email": "1"}, "b": {"email": "1"}}
    found, facts = persons(accounts, {"a": SAME, "b": OTHER})
    assert (found, facts.pairs_differing) == (set(), 1)
    assert persons(accounts, {"a": SAME, "b": BLANK})[0] == {frozenset("ab")}
    assert persons(accounts, {"a": SAME, "b": ("unknown", "f")})[0] == {frozenset("ab")}


def test_two_hard_kinds_outweigh_a_slip_in_the_year_and_are_reported(persons):
    accounts = {"a": {"email": "1", "card": "2"}, "b": {"email": "1", "card": "2"}}
    found, facts = persons(accounts, {"a": SAME, "b": OTHER})
    assert (found, facts.two_values, facts.too_large) == ({frozenset("ab")}, 1, 0)


def test_a_family_on_one_phone_stays_a_family(persons):
    accounts = {who: {"phone": "030", "email": who} for who in "abc"}
    found, facts = persons(accounts, {"a": SAME, "b": OTHER, "c": ("2004", "M")})
    assert (found, facts.pairs_soft) == (set(), 3)
    assert persons(accounts)[0] == set()


@pytest.mark.parametrize(
    ("needs", "with_profile", "with_two_kinds"),
    [("either", True, True), ("profile", True, False), ("two_kinds", False, True), ("never", False, False)],
)
def test_a_soft_kind_counts_with_what_it_needs(persons, needs, with_profile, with_two_kinds):
    phone = {"a": {"phone": "1"}, "b": {"phone": "1"}}
    both = {"a": {"phone": "1", "device": "2"}, "b": {"phone": "1", "device": "2"}}
    pair = {frozenset("ab")}
    assert (persons(phone, {"a": SAME, "b": SAME}, soft_needs=needs)[0] == pair) is with_profile
    assert persons(phone, {"a": SAME, "b": ("1980", None)}, soft_needs=needs)[0] == set()
    assert (persons(both, {"a": SAME, "b": ("1980", None)}, soft_needs=needs)[0] == pair) is with_two_kinds
    assert persons(both, {"a": SAME, "b": OTHER}, soft_needs=needs)[0] == set()


def test_a_phone_can_be_made_hard(persons):
    accounts = {"a": {"phone": "1"}, "b": {"phone": "1"}}
    assert persons(accounts, hard=["phone"], soft=["cookie"])[0] == {frozenset("ab")}


def test_a_kind_that_is_neither_links_nobody(persons):
    accounts = {"a": {"fax": "1"}, "b": {"fax": "1"}}
    found, facts = persons(accounts)
    assert (found, facts.kinds[0].role, facts.kinds[0].shared) == (set(), "unused", 1)


def test_a_shops_own_number_does_not_make_one_person_of_forty(persons):
    accounts = {f"c{n:02d}": {"card": "0800", "email": f"{n // 2}@y.z"} for n in range(40)}
    found, facts = persons(accounts)
    assert {len(person) for person in found} == {2}
    assert (len(found), facts.over_merged, facts.limit) == (20, 1, 5)
    assert next(kind for kind in facts.kinds if kind.kind == "card").over == 1


def test_the_limit_can_be_stated(persons):
    accounts = {f"c{n}": {"email": "x@y.z"} for n in range(4)}
    assert persons(accounts, most_accounts=3)[0] == set()
    assert len(persons(accounts, most_accounts=4)[0]) == 1


def test_a_cluster_too_large_is_suspected_and_split_at_its_weakest_links(persons):
    # Two people of three accounts each, held together by cards and e-mails, and one stray open id between them.
    accounts = {who: {"email": "1", "card": "1"} for who in "abc"} | {who: {"email": "2", "card": "2"} for who in "def"}
    accounts["c"] = accounts["c"] | {"openid": "9"}
    accounts["d"] = accounts["d"] | {"openid": "9"}
    found, facts = persons(accounts, largest=5)
    assert (found, facts.too_large, facts.split) == ({frozenset("abcdef")}, 1, 0)
    found, facts = persons(accounts, largest=5, suspected="split")
    assert (found, facts.too_large, facts.split) == ({frozenset("abc"), frozenset("def")}, 0, 1)


def test_a_split_stops_as_soon_as_nothing_is_suspicious(persons):
    profiles = {"a": SAME, "b": BLANK, "c": OTHER}
    accounts = {"a": {"email": "1", "card": "1"}, "b": {"email": "1", "card": "1", "openid": "2"}, "c": {"openid": "2"}}
    found, facts = persons(accounts, profiles)
    assert (found, facts.two_values) == ({frozenset("abc")}, 1)
    assert persons(accounts, profiles, suspected="split")[0] == {frozenset("ab")}


def test_no_shared_identifier_no_person(persons):
    found, facts = persons({"a": {"email": "1"}, "b": {"email": "2"}})
    assert (found, facts.people, facts.largest, facts.sizes) == (set(), 2, 1, {})


def test_pairs_are_counted_by_how_many_kinds_show_them(persons):
    accounts = {"a": {"email": "1", "card": "1"}, "b": {"email": "1", "card": "1"},
                "c": {"email": "2"}, "d": {"email": "2"}, "e": {"card": "3"}, "f": {"card": "3"}}  # fmt: skip
    capture = persons(accounts)[1].capture
    assert (capture.kinds, capture.once, capture.twice) == (2, 2, 1)
