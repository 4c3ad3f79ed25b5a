"""Scores against a slow reading of the definition, and what must never change them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.analysis.rfm.scores import fit, fixed_scale, is_crowded, rank_scale

values = st.lists(st.integers(-50, 50), min_size=1, max_size=60)
bins = st.integers(2, 10)


def by_definition(numbers: Sequence[float], many: int, *, less_is_better: bool = False) -> list[int]:
    """score = 1 + floor(bins * (rank_min - 1) / n), counted customer by customer."""
    sign = -1 if less_is_better else 1
    scores = []
    for one in numbers:
        rank = 1 + sum(1 for other in numbers if sign * other < sign * one)
        scores.append(1 + (many * (rank - 1)) // len(numbers))
    return scores


@given(values, bins, st.booleans())
def test_scores_are_those_of_the_definition(numbers: list[int], many: int, less_is_better: bool) -> None:
    scale = rank_scale(np.array(numbers, float), many, less_is_better=less_is_better)
    assert scale.score(np.array(numbers, float)).tolist() == by_definition(numbers, many, less_is_better=less_is_better)


@given(values, bins, st.randoms())
def test_the_order_of_customers_changes_nothing(numbers: list[int], many: int, random: object) -> None:
    shuffled = list(numbers)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    scale, other = rank_scale(np.array(numbers, float), many), rank_scale(np.array(shuffled, float), many)
    everything = np.arange(-60, 61, dtype=float)
    assert scale.score(everything).tolist() == other.score(everything).tolist()
    assert scale.classes == other.classes


@given(values, bins)
def test_the_same_customers_twice_have_the_same_scores(numbers: list[int], many: int) -> None:
    once, twice = rank_scale(np.array(numbers, float), many), rank_scale(np.array(numbers * 2, float), many)
    assert once.score(np.array(numbers, float)).tolist() == twice.score(np.array(numbers, float)).tolist()


@given(values, bins)
def test_better_is_never_scored_lower(numbers: list[int], many: int) -> None:
    ordered = np.sort(np.array(numbers, float))
    scores = rank_scale(ordered, many).score(ordered)
    assert (np.diff(scores) >= 0).all()
    assert scores.min() == 1 and scores.max() <= many


def test_five_customers_with_equal_frequency_have_equal_scores_where_ntile_would_give_five() -> None:
    assert rank_scale(np.full(5, 3.0), 5).score(np.full(5, 3.0)).tolist() == [1, 1, 1, 1, 1]


def test_ties_leave_scores_empty_and_the_scale_says_how_many_are_in_use() -> None:
    scale = rank_scale(np.array([1.0] * 6 + [2.0, 3.0, 4.0, 5.0]), 5)
    assert scale.score(np.array([1.0, 2.0, 3.0, 4.0, 5.0])).tolist() == [1, 4, 4, 5, 5]
    assert scale.effective_bins == 3
    assert [(one.score, one.low, one.high, one.customers) for one in scale.classes] == [
        (1, 1.0, 1.0, 6),
        (4, 2.0, 3.0, 2),
        (5, 4.0, 5.0, 2),
    ]


def test_fewer_days_are_better() -> None:
    scale = rank_scale(np.array([1.0, 10.0, 100.0, 1000.0, 5000.0]), 5, less_is_better=True)
    assert scale.score(np.array([1.0, 10.0, 100.0, 1000.0, 5000.0])).tolist() == [5, 4, 3, 2, 1]


def test_a_scale_scores_customers_that_it_was_not_fitted_on_by_the_nearest_class() -> None:
    scale = rank_scale(np.array([10.0, 20.0, 30.0, 40.0, 50.0]), 5)
    assert scale.score(np.array([-5.0, 19.99, 20.0, 999.0])).tolist() == [1, 1, 2, 5]


def test_fixed_cuts_are_one_two_three_four_to_five_and_six_or_more() -> None:
    assert fixed_scale(np.array([1.0])).score(np.arange(1.0, 9.0)).tolist() == [1, 2, 3, 4, 4, 5, 5, 5]


@pytest.mark.parametrize(("frequencies", "crowded"), [([1, 1, 2, 3], False), ([1, 1, 1, 3], True), ([], False)])
def test_frequency_is_crowded_only_when_more_than_half_share_one_value(frequencies: list[int], crowded: bool) -> None:
    assert is_crowded(np.array(frequencies, float)) is crowded


def test_the_outer_ends_of_the_thresholds_are_left_open() -> None:
    scale = rank_scale(np.array([1.0, 2.0, 3.0, 4.0]), 2)
    assert [scale.bounds(one) for one in scale.classes] == [(None, 2.0), (3.0, None)]


frame = st.lists(st.tuples(st.integers(1, 400), st.integers(1, 6), st.integers(-20, 200)), min_size=1, max_size=50).map(
    lambda rows: pd.DataFrame(rows, columns=["recency_days", "frequency", "monetary"])
)


@given(frame, bins)
def test_nested_scores_are_the_definition_within_the_score_above(customers: pd.DataFrame, many: int) -> None:
    scores = fit(customers, many, "nested").score(customers)
    if not is_crowded(customers["frequency"].to_numpy(float)):
        for _, group in customers.groupby(scores["r"].to_numpy()):
            assert scores.loc[group.index, "f"].tolist() == by_definition(group["frequency"].tolist(), many)
    for _, group in customers.groupby([scores["r"].to_numpy(), scores["f"].to_numpy()]):
        assert scores.loc[group.index, "m"].tolist() == by_definition(group["monetary"].tolist(), many)


@given(frame, bins, st.sampled_from(["independent", "nested"]))
def test_equal_customers_have_equal_scores(customers: pd.DataFrame, many: int, binning: str) -> None:
    scored = customers.join(fit(customers, many, binning).score(customers))  # type: ignore[arg-type]
    per_customer = scored.groupby(["recency_days", "frequency", "monetary"])[["r", "f", "m"]].nunique()
    assert (per_customer == 1).all().all()
