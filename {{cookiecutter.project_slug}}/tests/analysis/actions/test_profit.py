"""Profit of contacting: the formula by hand, the curve by going through customers one by one, EMP by integration."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from customer_analytics.analysis.actions.curve import (
    THOUSAND,
    Cases,
    best_share,
    binned,
    needed_acceptance,
    plain_curve,
    profit_curve,
)
from customer_analytics.analysis.actions.emp import CONCENTRATION, expected_maximum_profit
from customer_analytics.analysis.actions.terms import (
    Terms,
    break_even,
    break_even_acceptance,
    expected_profit,
    realised_profit,
)
from customer_analytics.analysis.uplift.hundredths import blocks_of

TERMS = Terms(acceptance=0.3, incentive=10.0, contact_cost=1.0)


def cases(left: Sequence[float], probability: Sequence[float], value: Sequence[float], cuts: int = 1) -> Cases:
    """The same customers at each of `cuts` cut-offs."""
    n = len(left)
    return Cases(
        np.repeat(np.arange(cuts), n),
        np.tile(np.arange(n), cuts),
        *(np.tile(np.array(one, dtype=float), cuts) for one in (probability, value, left)),
    )


def test_profit_of_a_contact_is_neslins_whichever_way_it_is_written() -> None:
    """200 contacted, 40 % leaving, 30 % of these accept: 24 stay and take the offer, 120 take it who stayed anyway."""
    stay, loyal = 200 * 0.4 * 0.3, 200 * 0.6
    by_hand = stay * (150 - 10) - loyal * 10 - 200 * 1
    each = expected_profit(np.array([0.4]), np.array([150.0]), TERMS)[0]
    assert each * 200 == pytest.approx(by_hand)
    assert each == pytest.approx(0.4 * (0.3 * 150 + 10 * 0.7) - 10 - 1)


def test_who_leaves_and_does_not_accept_costs_only_the_contact() -> None:
    none = Terms(acceptance=1e-12, incentive=10.0, contact_cost=1.0)
    assert realised_profit(np.array([1.0]), np.array([500.0]), none)[0] == pytest.approx(-1.0)
    assert realised_profit(np.array([0.0]), np.array([500.0]), none)[0] == pytest.approx(-11.0)


@given(st.floats(0.05, 1), st.floats(0, 50), st.floats(0, 5), st.floats(1, 1000))
def test_at_the_break_even_rate_a_contact_earns_nothing(
    acceptance: float, incentive: float, cost: float, value: float
) -> None:
    terms = Terms(acceptance, incentive, cost)
    rate = break_even(value, terms)
    assert expected_profit(np.array([rate]), np.array([value]), terms)[0] == pytest.approx(0.0, abs=1e-6)


def test_at_the_break_even_acceptance_a_contact_earns_nothing_and_a_cheap_customer_never_pays() -> None:
    acceptance = break_even_acceptance(0.5, 100.0, TERMS)
    assert acceptance == pytest.approx((0.5 * 10 + 1) / (0.5 * 90))
    assert expected_profit(np.array([0.5]), np.array([100.0]), Terms(acceptance, 10.0, 1.0))[0] == pytest.approx(0.0)
    assert math.isinf(break_even_acceptance(0.9, 10.0, TERMS))


def test_the_curve_is_what_contacting_one_after_the_other_brings() -> None:
    left, probability, value = [1, 0, 1, 0, 0], [0.9, 0.8, 0.7, 0.2, 0.1], [100, 100, 100, 100, 100]
    curve = plain_curve(cases(left, probability, value), TERMS)
    won, lost = 0.3 * 90 - 1, -11.0
    by_hand = np.cumsum([0, won, lost, won, lost, lost]) / 5 * THOUSAND
    assert curve[::20] == pytest.approx(by_hand)


def test_equal_orders_are_contacted_at_random_and_averaged() -> None:
    """Against all 24 orders in which four customers of equal expected profit can be contacted."""
    left = np.array([1.0, 0.0, 0.0, 1.0])
    curve = plain_curve(cases(left, [0.5] * 4, [80.0] * 4), TERMS)
    money = realised_profit(left, np.full(4, 80.0), TERMS)
    slow = np.mean([np.cumsum([0, *money[list(order)]]) for order in permutations(range(4))], axis=0) / 4 * THOUSAND
    assert curve[::25] == pytest.approx(slow)


def test_customers_go_by_expected_profit_so_that_a_rich_one_comes_before_a_riskier_poor_one() -> None:
    rich_first = cases([1, 1], [0.6, 0.9], [1000.0, 20.0])
    money = binned(rich_first, expected_profit(rich_first.probability, rich_first.value, TERMS), rich_first.left)
    assert money[0][0][:50].sum() == pytest.approx(1.0)
    assert money[0][1][:50].sum() == pytest.approx(0.0)


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1), st.floats(0, 500)), min_size=1, max_size=40))
def test_contacting_all_brings_the_sum_over_all_whatever_the_order(rows: list[tuple[bool, float, float]]) -> None:
    left, probability, value = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    curve = plain_curve(cases(list(left), list(probability), list(value)), TERMS)
    total = realised_profit(left, value, TERMS).sum() / len(rows) * THOUSAND
    assert curve[-1] == pytest.approx(total, abs=1e-6)
    assert curve[0] == 0.0


def planted(people: int, seed: int, *, informed: bool = True) -> Cases:
    """Three cut-offs; probabilities that are right, or everybody the same."""
    generator = np.random.default_rng(seed)
    chance = generator.beta(1, 4, size=3 * people)
    left = (generator.random(3 * people) < chance).astype(float)
    value = generator.lognormal(4, 0.6, size=3 * people)
    shown = chance if informed else np.full(3 * people, chance.mean())
    return Cases(np.repeat(np.arange(3), people), np.tile(np.arange(people), 3), shown, value, left)


def test_the_profit_told_is_of_a_share_chosen_on_other_people() -> None:
    """Cut-off by cut-off: the best share of the other two, counted on the third."""
    rows = planted(300, 3)
    found = profit_curve(rows, TERMS, seed=1, resamples=50)
    total = 0.0
    for cut in range(3):
        others = Cases(*(getattr(rows, name)[rows.cut != cut] for name in Cases.__dataclass_fields__))
        others = Cases(pd.factorize(others.cut)[0], others.block, others.probability, others.value, others.left)
        own = Cases(*(getattr(rows, name)[rows.cut == cut] for name in Cases.__dataclass_fields__))
        own = Cases(np.zeros(300, dtype=np.int64), own.block, own.probability, own.value, own.left)
        total += plain_curve(own, TERMS)[round(best_share(others, TERMS)[0] * 100)] * 300
    assert found.profit == pytest.approx(total / 900)
    assert found.profit <= found.curve["profit"].max() + 1e-9
    assert found.share == best_share(rows, TERMS)[0]
    assert found.share_interval.low <= found.share <= found.share_interval.high


def test_where_nobody_is_worth_a_contact_nobody_is_contacted_and_it_says_so() -> None:
    rows = planted(300, 4)
    poor = Cases(rows.cut, rows.block, rows.probability, np.full(900, 5.0), rows.left)
    found = profit_curve(poor, TERMS, seed=1, resamples=50)
    assert found.share == 0.0
    assert not found.pays
    assert found.profit <= 0


def test_half_and_double_assumptions_are_those_of_their_own_curves() -> None:
    rows = planted(200, 5)
    table = profit_curve(rows, TERMS, seed=1, resamples=20).sensitivity.set_index(["what", "factor"])
    for factor in (0.5, 2.0):
        share, profit = best_share(rows, Terms(0.3 * factor, 10.0, 1.0))
        assert table.loc[("acceptance", factor), ["share", "profit"]].tolist() == pytest.approx([share, profit])
    assert table.loc[("assumed", 1.0), "profit"] > table.loc[("acceptance", 0.5), "profit"]


def test_with_the_needed_acceptance_the_planned_contact_earns_nothing() -> None:
    """By bisection over the same contacted customers."""
    rows = planted(200, 6)
    share = best_share(rows, TERMS)[0]
    order = expected_profit(rows.probability, rows.value, TERMS)

    def profit(acceptance: float) -> float:
        money = realised_profit(rows.left, rows.value, Terms(acceptance, 10.0, 1.0))
        return float(binned(rows, order, money).sum(axis=(0, 1))[: round(share * 100)].sum())

    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if profit(middle) > 0 else (middle, high)
    assert needed_acceptance(rows, TERMS, share) == pytest.approx(high, abs=1e-9)


def test_few_persons_are_their_own_blocks_and_many_share_them_the_same_in_each_cut_off() -> None:
    few = blocks_of(pd.Series(["b", "a", "b"]))
    assert few.tolist() == [1, 0, 1]
    many = blocks_of(pd.Series([str(number % 5_000) for number in range(10_000)]))
    assert (many[:5_000] == many[5_000:]).all()
    assert len(np.unique(many)) > 1_500


STEPS = 4_000  # of the acceptance


def slow_emp(score: np.ndarray, left: np.ndarray, value: float, terms: Terms) -> tuple[float, float]:
    """The best of all cut-offs for each of many acceptances, weighted by the density of the Beta."""
    a, b = CONCENTRATION * terms.acceptance, CONCENTRATION * (1 - terms.acceptance)
    acceptance = (np.arange(STEPS) + 0.5) / STEPS
    weight = np.diff(beta.cdf(np.arange(STEPS + 1) / STEPS, a, b))
    cuts = [np.inf, *np.unique(score)[::-1]]
    contacted = np.array([(score >= cut).sum() for cut in cuts], dtype=float)
    caught = np.array([left[score >= cut].sum() for cut in cuts])
    profit = (
        caught[:, None] * (value - terms.incentive) * acceptance
        - ((contacted - caught) * terms.incentive + contacted * terms.contact_cost)[:, None]
    ) / len(left)
    return float(profit.max(axis=0) @ weight), float(contacted[profit.argmax(axis=0)] / len(left) @ weight)


@pytest.mark.parametrize(
    ("value", "terms"),
    [(200.0, TERMS), (50.0, Terms(0.1, 10, 1)), (300.0, Terms(0.1, 10, 1)), (200.0, Terms(0.3, 0, 1))],
)
def test_emp_is_the_integral_over_the_acceptance(value: float, terms: Terms) -> None:
    generator = np.random.default_rng(8)
    score = np.round(generator.normal(size=400), 1)  # with ties
    left = (generator.random(400) < 1 / (1 + np.exp(-score))).astype(float)
    profit, share = slow_emp(score, left, value, terms)
    found = expected_maximum_profit(score, left, value, terms)
    assert found.profit == pytest.approx(profit, rel=1e-5)
    assert found.share == pytest.approx(share, abs=2e-3)


def test_emp_of_a_ranking_that_is_never_wrong_is_every_leaver_at_the_mean_acceptance() -> None:
    """All leavers first: whatever the acceptance above break-even, they and nobody else are contacted."""
    left = np.array([1.0] * 20 + [0.0] * 80)
    found = expected_maximum_profit(-np.arange(100.0), left, 1_000.0, TERMS)
    assert found.profit == pytest.approx(0.2 * (0.3 * 990 - 1), rel=1e-4)
    assert found.share == pytest.approx(0.2, abs=1e-3)


def test_emp_needs_somebody_who_left_and_somebody_who_stayed() -> None:
    assert math.isnan(expected_maximum_profit(np.arange(5.0), np.ones(5), 100.0, TERMS).profit)


def test_emp_is_nothing_where_customers_are_worth_less_than_the_offer() -> None:
    found = expected_maximum_profit(np.arange(10.0), np.array([0.0, 1.0] * 5), 5.0, TERMS)
    assert found == (0.0, 0.0)
