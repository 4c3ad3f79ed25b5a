from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from customer_analytics.analysis.association import tails


@st.composite
def margins(draw: st.DrawFn) -> tuple[int, int, int, int]:
    n = draw(st.integers(1, 400))
    first, second = draw(st.integers(0, n)), draw(st.integers(0, n))
    low, high = max(0, first + second - n), min(first, second)
    return draw(st.integers(low, high)), n, first, second


@given(st.lists(margins(), min_size=1, max_size=30))
def test_both_tails_are_those_of_scipy(tables: list[tuple[int, int, int, int]]) -> None:
    count, n, first, second = np.array(tables).T
    law = stats.hypergeom(n, first, second)
    assert tails.at_least(count, n, first, second) == pytest.approx(law.sf(count - 1), rel=1e-8, abs=1e-300)
    assert tails.at_most(count, n, first, second) == pytest.approx(law.cdf(count), rel=1e-8, abs=1e-300)


def test_it_is_fishers_exact_test() -> None:
    both, first, second, n = 37, 120, 200, 1_000
    table = [[both, first - both], [second - both, n - first - second + both]]
    found = tails.at_least(*(np.array([one]) for one in (both, n, first, second)))
    assert found[0] == pytest.approx(stats.fisher_exact(table, alternative="greater").pvalue, rel=1e-10)


def test_a_count_outside_the_margins_is_certain_or_impossible() -> None:
    count, n = np.array([0, 5, -1, 6]), np.array([10, 10, 10, 10])
    first, second = np.array([8, 5, 5, 5]), np.array([7, 5, 5, 5])
    assert tails.at_least(count, n, first, second)[[0, 2]].tolist() == [1.0, 1.0]
    assert tails.at_least(count, n, first, second)[3] == 0.0
    assert tails.at_most(count, n, first, second)[[0, 2]].tolist() == [0.0, 0.0]
    assert tails.at_most(count, n, first, second)[3] == pytest.approx(1.0)


def test_ten_million_baskets_lose_no_digits() -> None:
    count, n, first, second = 52_000, 10_000_000, 700_000, 730_000
    found = tails.at_least(*(np.array([one]) for one in (count, n, first, second)))[0]
    assert found == pytest.approx(stats.hypergeom.sf(count - 1, n, first, second), rel=1e-6)
