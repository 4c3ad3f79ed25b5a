from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import StratifiedTable

from customer_analytics.analysis.rule_checks.stratified import homogeneity, plain_lift, widened, within
from customer_analytics.analysis.rule_checks.tails import lower_tail, upper_tail


def drawn(seed: int, strata: int = 6, extra: int = 5) -> tuple[np.ndarray, ...]:
    random = np.random.default_rng(seed)
    n = random.integers(300, 2_000, strata)
    r, c = (n * random.uniform(0.1, 0.3, strata)).astype(int), (n * random.uniform(0.1, 0.4, strata)).astype(int)
    a = np.array([random.hypergeometric(x, m - x, z) for x, m, z in zip(r, n, c, strict=True)]) + extra
    return a, r, c, n


@pytest.mark.parametrize("seed", range(8))
def test_odds_ratio_and_homogeneity_are_those_of_statsmodels(seed: int) -> None:
    a, r, c, n = drawn(seed)
    tables = [np.array([[x, y - x], [z - x, m - y - z + x]]) for x, y, z, m in zip(a, r, c, n, strict=True)]
    other = StratifiedTable(tables)
    own, test = within(a[None], r[None], c[None], n[None]), homogeneity(a[None], r[None], c[None], n[None])
    assert own.odds_ratio[0] == pytest.approx(other.oddsratio_pooled)
    assert (own.odds_low[0], own.odds_high[0]) == pytest.approx(other.oddsratio_pooled_confint())
    reference = other.test_equal_odds(adjust=True)
    assert (test.statistic[0], test.p_value[0]) == pytest.approx((reference.statistic, reference.pvalue))
    assert test.freedom[0] == 5
    # Two-sided and without continuity there; one-sided and with the whole tail of a count here.
    both_sides = 2 * min(own.p_above[0], own.p_below[0])
    assert both_sides == pytest.approx(other.test_null_odds(correction=True).pvalue, rel=0.1, abs=0.002)


def test_one_stratum_gives_the_plain_lift_but_for_pairs_of_a_basket_with_itself() -> None:
    a, r, c, n = (np.array([[x]]) for x in (40, 200, 300, 4_000))
    own, plain = within(a, r, c, n), plain_lift(a[:, 0], r[:, 0], c[:, 0], 4_000)
    assert own.lift[0] == pytest.approx(40 / ((200 * 300 - 40) / 3_999))
    assert own.lift[0] == pytest.approx(plain.lift[0], rel=0.001)
    assert (own.low[0], own.high[0]) == pytest.approx((plain.low[0], plain.high[0]), rel=0.05)


def test_interval_of_lift_covers_the_truth_as_often_as_it_says() -> None:
    random, n, rounds = np.random.default_rng(3), 3_000, 2_000
    cells = random.multinomial(n, [0.03, 0.07, 0.12, 0.78], size=rounds)
    a, r, c = cells[:, 0], cells[:, 0] + cells[:, 1], cells[:, 0] + cells[:, 2]
    found = plain_lift(a, r, c, n)
    truth = 0.03 / (0.10 * 0.15)
    assert ((found.low <= truth) & (truth <= found.high)).mean() == pytest.approx(0.95, abs=0.015)


@pytest.mark.parametrize("size", [2, 3, 5, 20])
def test_many_tiny_strata_do_not_pull_the_lift_to_one(size: int) -> None:
    """Σ a / Σ r·c/n would: in strata of two baskets with lift 3 it gives about half of that."""
    random, strata = np.random.default_rng(size), 60_000 // size
    cells = random.multinomial(size, [0.06, 0.06, 0.10, 0.78], size=strata)  # lift .06 / (.12 · .16) = 3.125
    a, r, c = cells[:, 0], cells[:, 0] + cells[:, 1], cells[:, 0] + cells[:, 2]
    naive = a.sum() / (r * c / size).sum()
    found = within(a[None], r[None], c[None], np.full((1, strata), size))
    assert found.strata[0] == strata and found.informative[0] < strata
    assert found.odds_ratio[0] == pytest.approx(0.06 * 0.78 / (0.06 * 0.10), rel=0.15)
    assert abs(math.log(found.lift[0] / 3.125)) < 0.05
    if size < 10:
        assert naive < 0.8 * 3.125


def test_two_seasons_without_an_association_make_a_lift_of_which_nothing_is_left_within() -> None:
    # December: half of the baskets hold each; other months: one in twenty. Independent within both.
    a, r, c, n = (np.array([x]) for x in ([250, 10], [500, 200], [500, 200], [1_000, 4_000]))
    whole = plain_lift(a.sum(axis=1), r.sum(axis=1), c.sum(axis=1), 5_000)
    inside = within(a, r, c, n)
    assert whole.low[0] > 2
    assert inside.low[0] < 1 < inside.high[0] and inside.p_above[0] > 0.3


def test_simpson_the_sign_turns_round_within_groups() -> None:
    a, r, c, n = (np.array([x]) for x in ([200, 2], [500, 100], [500, 100], [1_000, 4_000]))
    assert plain_lift(a.sum(axis=1), r.sum(axis=1), c.sum(axis=1), 5_000).low[0] > 1
    inside = within(a, r, c, n)
    assert inside.high[0] < 1 and inside.p_below[0] < 1e-6 and inside.p_above[0] > 0.99


def test_strata_where_a_side_is_in_no_basket_or_in_all_are_counted_as_saying_nothing() -> None:
    a, r, c, n = (np.array([x]) for x in ([5, 0, 9, 1], [20, 0, 10, 1], [30, 7, 10, 1], [100, 50, 30, 1]))
    found = within(a, r, c, n)
    assert (found.strata[0], found.informative[0]) == (4, 2)
    assert found.share_informative[0] == pytest.approx(14 / 15)


def test_customers_with_many_baskets_widen_intervals_and_raise_p() -> None:
    a, r, c, n = (np.array([x]) for x in ([30, 25], [200, 180], [200, 210], [2_000, 2_100]))
    single, many = within(a, r, c, n), within(a, r, c, n, np.array([4.0]))
    assert math.log(many.high[0] / many.lift[0]) == pytest.approx(2 * math.log(single.high[0] / single.lift[0]))
    assert many.p_above[0] > single.p_above[0]
    z = stats.norm.isf(single.p_above[0])
    assert many.p_above[0] == pytest.approx(stats.norm.sf(z / 2))
    assert widened(np.array([1e-280]), np.array([2.0]))[0] < 1e-130  # far tails stay apart from 0
    assert widened(np.array([0.2]), 1.0)[0] == 0.2


def test_a_common_odds_ratio_is_not_called_different_more_often_than_by_chance() -> None:
    random, rounds = np.random.default_rng(5), 1_500
    p = []
    for base in (0.1, 0.2, 0.4):  # shares differ, the odds ratio of 3 does not
        odds = 3 * base / (1 - base) * base / (1 - base)
        cells = np.array([odds * (1 - base) ** 2, base * (1 - base), base * (1 - base), (1 - base) ** 2])
        p.append(random.multinomial(1_500, cells / cells.sum(), size=rounds))
    counts = np.stack(p, axis=1)
    a, r, c = counts[..., 0], counts[..., 0] + counts[..., 1], counts[..., 0] + counts[..., 2]
    found = homogeneity(a, r, c, np.full(a.shape, 1_500))
    assert (found.p_value < 0.05).mean() == pytest.approx(0.05, abs=0.02)


def test_homogeneity_needs_two_strata_with_enough_expected() -> None:
    a, r, c, n = (np.array([x]) for x in ([30, 1], [200, 10], [200, 8], [1_000, 90]))
    found = homogeneity(a, r, c, n)
    assert math.isnan(found.p_value[0]) and found.strata[0] == 1


@given(
    st.integers(20, 400), st.floats(0.05, 0.6), st.floats(0.05, 0.6), st.integers(0, 60)
)  # fmt: skip
def test_tails_are_near_those_of_the_hypergeometric_distribution(n: int, one: float, other: float, count: int) -> None:
    r, c = max(2, int(n * one)), max(2, int(n * other))
    mean, variance = r * c / n, r * c * (n - r) * (n - c) / (n * n * (n - 1))
    exact = stats.hypergeom.sf(count - 1, n, r, c)
    own = upper_tail(np.array([count]), np.array([mean]), np.array([variance]))[0]
    assert own == pytest.approx(exact, abs=0.03)
    assert lower_tail(np.array([count]), np.array([mean]), np.array([variance]))[0] == pytest.approx(
        stats.hypergeom.cdf(count, n, r, c), abs=0.03
    )


def test_tails_at_their_ends() -> None:
    ones = np.ones(4)
    tails = upper_tail(np.array([0, 3, 1, 2]), np.array([2.0, 0.0, 2.0, 1.0]), np.array([1.0, 0.0, 2.0, 5.0]))
    assert tails == pytest.approx([1.0, 1.0, stats.poisson.sf(0, 2.0), stats.poisson.sf(1, 1.0)])
    assert (upper_tail(np.array([50] * 4), 5 * ones, 2 * ones) < 1e-10).all()
