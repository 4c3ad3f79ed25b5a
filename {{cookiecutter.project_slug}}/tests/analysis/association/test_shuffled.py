"""Where nobody wants two items together, hardly ever anything is called a rule, however unequal the baskets are."""

from __future__ import annotations

import numpy as np
import pytest
from slow_rules import Basket, itemsets_of, sizes_by_hand

from customer_analytics.analysis.association import chance, rules_of
from customer_analytics.analysis.association.rules import Rules
from customer_analytics.engagement.parameters import BasketRulesParameters

ROUNDS = 30
FREQUENT = 15


def shuffled(draw: np.random.Generator, baskets: int = 400, items: int = 18) -> list[Basket]:
    """Lines in random order over baskets of very unequal sizes: popular and rare items, a few huge baskets."""
    popularity = 1 / np.arange(1, items + 1) ** 0.7
    sizes = np.minimum(draw.geometric(0.3, baskets) + np.where(draw.random(baskets) < 0.1, 6, 0), items - 2)
    # The largest of log p + Gumbel noise are items drawn without replacement with probabilities p.
    order = np.argsort(-(np.log(popularity) + draw.gumbel(size=(baskets, items))), axis=1)
    return [frozenset(row[:size]) for row, size in zip(order.tolist(), sizes.tolist(), strict=True)]


def found_of(baskets: list[Basket], *, given_sizes: bool) -> Rules:
    itemsets, items = itemsets_of(baskets, FREQUENT, 3)
    sizes = (lambda codes: sizes_by_hand(baskets, codes)) if given_sizes else None
    return rules_of(itemsets, items, len(baskets), BasketRulesParameters(minimum_confidence=0), sizes)


def test_families_of_shuffled_baskets_with_any_significant_rule_are_as_few_as_chance_allows() -> None:
    draw = np.random.default_rng(20_11)
    fooled = sum(found_of(shuffled(draw), given_sizes=True).table["significant"].any() for _ in range(ROUNDS))
    assert fooled <= 4  # expected at most .05 of 30; more than 4 have a chance of 1.6 %


def test_fishers_test_alone_is_fooled_by_unequal_baskets() -> None:
    found = found_of(shuffled(np.random.default_rng(1)), given_sizes=True).table
    assert (found["q_fisher"] <= 0.05).mean() > 0.1
    assert found_of(shuffled(np.random.default_rng(1)), given_sizes=False).table["significant"].any()


def test_the_lift_that_sizes_give_is_what_shuffled_baskets_show() -> None:
    draw = np.random.default_rng(5)
    baskets = shuffled(draw, 40_000)
    codes = np.arange(6)
    held = np.array([[code in basket for code in codes] for basket in baskets])
    own = held.mean(axis=0)
    sizes = sizes_by_hand(baskets, codes)
    for a, b in [(0, 1), (0, 5), (2, 3)]:
        seen = (held[:, a] & held[:, b]).mean() / (own[a] * own[b])
        told = sizes.lift(np.array([[a]]), np.array([[b]]))[0]
        assert abs(np.log(told / seen)) < 0.06
        assert seen > 1.05  # independence expects 1
    seen = held[:, [0, 1, 2]].all(axis=1).mean() / (held[:, [0, 1]].all(axis=1).mean() * own[2])
    assert abs(np.log(sizes.lift(np.array([[0, 1]]), np.array([[2]]))[0] / seen)) < 0.1


def test_baskets_of_two_have_no_room_for_a_third() -> None:
    draw = np.random.default_rng(3)
    baskets = [frozenset(row[:2]) for row in np.argsort(draw.random((20_000, 10)), axis=1).tolist()]
    told = sizes_by_hand(baskets, np.arange(10)).lift(np.array([[0]]), np.array([[1]]))[0]
    assert abs(told - (1 / 9) / (2 / 10)) < 0.02  # half of what independence says


def test_sizes_give_the_same_lift_in_both_directions() -> None:
    baskets = shuffled(np.random.default_rng(8))
    sizes = sizes_by_hand(baskets, np.arange(18))
    left, right = np.array([[0, 4], [1, 2]]), np.array([[7], [9]])
    assert sizes.lift(left, right) == pytest.approx(sizes.lift(right, left), rel=1e-12)


def test_classes_of_size_hold_every_size_once() -> None:
    for largest in (1, 2, 12, 13, 14, 40, 999):
        starts = chance.class_starts(largest)
        assert starts[0] == 1 and (np.diff(starts) > 0).all() and starts[-1] <= largest
        assert starts.tolist()[:12] == list(range(1, min(largest, 12) + 1))
