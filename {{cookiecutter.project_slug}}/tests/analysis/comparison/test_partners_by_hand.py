"""Partners, balance and estimates, against numbers worked out by hand and slow references."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from customer_analytics.analysis.comparison import estimate
from customer_analytics.analysis.comparison.balance import balance_table, best_matches
from customer_analytics.analysis.comparison.design import Design, design, strata
from customer_analytics.analysis.comparison.matching import Plan, match

Floats = npt.NDArray[np.float64]


def made(logit: list[float], contacted: list[int], stratum: list[int] | None = None) -> Design:
    values = np.array(logit)
    classes = np.zeros(len(values), dtype=np.int64) if stratum is None else np.array(stratum)
    return Design(("a",), values[:, None], np.array(contacted, dtype=bool), classes, values)


def test_the_nearest_others_within_the_calliper_are_the_partners() -> None:
    people = made([0.0, 1.0, 0.1, -0.2, 1.05, 5.0], [1, 1, 0, 0, 0, 0])
    reach = 0.5 / people.spread
    found = match(people, Plan(2, reach), seed=1)
    partners = {
        int(who): {int(one) for one in row if one >= 0}
        for who, row in zip(found.contacted, found.partners, strict=True)
    }
    assert partners == {0: {2, 3}, 1: {4}}
    assert found.weight.tolist() == [1, 1, 0.5, 0.5, 1, 0]


def test_whoever_has_nobody_near_is_left_out_and_not_matched_to_somebody_far() -> None:
    people = made([0.0, 9.0, 0.1, 0.2], [1, 1, 0, 0])
    found = match(people, Plan(1, 0.2), seed=1)
    assert found.contacted.tolist() == [0]


def test_partners_are_of_the_same_class_even_where_another_class_is_nearer() -> None:
    people = made([0.0, 0.0, 0.3], [1, 0, 0], [1, 0, 1])
    found = match(people, Plan(1, 5.0), seed=1)
    assert found.partners[:, 0].tolist() == [2]


def test_people_who_are_alike_in_everything_are_taken_in_turn() -> None:
    people = made([0.0] * 40 + [1.0], [1] * 20 + [0] * 20 + [0])
    found = match(people, Plan(1, 0.2), seed=1)
    assert len(set(found.partners[:, 0].tolist())) > 5


def test_classes_are_of_recency_orders_and_consent() -> None:
    frame = pd.DataFrame(
        {"recency_days": [3, 3, 200, None], "x_orders": [1, 7, 0, 0], "exact": ["yes", "yes", "yes", "yes"]}
    )
    assert len(set(strata(frame).tolist())) == 4
    same = pd.DataFrame({"recency_days": [3, 20], "x_orders": [3, 9], "exact": ["yes", "yes"]})
    assert len(set(strata(same).tolist())) == 1


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 60), st.sampled_from([Plan(1, 0.2), Plan(3, 0.1), Plan(5, 0.5)]))
def test_partners_are_others_of_the_class_within_the_calliper_and_stand_for_all_who_found_one(
    seed: int, n: int, plan: Plan
) -> None:
    rng = np.random.default_rng(seed)
    people = made(rng.normal(size=n).tolist(), rng.integers(0, 2, n).tolist(), rng.integers(0, 3, n).tolist())
    found = match(people, plan, seed)
    for who, row in zip(found.contacted, found.partners, strict=True):
        kept = row[row >= 0]
        assert len(kept) == len(set(kept.tolist())) > 0
        assert not people.contacted[kept].any() and people.contacted[who]
        assert (people.stratum[kept] == people.stratum[who]).all()
        assert (np.abs(people.logit[kept] - people.logit[who]) <= plan.calliper * people.spread + 1e-5).all()
    assert found.weight[people.contacted].sum() == len(found.contacted)
    assert found.weight[~people.contacted].sum() == pytest.approx(len(found.contacted))


def test_standardised_differences_are_those_of_the_textbook() -> None:
    people = made([1.0, 3.0, 0.0, 2.0, 4.0], [1, 1, 0, 0, 0])
    table = balance_table(people, match(people, Plan(1, 0.01), seed=1))
    spread = math.sqrt((np.var([1, 3], ddof=1) + np.var([0, 2, 4], ddof=1)) / 2)
    assert table["before"].tolist() == pytest.approx([(2 - 2) / spread])
    shifted = made([2.0, 4.0, 0.0, 2.0, 4.0], [1, 1, 0, 0, 0])
    apart = balance_table(shifted, match(shifted, Plan(1, 0.01), seed=1))
    assert apart["before"].tolist() == pytest.approx([1 / spread])
    assert apart["after"].abs().max() < 1e-6  # the partners are the same values


def test_the_plain_difference_is_that_of_welch() -> None:
    rng = np.random.default_rng(3)
    outcome, contacted = rng.poisson(1.0, 300).astype(float), rng.random(300) < 0.3
    found = estimate.difference(outcome, contacted)
    reference = stats.ttest_ind(outcome[contacted], outcome[~contacted], equal_var=False)
    assert found.effect == pytest.approx(outcome[contacted].mean() - outcome[~contacted].mean())
    assert found.effect / found.error == pytest.approx(reference.statistic)


def test_before_and_after_is_the_paired_difference() -> None:
    after, before = np.array([3.0, 1.0, 4.0, 1.0, 5.0]), np.array([1.0, 1.0, 2.0, 3.0, 1.0])
    found = estimate.change(after, before)
    assert found.effect / found.error == pytest.approx(stats.ttest_rel(after, before).statistic)


def slow_matching_variance(
    outcome: Floats, people: Design, partners: dict[int, list[int]], expected: Floats, noise: Floats
) -> float:
    """Abadie and Imbens (2006), theorem 7, person by person."""
    residual = outcome - expected
    pairs = {who: residual[who] - sum(residual[j] for j in own) / len(own) for who, own in partners.items()}
    effect = sum(pairs.values()) / len(pairs)
    total = sum((pair - effect) ** 2 for pair in pairs.values())
    for j in np.flatnonzero(~people.contacted):
        times = sum(1 / len(own) for own in partners.values() if j in own)
        squares = sum(1 / len(own) ** 2 for own in partners.values() if j in own)
        total += (times**2 - squares) * noise[j]
    return math.sqrt(total) / len(pairs)


def test_effect_and_error_of_partners_agree_with_a_slow_reference() -> None:
    rng = np.random.default_rng(5)
    n = 120
    logit = rng.normal(size=n)
    contacted = rng.random(n) < 1 / (1 + np.exp(-logit))
    outcome = 2 * logit + contacted + rng.normal(size=n)
    people = Design(("a",), logit[:, None], contacted, np.zeros(n, dtype=np.int64), logit)
    found = match(people, Plan(3, 0.2), seed=2)
    partners = {
        int(who): [int(j) for j in row if j >= 0] for who, row in zip(found.contacted, found.partners, strict=True)
    }
    weight = np.where(contacted, 0, found.weight)
    columns = np.column_stack([np.ones(n), (logit - logit.mean()) / logit.std()])
    slopes = np.linalg.solve((columns * weight[:, None]).T @ columns, columns.T @ (weight * outcome))
    expected = columns @ slopes
    residual = outcome - expected
    effect = np.mean([residual[who] - np.mean(residual[own]) for who, own in partners.items()])
    made_of = estimate.matched(outcome, people, found)
    assert made_of.effect == pytest.approx(effect, rel=1e-4)
    hat = np.diag(columns @ np.linalg.inv((columns * weight[:, None]).T @ columns) @ columns.T) * weight
    order = [int(j) for j in np.lexsort((logit, contacted)) if not contacted[j]]
    ranked = (residual / (1 - np.minimum(hat, 0.9)))[order]
    steps = np.diff(ranked) ** 2 / 2
    noise = np.zeros(n)
    noise[order] = [(steps[max(i - 1, 0)] + steps[min(i, len(steps) - 1)]) / 2 for i in range(len(order))]
    slow = slow_matching_variance(outcome, people, partners, expected, noise)
    assert made_of.error == pytest.approx(slow, rel=1e-4)


def test_weights_and_regression_agree_with_the_formula_person_by_person() -> None:
    rng = np.random.default_rng(9)
    n = 80
    logit = rng.normal(size=n)
    contacted = rng.random(n) < 0.4
    outcome = logit + rng.normal(size=n)
    people = Design(("a",), logit[:, None], contacted, np.zeros(n, dtype=np.int64), logit)
    odds = [0.0 if c else min(math.exp(v), 50.0) for v, c in zip(logit, contacted, strict=True)]
    columns = np.column_stack([np.ones(n), (logit - logit.mean()) / logit.std()])
    weight = np.array(odds)
    slopes = np.linalg.solve((columns * weight[:, None]).T @ columns, columns.T @ (weight * outcome))
    residual = outcome - columns @ slopes
    expected = residual[contacted].mean() - sum(o * r for o, r in zip(odds, residual, strict=True)) / sum(odds)
    assert estimate.weighted(outcome, people).effect == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("contacted", [[1, 1, 1, 1], [0, 0, 0, 0], [1, 0, 0, 0]])
def test_too_few_people_give_no_effect_and_no_error(contacted: list[int]) -> None:
    frame = pd.DataFrame({"contacted": contacted, "x_orders": [0, 1, 2, 3], "recency_days": [1, 50, None, 5]})
    found = design(frame)
    matches, _ = best_matches(found, seed=1)
    outcome = np.array([0.0, 1.0, 0.0, 1.0])
    assert math.isnan(estimate.matched(outcome, found, matches).effect)
    assert math.isnan(estimate.difference(outcome, found.contacted).effect)
