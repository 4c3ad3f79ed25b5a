"""Intervals against published figures and against statsmodels."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from customer_analytics.statistics import newcombe, wilson


def test_nobody_out_of_twenty_is_not_zero_for_certain() -> None:
    low, high = wilson(0, 20)
    assert low == 0
    assert round(high, 3) == 0.161


def test_no_trials_is_not_estimable_rather_than_zero() -> None:
    assert all(math.isnan(bound) for bound in (*wilson(0, 0), *newcombe(1, 2, 0, 0)))


@given(st.integers(0, 5000), st.integers(1, 5000))
def test_wilson_equals_statsmodels(successes: int, trials: int) -> None:
    successes = min(successes, trials)
    low, high = proportion_confint(successes, trials, method="wilson")
    assert wilson(successes, trials) == pytest.approx((low, high), abs=1e-9)


@pytest.mark.parametrize(
    ("first", "second", "published"),
    [
        ((56, 70), (48, 80), (0.0524, 0.3339)),
        ((9, 10), (3, 10), (0.1705, 0.8090)),
        ((10, 10), (0, 20), (0.6791, 1.0000)),
        ((0, 10), (0, 20), (-0.1611, 0.2775)),
    ],
)
def test_newcombe_equals_the_table_of_1998(
    first: tuple[int, int], second: tuple[int, int], published: tuple[float, float]
) -> None:
    low, high = newcombe(*first, *second)
    assert (round(low, 4), round(high, 4)) == published
