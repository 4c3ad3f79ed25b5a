"""Fits on planted truth, their intervals, and when they refuse."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import gamma

from customer_analytics.analysis.value.fitting import NAMES, PurchaseFit, fit
from customer_analytics.analysis.value.purchases import Histories, Kind, Likelihood, PurchaseModel
from customer_analytics.analysis.value.spend import Likelihood as SpendLikelihood
from customer_analytics.analysis.value.spend import SpendModel, Spends, fit_spend

TRUTH = {"bg_nbd": (0.6, 5.0, 0.9, 2.6), "mbg_nbd": (1.2, 8.0, 0.8, 2.0)}


def simulate(kind: Kind, n: int, seed: int, truth: tuple[float, float, float, float] | None = None) -> Histories:
    """Customers drawn purchase by purchase, with ages from 20 to 80 weeks, rounded to days as an export is."""
    r, alpha, a, b = truth or TRUTH[kind]
    generator = np.random.default_rng(seed)
    rate, leave = generator.gamma(r, 1 / alpha, n), generator.beta(a, b, n)
    age = generator.integers(20 * 7, 80 * 7, n) / 7
    x, recency, now = np.zeros(n), np.zeros(n), np.zeros(n)
    active = generator.random(n) >= leave if kind == "mbg_nbd" else np.ones(n, dtype=bool)
    while active.any():
        now = now + generator.exponential(1 / rate)
        active &= now < age
        x, recency = x + active, np.where(active, now, recency)
        active &= generator.random(n) >= leave
    return Histories(x, recency, age, np.ones(n))


@pytest.mark.parametrize("kind", ["bg_nbd", "mbg_nbd"])
def test_planted_parameters_are_found_within_their_intervals(kind: Kind) -> None:
    """Twelve simulated clients: 95 % intervals cover the truth in at least 40 of 48 cases, and the middle is right."""
    fits = [fit(kind, simulate(kind, 4_000, seed), 30) for seed in range(12)]
    assert all(one.holds and one.leaves and one.agreeing == one.starts for one in fits)
    inside = [
        one.intervals[name].low <= truth <= one.intervals[name].high
        for one in fits
        for name, truth in zip(NAMES, TRUTH[kind], strict=True)
    ]
    assert sum(inside) >= 40
    for place, truth in enumerate(TRUTH[kind]):
        assert np.median([one.model.values[place] for one in fits if one.model]) == pytest.approx(truth, rel=0.15)


def test_customers_of_one_history_are_as_good_as_a_row_each() -> None:
    rows = simulate("mbg_nbd", 3_000, 3)
    rows = Histories(rows.x, np.round(rows.recency), np.round(rows.age), rows.n)
    keys, n = np.unique(np.stack([rows.x, rows.recency, rows.age]), axis=1, return_counts=True)
    joined = fit("mbg_nbd", Histories(*keys, n.astype(float)), 30)
    single = fit("mbg_nbd", rows, 30)
    assert joined.histories < single.histories and joined.customers == single.customers
    assert joined.log_likelihood == pytest.approx(single.log_likelihood, abs=1e-6)
    assert joined.model.values == pytest.approx(single.model.values, rel=1e-6)


def test_the_unit_of_time_changes_alpha_and_nothing_else() -> None:
    weeks = simulate("bg_nbd", 2_000, 4)
    days = Histories(weeks.x, weeks.recency * 7, weeks.age * 7, weeks.n)
    first, second = fit("bg_nbd", weeks, 30), fit("bg_nbd", days, 30)
    r, alpha, a, b = first.model.values
    assert second.model.values == pytest.approx((r, 7 * alpha, a, b), rel=1e-5)
    value, _ = Likelihood("bg_nbd", weeks).value_and_gradient(np.array(first.model.values))
    assert first.log_likelihood == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize(("customers", "reason"), [(10, "few_customers"), (200, "few_repeaters")])
def test_too_few_customers_or_repeat_customers_are_not_estimable(customers: int, reason: str) -> None:
    nobody = np.zeros(customers)
    found = fit("bg_nbd", Histories(nobody, nobody, nobody + 30, nobody + 1), 30)
    assert not found.holds and found.problem == reason and found.model is None


def test_customers_who_never_leave_are_fitted_without_leaving() -> None:
    staying = simulate("bg_nbd", 3_000, 6, (1.5, 6.0, 1e-7, 1.0))
    found = fit("bg_nbd", staying, 30)
    assert found.holds and not found.leaves
    assert found.model.r == pytest.approx(1.5, rel=0.15) and found.model.alpha == pytest.approx(6.0, rel=0.15)
    assert found.model.probability_alive(*(np.array([value]) for value in (3.0, 10.0, 50.0)))[0] > 0.9


def test_regular_buyers_without_any_difference_run_to_the_edge_and_are_refused() -> None:
    n = 400
    same = Histories(np.full(n, 12.0), np.full(n, 48.0), np.full(n, 52.0), np.ones(n))
    found = fit("mbg_nbd", same, 30)
    assert not found.holds and found.problem in ("edge", "flat", "search")


def simulated_spends(n: int, seed: int, truth: SpendModel) -> Spends:
    generator = np.random.default_rng(seed)
    scale = 1 / generator.gamma(truth.q, 1 / truth.v, n)
    x = generator.integers(1, 9, n).astype(float)
    mean = generator.gamma(truth.p * x) * scale / x
    return Spends(x, mean, np.log(mean), np.ones(n))


def test_gamma_gamma_finds_planted_parameters() -> None:
    truth = SpendModel(4.0, 5.0, 60.0)
    fits = [fit_spend(simulated_spends(3_000, seed, truth), 30) for seed in range(10)]
    inside = [
        one.intervals[name].low <= getattr(truth, name) <= one.intervals[name].high for one in fits for name in "pqv"
    ]
    assert sum(inside) >= 25
    assert np.median([one.model.population_mean for one in fits]) == pytest.approx(truth.population_mean, rel=0.03)


def test_gamma_gamma_is_the_integral_over_the_customers_own_scale() -> None:
    model, x, mean = SpendModel(3.0, 4.0, 50.0), 3.0, 28.0

    def at(nu: float, times: float = 1.0) -> float:
        likelihood = gamma.pdf(mean, model.p * x, scale=1 / (nu * x))
        return likelihood * gamma.pdf(nu, model.q, scale=1 / model.v) * times

    whole = quad(at, 0, np.inf)[0]
    value, gradient = SpendLikelihood(
        Spends(*(np.array([v]) for v in (x, mean, np.log(mean), 1.0)))
    ).value_and_gradient(np.array([model.p, model.q, model.v]))
    assert value == pytest.approx(np.log(whole), rel=1e-7)
    expected = quad(lambda nu: at(nu, model.p / nu), 0, np.inf)[0] / whole
    assert model.expected(np.array([x]), np.array([mean]))[0] == pytest.approx(expected, rel=1e-7)
    square = quad(lambda nu: at(nu, (model.p * 2 * (model.p * 2 + 1)) / nu**2), 0, np.inf)[0] / whole
    two = np.array([2.0])  # exactly two purchases ahead
    assert model.square_of_sum(np.array([x]), np.array([mean]), two, two**2)[0] == pytest.approx(square, rel=1e-7)
    for place, step in enumerate(np.eye(3) * 1e-5):
        ends = [
            SpendLikelihood(Spends(*(np.array([v]) for v in (x, mean, np.log(mean), 1.0)))).value_and_gradient(
                np.array([model.p, model.q, model.v]) + sign * step
            )[0]
            for sign in (1, -1)
        ]
        assert gradient[place] == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=1e-5)


def test_money_in_another_currency_scales_the_value_and_nothing_else() -> None:
    spends = simulated_spends(1_000, 2, SpendModel(4.0, 5.0, 60.0))
    yen = dataclasses.replace(spends, mean=spends.mean * 150, log_mean=spends.log_mean + np.log(150))
    pounds, other = fit_spend(spends, 30), fit_spend(yen, 30)
    assert (other.model.p, other.model.q) == pytest.approx((pounds.model.p, pounds.model.q), rel=1e-6)
    assert other.model.v == pytest.approx(150 * pounds.model.v, rel=1e-6)


def test_who_always_pays_the_same_gives_no_spread_to_fit() -> None:
    found = fit_spend(Spends(np.full(100, 3.0), np.full(100, 20.0), np.full(100, np.log(20.0)), np.ones(100)), 30)
    assert not found.holds


def test_one_time_buyers_are_priced_at_the_mean_of_all() -> None:
    model = SpendModel(4.0, 5.0, 60.0)
    priced = model.expected(np.array([0.0, 0.0]), np.array([np.nan, 500.0]))
    assert priced == pytest.approx([model.population_mean] * 2)


def test_a_fit_says_what_it_stands_on(kind: Kind = "bg_nbd") -> None:
    found: PurchaseFit = fit(kind, simulate(kind, 1_000, 9), 30)
    assert isinstance(found.model, PurchaseModel) and found.customers == 1_000 and found.slope < 1e-8
