"""Intervals, differences and trends of message rates against slow references, statsmodels and simulation."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import StratifiedTable, Table
from statsmodels.stats.proportion import proportion_confint

from customer_analytics.analysis.messages.fatigue import cap_of
from customer_analytics.analysis.messages.responders import index_of
from customer_analytics.analysis.messages.result import Cap, Trend
from customer_analytics.analysis.messages.send_time import alike
from customer_analytics.analysis.messages.shares import design_effect, difference, share_interval, within_strata
from customer_analytics.analysis.messages.trend import rate_ratio, rising, score_test

FLAT = np.ones(200)


def test_one_message_a_customer_has_the_plain_interval_of_wilson() -> None:
    assert share_interval(30, 200) == pytest.approx(proportion_confint(30, 200, method="wilson"))


def test_customers_with_many_alike_messages_widen_the_interval() -> None:
    """Each block has ten messages of one customer who opens all or none: ten times the variance."""
    rng = np.random.default_rng(1)
    opens = 10.0 * (rng.random(200) < 0.3)
    effect = design_effect(opens, 10 * FLAT)
    assert effect == pytest.approx(10 * 200 / 199)
    assert share_interval(opens.sum(), 2_000, effect) == pytest.approx(
        proportion_confint(opens.sum() / effect, 2_000 / effect, method="wilson")
    )


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=40))
@settings(max_examples=60, deadline=None)
def test_the_design_effect_is_never_below_one_and_the_share_lies_in_its_interval(pairs: list[tuple[int, int]]) -> None:
    events = np.array([min(pair) for pair in pairs], dtype=float)
    bases = np.array([max(pair) for pair in pairs], dtype=float)
    effect = design_effect(events, bases)
    assert effect >= 1
    if bases.sum():
        low, high = share_interval(events.sum(), bases.sum(), effect)
        assert -1e-12 <= low <= events.sum() / bases.sum() <= high <= 1 + 1e-12


def test_differences_of_rates_keep_their_level_when_customers_are_on_both_sides() -> None:
    """Customers differ in how much they open; half of each one's messages go on either side: no difference."""
    rng = np.random.default_rng(3)
    rejected = 0
    for _ in range(400):
        lean = rng.beta(1, 3, 200)
        sides = [rng.binomial(6, lean).astype(float) for _ in range(2)]
        p = difference(sides[0], 6 * FLAT, sides[1], 6 * FLAT)[2]
        rejected += p < 0.05
    assert rejected / 400 < 0.08


def reference_difference(strata: list[tuple[int, int, int, int]]) -> float:
    """Mantel and Haenszel's risk difference, written out."""
    weights = [n1 * n0 / (n1 + n0) for _, n1, _, n0 in strata]
    return sum(w * (a / n1 - b / n0) for w, (a, n1, b, n0) in zip(weights, strata, strict=True)) / sum(weights)


def test_the_difference_within_campaigns_is_that_of_mantel_and_haenszel() -> None:
    strata = [(30, 100, 20, 200), (8, 40, 9, 80), (50, 90, 60, 120)]
    columns = [np.array(column, dtype=float) for column in zip(*strata, strict=True)]
    gap, (low, high), p = within_strata(*columns)
    assert gap == pytest.approx(reference_difference(strata))
    assert low < gap < high
    assert p < 0.001


def test_campaigns_that_went_to_one_side_only_say_nothing() -> None:
    gap, interval, p = within_strata(np.array([5.0]), np.array([9.0]), np.array([0.0]), np.array([0.0]))
    assert all(math.isnan(value) for value in (gap, *interval, p))


def test_simpsons_paradox_across_campaigns_is_no_difference_within_them() -> None:
    """The evening is opened more overall only because the popular campaign left in the evening."""
    gap, _, p = within_strata(np.array([5.0, 450.0]), np.array([50.0, 900.0]), np.array([90.0, 50.0]),
                              np.array([900.0, 100.0]))  # fmt: skip
    assert gap == pytest.approx(0)
    assert p == pytest.approx(1)


def test_the_ratio_of_rates_is_the_pooled_risk_ratio_of_statsmodels() -> None:
    strata = [(12, 100, 6, 90), (20, 150, 25, 300), (4, 60, 2, 50)]
    cells = [np.array([[a, n1 - a], [b, n0 - b]]) for a, n1, b, n0 in strata]
    columns = [np.array(column, dtype=float) for column in zip(*strata, strict=True)]
    ratio, (low, high) = rate_ratio(*columns)
    assert ratio == pytest.approx(StratifiedTable(cells).riskratio_pooled)
    assert low < ratio < high


def test_the_trend_test_is_that_of_statsmodels_in_one_stratum() -> None:
    events, base = np.array([8.0, 14.0, 19.0]), np.array([400.0, 390.0, 300.0])
    table = Table(np.array([base - events, events]), shift_zeros=False)
    known = table.test_ordinal_association(row_scores=np.array([0, 1]), col_scores=np.array([0, 1, 2]))
    assert score_test(np.zeros(3, dtype=int), np.arange(3.0), events, base) == pytest.approx(known.pvalue, rel=0.01)


def test_the_rise_of_two_numbers_in_one_stratum_is_their_ratio_less_one() -> None:
    rise, interval = rising(
        np.zeros(2, dtype=int), np.array([0.0, 1.0]), np.array([20.0, 45.0]), np.array([1000.0, 1500.0])
    )
    assert rise == pytest.approx((45 / 1500) / (20 / 1000) - 1, abs=1e-3)
    assert interval.low < rise < interval.high


def test_a_rise_that_was_planted_is_in_its_interval_as_often_as_it_should_be() -> None:
    """Unsubscribing as in the synthetic client: base x (1 + rise x earlier), strata of different bases."""
    rng = np.random.default_rng(5)
    stratum, earlier = np.repeat(np.arange(8), 6), np.tile(np.arange(6.0), 8)
    base = rng.integers(200, 2_000, 48).astype(float)
    rates = np.repeat(rng.uniform(0.003, 0.006, 8), 6) * (1 + 0.5 * earlier)
    covered = rejected = 0
    for _ in range(200):
        _, (low, high) = rising(stratum, earlier, rng.binomial(base.astype(int), rates).astype(float), base)
        covered += low <= 0.5 <= high
        nothing = rng.binomial(base.astype(int), np.repeat(rates[::6], 6)).astype(float)
        rejected += score_test(stratum, earlier, nothing, base) < 0.05
    assert 0.9 <= covered / 200 <= 0.99
    assert rejected / 200 <= 0.09


def trend(metric: str, rise: float, p: float = 0.001) -> Trend:
    return Trend(metric, rise, rise - 0.1, rise + 0.1, p, p, 100, 10_000)


def test_the_cap_is_the_last_message_before_unsubscribing_has_doubled_or_response_halved() -> None:
    cap = cap_of((trend("unsubscribe", 0.5),), 9)  # the third has twice the first's rate
    assert (cap.value, cap.by, cap.low, cap.high) == (2, "unsubscribe", 2, 3)  # rises of .6 and .4
    assert cap_of((trend("unsubscribe", 0.4),), 9).value == 3
    assert cap_of((trend("click", -0.15), trend("unsubscribe", 0.05)), 30) == Cap(4, "click", 2, 10)
    assert cap_of((trend("unsubscribe", 3.0),), 9).value == 1
    assert cap_of((trend("unsubscribe", 0.2),), 5) == Cap(
        5, "unsubscribe", 4, 5
    )  # beyond what was tried nothing is said


def test_no_cap_follows_from_chance_from_an_improvement_or_beyond_what_was_tried() -> None:
    assert cap_of((trend("unsubscribe", 0.5, 0.2), trend("click", 0.3)), 9) == Cap()
    assert cap_of((trend("unsubscribe", 0.1),), 4) == Cap()  # would be the tenth, four were seen


def test_the_index_of_a_trait_has_the_interval_of_katz() -> None:
    ratio, (low, high), _ = index_of(30, 40, 15, 60)
    error = math.sqrt(1 / 30 - 1 / 40 + 1 / 15 - 1 / 60)
    assert (ratio, low, high) == pytest.approx((3, 3 * math.exp(-1.96 * error), 3 * math.exp(1.96 * error)), rel=1e-3)
    assert math.isnan(index_of(3, 40, 15, 60)[0])


def test_hours_chosen_by_the_customers_past_are_seen_not_to_be_alike() -> None:
    rows = [(0, hour, state, n) for hour, state, n in ((8, "recent", 80), (8, "lapsed", 20), (20, "recent", 20),
                                                       (20, "lapsed", 80))]  # fmt: skip
    columns = ["code", "hour", "recency", "n"]
    assert alike(pd.DataFrame(rows, columns=columns)) < 1e-10
    even = [(0, hour, state, 50) for hour in (8, 20) for state in ("recent", "lapsed")]
    assert alike(pd.DataFrame(even, columns=columns)) == pytest.approx(1)
