"""Robustness of the cuts, weights by what they predict, lifts of random customers, sums, cohorts: slow references."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import nnls

from customer_analytics.analysis.rfm import analyse
from customer_analytics.analysis.rfm.cohort_value import cohort_months, cohort_sums, cohorts
from customer_analytics.analysis.rfm.customers import customer_days
from customer_analytics.analysis.rfm.holdout import chance_lifts
from customer_analytics.analysis.rfm.resampling import LARGE, sum_intervals
from customer_analytics.analysis.rfm.result import _codes
from customer_analytics.analysis.rfm.robustness import MOVE, robustness
from customer_analytics.analysis.rfm.scores import fit
from customer_analytics.analysis.rfm.segments import frequency_money, segment_codes
from customer_analytics.analysis.rfm.weights import Ranking, learnt_weights, predictive_weights
from customer_analytics.engagement.parameters import RfmParameters

Make = Callable[..., Any]


def some_customers(n: int = 400, seed: int = 1) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "recency_days": generator.integers(1, 300, n),
            "frequency": generator.integers(1, 20, n),
            "monetary": generator.lognormal(4, 1, n).round(2),
        }
    )


def slow_codes(customers: pd.DataFrame, cuts: dict[str, list[float]]) -> np.ndarray:
    """Segment codes from plain cuts: one more point for each cut that is passed on the better side."""
    r = 5 - sum((customers["recency_days"].to_numpy() > cut).astype(int) for cut in cuts["recency_days"])
    f = 1 + sum((customers["frequency"].to_numpy() > cut).astype(int) for cut in cuts["frequency"])
    m = 1 + sum((customers["monetary"].to_numpy() > cut).astype(int) for cut in cuts["monetary"])
    return segment_codes(r, frequency_money(f, m))


def test_fragile_customers_are_those_of_moving_every_cut_by_hand() -> None:
    customers = some_customers()
    scheme = fit(customers, 5, "independent")
    found = robustness(customers, scheme, _codes)
    cuts: dict[str, list[float]] = {}
    columns = ("recency_days", "frequency", "monetary")
    for column, scale in zip(columns, (scheme.recency, scheme.frequency, scheme.monetary), strict=True):
        classes = sorted(scale.classes, key=lambda one: one.low)
        cuts[column] = [(a.high + b.low) / 2 for a, b in itertools.pairwise(classes)]
    own = slow_codes(customers, cuts)
    assert (own == _codes(customers, scheme)).all()
    ever, worst = np.zeros(len(customers), dtype=bool), 0.0
    for column, places in cuts.items():
        for place, cut in enumerate(places):
            for factor in (1 - MOVE, 1 + MOVE):
                moved = {**cuts, column: [*places[:place], cut * factor, *places[place + 1 :]]}
                if moved[column] == sorted(moved[column]):
                    differs = slow_codes(customers, moved) != own
                    ever |= differs
                    worst = max(worst, float(differs.mean()))
    assert found.fragile == int(ever.sum()) > 0
    assert found.worst is not None and found.worst["share"] == pytest.approx(worst)


@pytest.mark.parametrize("binning", ["independent", "nested"])
def test_no_share_is_larger_than_that_of_all_fragile_customers(binning: Any) -> None:
    customers = some_customers(300, 2)
    found = robustness(customers, fit(customers, 5, binning), _codes)
    assert 0 < found.table[["share_down", "share_up"]].max().max() <= found.fragile / 300 <= 1


def test_an_integer_cut_is_not_moved_past_a_whole_purchase_by_a_tenth() -> None:
    """Between one and two purchases lies 1.5: a tenth of it reaches neither, so nobody changes."""
    customers = some_customers()
    customers["frequency"] = np.where(np.arange(400) < 300, 1, 4)
    table = robustness(customers, fit(customers, 5, "independent"), _codes).table
    moved = table[(table["measure"] == "frequency")][["share_down", "share_up"]].to_numpy()
    assert (moved == 0).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_weights_are_the_non_negative_least_squares_of_scipy(seed: int) -> None:
    generator = np.random.default_rng(seed)
    scores = generator.integers(1, 6, (200, 3))
    target = scores @ generator.normal(0.2, 1, 3) + generator.normal(0, 1, 200)
    found = learnt_weights(scores, target, np.ones(200))
    centred = scores - scores.mean(axis=0)
    wanted = nnls(centred, target - target.mean())[0]
    if wanted.sum() < 1e-9:
        assert found is None
    else:
        assert found is not None and found == pytest.approx(wanted / wanted.sum(), abs=1e-8)


def test_a_customer_drawn_twice_counts_like_two() -> None:
    generator = np.random.default_rng(3)
    scores, target = generator.integers(1, 6, (100, 3)), generator.normal(3, 1, 100)
    counts = generator.integers(0, 3, 100)
    doubled = learnt_weights(np.repeat(scores, counts, axis=0), np.repeat(target, counts), np.ones(counts.sum()))
    assert doubled is not None
    assert learnt_weights(scores, target, counts.astype(float)) == pytest.approx(doubled)


def test_planted_weights_are_found_and_better_and_noise_is_no_better() -> None:
    generator = np.random.default_rng(4)
    scores = generator.integers(1, 6, (8000, 3))
    money = np.exp(1.2 * scores[:, 2] + generator.normal(0, 0.5, 8000))
    found = predictive_weights(scores, money, money, 30)
    assert found is not None and found.verdict == "better"
    weights = dict(zip(found.table["measure"], found.table["weight"], strict=True))
    assert weights["monetary"] > 0.95
    even = np.exp(0.5 * scores.sum(axis=1) + generator.normal(0, 0.5, 8000))
    same = predictive_weights(scores, even, money, 30)
    assert same is not None and same.verdict == "same"
    assert same.table["weight"].to_numpy() == pytest.approx(np.full(3, 1 / 3), abs=0.03)
    assert predictive_weights(scores[:200], money[:200], money[:200], 30) is None


def test_the_top_fifth_shares_ties_at_its_edge() -> None:
    """Ten customers with one score: whoever is named, the top fifth brings a fifth."""
    ranked = Ranking(np.ones(10), np.array([100.0, *[0.0] * 9]))
    assert ranked.captured(np.ones((1, 10)))[0] == pytest.approx(0.2)
    best = Ranking(np.arange(10.0), np.array([0.0] * 8 + [30.0, 70.0]))
    assert best.captured(np.ones((1, 10)))[0] == pytest.approx(1.0)


def test_lifts_of_random_customers_are_those_of_permuted_labels() -> None:
    generator = np.random.default_rng(6)
    money = generator.lognormal(3, 1, 2000)
    found = chance_lifts(money, 150, np.random.default_rng(1))
    lifts = [generator.permutation(money)[:150].mean() / money.mean() for _ in range(4000)]
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(lifts, (0.025, 0.975))), abs=0.03)
    whole = chance_lifts(np.resize(money, 20_000), 20_000, generator)
    assert (whole.low, whole.high) == pytest.approx((1.0, 1.0))


def test_normal_and_bootstrap_intervals_of_a_sum_agree() -> None:
    generator = np.random.default_rng(8)
    values, groups = generator.gamma(2, 10, LARGE), generator.integers(-1, 3, LARGE)
    normal = sum_intervals(values, groups, 3)
    draws = generator.integers(0, LARGE, (600, LARGE))
    for group, interval in enumerate(normal):
        own = np.where(groups == group, values, 0.0)
        low, high = np.quantile(own[draws].sum(axis=1), (0.025, 0.975))
        assert (interval.low, interval.high) == pytest.approx((low, high), rel=0.01)
    few = sum_intervals(values[:400], groups[:400], 3)
    for group, interval in enumerate(few):
        own = np.where(groups[:400] == group, values[:400], 0.0)
        half = 1.96 * own.std(ddof=1) * 20
        assert (interval.low, interval.high) == pytest.approx((own.sum() - half, own.sum() + half), rel=0.06)


def test_cohort_values_are_those_of_pandas_and_only_of_completed_days(make_tables: Make, order: Make) -> None:
    generator = np.random.default_rng(9)
    rows = []
    for number in range(300):
        first = int(generator.integers(1, 500))
        for days in {first, *generator.integers(1, first + 1, 4).tolist()}:
            rows.append((f"c{number}", int(days), round(float(generator.gamma(2, 20)), 2)))
    days = customer_days(make_tables([order(*row) for row in rows]))
    end = 19905  # 1 July 2024
    start = end - max(row[1] for row in rows)
    found = cohorts(cohort_sums(days, end - start), start, end, 0, 5)
    assert found is not None and found.months == 1
    frame = pd.DataFrame(rows, columns=["customer", "before", "money"])
    frame["day"] = end - frame["before"]
    frame["first"] = frame.groupby("customer")["day"].transform("min")
    frame["cohort"] = [(dt.date(1970, 1, 1) + dt.timedelta(days=int(day))).replace(day=1) for day in frame["first"]]
    for row in found.table.itertuples():
        inside = frame[frame["cohort"] == row.cohort]
        spent = inside[inside["day"] < inside["first"] + row.days].groupby("customer")["money"].sum()
        assert row.customers == len(spent)
        assert row.mean == pytest.approx(spent.mean())
        assert (row.high - row.mean) == pytest.approx(1.959964 * spent.std() / np.sqrt(len(spent)))
        last = (row.cohort.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
        assert (last - dt.date(1970, 1, 1)).days + row.days <= end, "a horizon that the last customer has not had"


def test_cohorts_that_may_hold_older_customers_are_marked_and_not_compared(make_tables: Make, order: Make) -> None:
    rows = [order(f"c{number:03}", 400 - number, 10) for number in range(390)]
    found = analyse(make_tables(rows), RfmParameters(minimum_base=10)).movement.cohorts
    assert found is not None and found.comparison is not None and not found.seen_before  # no rhythm: nobody came again
    again = [*rows, *(order(f"c{number:03}", 340 - number, 10) for number in range(300))]
    marked = analyse(make_tables(again), RfmParameters(minimum_base=10)).movement.cohorts
    assert marked is not None and marked.seen_before
    assert marked.comparison is not None and marked.comparison.first[0] not in marked.seen_before


@pytest.mark.parametrize(("months", "wanted"), [(1, 1), (18, 1), (19, 3), (54, 3), (55, 6), (2000, 60)])
def test_cohorts_get_longer_so_that_the_table_stays_readable(months: int, wanted: int) -> None:
    first = dt.date(1900, 1, 1)
    last = dt.date(1900 + (months - 1) // 12, (months - 1) % 12 + 1, 1)
    assert cohort_months(first, last) == wanted
