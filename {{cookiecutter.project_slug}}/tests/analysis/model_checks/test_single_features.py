"""One column alone: its area under the curve against sklearn and against counting pairs."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from customer_analytics.analysis.churn.samples import Sample
from customer_analytics.analysis.model_checks.single import area, cases, single_feature_area, stratified_area


@given(st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=6, max_size=60))
def test_the_area_counts_pairs_with_ties_as_a_half(rows: list[tuple[int, bool]]) -> None:
    score, left = np.array([one for one, _ in rows], float), np.array([one for _, one in rows])
    found = area(score, left)
    if min(left.sum(), (~left).sum()) < 2:
        assert math.isnan(found.value)
        return
    pairs = list(itertools.product(score[left], score[~left]))
    counted = sum(1.0 if a > b else 0.5 if a == b else 0.0 for a, b in pairs) / len(pairs)
    assert found.value == pytest.approx(counted)
    assert found.value == pytest.approx(roc_auc_score(left, score))
    assert found.low <= found.value + 1e-12
    assert found.value <= found.high + 1e-12


def test_the_interval_holds_the_true_area_as_often_as_it_says() -> None:
    rng = np.random.default_rng(4)
    truth = 0.76024994  # two normals a distance of one apart: Phi(1 / sqrt(2))
    inside = 0
    for _ in range(300):
        left = rng.random(200) < 0.3
        found = area(rng.normal(size=200) + left, left)
        inside += found.low <= truth <= found.high
    assert inside >= 276  # 285 of 300 expected


def test_a_level_that_differs_between_strata_does_not_count() -> None:
    # within each stratum the score says nothing; over both it seems to
    score = np.r_[np.tile([1.0, 2.0], 50), np.tile([11.0, 12.0], 50)]
    left = np.r_[np.tile([True, True, False, False, False, False, False, False], 13)[:100],
                 np.tile([True, True, True, True, True, True, False, False], 13)[:100]]  # fmt: skip
    stratum = np.repeat([0, 1], 100)
    assert stratified_area(score, left, stratum).value == pytest.approx(0.5, abs=0.01)
    assert area(score, left).value > 0.6


def sample(values: object, left: np.ndarray, feature: str = "x") -> Sample:
    frame = pd.DataFrame({"person_id": [f"P{place:04d}" for place in range(len(left))], "left": left, feature: values})
    return Sample(0, frame, len(left), int(left.sum()))


def test_a_category_that_only_leavers_hold_is_seen_and_one_with_a_value_each_is_not_overrated() -> None:
    rng = np.random.default_rng(5)
    left = (rng.random(2_000) < 0.4).astype(int)
    telling = np.where(left == 1, "closed", None).astype(object)
    own = np.array([f"v{place}" for place in range(2_000)], dtype=object)
    assert single_feature_area(cases((sample(telling, left),)), "x", "category").value > 0.99
    assert single_feature_area(cases((sample(own, left),)), "x", "category").value == pytest.approx(0.5, abs=0.03)


def test_a_number_that_tells_at_both_ends_is_seen() -> None:
    rng = np.random.default_rng(6)
    values = rng.normal(size=3_000)
    left = (np.abs(values) > 1).astype(int)
    found = single_feature_area(cases((sample(values, left),)), "x", "numeric")
    assert found.value > 0.95
    assert area(values, left > 0).value == pytest.approx(0.5, abs=0.05)


def test_an_unknown_number_is_a_class_of_its_own() -> None:
    left = np.tile([1, 0], 500)
    values = np.where(left == 1, np.nan, 3.0)
    assert single_feature_area(cases((sample(values, left),)), "x", "numeric").value > 0.99
