"""Uplift: Qini by hand, who is changed by a contact where that is planted, and nobody where it is not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.analysis.uplift.assemble import alike, kept_share
from customer_analytics.analysis.uplift.campaigns import planned_shares, ratio_test
from customer_analytics.analysis.uplift.learner import Trial, cross_fitted, fit, fold_of, signal
from customer_analytics.analysis.uplift.qini import groups, qini, qini_of_arms


def test_qini_by_hand() -> None:
    """Order a, b, c, d: treated and stayed, held out and left, treated and left, held out and stayed."""
    order = np.array([4.0, 3.0, 2.0, 1.0])
    treated, stayed = np.array([1.0, 0.0, 1.0, 0.0]), np.array([1.0, 0.0, 0.0, 1.0])
    assert qini_of_arms(order, treated, stayed).tolist() == [0, 1, 1, 1, 0]


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 3)), min_size=2, max_size=30))
def test_at_the_whole_the_curve_is_the_effect_whatever_the_order(rows: list[tuple[bool, bool, int]]) -> None:
    treated, stayed, order = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    n_t, n_c = treated.sum(), len(rows) - treated.sum()
    if not n_t or not n_c:
        return
    by_hand = (stayed @ treated / n_t - stayed @ (1 - treated) / n_c) * n_t
    assert qini_of_arms(order, treated, stayed)[-1] == pytest.approx(by_hand)


def test_with_equal_arms_all_along_the_weighted_gain_is_the_curve_of_the_definition() -> None:
    """Pairs of one treated and one held out: N_t / N_c is one at each pair, and each weighs two."""
    generator = np.random.default_rng(1)
    pairs = 50
    order = np.repeat(np.arange(pairs, 0, -1.0), 2)
    treated = np.tile([1.0, 0.0], pairs)
    stayed = (generator.random(2 * pairs) < 0.5).astype(float)
    weighted = stayed * (treated - 0.5) / 0.25
    found = qini(order, weighted, np.arange(2 * pairs), seed=1, resamples=20)
    definition = qini_of_arms(order, treated, stayed)[::2] / pairs  # kept for each treated, after each pair
    assert found.curve["gain"].to_numpy()[::2] == pytest.approx(definition)
    area = np.trapezoid(definition, dx=1 / pairs) - definition[-1] / 2
    assert found.coefficient == pytest.approx(area, abs=1e-9)


def trial(seed: int, rows: int = 4_000, *, effect: float = 0.0, harm: float = 0.0, campaigns: int = 2) -> Trial:
    """Half of the people stay on their own; a contact keeps those with x > 0 by `effect` and drives others away."""
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(rows, 3))
    campaign = np.arange(rows) % campaigns
    chance = np.where(campaign == 0, 0.5, 0.8)
    treated = (generator.random(rows) < chance).astype(float)
    change = np.where(x[:, 0] > 0, effect, -harm)
    base = 0.4 + 0.1 * np.tanh(x[:, 1]) + 0.1 * campaign
    stayed = (generator.random(rows) < base + treated * change).astype(float)
    return Trial(x, campaign, treated, chance, stayed, np.arange(rows) // campaigns)


def test_nobody_takes_part_in_the_fit_that_puts_them_in_order() -> None:
    one = trial(1, effect=0.3)
    fold = fold_of(one.person, 5, 3)
    assert (fold[one.person == 7] == fold[one.person == 7][0]).all(), "a person of two campaigns is in one fold"
    change, folds = cross_fitted(one, 3)
    own = folds == 2
    assert change[own] == pytest.approx(fit(one.rows(~own), 3).at(one.x[own]))


def test_a_planted_difference_is_found_and_the_order_holds() -> None:
    one = trial(2, effect=0.3, harm=0.1)
    change, fold = cross_fitted(one, 1)
    order = pd.Series(change).groupby(fold).rank(pct=True).to_numpy()
    found = qini(order, signal(one, 1), one.person, seed=1)
    assert found.holds
    assert found.whole == pytest.approx(0.1, abs=0.05)  # half are kept by .3, half driven away by .1
    table, group = groups(order, change, signal(one, 1), one.person)
    assert table["effect"].iloc[0] == pytest.approx(0.3, abs=0.12)
    assert table["effect"].iloc[-1] == pytest.approx(-0.1, abs=0.12)
    assert table["p_positive"].iloc[0] < 0.05
    assert one.x[group == 1, 0].mean() > 0.8 > -0.8 > one.x[group == 5, 0].mean()


def test_people_who_are_driven_away_are_found_beyond_chance() -> None:
    one = trial(3, rows=6_000, effect=0.2, harm=0.25)
    change, _ = cross_fitted(one, 1)
    table, _ = groups(change, change, signal(one, 1), one.person)
    assert table["p_negative"].iloc[-1] < 0.05
    assert table["p_negative"].iloc[0] > 0.5


def test_where_all_are_changed_alike_an_order_holds_no_more_often_than_chance() -> None:
    """Thirty clients whose contact keeps everybody equally."""
    held = 0
    for seed in range(30):
        one = trial(100 + seed, rows=600, effect=0.1, harm=-0.1)
        change, fold = cross_fitted(one, seed)
        order = pd.Series(change).groupby(fold).rank(pct=True).to_numpy()
        held += qini(order, signal(one, seed), one.person, seed=seed, resamples=200).holds
    assert held <= 3


def test_the_signal_is_right_on_average_although_campaigns_held_out_different_shares() -> None:
    means = [signal(trial(200 + seed, effect=0.2, harm=-0.2), 1).mean() for seed in range(10)]
    assert np.mean(means) == pytest.approx(0.2, abs=0.02)


def test_share_of_the_leaving_that_was_kept_by_hand() -> None:
    """One campaign: 50 of 100 leave without a contact, 30 of 100 with it: 20 of 50 were kept."""
    rows = pd.DataFrame(
        {
            "campaign_id": "a", "person_id": [f"p{n}" for n in range(200)], "treated": [1] * 100 + [0] * 100,
            "stayed": [0] * 30 + [1] * 70 + [0] * 50 + [1] * 50,
        }
    )  # fmt: skip
    kept, interval = kept_share(rows, seed=1)
    assert kept == pytest.approx(0.4)
    assert 0.1 < interval.low < 0.4 < interval.high < 0.65


def test_campaigns_with_different_base_rates_are_not_mixed_up() -> None:
    """One campaign contacted nearly everybody and fewer leave there anyway: pooled plainly, the contact kept many."""
    sizes = {"a": (900, 100, 0.1), "b": (100, 900, 0.5)}
    parts = []
    for name, (treated, control, leaving) in sizes.items():
        left = [1] * round(treated * leaving) + [0] * round(treated * (1 - leaving))
        left += [1] * round(control * leaving) + [0] * round(control * (1 - leaving))
        people = [f"{name}{n}" for n in range(treated + control)]
        arms = [1] * treated + [0] * control
        parts.append(
            pd.DataFrame({"campaign_id": name, "person_id": people, "treated": arms, "stayed": 1 - np.array(left)})
        )
    kept, interval = kept_share(pd.concat(parts, ignore_index=True), seed=1)
    assert kept == pytest.approx(0.0, abs=1e-9)
    assert interval.low < 0 < interval.high


def test_a_plan_is_read_from_a_text_and_only_where_it_names_every_arm() -> None:
    text = "control 25% / off_1 25% / off_10 50%"
    assert planned_shares(text, ("control", "off_1", "off_10")) == {"control": 0.25, "off_1": 0.25, "off_10": 0.5}
    assert planned_shares("对照组 20％，实验组 80％", ("对照组", "实验组")) == {"对照组": 0.2, "实验组": 0.8}
    assert planned_shares(text, ("control", "other")) is None
    assert planned_shares("A 50% / B 20%", ("A", "B")) is None, "the shares do not make a whole"
    assert planned_shares("(.* 50% / B 50%", ("(.*", "B")) == {"(.*": 0.5, "B": 0.5}, "names of arms are no patterns"


def test_arms_that_are_not_as_large_as_planned_are_seen() -> None:
    """Chi-square by hand: 440 against 560 of 1,000 planned in halves is 14.4 on one degree of freedom."""
    assert ratio_test({"a": 440, "b": 560}, {"a": 0.5, "b": 0.5}) == pytest.approx(0.000148, abs=1e-6)
    assert ratio_test({"a": 200, "b": 800}, {"a": 0.2, "b": 0.8}) == pytest.approx(1.0)
    assert ratio_test({"a": 200, "b": 800}, None) < 1e-50
    assert np.isnan(ratio_test({"a": 3, "b": 4}, None))


def test_arms_that_differed_before_the_draw_are_seen() -> None:
    generator = np.random.default_rng(4)
    x = generator.normal(size=(1_000, 3))
    treated = (generator.random(1_000) < 0.5).astype(float)
    assert alike(treated, x) > 0.01
    assert alike((x[:, 0] + generator.normal(size=1_000) > 0).astype(float), x) < 1e-10
    assert alike(treated, np.ones((1_000, 2))) == 1.0
