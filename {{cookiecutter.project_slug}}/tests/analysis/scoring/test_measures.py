"""Measures against scikit-learn, against enumeration by hand, and against every order of tied people."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from customer_analytics.analysis.scoring import calibrate, measures


def drawn(seed: int, n: int = 200, digits: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities with many ties, and outcomes that go with them."""
    draw = np.random.default_rng(seed)
    probability = np.clip(draw.random(n).round(digits), 0.05, 0.95)
    return probability, (draw.random(n) < probability).astype(float)


@pytest.mark.parametrize("digits", [1, 6])
def test_ranking_measures_agree_with_scikit_learn_also_where_people_are_tied(digits: int) -> None:
    probability, left = drawn(3, digits=digits)
    sums = measures.grouped(measures.ranking(probability), left)
    assert measures.auc(*sums)[0] == pytest.approx(roc_auc_score(left, probability), abs=1e-12)
    assert measures.average_precision(*sums)[0] == pytest.approx(average_precision_score(left, probability), abs=1e-12)


def test_losses_agree_with_scikit_learn() -> None:
    probability, left = drawn(4)
    assert measures.losses(probability, left).mean() == pytest.approx(log_loss(left, probability), abs=1e-12)
    assert np.square(probability - left).mean() == pytest.approx(brier_score_loss(left, probability), abs=1e-12)


def test_one_certain_mistake_does_not_cost_everything() -> None:
    loss = measures.losses(np.array([0.0, 1.0]), np.array([1.0, 0.0]))
    assert np.isfinite(loss).all() and loss[0] == pytest.approx(-np.log(measures.EDGE))


def test_captured_is_the_mean_over_every_order_of_tied_people() -> None:
    probability = np.array([0.9, 0.5, 0.5, 0.5, 0.1])
    left = np.array([1.0, 1.0, 0.0, 0.0, 1.0])
    sums = measures.grouped(measures.ranking(probability), left)
    for many in (1, 2, 3, 4, 5):
        orders = [
            left[[0, *order, 4]][:many].sum()
            for order in permutations((1, 2, 3))
        ]  # fmt: skip
        found = measures.captured(*sums, [many / 5])[0, 0]
        assert found == pytest.approx(np.mean(orders))


def test_everybody_tied_captures_what_chance_would() -> None:
    left = np.array([1.0, 0.0, 0.0, 1.0, 0.0])
    sums = measures.grouped(measures.ranking(np.full(5, 0.4)), left)
    assert measures.captured(*sums, [0.1])[0, 0] == pytest.approx(0.1 * left.sum())
    assert measures.auc(*sums)[0] == 0.5


def test_one_class_has_no_area() -> None:
    sums = measures.grouped(measures.ranking(np.array([0.2, 0.7])), np.zeros(2))
    assert np.isnan(measures.auc(*sums)[0]) and np.isnan(measures.average_precision(*sums)[0])


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=2, max_size=60))
def test_whole_numbers_of_people_weigh_as_if_they_were_there_more_than_once(rows: list[tuple[int, bool]]) -> None:
    probability = np.array([value / 10 for value, _ in rows])
    left = np.array([float(yes) for _, yes in rows])
    times = 1 + np.arange(len(rows)) % 3
    ranks = measures.ranking(probability)
    size = np.bincount(ranks.groups, weights=times)[:, None]
    gone = np.bincount(ranks.groups, weights=times * left)[:, None]
    again = measures.grouped(measures.ranking(np.repeat(probability, times)), np.repeat(left, times))
    np.testing.assert_allclose(measures.auc(gone, size), measures.auc(*again))
    np.testing.assert_allclose(measures.captured(gone, size, [0.1, 0.5]), measures.captured(*again, [0.1, 0.5]))


@given(st.lists(st.integers(0, 50), min_size=1, max_size=300))
def test_equal_values_are_never_in_two_bins_and_bins_are_numbered_without_gaps(values: list[int]) -> None:
    probability = np.array(values) / 50
    codes = measures.equal_count_bins(probability)
    assert set(codes) == set(range(codes.max() + 1))
    for value in set(probability):
        assert len(set(codes[probability == value])) == 1
    order = np.argsort(probability, kind="stable")
    assert (np.diff(codes[order]) >= 0).all()


def test_calibration_error_by_hand() -> None:
    probability = np.repeat([0.2, 0.6], 50)
    left = np.r_[np.repeat([1.0, 0.0], [20, 30]), np.repeat([1.0, 0.0], [30, 20])]
    assert measures.calibration_error(probability, left) == pytest.approx(0.5 * 0.2 + 0.5 * 0.0)


def test_perfect_probabilities_show_about_the_noise_that_is_told() -> None:
    draw = np.random.default_rng(5)
    probability = draw.random(2_000)
    noise = measures.calibration_noise(probability, np.random.default_rng(1))
    seen = [measures.calibration_error(probability, (draw.random(2_000) < probability) * 1.0) for _ in range(60)]
    assert noise == pytest.approx(np.mean(seen), rel=0.1)


def test_calibration_line_is_the_maximum_of_the_likelihood() -> None:
    draw = np.random.default_rng(6)
    probability = draw.beta(2, 3, 800)
    left = (draw.random(800) < 1 / (1 + np.exp(-(0.4 + 0.6 * measures.logit(probability))))).astype(float)
    x = measures.logit(probability)

    def minus(beta: np.ndarray) -> float:
        linear = beta[0] + beta[1] * x
        return float(np.logaddexp(0, linear).sum() - left @ linear)

    slow = minimize(minus, np.zeros(2), method="BFGS", options={"gtol": 1e-8}).x
    found = calibrate.line(probability, left, np.arange(800))
    assert (found.intercept, found.slope) == pytest.approx(tuple(slow), abs=1e-5)
    assert abs(found.slope - 0.6) < 4 * np.sqrt(found.covariance[1, 1])


def test_a_person_counted_twice_is_no_second_witness() -> None:
    probability, left = drawn(7, n=400, digits=3)
    once = calibrate.line(probability, left, np.arange(400))
    twice = calibrate.line(np.tile(probability, 2), np.tile(left, 2), np.tile(np.arange(400), 2))
    np.testing.assert_allclose(twice.covariance, once.covariance, rtol=1e-6)


@pytest.mark.parametrize("left", [np.zeros(50), np.ones(50)])
def test_one_class_has_no_line(left: np.ndarray) -> None:
    assert np.isnan(calibrate.line(np.linspace(0.1, 0.9, 50), left, np.arange(50)).slope)


def test_separated_or_equal_probabilities_have_no_line() -> None:
    left = np.repeat([0.0, 1.0], 25)
    assert np.isnan(calibrate.line(np.linspace(0.1, 0.9, 50), left, np.arange(50)).slope)
    assert np.isnan(calibrate.line(np.full(50, 0.3), left, np.arange(50)).slope)


def test_the_slope_is_learned_whatever_the_level_of_each_test() -> None:
    draw = np.random.default_rng(8)
    raws, lefts = [], []
    for shift in (-1.0, 0.0, 1.5):
        raw = draw.beta(2, 2, 6_000)
        raws.append(raw)
        lefts.append((draw.random(6_000) < 1 / (1 + np.exp(-(shift + 0.7 * measures.logit(raw))))).astype(float))
    assert calibrate.learn_slope(raws, lefts) == pytest.approx(0.7, abs=0.05)


def test_a_method_that_is_worse_than_chance_is_flattened_not_turned_round() -> None:
    raw = np.linspace(0.05, 0.95, 4_000)
    left = (np.random.default_rng(9).random(4_000) < 1 - raw).astype(float)
    assert calibrate.learn_slope([raw], [left]) == 0.0
    assert np.ptp(calibrate.learn(raw, left)(raw)) == 0.0


@given(st.floats(0.01, 0.99), st.floats(-3, 3))
def test_the_level_gives_the_rate_asked_for(rate: float, shift: float) -> None:
    linear = np.linspace(-2, 2, 101) + shift
    found = 1 / (1 + np.exp(-(calibrate.balance(linear, rate) + linear)))
    assert found.mean() == pytest.approx(rate, abs=1e-9)


def test_intervals_grow_with_what_differs_between_cut_offs() -> None:
    own = np.diag([0.01, 0.01])
    calm = [calibrate.Line(0.0, 1.0, own)] * 3
    moved = [calibrate.Line(value, 1.0, own) for value in (-0.6, 0.1, 0.5)]
    pooled = calibrate.Line(0.0, 1.0, own / 3)
    narrow = calibrate.reliability(calm, pooled).interval(np.array([0.3]))
    wide = calibrate.reliability(moved, pooled).interval(np.array([0.3]))
    assert narrow[0][0] < 0.3 < narrow[1][0]
    assert wide[0][0] < narrow[0][0] and wide[1][0] > narrow[1][0]
