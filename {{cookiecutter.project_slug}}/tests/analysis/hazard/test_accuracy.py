"""Concordance, Brier score and areas: against lifelines, slow references and figures of scikit-survival."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines.utils import concordance_index

from customer_analytics.analysis.hazard.accuracy import (
    Censoring,
    area_under_curve,
    brier,
    harrell,
    integrated,
    uno,
)

SKSURV = {
    "tau": 1.0, "uno": 0.6488227, "brier": [0.1488176, 0.2018508, 0.2122585, 0.2036202], "integrated": 0.1967761,
    "areas": [0.5933219, 0.6890236, 0.7104400, 0.7312951],
}  # fmt: skip


def drawn(count: int = 120, seed: int = 1, *, tied: bool = False) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    risk = np.round(rng.normal(size=count), 1)
    life = rng.exponential(size=count) / np.exp(0.7 * risk)
    seen = rng.uniform(0, 2.5, count)
    time = np.minimum(life, seen)
    return (np.ceil(time * 4) if tied else time), (life <= seen).astype(float), risk


def slow_free(time: np.ndarray, ended: np.ndarray, at: float, *, strictly: bool) -> float:
    """Not being censored by (or before) a time, one time after the other; ends come before censorings."""
    share = 1.0
    for moment in np.unique(time):
        if moment > at or (strictly and moment == at):
            break
        lost = ((time == moment) & (ended == 0)).sum()
        here = ((time > moment) | ((time == moment) & (ended == 0))).sum()
        share *= 1 - lost / here if here else 1.0
    return share


@pytest.mark.parametrize("tied", [False, True])
def test_the_share_not_censored_is_the_slow_one(tied: bool) -> None:
    time, ended, _ = drawn(tied=tied)
    censoring = Censoring(time, ended)
    for at in np.unique(time)[::7]:
        assert float(censoring.at(at)) == pytest.approx(slow_free(time, ended, at, strictly=False))
        assert float(censoring.before(at)) == pytest.approx(slow_free(time, ended, at, strictly=True))


@given(st.integers(0, 50), st.booleans())
@settings(max_examples=15, deadline=None)
def test_harrells_c_is_lifelines_where_no_ends_are_tied(seed: int, flip: bool) -> None:
    time, ended, risk = drawn(60, seed)
    sign = -1.0 if flip else 1.0
    ours = harrell(time, ended, sign * risk).value
    assert ours == pytest.approx(concordance_index(time, -sign * risk, ended))
    assert ours + harrell(time, ended, -sign * risk).value == pytest.approx(1.0)


@pytest.mark.parametrize("tied", [False, True])
def test_unos_c_is_the_sum_over_all_pairs(tied: bool) -> None:
    time, ended, risk = drawn(tied=tied)
    censoring = Censoring(time, ended)
    tau = censoring.limit(ended, time)
    won = pairs = 0.0
    for i in range(len(time)):
        if not ended[i] or time[i] > tau:
            continue
        weight = 1 / slow_free(time, ended, time[i], strictly=True) ** 2
        for j in range(len(time)):
            if time[j] > time[i] or (time[j] == time[i] and not ended[j]):
                pairs += weight
                won += weight * (1.0 if risk[i] > risk[j] else 0.5 if risk[i] == risk[j] else 0.0)
    found = uno(time, ended, risk)
    assert found.value == pytest.approx(won / pairs)
    assert found.low < found.value < found.high


def test_the_limit_of_unos_c_keeps_a_tenth_uncensored() -> None:
    time, ended, _ = drawn(400, 3)
    censoring = Censoring(time, ended)
    tau = censoring.limit(ended, time)
    assert float(censoring.before(tau)) > 0.1
    later = time[(ended > 0) & (time > tau)]
    assert not len(later) or float(censoring.before(later.min())) <= 0.1


def test_intervals_of_concordance_hold_the_truth_about_as_often_as_they_say() -> None:
    truth = uno(*drawn(4_000, 999), tau=1.0).value
    inside = [one.low <= truth <= one.high for one in (uno(*drawn(150, seed), tau=1.0) for seed in range(100))]
    assert 0.88 <= np.mean(inside) <= 1.0


@pytest.mark.parametrize("tied", [False, True])
def test_the_brier_score_is_the_weighted_mean_of_squares(tied: bool) -> None:
    time, ended, risk = drawn(tied=tied)
    at = np.array([2.0, 3.0]) if tied else np.array([0.3, 0.9])
    survival = np.exp(-np.exp(0.5 * risk)[:, None] * at[None, :] / (4 if tied else 1))
    found = brier(time, ended, survival, at)
    for place, moment in enumerate(at):
        total = 0.0
        for i in range(len(time)):
            if time[i] <= moment and ended[i]:
                total += survival[i, place] ** 2 / slow_free(time, ended, time[i], strictly=True)
            elif time[i] > moment:
                total += (1 - survival[i, place]) ** 2 / slow_free(time, ended, moment, strictly=False)
        assert found[place] == pytest.approx(total / len(time))


def test_without_censoring_everything_is_the_plain_statistic() -> None:
    time, _, risk = drawn()
    ended = np.ones(len(time))
    survival = np.full((len(time), 1), 0.6)
    assert brier(time, ended, survival, np.array([0.5]))[0] == pytest.approx((((time > 0.5) - 0.6) ** 2).mean())
    assert uno(time, ended, risk, tau=np.inf).value == pytest.approx(harrell(time, ended, risk).value)
    over = time <= 0.5
    wins = [(one > other) + 0.5 * (one == other) for one in risk[over] for other in risk[~over]]
    assert area_under_curve(time, ended, risk, 0.5) == pytest.approx(np.mean(wins))


def test_figures_of_scikit_survival() -> None:
    """scikit-survival 0.28 on the same 120 lives (concordance_index_ipcw, brier_score, integrated_brier_score,
    cumulative_dynamic_auc); no times are tied, so its conventions and ours agree."""
    time, ended, risk = drawn()
    at = np.array([0.2, 0.4, 0.6, 0.8])
    survival = np.exp(-np.exp(0.7 * risk)[:, None] * at[None, :])
    assert uno(time, ended, risk, tau=SKSURV["tau"]).value == pytest.approx(SKSURV["uno"], abs=2e-3)
    scores = brier(time, ended, survival, at)
    assert np.allclose(scores, SKSURV["brier"], atol=2e-3)
    assert integrated(scores, at) == pytest.approx(SKSURV["integrated"], abs=2e-3)
    areas = [area_under_curve(time, ended, risk, moment) for moment in at]
    assert np.allclose(areas, SKSURV["areas"], atol=2e-3)
