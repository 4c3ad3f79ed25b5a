"""Horizon and cut-offs: what the rhythm asks for, as far as the data reach."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.analysis.churn.windows import (
    USUAL,
    Windows,
    choose_horizon,
    possible_cuts,
    returned_within,
)


def gaps(**counts: int) -> pd.DataFrame:
    """gaps(d7=10): ten gaps of seven days."""
    return pd.DataFrame([(int(name[1:]), n) for name, n in counts.items()], columns=["gap", "n"])


def test_the_horizon_holds_85_percent_of_the_returns() -> None:
    table = gaps(d10=84, d80=1, d200=15)
    assert returned_within(table, 60) == 0.84
    assert choose_horizon(table, 0, 2_000, 0, 8) == 90


def test_short_data_take_a_shorter_horizon_for_three_tests_before_fewer_tests() -> None:
    table = gaps(d10=60, d70=40)
    assert choose_horizon(table, 0, 450, 0, 8) == 90  # four cut-offs and a horizon before them
    assert choose_horizon(table, 0, 449, 0, 8) == 60
    assert choose_horizon(table, 0, 449, 10, 8) == 60


def test_a_horizon_that_misses_most_returns_is_taken_only_where_nothing_else_fits() -> None:
    assert choose_horizon(gaps(d80=100), 0, 180, 0, 8) == 90  # one cut-off, no test, rather than a week
    assert choose_horizon(gaps(d80=100), 0, 100, 0, 8) == 14
    assert choose_horizon(gaps(d80=100), 0, 10, 0, 8) is None
    assert choose_horizon(gaps(), 0, 1_000, 0, 8) is None


@given(
    first=st.integers(-1_000, 20_000), span=st.integers(0, 3_000), gap=st.integers(0, 100),
    horizon=st.sampled_from(USUAL), most=st.integers(2, 24),
)  # fmt: skip
def test_labels_are_complete_and_never_overlap(first: int, span: int, gap: int, horizon: int, most: int) -> None:
    now = first + span
    cuts = possible_cuts(first, now, gap, horizon, most)
    windows = Windows(0, gap, horizon, 0, cuts, now, first)
    labels = [windows.label(cut) for cut in cuts]
    assert len(cuts) <= most
    assert all(end <= now and start == cut + gap for cut, (start, end) in zip(cuts, labels, strict=True))
    assert all(earlier[1] <= later[0] for earlier, later in pairwise(labels))
    assert all(cut - first >= horizon for cut in cuts)
    assert all(windows.observed(cut) == (first, cut) for cut in cuts)


def test_the_window_of_features_ends_where_the_data_begin() -> None:
    windows = Windows(365, 0, 90, 0, (500,), 600, 300)
    assert windows.observed(500) == (300, 500)
    assert windows.observed(800) == (435, 800)
    assert windows.label(500) == pytest.approx((500, 590))
