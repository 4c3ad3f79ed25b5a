"""Simple rules as probabilities: against rates by hand and against isotonic regression of scikit-learn."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression

from customer_analytics.analysis.scoring.rules import (
    PRIOR,
    CalibratedRule,
    CurveRule,
    RuleSet,
    base_rate,
    non_decreasing,
)


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(1, 50)), min_size=1, max_size=40))
def test_pooling_agrees_with_isotonic_regression(rows: list[tuple[float, int]]) -> None:
    values, weights = np.array([value for value, _ in rows]), np.array([float(weight) for _, weight in rows])
    slow = IsotonicRegression().fit_transform(np.arange(len(rows)), values, sample_weight=weights)
    np.testing.assert_allclose(non_decreasing(values, weights), slow, atol=1e-9)


def test_longer_silence_never_lowers_the_probability() -> None:
    draw = np.random.default_rng(1)
    silence = draw.integers(0, 200, 6_000).astype(float)
    left = (draw.random(6_000) < silence / 250).astype(float)
    fitted = CurveRule("recency", "silence").fit(pd.DataFrame({"silence": silence}), left)
    found = fitted.predict(pd.DataFrame({"silence": np.arange(-10.0, 400.0)}))
    assert (np.diff(found) >= 0).all()
    np.testing.assert_allclose(found[60:190], (np.arange(50, 180)) / 250, atol=0.08)
    falling = CurveRule("tenure", "silence", falling=True).fit(pd.DataFrame({"silence": silence}), 1 - left)
    np.testing.assert_allclose(falling.predict(pd.DataFrame({"silence": [20.0, 90.0]})),
                               1 - fitted.predict(pd.DataFrame({"silence": [20.0, 90.0]})), atol=1e-3)  # fmt: skip


def test_few_people_are_one_class_at_their_own_rate_and_unknown_ones_have_theirs() -> None:
    silence = np.array([1.0, 5.0, 9.0, np.nan, np.nan])
    left = np.array([0.0, 1.0, 1.0, 0.0, 0.0])
    fitted = CurveRule("recency", "silence").fit(pd.DataFrame({"silence": silence}), left)
    base = 2.5 / 6
    found = fitted.predict(pd.DataFrame({"silence": [2.0, np.nan]}))
    assert found[0] == pytest.approx((2 + PRIOR * base) / (3 + PRIOR))
    assert found[1] == pytest.approx((0 + PRIOR * base) / (2 + PRIOR))


def test_a_borrowed_probability_that_is_right_stays_as_it_is() -> None:
    draw = np.random.default_rng(2)
    said = draw.beta(2, 2, 20_000)
    frame = pd.DataFrame({"said": said})
    fitted = CalibratedRule("p_alive", "said").fit(frame, (draw.random(20_000) < said).astype(float))
    np.testing.assert_allclose(fitted.predict(frame), said, atol=0.02)


def test_the_base_rate_is_never_nothing_or_everything() -> None:
    for left in (np.zeros(10), np.ones(10), np.zeros(0)):
        found = base_rate(left).predict(pd.DataFrame({"x": [0.0]}))
        assert 0 < found[0] < 1


def test_rules_read_columns_of_their_own_and_leave_features_of_the_same_name_alone() -> None:
    inputs = {5: pd.DataFrame({"person_id": ["b", "a"], "rule:silence": [2.0, 1.0]})}
    rules = RuleSet((CurveRule("recency", "rule:silence"), CurveRule("other", "silence")), inputs)
    beside = rules.beside(pd.DataFrame({"person_id": ["a", "b", "c"], "silence": [7.0, 8.0, 9.0]}), 5)
    assert beside["rule:silence"].tolist()[:2] == [1.0, 2.0] and np.isnan(beside["rule:silence"].iloc[2])
    assert beside["silence"].tolist() == [7.0, 8.0, 9.0]
