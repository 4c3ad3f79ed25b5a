"""Survival from counts against lifelines, which works person by person, and against a published table."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from lifelines.statistics import multivariate_logrank_test
from lifelines.utils import restricted_mean_survival_time
from statsmodels.duration.survfunc import survdiff

from customer_analytics.analysis.survival.estimate import (
    kaplan_meier,
    log_rank,
    mean_difference,
    restricted_mean,
    stratified_log_rank,
)

# Remission in weeks of leukaemia patients (Freireich 1963; in every textbook): 6-MP and placebo; + is censored.
TREATED = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"

people = st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=60)


def written(text: str) -> list[tuple[int, bool]]:
    return [(int(word.rstrip("+")), not word.endswith("+")) for word in text.split()]


def counted(lives: list[tuple[int, bool]]) -> pd.DataFrame:
    frame = pd.DataFrame(lives, columns=["time", "gone"])
    return pd.DataFrame({"time": frame["time"], "ended": frame["gone"] * 1, "censored": (~frame["gone"]) * 1})


def test_the_published_remission_times_give_the_published_curve_and_test() -> None:
    curve = kaplan_meier(counted(written(TREATED)))
    # Kleinbaum, Klein: Survival Analysis, table 2.1
    published = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    assert {time: round(curve.at(time), 3) for time in published} == published
    assert curve.median() == 23 and kaplan_meier(counted(written(PLACEBO))).median() == 8
    test = log_rank([counted(written(TREATED)), counted(written(PLACEBO))])
    assert round(test.chi_square, 2) == 16.79 and test.degrees == 1 and test.p < 0.0001


@given(people)
def test_curve_and_interval_are_those_of_lifelines(lives: list[tuple[int, bool]]) -> None:
    curve = kaplan_meier(counted(lives))
    times, gone = [time for time, _ in lives], [flag for _, flag in lives]
    theirs = KaplanMeierFitter().fit(times, gone)
    at = curve.time
    np.testing.assert_allclose(curve.survival, theirs.survival_function_at_times(at).to_numpy(), atol=1e-9)
    inside = (curve.survival > 1e-9) & (curve.survival < 1)
    bounds = theirs.confidence_interval_.reindex(at).to_numpy()
    np.testing.assert_allclose(np.column_stack((curve.low, curve.high))[inside], bounds[inside], atol=1e-6)
    np.testing.assert_array_equal(curve.at_risk, theirs.event_table["at_risk"].reindex(at).to_numpy())


@given(people, st.integers(1, 30))
def test_restricted_mean_is_the_area_under_the_curve(lives: list[tuple[int, bool]], limit: int) -> None:
    times, gone = [time for time, _ in lives], [flag for _, flag in lives]
    if max(times) < limit:
        return  # lifelines goes on beyond the last time in a way of its own
    ours = restricted_mean(kaplan_meier(counted(lives)), limit)
    theirs = restricted_mean_survival_time(KaplanMeierFitter().fit(times, gone), t=limit)
    assert ours.value == pytest.approx(theirs, abs=1e-6)


def test_standard_error_of_the_restricted_mean_is_that_of_a_bootstrap() -> None:
    rng = np.random.default_rng(5)
    life, seen = rng.exponential(20, 400), rng.uniform(5, 60, 400)
    frame = pd.DataFrame({"time": np.ceil(np.minimum(life, seen)).astype(int), "gone": life <= seen})
    lives = list(frame.itertuples(index=False, name=None))
    error = restricted_mean(kaplan_meier(counted(lives)), 40).error
    drawn = [
        restricted_mean(kaplan_meier(counted([lives[i] for i in rng.integers(0, 400, 400)])), 40).value
        for _ in range(300)
    ]
    assert error == pytest.approx(np.std(drawn), rel=0.12)


@given(st.lists(people, min_size=2, max_size=4))
def test_log_rank_is_that_of_lifelines(groups: list[list[tuple[int, bool]]]) -> None:
    ours = log_rank([counted(lives) for lives in groups])
    rows = [(time, gone, name) for name, lives in enumerate(groups) for time, gone in lives]
    times, gone, names = zip(*rows, strict=True)
    try:
        theirs = multivariate_logrank_test(times, names, gone)
    except Exception:
        return  # no ends, or a singular matrix: lifelines has no answer
    if ours.degrees == len(groups) - 1 and not math.isnan(theirs.test_statistic):
        assert ours.chi_square == pytest.approx(theirs.test_statistic, rel=1e-5, abs=1e-6)


def test_a_difference_that_only_comes_from_when_people_came_is_gone_within_strata() -> None:
    rng = np.random.default_rng(3)
    rows = []
    for era, mean in ((0, 10), (1, 60)):
        for name, n in (("old", 400 if era == 0 else 40), ("new", 40 if era == 0 else 400)):
            life = np.ceil(rng.exponential(mean, n)).astype(int)
            rows += [(era, name, min(time, 80), time < 80) for time in life.tolist()]
    people = pd.DataFrame(rows, columns=["era", "name", "time", "gone"])
    tables = {key: counted(part[["time", "gone"]].to_numpy().tolist()) for key, part in people.groupby(["era", "name"])}
    pooled = log_rank([pd.concat([tables[0, name], tables[1, name]]) for name in ("old", "new")])
    within = stratified_log_rank([[tables[era, name] for name in ("old", "new")] for era in (0, 1)])
    assert pooled.p < 1e-6 and within.p > 0.05
    theirs, p = survdiff(people["time"], people["gone"], people["name"], strata=people["era"])
    assert within.chi_square == pytest.approx(theirs) and within.p == pytest.approx(p)


def test_late_entries_are_at_risk_only_after_they_came() -> None:
    table = pd.DataFrame(
        {"time": [0, 5, 8, 10], "entered": [2, 2, 0, 0], "ended": [0, 1, 1, 1], "censored": [0, 0, 0, 1]}
    )
    curve = kaplan_meier(table)
    # at 5 two were there (the two others come just after); at 8 three; at 10 two
    assert curve.at_risk.tolist() == [2, 3, 2]
    np.testing.assert_allclose(curve.survival, [1 / 2, 1 / 2 * 2 / 3, 1 / 2 * 2 / 3 * 1 / 2])
    theirs = KaplanMeierFitter().fit([5, 8, 10, 10], [1, 1, 1, 0], entry=[0, 0, 5, 5])
    np.testing.assert_allclose(curve.survival, theirs.survival_function_at_times([5, 8, 10]).to_numpy())


def test_nobody_left_or_nobody_there_gives_no_number() -> None:
    nobody = kaplan_meier(pd.DataFrame({"time": [], "ended": [], "censored": []}))
    assert nobody.n == 0 and nobody.median() is None and math.isnan(restricted_mean(nobody, 10).value)
    all_stay = kaplan_meier(counted([(9, False)] * 5))
    assert all_stay.at(9) == 1 and all_stay.median() is None and math.isnan(all_stay.at(10))
    assert math.isnan(log_rank([counted([(9, False)] * 5), counted([(4, False)])]).p)
    difference, p = mean_difference(restricted_mean(all_stay, 9), restricted_mean(all_stay, 9))
    assert difference.value == 0 and math.isnan(p)
