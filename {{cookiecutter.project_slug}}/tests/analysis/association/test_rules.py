from __future__ import annotations

import math
from fractions import Fraction
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from slow_rules import all_counts, itemsets_of, sizes_by_hand, slow_rules

from customer_analytics.analysis.association import family, rules_of
from customer_analytics.analysis.association.rules import Rules
from customer_analytics.engagement.parameters import BasketRulesParameters
from customer_analytics.statistics import benjamini_hochberg

Basket = frozenset[int]
SOME = st.lists(st.frozensets(st.integers(0, 7), min_size=1, max_size=6), min_size=5, max_size=30)


def found_of(
    baskets: list[Basket], floor: int = 2, longest: int = 4, confidence: float = 0.1, most: int = 1, **more: float
) -> Rules:
    itemsets, items = itemsets_of(baskets, floor, longest)
    parameters = BasketRulesParameters(
        minimum_confidence=confidence, maximum_length=longest, consequent_items=most, **more
    )
    return rules_of(itemsets, items, len(baskets), parameters, lambda codes: sizes_by_hand(baskets, codes))


def many(seed: int, n: int = 2_000) -> list[Basket]:
    """1 with 2 nearly always; 3, 4, 5 independent; 3 and 4 together make 6 likely."""
    draw = np.random.default_rng(seed)
    held = draw.random((n, 7)) < [0.3, 0.2, 0.0, 0.3, 0.3, 0.3, 0.1]
    held[:, 2] = np.where(held[:, 1], draw.random(n) < 0.8, draw.random(n) < 0.05)
    held[:, 6] |= held[:, 3] & held[:, 4] & (draw.random(n) < 0.6)
    return [frozenset(np.flatnonzero(row).tolist()) for row in held if row.any()]


@settings(max_examples=30)
@given(SOME, st.integers(1, 3), st.sampled_from(["0", "0.25", "0.5", "0.8", "1"]), st.integers(1, 3))
def test_rules_are_those_of_every_set_of_every_basket(
    baskets: list[Basket], floor: int, confidence: str, most: int
) -> None:
    found = found_of(baskets, floor, 4, float(confidence), most).table
    expected = sorted(slow_rules(baskets, floor, 4, Fraction(confidence), most))
    assert sorted(zip(found["antecedent"], found["consequent"], found["count"], strict=True)) == expected
    counts = all_counts(baskets, 4)
    for side in ("antecedent", "consequent"):
        assert found[f"count_{side}"].tolist() == [counts[frozenset(items)] for items in found[side]]


@settings(max_examples=15)
@given(SOME)
def test_numbers_stand_beside_the_rule_they_belong_to(baskets: list[Basket]) -> None:
    found = found_of(baskets, 1, 3, 0.0, 2).table
    n, counts = len(baskets), all_counts(baskets, 3)
    left, right = (np.array([counts[frozenset(one)] for one in found[side]]) for side in ("antecedent", "consequent"))
    both = np.array([counts[frozenset(a + c)] for a, c in zip(found["antecedent"], found["consequent"], strict=True)])
    assert found["p_value"].to_numpy() == pytest.approx(stats.hypergeom.sf(both - 1, n, left, right), rel=1e-8)
    assert found["lift"].to_numpy() == pytest.approx(both * n / (left * right))
    assert found["rule"].tolist() == list(range(1, len(found) + 1))


@pytest.mark.parametrize(("length", "most"), [(n, m) for n in range(2, 9) for m in range(1, 6)])
def test_each_way_to_part_a_set_is_compared_once(length: int, most: int) -> None:
    places = frozenset(range(length))
    wanted = {
        frozenset([frozenset(right), places - set(right)])
        for size in range(1, min(most, length - 1) + 1)
        for right in combinations(range(length), size)
    }
    made = [frozenset([frozenset(left), frozenset(right)]) for left, right in family.splits(length, most)]
    assert len(made) == len(set(made)) == family.per_set(length, most)
    assert set(made) == wanted


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), st.integers(0, 200))
def test_what_fell_below_the_floor_is_in_the_family(p: list[float], unseen: int) -> None:
    whole = benjamini_hochberg(np.array(p + [1.0] * unseen))
    assert family.q_values(np.array(p), len(p) + unseen) == pytest.approx(whole[: len(p)])


def test_both_directions_of_a_pair_are_one_comparison() -> None:
    found = found_of([frozenset({1, 2})] * 30 + [frozenset({3})] * 30, longest=2)
    assert (found.compared, found.family) == (1, 3)  # of three items there are three pairs
    assert found.table["q_value"].nunique() == 1
    assert found.table["p_value"].iloc[0] * 3 == pytest.approx(found.table["q_fisher"].iloc[0])


def test_strong_rules_come_first_and_the_order_is_total() -> None:
    baskets = many(1)
    found = found_of(baskets, 20).table
    assert {frozenset(found["antecedent"][0]), frozenset(found["consequent"][0])} == {frozenset({1}), frozenset({2})}
    again = found_of(baskets[::-1], 20).table
    pd.testing.assert_frame_equal(found, again)


def test_two_items_together_that_make_a_third_likely_are_a_rule_of_their_own() -> None:
    told = found_of(many(2), 20).told
    assert ((3, 4), (6,)) in zip(told["antecedent"], told["consequent"], strict=True)


def test_an_item_that_adds_nothing_makes_a_rule_redundant() -> None:
    table = found_of(many(3), 20).table
    rows = table[(table["antecedent"] == (1, 5)) & (table["consequent"] == (2,))]
    assert rows["significant"].all() and rows["redundant"].all()
    general = table.loc[table["rule"] == rows["redundant_of"].iloc[0]].iloc[0]
    assert (general["antecedent"], general["consequent"]) == ((1,), (2,))


@settings(max_examples=30)
@given(SOME)
def test_improvement_is_over_the_best_of_all_more_general_rules(baskets: list[Basket]) -> None:
    found, n, counts = found_of(baskets, 1, 4, 0.0), len(baskets), all_counts(baskets, 4)
    for row in found.table.itertuples():
        whole = [
            (Fraction(counts[frozenset(part) | set(row.consequent)], counts[frozenset(part)] if part else n), -size)
            for size in range(len(row.antecedent))
            for part in combinations(row.antecedent, size)
        ]
        own, best = Fraction(row.count, row.count_antecedent), max(whole)[0]
        assert row.improvement == pytest.approx(float(own - best))
        assert (row.redundant_why == "a more general rule is as good") == (own <= best)


def test_a_confidence_of_one_is_infinitely_convincing_and_sorts() -> None:
    table = found_of([frozenset({1, 2})] * 20 + [frozenset({2})] * 10 + [frozenset({3})] * 10).table
    assert math.isinf(table.loc[table["antecedent"] == (1,), "conviction"].iloc[0])


@pytest.mark.parametrize("baskets", [[], [frozenset({1})] * 30, [frozenset({1, 2})]])
def test_nothing_to_find_is_said(baskets: list[Basket]) -> None:
    found = found_of(baskets)
    assert len(found.table) == 0 and found.reason in {"no_baskets", "no_itemsets"}
    assert {"antecedent", "q_value", "redundant", "redundant_of"} <= set(found.table)
