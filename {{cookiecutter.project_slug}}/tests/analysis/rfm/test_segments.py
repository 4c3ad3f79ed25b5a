"""The grid cell by cell, the eight types, the classes by revenue."""

from __future__ import annotations

from collections import Counter
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd
import pytest

from customer_analytics.analysis.rfm.segments import (
    EIGHT_TYPES,
    SEGMENT_CELLS,
    SEGMENTS,
    abc_classes,
    eight_types,
    frequency_money,
    segment_of,
    to_five,
)

# Written out by hand from the definition, recency downwards from 5, value from 1 to 5.
GRID = {
    5: ["new", "potential_loyalist", "potential_loyalist", "champions", "champions"],
    4: ["promising", "potential_loyalist", "potential_loyalist", "loyal", "loyal"],
    3: ["about_to_sleep", "about_to_sleep", "needing_attention", "loyal", "loyal"],
    2: ["hibernating", "hibernating", "at_risk", "at_risk", "cant_lose_them"],
    1: ["lost", "hibernating", "at_risk", "at_risk", "cant_lose_them"],
}


@pytest.mark.parametrize("recency", range(1, 6))
@pytest.mark.parametrize("value", range(1, 6))
def test_each_of_the_25_cells_has_its_segment(recency: int, value: int) -> None:
    assert segment_of(recency, value) == GRID[recency][value - 1]


def test_each_cell_is_claimed_exactly_once() -> None:
    claimed = Counter(
        (recency, value)
        for blocks in SEGMENT_CELLS.values()
        for recencies, values in blocks
        for recency in recencies
        for value in values
    )
    assert claimed == Counter({(recency, value): 1 for recency in range(1, 6) for value in range(1, 6)})
    assert len(SEGMENTS) == 11


@pytest.mark.parametrize("bins", range(2, 11))
def test_other_numbers_of_bins_are_spread_over_the_five_classes_halves_up(bins: int) -> None:
    expected = [
        1 + int((Decimal(4 * (score - 1)) / (bins - 1)).quantize(Decimal(1), ROUND_HALF_UP))
        for score in range(1, bins + 1)
    ]
    assert to_five(np.arange(1, bins + 1), bins).tolist() == expected
    assert expected[0] == 1 and expected[-1] == 5


def test_five_bins_stay_as_they_are() -> None:
    assert to_five(np.arange(1, 6), 5).tolist() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(("frequency", "money", "expected"), [(1, 1, 1), (1, 2, 2), (4, 5, 5), (5, 1, 3), (2, 3, 3)])
def test_the_value_class_is_the_mean_with_halves_up_not_bankers_rounding(
    frequency: int, money: int, expected: int
) -> None:
    assert frequency_money(np.array([frequency]), np.array([money])).tolist() == [expected]


def test_the_eight_types_follow_the_three_digits() -> None:
    rows = [(1, 9, 90), (1, 1, 90), (99, 9, 90), (99, 1, 90), (1, 9, 10), (1, 1, 10), (99, 9, 10), (99, 1, 10)]
    customers = pd.DataFrame(rows, columns=["recency_days", "frequency", "monetary"])
    names, cuts = eight_types(customers, "median")
    assert names.tolist() == [EIGHT_TYPES[key] for key in ("111", "101", "011", "001", "110", "100", "010", "000")]
    assert cuts == {"recency_days": 50.0, "frequency": 5.0, "monetary": 50.0}


def test_a_customer_exactly_at_the_cut_is_low_so_that_equal_customers_are_all_general() -> None:
    customers = pd.DataFrame({"recency_days": [5, 5, 5], "frequency": [2, 2, 2], "monetary": [7.0, 7.0, 7.0]})
    assert set(eight_types(customers, "mean")[0]) == {"general_win_back"}


def test_classes_by_revenue_end_at_80_and_95_per_cent() -> None:
    assert abc_classes(np.array([80.0, 15.0, 5.0])).tolist() == ["A", "B", "C"]


def test_equal_revenue_shares_a_class_even_across_the_border() -> None:
    assert abc_classes(np.array([50.0, 50.0, 50.0, 50.0])).tolist() == ["A", "A", "A", "A"]


def test_no_and_negative_revenue_is_class_c() -> None:
    assert abc_classes(np.array([10.0, 0.0, -5.0])).tolist() == ["A", "C", "C"]
    assert abc_classes(np.array([-1.0, 0.0])).tolist() == ["C", "C"]
