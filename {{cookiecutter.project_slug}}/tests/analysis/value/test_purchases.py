"""BG/NBD and MBG/NBD against slow numerical integration over the rate and the leaving chance of one customer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import hyp2f1
from scipy.stats import beta, gamma

from customer_analytics.analysis.value.purchases import (
    Histories,
    Kind,
    Likelihood,
    PurchaseModel,
    count_distribution,
    expected_while_active,
)

KINDS: tuple[Kind, ...] = ("bg_nbd", "mbg_nbd")
PARAMETERS = ((0.7, 6.0, 0.8, 1.9), (1.8, 11.0, 0.66, 1.4), (0.35, 4.0, 1.6, 3.0))
HISTORIES = ((0, 0.0, 30.0), (1, 2.0, 30.0), (3, 20.0, 26.0), (9, 38.5, 39.0))
NODES, WEIGHTS = np.polynomial.legendre.leggauss(700)
PLACES = (NODES + 1) / 2


def grid(model: PurchaseModel) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rates, leaving chances and weights that integrate over both distributions."""
    rate = gamma.ppf(PLACES, model.r, scale=1 / model.alpha)[:, None]
    leave = beta.ppf(PLACES, model.a, model.b)[None, :]
    return rate, leave, (WEIGHTS[:, None] / 2) * (WEIGHTS[None, :] / 2)


def individual(kind: Kind, rate: np.ndarray, leave: np.ndarray, history: tuple[int, float, float]):
    """Likelihood of one customer of known rate and leaving chance: still active, and gone."""
    x, recency, age = history
    chances = x if kind == "bg_nbd" else x + 1
    active = rate**x * np.exp(-rate * age) * (1 - leave) ** chances
    gone = rate**x * np.exp(-rate * recency) * leave * (1 - leave) ** (chances - 1) if chances else 0 * active
    return active, gone


def arrays(history: tuple[int, float, float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    x, recency, age = history
    return np.array([float(x)]), np.array([recency]), np.array([age])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("parameters", PARAMETERS)
@pytest.mark.parametrize("history", HISTORIES)
def test_the_closed_forms_are_the_integrals(
    kind: Kind, parameters: tuple[float, float, float, float], history: tuple[int, float, float]
) -> None:
    model = PurchaseModel(kind, *parameters)
    rate, leave, weights = grid(model)
    active, gone = individual(kind, rate, leave, history)
    whole = float((weights * (active + gone)).sum())
    own = arrays(history)
    value, _ = Likelihood(kind, Histories(*own, np.ones(1))).value_and_gradient(np.array(parameters))
    assert value == pytest.approx(np.log(whole), abs=2e-3)
    alive = float((weights * active).sum()) / whole
    assert model.probability_alive(*own)[0] == pytest.approx(alive, abs=1e-3)
    for ahead in (1.0, 26.0, 104.0):
        mean = -np.expm1(-rate * leave * ahead) / leave  # of an active customer: leaves with `leave` at each purchase
        expected = float((weights * active * mean).sum()) / whole
        assert model.expected(*own, ahead)[0] == pytest.approx(expected, rel=3e-3)
        assert model.counts(*own, ahead).mean[0] == pytest.approx(model.expected(*own, ahead)[0], rel=1e-6)
        none = float((weights * (active * np.exp(-rate * ahead) + gone)).sum()) / whole
        assert model.counts(*own, ahead).none[0] == pytest.approx(none, abs=1e-3)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("parameters", PARAMETERS)
def test_a_new_customer_is_expected_to_buy_what_the_integral_says(
    kind: Kind, parameters: tuple[float, float, float, float]
) -> None:
    model = PurchaseModel(kind, *parameters)
    rate, leave, weights = grid(model)
    stays = 1.0 if kind == "bg_nbd" else 1 - leave
    for age in (4.0, 52.0):
        mean = float((weights * stays * -np.expm1(-rate * leave * age) / leave).sum())
        assert model.expected_of_new(np.array([age]))[0] == pytest.approx(mean, rel=3e-3)


def test_the_published_form_and_ours_agree_where_the_published_one_can_be_computed() -> None:
    r, alpha, a, b, x, age, ahead = 0.243, 4.414, 0.793, 2.426, 4.0, 30.0, 39.0
    z = ahead / (alpha + age + ahead)
    published = (a + b + x - 1) / (a - 1) * (
        1 - ((alpha + age) / (alpha + age + ahead)) ** (r + x) * hyp2f1(r + x, b + x, a + b + x - 1, z)
    )  # fmt: skip
    ours = expected_while_active(np.array([r + x]), np.array([z]), a, np.array([b + x]))
    assert ours[0] == pytest.approx(published, rel=1e-12)


def test_a_leaving_parameter_of_one_is_no_hole_in_the_forecast() -> None:
    shape, part, rest = np.array([2.4]), np.array([0.5]), np.array([4.4])
    around = [expected_while_active(shape, part, a, rest)[0] for a in (1 - 2e-4, 1 - 1e-9, 1.0, 1 + 1e-9, 1 + 2e-4)]
    assert np.isfinite(around).all()
    assert np.ptp(around) < 2e-4 and np.ptp(around[1:4]) < 1e-8
    assert around[2] == pytest.approx((around[0] + around[4]) / 2, rel=1e-7)


def test_a_pole_of_the_hypergeometric_function_is_no_hole_in_the_forecast() -> None:
    near = [expected_while_active(np.array([0.5]), np.array([0.6]), 0.4, np.array([rest]))[0] for rest in (0.599, 0.6)]
    assert near[0] == pytest.approx(near[1], rel=1e-2) and near[0] > 0


@pytest.mark.parametrize("x", [300.0, 3000.0])
def test_heavy_buyers_do_not_overflow(x: float) -> None:
    model = PurchaseModel("mbg_nbd", 1.4, 1.4, 0.2, 270.0)
    own = np.array([x]), np.array([103.999]), np.array([104.0])
    mean = model.expected(*own, 52.0)[0]
    counts = model.counts(*own, 52.0)
    assert 0.3 * x < mean < 0.55 * x and counts.mean[0] == pytest.approx(mean, rel=1e-6)
    assert counts.low[0] < mean < counts.high[0]
    assert np.isfinite(Likelihood("mbg_nbd", Histories(*own, np.ones(1))).value_and_gradient(np.array(model.values))[0])


def test_bg_nbd_can_not_lose_a_one_time_buyer_and_mbg_nbd_can() -> None:
    own = np.array([0.0]), np.array([0.0]), np.array([100.0])
    assert PurchaseModel("bg_nbd", *PARAMETERS[0]).probability_alive(*own)[0] == 1
    assert PurchaseModel("mbg_nbd", *PARAMETERS[0]).probability_alive(*own)[0] < 0.5


def test_the_distribution_of_the_number_of_purchases_is_that_of_a_simulation() -> None:
    generator = np.random.default_rng(5)
    n, shape, scale, a, rest, alive, ahead = 400_000, 3.2, 30.0, 0.8, 4.4, 0.7, 26.0
    rate, leave = generator.gamma(shape, 1 / scale, n), generator.beta(a, rest, n)
    until = generator.poisson(rate * ahead)
    stays = np.minimum(until, generator.geometric(np.maximum(leave, 1e-12)))
    drawn = np.where(generator.random(n) < alive, stays, 0)
    made = count_distribution(
        np.array([alive]), np.array([shape]), np.array([ahead / (scale + ahead)]), a, np.array([rest])
    )
    assert made.none[0] == pytest.approx((drawn == 0).mean(), abs=4e-3)
    assert made.mean[0] == pytest.approx(drawn.mean(), rel=1e-2)
    assert made.variance[0] == pytest.approx(drawn.var(), rel=3e-2)
    assert made.low[0] == 0 and made.high[0] == np.quantile(drawn, 0.975)


@pytest.mark.parametrize("kind", KINDS)
def test_the_gradient_is_that_of_the_log_likelihood(kind: Kind) -> None:
    data = Histories(
        *(np.array(column, dtype=float) for column in zip(*HISTORIES, strict=True)), np.array([5.0, 2, 3, 1])
    )
    likelihood, at = Likelihood(kind, data), np.array([0.8, 5.0, 0.9, 2.2])
    _, gradient = likelihood.value_and_gradient(at)
    for place in range(4):
        step = np.zeros(4)
        step[place] = 1e-5
        up, down = (likelihood.value_and_gradient(at + sign * step)[0] for sign in (1, -1))
        assert gradient[place] == pytest.approx((up - down) / 2e-5, rel=1e-6)


@given(
    x=st.integers(0, 60),
    age=st.floats(0.2, 300),
    part=st.floats(0, 1),
    a=st.floats(0.05, 4),
    b=st.floats(0.1, 9),
    kind=st.sampled_from(KINDS),
)
def test_forecasts_never_shrink_with_time_and_never_pass_the_chance_to_be_active(
    x: int, age: float, part: float, a: float, b: float, kind: Kind
) -> None:
    model = PurchaseModel(kind, 0.8, 5.0, a, b)
    own = np.array([float(x)]), np.array([part * age if x else 0.0]), np.array([age])
    alive = model.probability_alive(*own)[0]
    means = [model.expected(*own, ahead)[0] for ahead in (1.0, 13.0, 52.0)]
    assert 0 <= alive <= 1
    assert 0 <= means[0] <= means[1] <= means[2] <= alive * (0.8 + x) * 52 / (5 + age) + 1e-9
    counts = model.counts(*own, 13.0)
    assert 1 - alive - 1e-12 <= counts.none[0] <= 1 and counts.variance[0] >= 0
