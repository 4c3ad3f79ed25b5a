from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from customer_analytics.analysis.rule_checks.decay import Decay, decay, half_life
from customer_analytics.analysis.rule_checks.links import Links, links
from customer_analytics.analysis.rule_checks.seasons import MONTHS, QUARTERS, seasons
from customer_analytics.analysis.rule_checks.strata import Stratified


def worlds(rate: float, pairs: int = 60, months: int = 24, seed: int = 3) -> tuple[np.ndarray, ...]:
    """Counts of pairs whose log lift decays at this rate a month."""
    random, n, middle = np.random.default_rng(seed), np.full(months, 2_000), np.arange(months) + 0.5
    r, c = random.binomial(n, 0.05, (pairs, months)), random.binomial(n, 0.08, (pairs, months))
    start = random.uniform(0.5, 2, pairs)[:, None]
    return random.poisson(r * c / n * np.exp(start * np.exp(-rate * middle))), r, c, n, middle


def fitted(rate: float, **more: int) -> Decay:
    counts = worlds(rate, **more)
    return decay(*counts, np.arange(len(counts[0])), 1)


@pytest.mark.parametrize("rate", [0.0, 0.05, 0.1, -0.03])
def test_intervals_of_the_decay_cover_what_was_planted(rate: float) -> None:
    found = fitted(rate)
    assert found.together_low <= rate <= found.together_high
    assert ((found.low <= rate) & (rate <= found.high)).mean() >= 0.9
    assert found.pairs == 60


def test_the_rate_is_that_of_a_direct_search_for_the_likeliest_one() -> None:
    a, r, c, n, middle = worlds(0.08, pairs=6, seed=9)
    found = decay(a, r, c, n, middle, np.arange(6), 1)
    for row in range(6):
        expected = r[row] * c[row] / n

        def misfit(guess: np.ndarray, expected: np.ndarray = expected, row: int = row) -> float:
            mean = expected * np.exp(np.clip(guess[0] * np.exp(-guess[1] * middle), -20, 20))
            return float(-stats.poisson.logpmf(a[row], mean).sum())

        best = min(
            (optimize.minimize(misfit, [1.0, start], method="Nelder-Mead") for start in (-0.05, 0.02, 0.1)),
            key=lambda each: each.fun,
        )
        assert found.rate[row] == pytest.approx(best.x[1], rel=0.08, abs=0.004)


def test_half_life_in_months_and_no_half_life_where_nothing_decays() -> None:
    assert half_life(math.log(2) / 10) == pytest.approx(10)
    assert half_life(0.0) == half_life(-0.1) == math.inf
    assert math.isnan(half_life(math.nan))
    assert fitted(0.1).together_low > 0 >= fitted(0.0).together_low
    assert fitted(-0.05).together_high < 0


def test_few_months_or_no_baskets_give_no_half_life() -> None:
    assert fitted(0.1, months=5).pairs == 0
    a, r, c, n, middle = worlds(0.1, pairs=2)
    found = decay(np.zeros_like(a), r, c, n, middle, np.arange(2), 1)
    assert found.pairs == 0 and math.isnan(found.together) and np.isnan(found.rate).all()
    assert np.isnan(decay(a, r, c, n, middle, np.array([1]), 1).rate).tolist() == [True, False]  # only what is asked


def pair() -> Links:
    table = pd.DataFrame({"antecedent": [(1,)], "consequent": [(2,)]})
    return links(table.assign(count=1, count_antecedent=1, count_consequent=1))


def yearly(joint: list[int], one: list[int], n: list[int], codes: list[int] | None = None) -> Stratified:
    """Counts by calendar month of the pair, both sides equally frequent."""
    found = pair()
    counts = np.zeros((3, len(n)), dtype=np.int64)
    counts[found.both[0]], counts[found.left[0]], counts[found.right[0]] = joint, one, one
    levels = pd.DataFrame({"season": list(range(len(n))) if codes is None else codes})
    return Stratified(counts, np.array(n), levels)


def test_a_rule_of_november_and_december_is_named_with_how_many_times_as_often() -> None:
    joint, n = [10] * 10 + [60, 80], [1_000] * 12
    found = seasons(yearly(joint, [100] * 12, n), pair(), np.ones(1), 0.05).iloc[0]
    assert (found["parts"], found["peak"]) == (MONTHS, (11, 12))
    assert found["peak_share"] == pytest.approx(140 / 240)
    assert found["peak_times"] == pytest.approx((140 / 2_000) / (100 / 10_000))
    expected = np.array(joint).sum() / 12
    statistic = ((np.array(joint) - expected) ** 2 / (expected * (1 - 240 / 12_000))).sum()
    assert found["p"] == pytest.approx(stats.chi2.sf(statistic, 11))
    assert found["lift_q"] < 0.05  # the sides are as frequent all year, so the tie itself is stronger then


def test_products_that_both_sell_in_december_have_a_season_and_no_stronger_tie() -> None:
    one, n = [100] * 11 + [400], [1_000] * 12
    joint = [20] * 11 + [160 + 40]  # odds ratio about 3 in all months
    odds = 3
    joint[-1] = round(next(a for a in np.arange(160, 400, 0.01) if a * (1_000 - 800 + a) >= odds * (400 - a) ** 2))
    joint[:-1] = [round(next(a for a in np.arange(10, 100, 0.01) if a * (800 + a) >= odds * (100 - a) ** 2))] * 11
    found = seasons(yearly(joint, one, n), pair(), np.ones(1), 0.05).iloc[0]
    assert found["peak"] == (12,) and found["lift_q"] > 0.5


def test_a_rule_that_is_the_same_all_year_has_no_season_even_when_baskets_are_many_in_december() -> None:
    n = [1_000] * 11 + [5_000]
    found = seasons(yearly([10] * 11 + [50], [100] * 11 + [500], n), pair(), np.ones(1), 0.05).iloc[0]
    assert found["peak"] is None and found["q"] > 0.9


def test_small_counts_are_compared_by_quarter_and_tiny_ones_not_at_all() -> None:
    n = [1_000] * 12
    quarters = seasons(yearly([1] * 9 + [8, 8, 9], [50] * 12, n), pair(), np.ones(1), 0.05).iloc[0]
    assert (quarters["parts"], quarters["peak"]) == (QUARTERS, (4,))
    tiny = seasons(yearly([1] * 6 + [0] * 6, [50] * 12, n), pair(), np.ones(1), 0.05).iloc[0]
    assert tiny["parts"] == 0 and math.isnan(tiny["p"]) and tiny["peak"] is None


def test_repeated_baskets_of_a_customer_make_a_season_less_sure() -> None:
    counts = yearly([10] * 11 + [28], [100] * 12, [1_000] * 12)
    alone, widened = (seasons(counts, pair(), np.array([wide]), 0.05).iloc[0]["p"] for wide in (1.0, 3.0))
    assert alone < 0.01 < 0.05 < widened


def test_both_directions_of_a_rule_are_one_pair_and_long_sides_come_first() -> None:
    table = pd.DataFrame(
        {
            "antecedent": [(3,), (1, 2), (5,), (3,)], "consequent": [(1, 2), (3,), (4,), (9,)], "count": 10,
            "count_antecedent": 20, "count_consequent": 30,
        }
    )  # fmt: skip
    found = links(table)
    assert found.of_rule.tolist() == [0, 0, 1, 2]
    assert [found.sets[place] for place in found.left] == [(1, 2), (4,), (3,)]
    assert [found.sets[place] for place in found.both] == [(1, 2, 3), (4, 5), (3, 9)]
    assert found.take(np.array([1])).sets_needed == 1 + max(found.sets.index(one) for one in ((4,), (5,), (4, 5)))


def test_rules_beyond_what_fits_are_not_checked() -> None:
    table = pd.DataFrame({"antecedent": [(1,), (3,)], "consequent": [(2,), (4,)]})
    found = links(table.assign(count=10, count_antecedent=20, count_consequent=30), most_rows=70)
    assert found.of_rule.tolist() == [0, -1] and len(found) == 1
