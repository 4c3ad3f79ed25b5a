"""Leaving without a contract: the likelihood by numerical integration, planted effects, what silence alone says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from lifelines import CoxPHFitter
from scipy.integrate import quad
from scipy.special import gamma

from customer_analytics.analysis.hazard import dropout
from customer_analytics.analysis.hazard.dropout import Histories, fit_dropout

TRUTH = np.array([0.8, -0.5])


def simulated(count: int = 3_000, seed: int = 1) -> tuple[Histories, np.ndarray]:
    """People who buy at own rates until they leave; both covariates move leaving, the first one the rate as well."""
    rng = np.random.default_rng(seed)
    x = np.column_stack((rng.random(count) < 0.3, rng.normal(size=count))).astype(float)
    rate = rng.gamma(1.5, 1 / 45, count) * np.exp(0.5 * x[:, 0])
    life = rng.exponential(200, count) / np.exp(x @ TRUTH)
    until = rng.uniform(100, 700, count)
    last, repeats = np.zeros(count), np.zeros(count)
    for person in range(count):
        days = np.cumsum(rng.exponential(1 / rate[person], 400))
        days = days[days < min(life[person], until[person])]
        repeats[person] = len(days)
        last[person] = days[-1] if len(days) else 0.0
    return Histories(np.zeros(count), last, until, repeats), x


@pytest.fixture(scope="module")
def history() -> tuple[Histories, np.ndarray]:
    return simulated()


def test_the_likelihood_is_the_integral_over_the_day_of_leaving() -> None:
    one = Histories(np.array([12.0]), np.array([40.0]), np.array([200.0]), np.array([3.0]))
    frame = dropout._frame(one, np.array([[1.0]]), np.array([0.0, 30.0, 300.0]))
    parameters = np.array([0.3, 3.5, 0.2, np.log(0.01), np.log(0.004), 0.6])
    value, _ = dropout._likelihood(parameters, frame)
    shape, scale, relative = np.exp(0.3), np.exp(3.5 - 0.2), np.exp(0.6)

    def gone(age: float) -> float:
        return (0.01 * min(age, 30.0) + 0.004 * max(age - 30.0, 0.0)) * relative

    def here(days: float) -> float:
        return np.exp(-(gone(12 + days) - gone(12)))

    def orders(days: float) -> float:
        return gamma(shape + 3) / gamma(shape) * scale**shape / (scale + days) ** (shape + 3)

    def density(days: float) -> float:
        return (0.01 if 12 + days < 30 else 0.004) * relative * here(days) * orders(days)

    exact = quad(density, 40, 200)[0] + here(200) * orders(200)
    assert value == pytest.approx(np.log(exact), abs=4e-3)  # the grid of the integral


def test_the_gradient_is_that_of_the_likelihood(history: tuple[Histories, np.ndarray]) -> None:
    histories, x = history
    frame = dropout._frame(histories, x, dropout._edges(histories))
    parameters = np.random.default_rng(0).normal(size=2 + 2 * frame.width + frame.stretches) * 0.1
    parameters[1], parameters[4 : 4 + frame.stretches] = 4.0, -5.5
    _, scores = dropout._likelihood(parameters, frame)
    for place in range(len(parameters)):
        step = np.zeros(len(parameters))
        step[place] = 1e-5
        up, down = (dropout._likelihood(parameters + sign * step, frame)[0] for sign in (1, -1))
        assert scores[:, place].sum() == pytest.approx((up - down) / 2e-5, rel=1e-4, abs=1e-2)


def test_planted_effects_are_found_where_silence_alone_draws_them_towards_none(
    history: tuple[Histories, np.ndarray],
) -> None:
    histories, x = history
    found = fit_dropout(histories, x)
    assert found is not None
    error = np.sqrt(np.diag(found.covariance))
    assert (np.abs(found.coefficients - TRUTH) < 1.96 * error).all()
    assert found.hazards.mean() == pytest.approx(1 / 200, rel=0.35)
    assert found.rate == pytest.approx(1.5 / 45, rel=0.15) and found.rate_coefficients[0] == pytest.approx(0.5, abs=0.1)
    gone = histories.until - histories.last > 90
    frame = pd.DataFrame(x, columns=["a", "b"]).assign(
        time=np.where(gone, histories.last, histories.until - 90) + 1, gone=gone
    )
    alone = CoxPHFitter().fit(frame[frame["time"] > 0], "time", "gone").params_.to_numpy()
    assert (np.abs(alone) < np.abs(TRUTH)).all() and np.abs(alone - TRUTH).max() > 3 * error.min()


def test_effects_over_seeds_lie_in_their_intervals() -> None:
    inside = []
    for seed in range(2, 8):
        found = fit_dropout(*simulated(1_000, seed))
        assert found is not None
        inside += list(np.abs(found.coefficients - TRUTH) < 1.96 * np.sqrt(np.diag(found.covariance)))
    assert np.mean(inside) >= 10 / 12


def test_too_few_people_or_returns_give_no_model() -> None:
    few = Histories(*(np.ones(50) for _ in range(4)))
    assert fit_dropout(few, np.random.default_rng(0).normal(size=(50, 1))) is None
    once = Histories(np.zeros(500), np.zeros(500), np.full(500, 90.0), np.zeros(500))
    assert fit_dropout(once, np.random.default_rng(0).normal(size=(500, 1))) is None
