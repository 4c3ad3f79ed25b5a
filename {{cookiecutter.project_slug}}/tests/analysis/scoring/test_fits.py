"""The two models against scikit-learn: trees on classes are its own trees, and the logistic fit is its minimum."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from customer_analytics.analysis.scoring.forest import (
    LEAST_LEAF,
    MISSING,
    MOST_BINS,
    RATE,
    as_numbers,
    classes,
    grow,
    limits,
    read,
)
from customer_analytics.analysis.scoring.penalised import fit_path

PEOPLE = 1_200


def data(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Numbers with few and with many values, some missing, the last column a category; who left; weights."""
    generator = np.random.default_rng(seed)
    values = generator.normal(size=(PEOPLE, 5))
    values[:, 1] = generator.poisson(3, PEOPLE)
    values[:, 2] = generator.exponential(10, PEOPLE)
    values[:, 4] = generator.integers(0, 6, PEOPLE)
    odds = values[:, 0] + 0.3 * values[:, 1] - 0.05 * values[:, 2] + (values[:, 4] > 3) - 1
    left = (generator.random(PEOPLE) < 1 / (1 + np.exp(-odds))).astype(float)
    values[:, :3][generator.random((PEOPLE, 3)) < 0.1] = np.nan
    return values, left, generator.uniform(0.5, 2, PEOPLE)


CATEGORICAL = [False, False, False, False, True]


def coded(values: np.ndarray, weights: np.ndarray | None, uppers: list[np.ndarray] | None = None) -> np.ndarray:
    """Classes of the columns."""
    made = np.empty(values.shape, dtype=np.uint8, order="F")
    for place, column in enumerate(values.T):
        if CATEGORICAL[place]:
            made[:, place] = column
            continue
        order = np.argsort(column)[: int(np.isfinite(column).sum())]
        upper = limits(column[order], None if weights is None else weights[order])
        if uppers is not None:
            uppers.append(upper)
        made[:, place] = classes(column, upper)
    return made


@pytest.mark.parametrize("weighted", [True, False])
def test_trees_on_classes_are_the_trees_on_the_numbers_themselves(weighted: bool) -> None:
    values, left, weights = data(1)
    own = weights if weighted else None
    theirs = HistGradientBoostingClassifier(
        learning_rate=RATE, max_iter=30, max_leaf_nodes=6, min_samples_leaf=LEAST_LEAF, l2_regularization=1.0,
        max_bins=MOST_BINS, categorical_features=CATEGORICAL, early_stopping=False, random_state=1,
    ).fit(values, left.astype(int), sample_weight=own)  # fmt: skip
    codes = coded(values, own)
    forest = grow(codes, CATEGORICAL, left, own, 6, 30, 1)
    np.testing.assert_allclose(forest.log_odds(codes), theirs.decision_function(values), rtol=0, atol=1e-12)
    staged = list(theirs.staged_decision_function(values))
    np.testing.assert_allclose(forest.staged(codes, (5, 20)), np.column_stack([staged[4], staged[19]]), atol=1e-12)
    np.testing.assert_array_equal(forest.first(20).log_odds(codes), forest.staged(codes, (20,))[:, 0])


def test_what_is_read_of_the_trees_is_the_models_own_answer_to_what_it_never_met() -> None:
    """The trees are read from private arrays of scikit-learn: another version must be noticed here."""
    values, left, _ = data(2)
    codes = coded(values, None)
    codes[codes[:, 4] == 2, 4] = 3  # a level that is not seen in training
    model = HistGradientBoostingClassifier(max_iter=25, categorical_features=CATEGORICAL).fit(as_numbers(codes), left)
    ahead = np.asfortranarray(np.random.default_rng(3).integers(0, 127, codes.shape).astype(np.uint8))
    ahead[:, 4] = np.arange(len(ahead)) % 9
    ahead[::7, :] = MISSING
    found = read(model, codes, CATEGORICAL).log_odds(ahead)
    np.testing.assert_allclose(found, model.decision_function(as_numbers(ahead)), rtol=0, atol=1e-12)


def test_trees_without_any_category() -> None:
    values, left, _ = data(4)
    codes = coded(values, None)[:, :4]
    forest = grow(codes, [False] * 4, left, None, 6, 10, 1)
    assert forest.log_odds(codes).std() > 0.1


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=400), st.integers(0, 99))
def test_classes_rise_with_the_values_and_hold_them_up_to_their_limits(numbers: list[float], seed: int) -> None:
    values = np.array(numbers)
    weights = np.random.default_rng(seed).uniform(0.1, 3, len(values))
    order = np.argsort(values)
    upper = limits(values[order], weights[order])
    codes = classes(values, upper)
    assert len(upper) < MOST_BINS and (np.diff(upper) > 0).all() and codes.max() <= len(upper)
    assert (np.diff(codes[order].astype(int)) >= 0).all()
    if len(np.unique(values)) <= MOST_BINS:
        assert len(np.unique(codes)) <= len(np.unique(values))
    assert classes(np.array([np.nan]), upper)[0] == MISSING


@pytest.mark.parametrize("weighted", [True, False])
def test_the_penalised_fit_is_that_of_scikit_learn_at_each_penalty(weighted: bool) -> None:
    values, left, weights = data(5)
    matrix = np.nan_to_num(values)
    matrix = np.column_stack([matrix, matrix**2, matrix[:, 0] * 2])  # nearly and exactly dependent columns too
    matrix = (matrix - matrix.mean(axis=0)) / matrix.std(axis=0)
    own, inverse = (weights if weighted else None), (0.3, 0.01, 0.001)
    for value, found in zip(inverse, fit_path(matrix, left, own, inverse), strict=True):
        theirs = LogisticRegression(C=value, solver="newton-cholesky", tol=1e-10, max_iter=200)
        theirs.fit(matrix, left.astype(int), sample_weight=own)
        np.testing.assert_allclose(found.log_odds(matrix), theirs.decision_function(matrix), rtol=0, atol=2e-6)


def test_the_penalised_fit_finds_rare_leavers_and_a_column_that_separates() -> None:
    generator = np.random.default_rng(6)
    left = np.r_[np.ones(20), np.zeros(2_000)]
    matrix = np.column_stack([left * 3 + generator.normal(size=len(left)), left, generator.normal(size=len(left))])
    for value, found in zip((0.3, 0.001), fit_path(matrix, left, None, (0.3, 0.001)), strict=True):
        theirs = LogisticRegression(C=value, solver="newton-cholesky", tol=1e-10, max_iter=200).fit(matrix, left)
        np.testing.assert_allclose(found.log_odds(matrix), theirs.decision_function(matrix), rtol=0, atol=1e-5)
