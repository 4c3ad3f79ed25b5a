"""Repeated baskets of one customer: how many people there are behind a rule, and how sure its lift is."""

from __future__ import annotations

import numpy as np
import pytest
from slow_rules import Basket, made_baskets

from customer_analytics.analysis.association.measures import measures
from customer_analytics.analysis.association.people import clustered_deviation, customers_of
from customer_analytics.statistics import Z95


def alike(seed: int, people: int = 300, each: int = 6) -> tuple[list[Basket], list[int]]:
    """Customers with a taste of their own: some buy 1 and 2 every time, others seldom."""
    draw = np.random.default_rng(seed)
    baskets, owners = [], []
    for person in range(people):
        taste = draw.random(3) ** 3
        for _ in range(int(draw.integers(1, each))):
            baskets.append(frozenset([0, *(np.flatnonzero(draw.random(3) < taste) + 1).tolist()]))
            owners.append(person)
    return baskets, owners


def by_hand(baskets: list[Basket], owners: list[int], left: set[int], right: set[int], draws: int = 500) -> float:
    """Standard deviation of log lift over customers drawn again with replacement."""
    draw = np.random.default_rng(0)
    held = np.array([[left <= b, right <= b, left | right <= b, True] for b in map(set, baskets)], float)
    each = np.zeros((max(owners) + 1, 4))
    np.add.at(each, owners, held)
    a, c, both, n = (each[draw.integers(len(each), size=(draws, len(each)))]).sum(axis=1).T
    return float(np.log(both * n / (a * c)).std())


def test_the_deviation_of_lift_is_that_of_customers_drawn_again() -> None:
    baskets, owners = alike(4, people=900)
    made = made_baskets(baskets, people=owners)
    sides = [((1,), (2,)), ((2,), (3,)), ((1, 2), (3,))]
    found = clustered_deviation(made.lines, made.heads, sides)
    wanted = [by_hand(baskets, owners, set(left), set(right)) for left, right in sides]
    assert found == pytest.approx(wanted, rel=0.12)


def test_one_basket_a_customer_is_the_interval_of_baskets() -> None:
    baskets, _ = alike(5)
    made = made_baskets(baskets, people=list(range(len(baskets))))
    found = clustered_deviation(made.lines, made.heads, [((1,), (2,))])[0]
    n, a, c = len(baskets), sum(1 in b for b in baskets), sum(2 in b for b in baskets)
    both = sum({1, 2} <= b for b in baskets)
    plain = {k: float(v[0]) for k, v in measures(np.array([both]), np.array([a]), np.array([c]), n).items()}
    width = np.log(plain["lift_high"] / plain["lift"]) / Z95
    assert found == pytest.approx(width * np.sqrt(n / (n - 1)), rel=1e-9)


def test_baskets_of_nobody_known_count_as_customers_of_their_own() -> None:
    baskets, _ = alike(6)
    nobody = made_baskets(baskets, people=[None] * len(baskets))
    apart = made_baskets(baskets, people=list(range(len(baskets))))
    first, second = (clustered_deviation(m.lines, m.heads, [((1,), (2,))]) for m in (nobody, apart))
    assert first == pytest.approx(second)


def test_one_customer_with_all_baskets_has_no_interval() -> None:
    baskets, _ = alike(7)
    made = made_baskets(baskets, people=[1] * len(baskets))
    assert np.isnan(clustered_deviation(made.lines, made.heads, [((1,), (2,))])).all()


def test_customers_are_different_people() -> None:
    baskets: list[Basket] = [frozenset({1, 2}), frozenset({1, 2}), frozenset({1}), frozenset({1, 2, 3}), frozenset({2})]
    made = made_baskets(baskets, people=[7, 7, 8, 9, None])
    wanted = {(1, 2): 2, (1,): 3, (2,): 2, (1, 2, 3): 1}
    assert customers_of(made.lines, made.heads, list(wanted)) == wanted
