"""Shapley values of trees: the same as by every coalition, and always adding up."""

from __future__ import annotations

import importlib.util
import math
from itertools import combinations
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_analytics.analysis.reasons.leaves import leaves_of
from customer_analytics.analysis.reasons.shapley import leaf_values, tree_shapley
from customer_analytics.analysis.scoring.forest import MISSING, Codes, Forest, grow

PLAYERS = np.array([0, 1, 0, 2, 3, 2])


def _reference() -> ModuleType:
    path = Path(__file__).with_name("shapley_reference.py")
    spec = importlib.util.spec_from_file_location("shapley_reference", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def matrix(rows: int, seed: int) -> Codes:
    """Classes of six features, the fifth a category; some are missing."""
    generator = np.random.default_rng(seed)
    values = generator.integers(0, 100, (rows, 6)).astype(np.uint8)
    values[:, 4] = generator.integers(0, 7, rows)
    values[:, :4][generator.random((rows, 4)) < 0.1] = MISSING
    return np.asfortranarray(values)


@pytest.fixture(scope="module")
def trees() -> Forest:
    values = matrix(1_500, 1)
    known = np.where(values == MISSING, 50, values) / 25.0 - 2
    odds = known[:, 0] * known[:, 1] + 1.5 * (values[:, 4] > 4) - known[:, 3] + (values[:, 2] == MISSING)
    left = (np.random.default_rng(2).random(len(values)) < 1 / (1 + np.exp(-odds))).astype(float)
    return grow(values, [False, False, False, False, True, False], left, None, 10, 20, 1)


def test_contributions_add_up_to_the_log_odds(trees: Forest) -> None:
    values = matrix(300, 3)
    values[0, 4], values[1, 4] = 99, MISSING  # a category that the model never met
    found = tree_shapley(leaves_of(trees, PLAYERS), matrix(40, 4), 4)
    assert found.values(values).sum(axis=1) + found.base == pytest.approx(trees.log_odds(values), abs=1e-10)
    assert found.base == pytest.approx(trees.log_odds(matrix(40, 4)).mean(), abs=1e-10)


def test_missing_values_and_unknown_categories_are_split_as_by_every_coalition(trees: Forest) -> None:
    base, people = matrix(60, 5), matrix(5, 6)
    people[0, 4], people[1, 0], people[2, 4] = 99, MISSING, MISSING
    found = tree_shapley(leaves_of(trees, PLAYERS), base, 4).values(people)
    for person, values in zip(people, found, strict=True):
        expected = _reference().brute_force(trees.log_odds, person, base, PLAYERS, 4)
        assert values == pytest.approx(expected, abs=1e-10)


@settings(max_examples=60)
@given(st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_a_leaf_adds_up_and_equals_the_definition(count: int, seed: int) -> None:
    """Shares of any base population: each set of players counted, summed over the sets that contain it."""
    patterns = np.random.default_rng(seed).dirichlet(np.ones(1 << count))
    sets = np.arange(1 << count)
    shares = np.array([patterns[sets & wanted == wanted].sum() for wanted in sets])
    values = leaf_values(shares)
    everybody = (1 << count) - 1
    assert values.sum(axis=0) == pytest.approx((sets == everybody) - shares[everybody], abs=1e-12)
    for met in sets:
        for player in range(count):
            expected = 0.0
            others = [other for other in range(count) if other != player]
            for size in range(count):
                weight = math.factorial(size) * math.factorial(count - size - 1) / math.factorial(count)
                for coalition in combinations(others, size):
                    inside = sum(1 << other for other in coalition)
                    joined = inside | 1 << player
                    before = shares[everybody & ~inside] if inside & ~met == 0 else 0.0
                    after = shares[everybody & ~joined] if joined & ~met == 0 else 0.0
                    expected += weight * (after - before)
            assert values[player, met] == pytest.approx(expected, abs=1e-12)


def test_a_feature_that_no_tree_asks_for_adds_nothing(trees: Forest) -> None:
    players = np.array([0, 1, 0, 2, 3, 4])
    asked = {player for leaf in leaves_of(trees, players).leaves for player in leaf.players}
    found = tree_shapley(leaves_of(trees, players), matrix(30, 8), 6).values(matrix(10, 9))
    assert 5 not in asked and (found[:, 5] == 0).all()


def test_a_base_population_of_nobody_is_refused(trees: Forest) -> None:
    with pytest.raises(ValueError, match="needs people"):
        tree_shapley(leaves_of(trees, PLAYERS), matrix(0, 1), 4)
