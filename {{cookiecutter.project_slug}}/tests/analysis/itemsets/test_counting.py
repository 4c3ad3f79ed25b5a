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

from customer_analytics.analysis.itemsets import engine, floor_for, membership, pairs
from customer_analytics.engagement.parameters import BasketRulesParameters

from .slow import Baskets, lines_of

ITEMS = st.sampled_from([2, 3, 5, 8, 13, 21])
SOME = st.lists(st.sets(ITEMS, min_size=1, max_size=6), min_size=1, max_size=20)
SETS = st.lists(st.sets(ITEMS | st.just(99), min_size=1, max_size=6).map(tuple), max_size=6)
RULES = settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
BAG = [{1, 2, 3}, {1, 2}, {1, 2}, {2, 3}, {4}]


def everybody(baskets: Baskets) -> ibis.expr.types.Table:
    """Each basket with its number as what is known of it."""
    numbers = range(100, 100 + len(baskets))
    return ibis.memtable(pd.DataFrame({"basket": numbers, "number": numbers}))


@RULES
@given(SOME, SETS, st.sampled_from([3, 1_000]))
def test_membership_names_each_basket_once(baskets: Baskets, sets: list[tuple[int, ...]], at_once: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "AT_ONCE", at_once)  # in parts or whole, the same
        table = membership(lines_of(baskets), sets, everybody(baskets))
    found = sorted(zip(table["set"], table["number"], strict=True))
    expected = [
        (place, 100 + number)
        for place, one in enumerate(sets)
        for number, basket in enumerate(baskets)
        if set(one) <= basket
    ]
    assert found == expected


def test_baskets_of_which_nothing_is_known_are_left_out() -> None:
    strata = ibis.memtable(pd.DataFrame({"basket": [100, 101, 103], "stratum": [2, 1, 1]}))
    counted = membership(lines_of(BAG), [(2, 1), (4,), (3, 2)], strata).groupby(["set", "stratum"]).size()
    assert counted.to_dict() == {(0, 1): 1, (0, 2): 1, (2, 1): 1, (2, 2): 1}


def test_a_set_asked_for_twice_is_answered_twice_whatever_its_order() -> None:
    found = membership(lines_of(BAG), [(1, 2), (2, 1), (1, 2)], everybody(BAG))
    assert found.groupby("set").size().tolist() == [3, 3, 3]


def test_no_sets_give_empty_tables() -> None:
    for nothing in ([], [(99,)]):
        found = membership(lines_of(BAG), nothing, everybody(BAG))
        assert found.empty and list(found.columns) == ["set", "number"]


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
