"""Concentration, rhythm, change and hold-out against numbers worked out another way."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.analysis.rfm.change import OUTSIDE, change_table
from customer_analytics.analysis.rfm.concentration import concentration, gini, share_interval, top_interval, top_share
from customer_analytics.analysis.rfm.customers import Window
from customer_analytics.analysis.rfm.holdout import bootstrap_mean, held_out, horizon
from customer_analytics.analysis.rfm.lifecycle import (
    FIVE_STAGES,
    FOUR_STAGES,
    Rhythm,
    five_stages,
    four_stages,
    ladder,
    mature_from,
    rhythm,
    stage_table,
    weighted_quantile,
)
from customer_analytics.analysis.rfm.reachable import smallest_difference
from customer_analytics.analysis.rfm.segments import SEGMENTS
from customer_analytics.disclosure.hiding import small_groups
from customer_analytics.statistics import holm


def test_gini_by_hand() -> None:
    assert gini(np.array([1.0, 2.0, 3.0, 4.0])) == pytest.approx(0.25 * 4 / 3)
    assert gini(np.array([0.0, 0.0, 0.0, 10.0])) == pytest.approx(1.0)
    assert gini(np.array([5.0, 5.0, 5.0])) == pytest.approx(0.0)


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=40).filter(any))
def test_gini_is_half_the_mean_difference_over_the_mean(values: list[int]) -> None:
    numbers = np.array(values, float)
    n = len(numbers)
    difference = np.abs(numbers[:, None] - numbers[None, :]).sum() / (n * (n - 1))
    assert gini(numbers) == pytest.approx(difference / (2 * numbers.mean()), abs=1e-9)


@pytest.mark.parametrize("values", [[], [5.0], [0.0, 0.0]])
def test_gini_of_nothing_to_compare_is_not_a_number(values: list[float]) -> None:
    assert math.isnan(gini(np.array(values)))


def test_top_shares_by_hand_with_a_part_of_a_customer() -> None:
    values = np.array([10.0, 20.0, 30.0, 40.0])
    assert top_share(values, 0.25) == pytest.approx(0.4)
    assert top_share(values, 0.375) == pytest.approx(0.55)
    assert top_share(values, 1.0) == pytest.approx(1.0)
    assert top_share(values, 0.0) == 0.0


def test_customers_below_zero_stand_apart() -> None:
    result = concentration(np.array([-30.0, 10.0, 30.0]))
    assert (result.n, result.total, result.negatives, result.negative_money) == (2, 40.0, 1, -30.0)
    assert result.tops[0.2] == pytest.approx(0.4 * 30 / 40)


def test_the_curve_has_enough_customers_between_two_points() -> None:
    result = concentration(np.arange(1.0, 251.0))
    points = result.points(10)
    shares = [share for share, _ in points]
    assert shares[0] == 0 and shares[-1] == 1
    assert min(np.diff(shares)) * 250 >= 10 - 1e-9


def test_the_interval_of_a_top_share_is_that_of_the_bootstrap() -> None:
    values = np.random.default_rng(1).lognormal(3, 1, 3000)
    generator = np.random.default_rng(2)
    resampled = [top_share(generator.choice(values, len(values)), 0.2) for _ in range(400)]
    interval = top_interval(values, 0.2)
    assert (interval.high - interval.low) / (2 * 1.96) == pytest.approx(np.std(resampled), rel=0.15)


def test_the_interval_of_a_share_of_revenue_is_that_of_the_bootstrap() -> None:
    generator = np.random.default_rng(3)
    values = generator.lognormal(3, 1, 3000)
    part = np.where(generator.random(3000) < 0.3, values, 0.0)
    picks = [generator.integers(0, 3000, 3000) for _ in range(400)]
    resampled = [part[pick].sum() / values[pick].sum() for pick in picks]
    interval = share_interval(part, values)
    assert (interval.high - interval.low) / (2 * 1.96) == pytest.approx(np.std(resampled), rel=0.15)


def test_quantiles_of_counts_are_the_smallest_value_that_enough_do_not_exceed() -> None:
    counts = pd.Series([1, 1, 1, 1], index=[5, 10, 20, 40])
    assert [weighted_quantile(counts, share) for share in (0.25, 0.5, 0.75, 0.95, 1.0)] == [5, 10, 20, 40, 40]


def test_no_rhythm_without_enough_repeat_purchases() -> None:
    gaps = pd.DataFrame({"step": [1], "gap": [10], "n": [29]})
    assert rhythm(gaps, 30) is None
    pace = rhythm(gaps.assign(n=30), 30)
    assert pace is not None and (pace.median_days, pace.active_days, pace.lost_days) == (10, 10, 11)


PACE = Rhythm(gaps=100, median_days=10, active_days=30, lost_days=90, mature_from=3)


def test_stages_at_their_borders() -> None:
    rows = [
        (30, 30, 1, np.nan, "new", "activation"),
        (5, 30, 4, 100.0, "new", "maturity"),  # new stays new whatever the gap
        (30, 200, 2, 90.0, "active", "growth"),
        (30, 200, 3, 91.0, "returned", "maturity"),
        (31, 200, 3, 91.0, "sleeping", "warning"),
        (90, 90, 1, np.nan, "sleeping", "warning"),
        (91, 400, 9, np.nan, "lost", "lost"),
    ]
    columns = ["recency_days", "first_days", "lifetime", "longest_gap", "stage", "phase"]
    customers = pd.DataFrame(rows, columns=columns)
    assert four_stages(customers, PACE).tolist() == customers["stage"].tolist()
    assert five_stages(customers, PACE).tolist() == customers["phase"].tolist()


@given(
    st.lists(
        st.tuples(st.integers(1, 300), st.integers(0, 300), st.integers(1, 9), st.none() | st.integers(1, 300)),
        min_size=1,
        max_size=60,
    )
)
def test_stages_add_up_to_all_customers(rows: list[tuple[int, int, int, int | None]]) -> None:
    customers = pd.DataFrame(rows, columns=["recency_days", "more", "lifetime", "longest_gap"], dtype=float)
    customers["first_days"] = customers["recency_days"] + customers["more"]
    money = pd.Series(np.ones(len(customers)))
    for stages, names in (
        (four_stages(customers, PACE), FOUR_STAGES),
        (five_stages(customers, PACE), FIVE_STAGES),
    ):
        assert stage_table(stages, names, money)["customers"].sum() == len(customers)


@pytest.mark.parametrize(("lifetime", "expected"), [([1, 1], 3), ([2, 2, 2], 3), ([2, 4, 9], 4), ([4, 5], 5), ([], 3)])
def test_mature_is_the_median_of_repeat_customers_but_never_under_three(lifetime: list[int], expected: int) -> None:
    assert mature_from(np.array(lifetime, float)) == expected


def test_the_ladder_counts_only_those_who_had_the_time() -> None:
    counts = pd.DataFrame({"step": [1, 2], "reached": [50, 20], "base": [40, 0], "taken": [10, 0]})
    gaps = pd.DataFrame({"step": [1, 1], "gap": [5, 7], "n": [6, 4]})
    (step,) = ladder(counts, gaps)
    assert (step.purchase, step.base, step.taken, step.rate, step.median_days) == (2, 40, 10, 0.25, 5)


def brute_force_error(earlier: np.ndarray, now: np.ndarray, code: int) -> float:
    """Spread of the difference of shares over bootstrap samples of customers."""
    generator = np.random.default_rng(7)
    differences = []
    for _ in range(1500):
        pick = generator.integers(0, len(now), len(now))
        then, later = earlier[pick], now[pick]
        share_then = (then == code).sum() / (then != OUTSIDE).sum()
        differences.append((later == code).sum() / (later != OUTSIDE).sum() - share_then)
    return float(np.std(differences))


def test_the_interval_of_a_change_is_paired_by_customer() -> None:
    generator = np.random.default_rng(5)
    earlier = generator.choice([OUTSIDE, 0, 1, 2], 800, p=[0.2, 0.4, 0.3, 0.1])
    stays = generator.random(800) < 0.8
    now = np.where(stays, earlier, generator.choice([OUTSIDE, 0, 1, 2], 800))
    table = change_table(earlier, now)
    row = table.iloc[0]
    assert row["share_now"] == pytest.approx((now == 0).sum() / (now != OUTSIDE).sum())
    half = (row["high"] - row["low"]) / 2 / 1.959963984540054
    assert half == pytest.approx(brute_force_error(earlier, now, 0), rel=0.1)
    assert table["customers_now"].sum() == (now != OUTSIDE).sum()


def test_nothing_moved_where_everybody_stayed() -> None:
    codes = np.array([0, 0, 1, 2, 10])
    table = change_table(codes, codes)
    assert (table["change"] == 0).all() and (table["p_adjusted"] == 1).all()


def test_holm_by_hand() -> None:
    assert holm(np.array([0.01, 0.04, 0.03])).tolist() == pytest.approx([0.03, 0.06, 0.06])


def test_the_bootstrap_interval_is_that_of_drawing_customers_one_by_one() -> None:
    values = np.random.default_rng(11).lognormal(2, 1, 300)
    generator = np.random.default_rng(12)
    means = [generator.choice(values, 300).mean() for _ in range(4000)]
    interval = bootstrap_mean(values, np.random.default_rng(13))
    low, high = np.quantile(means, (0.025, 0.975))
    assert interval.low == pytest.approx(low, rel=0.05) and interval.high == pytest.approx(high, rel=0.05)


@pytest.mark.parametrize(("days", "expected"), [(41, None), (42, 14), (373, 90), (546, 180), (1200, 365)])
def test_at_most_a_third_of_the_history_is_held_out(days: int, expected: int | None) -> None:
    assert horizon(days) == expected


def test_no_rate_below_the_minimum_base_in_the_hold_out() -> None:
    codes = np.array([0] * 30 + [1] * 29)
    money = np.array([10.0] * 30 + [1.0] * 29)
    held = held_out(codes, money, (money > 5) * 1.0, Window("before", 0, 100), Window("future", 100, 130), 30)
    first, second = held.table.iloc[0], held.table.iloc[1]
    assert (first["customers"], first["mean"], first["rate"], first["verdict"]) == (30, 10.0, 1.0, "above")
    assert second["customers"] == 29 and math.isnan(second["mean"]) and math.isnan(second["rate"])
    assert held.table["segment"].tolist() == list(SEGMENTS)


def test_the_smallest_difference_is_the_textbook_formula() -> None:
    assert smallest_difference(0.4, 2241, 560) == pytest.approx(
        2.8016 * math.sqrt(0.24 * (1 / 2241 + 1 / 560)), rel=1e-4
    )
    assert math.isnan(smallest_difference(0.4, 0, 10))


@pytest.mark.parametrize(
    ("sizes", "hidden"),
    [
        ([50, 40, 30], []),
        ([50, 40, 0], []),
        ([50, 40, 3], [1, 2]),  # 3 alone could be found by subtraction: the next smallest goes with it
        ([50, 6, 5], [1, 2]),
        ([3], [0]),
    ],
)
def test_a_hidden_group_cannot_be_found_by_subtraction(sizes: list[int], hidden: list[int]) -> None:
    assert np.flatnonzero(small_groups(np.array(sizes), 10)).tolist() == hidden
