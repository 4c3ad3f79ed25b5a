"""Counts of given sets, by stratum and one by one, against a look at every basket."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import combinations

import ibis
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customer_analytics.analysis.itemsets import count_by, floor_for, membership, pairs
from customer_analytics.engagement.parameters import BasketRulesParameters

from .slow import Baskets, lines_of

ITEMS = st.sampled_from([2, 3, 5, 8, 13, 21])
SOME = st.lists(st.sets(ITEMS, min_size=1, max_size=6), min_size=1, max_size=20)
SETS = st.lists(st.sets(ITEMS | st.just(99), min_size=1, max_size=6).map(tuple), max_size=6)
RULES = settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
BAG = [{1, 2, 3}, {1, 2}, {1, 2}, {2, 3}, {4}]


@RULES
@given(SOME, SETS)
def test_each_set_is_counted_also_when_no_basket_holds_it(baskets: Baskets, sets: list[tuple[int, ...]]) -> None:
    counted = count_by(lines_of(baskets), sets)
    assert counted["set"].tolist() == list(range(len(sets)))
    assert counted["count"].tolist() == [sum(set(one) <= basket for basket in baskets) for one in sets]


@RULES
@given(SOME, SETS)
def test_membership_names_each_basket_once(baskets: Baskets, sets: list[tuple[int, ...]]) -> None:
    table = membership(lines_of(baskets), sets).to_pandas()
    found = sorted(zip(table["set"], table["basket"], strict=True))
    expected = [
        (place, 100 + number)
        for place, one in enumerate(sets)
        for number, basket in enumerate(baskets)
        if set(one) <= basket
    ]
    assert found == expected


def test_strata_divide_the_baskets_and_leave_out_those_without_one() -> None:
    strata = pd.DataFrame({"basket": [100, 101, 102, 103], "stratum": ["b", "a", "a", None]})
    counted = count_by(
        lines_of(BAG), [(2, 1), (4,), (3, 2)], ibis.memtable(strata, schema={"basket": "int64", "stratum": "string"})
    )
    rows = [tuple(row) for row in counted.fillna("none").itertuples(index=False)]
    assert rows == [(0, "a", 2), (0, "b", 1), (2, "b", 1), (2, "none", 1)]


def test_the_strata_of_a_set_add_up_to_its_count() -> None:
    sets = [(1,), (1, 2), (1, 2, 3), (2, 3), (4,)]
    strata = ibis.memtable(pd.DataFrame({"basket": range(100, 105), "stratum": [0, 1, 0, 1, 2]}))
    divided = count_by(lines_of(BAG), sets, strata).groupby("set")["count"].sum()
    assert divided.tolist() == count_by(lines_of(BAG), sets)["count"].tolist()


def test_a_set_asked_for_twice_is_answered_twice() -> None:
    assert count_by(lines_of(BAG), [(1, 2), (2, 1), (1, 2)])["count"].tolist() == [3, 3, 3]


def test_no_sets_give_empty_tables() -> None:
    strata = ibis.memtable(pd.DataFrame({"basket": [100], "stratum": [0]}))
    assert count_by(lines_of(BAG), []).empty and count_by(lines_of(BAG), [], strata).empty
    assert list(count_by(lines_of(BAG), [(99,)], strata).columns) == ["set", "stratum", "count"]
    assert membership(lines_of(BAG), []).to_pandas().empty


@RULES
@given(SOME, st.sets(ITEMS, max_size=5))
def test_pairs_of_some_items_are_counted_and_unseen_ones_are_absent(baskets: Baskets, some: set[int]) -> None:
    counts = Counter(pair for basket in baskets for pair in combinations(sorted(basket & some), 2))
    found = pairs(lines_of(baskets), some)
    assert [tuple(row) for row in found.itertuples(index=False)] == [(*pair, n) for pair, n in sorted(counts.items())]


@given(st.integers(1, 10**7), st.integers(1, 10**6))
def test_a_stated_support_is_met_by_whole_numbers(n: int, millionths: int) -> None:
    support = millionths / 10**6
    floor = floor_for(n, BasketRulesParameters(minimum_support=support)).count
    exact = Fraction(millionths, 10**6)
    assert Fraction(floor, n) >= exact and (floor == 1 or Fraction(floor - 1, n) < exact)


@pytest.mark.parametrize(("support", "n", "count"), [(0.006, 9835, 60), (0.1, 30, 3), (0.8, 5, 4), (0.001, 9835, 10)])
def test_floors_that_floating_point_gets_wrong_by_one(support: float, n: int, count: int) -> None:
    floor = floor_for(n, BasketRulesParameters(minimum_support=support))
    assert (floor.count, floor.chosen) == (count, False)


def test_without_a_stated_support_the_floor_is_the_count_that_is_evidence() -> None:
    floor = floor_for(1000, BasketRulesParameters(minimum_count=25))
    assert (floor.count, floor.support, floor.chosen) == (25, 0.025, True)
