"""Customer numbers over several loads."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_analytics.tables.identity.stable import stable_numbers

FIRST_DAY = dt.datetime(2024, 1, 1)


@pytest.fixture(scope="module")
def load(table):
    """`load(persons, previous)`: persons as strings of one-letter accounts; the map, and customers joined, parted."""

    def number(persons, previous=None, registered=None):
        accounts = sorted("".join(persons))
        days = {who: FIRST_DAY + dt.timedelta(days=(registered or "").find(who)) for who in accounts}
        known = table(account=accounts, registered=[days[who] if registered else None for who in accounts])
        several = [(who, min(person)) for person in persons if len(person) > 1 for who in person]
        found = table(account=[who for who, _ in several], person=[person for _, person in several])
        before = None
        if previous is not None:
            before = table(account_id=list(previous), customer_id=list(previous.values()))
        numbers = stable_numbers(known, found, before)
        rows = numbers.map.to_pyarrow().to_pylist()
        assert len({row["account_id"] for row in rows}) == len(rows)
        mapping = {row["account_id"]: row["customer_id"] for row in rows}
        assert {row["account_id"] for row in rows if row["present"]} == set(accounts)
        for row in rows:
            assert row["earlier_customer_id"] == (previous or {}).get(row["account_id"])
        return mapping, numbers.joined, numbers.parted

    return number


def test_the_first_registered_account_gives_the_number(load):
    assert load(["abc", "d"], registered="bacd")[0] == {"a": "b", "b": "b", "c": "b", "d": "d"}
    assert load(["abc", "d"])[0] == {"a": "a", "b": "a", "c": "a", "d": "d"}


def test_a_new_account_does_not_change_the_number_even_when_it_is_older(load):
    first = load(["bc"], registered="bc")[0]
    assert load(["abc"], first, registered="abc")[0] == {"a": "b", "b": "b", "c": "b"}


def test_of_two_persons_that_meet_the_larger_keeps_its_number(load):
    first = load(["ab", "cde"])[0]
    now, joined, parted = load(["abcde"], first)
    assert (set(now.values()), joined, parted) == ({"c"}, 1, 0)


def test_of_two_equal_persons_the_older_keeps_its_number(load):
    first = load(["ab", "cd"], registered="cdab")[0]
    assert set(load(["abcd"], first, registered="cdab")[0].values()) == {"c"}


def test_a_single_account_that_meets_a_person_follows_it(load):
    first = load(["a", "bc"])[0]
    now, joined, _ = load(["abc"], first)
    assert (set(now.values()), joined) == ({"b"}, 1)


def test_a_split_is_reported_and_the_number_stays_with_its_own_account(load):
    first = load(["abc"])[0]
    now, joined, parted = load(["a", "bc"], first)
    assert (now, joined, parted) == ({"a": "a", "b": "b", "c": "b"}, 0, 1)


def test_a_person_whose_first_account_was_deleted_keeps_the_number(load):
    first = load(["abc"])[0]
    second, _, parted = load(["bc"], first)
    assert (second, parted) == ({"a": "a", "b": "a", "c": "a"}, 0)
    third = load(["bcd"], second)[0]
    assert third == {"a": "a", "b": "a", "c": "a", "d": "a"}
    assert load(["abcd"], third)[0] == third


def test_a_deleted_account_follows_the_person_that_its_number_became_part_of(load):
    first = load(["ab", "cde"])[0]
    second = load(["bcde"], first)[0]
    assert second == dict.fromkeys("abcde", "c")


def test_the_larger_part_keeps_the_number_of_a_deleted_account(load):
    first = load(["abcd"])[0]
    now, _, parted = load(["b", "cd"], first)
    assert (now, parted) == ({"a": "a", "b": "b", "c": "a", "d": "a"}, 1)


partitions = st.lists(st.integers(0, 4), min_size=7, max_size=7).map(
    lambda labels: ["".join(w for w, n in zip("abcdefg", labels, strict=True) if n == label) for label in set(labels)]
)


@settings(max_examples=12, deadline=None)
@given(first=partitions, second=partitions, gone=st.sets(st.sampled_from("abcdefg"), max_size=3))
def test_numbers_are_one_to_one_with_persons_and_stay_when_nothing_changes(load, first, second, gone):
    before = load(first)[0]
    left = [kept for person in second if (kept := "".join(who for who in person if who not in gone))]
    if not left:
        return
    now = load(left, before)[0]
    for person in left:
        assert len({now[who] for who in person}) == 1
    numbers = [now[person[0]] for person in left]
    assert len(set(numbers)) == len(numbers)
    assert load(left, now) == (now, 0, 0)
