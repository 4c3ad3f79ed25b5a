"""E-values against the published examples."""

from __future__ import annotations

import math

import pytest

from customer_analytics.analysis.comparison.sensitivity import e_value, of_means, of_shares


@pytest.mark.parametrize(
    ("ratio", "published"),
    [(3.9, 7.26), (1.8, 3.0), (0.80, 1.81), (1.0, 1.0)],  # VanderWeele and Ding 2017, examples of their table
)
def test_e_values_are_the_published_ones(ratio: float, published: float) -> None:
    assert e_value(ratio) == pytest.approx(published, abs=0.01)


def test_an_interval_that_holds_no_effect_needs_nothing_unknown() -> None:
    assert of_shares(0.11, 0.10, error=0.02, error_mean=0.01).e_value_limit == 1.0
    assert of_shares(0.30, 0.10, error=0.02, error_mean=0.01).e_value_limit > 2


def test_means_use_the_published_approximation() -> None:
    found = of_means(effect=2.0, error=0.5, deviation=4.0)
    assert found.ratio == pytest.approx(math.exp(0.91 * 0.5))
    assert found.low == pytest.approx(math.exp(0.91 * 0.5 - 1.78 * 0.125))


@pytest.mark.parametrize("found", [of_shares(0.0, 0.1, 0.01, 0.01), of_means(1.0, 0.1, 0.0)])
def test_without_a_ratio_there_is_no_e_value(found: tuple[float, ...]) -> None:
    assert all(math.isnan(value) for value in found)
