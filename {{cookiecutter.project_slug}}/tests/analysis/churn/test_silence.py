"""The study of silence and the population against brute force; thresholds by hand."""

from __future__ import annotations

import random

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pytest
import silence_reference as slow
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_analytics.analysis.churn import silence_study as study
from customer_analytics.analysis.churn.population import population, silent_counts
from customer_analytics.analysis.churn.windows import Windows
from customer_analytics.analysis.features.life import with_neighbours
from customer_analytics.statistics import wilson

NOW, HORIZON = 200, 30
LIMITS = {"all": 45, "first": 60, "week": 12, "month": 30, "quarter": 50, "slower": 70}


def make_days(seed: int, people: int = 12) -> slow.Days:
    """Days of some people: frequent and rare ones, some who came once, some silent for long."""
    rng = random.Random(seed)
    return {
        f"P{number}": sorted({rng.randrange(NOW) for _ in range(rng.choice((1, 1, 2, 4, 12)))})
        for number in range(people)
    }


def spells_of(days: slow.Days) -> ir.Table:
    rows = [(person, day, 1) for person, own in days.items() for day in own]
    table = ibis.memtable(pd.DataFrame(rows, columns=["person_id", "day", "times"])).cast({"day": "int32"})
    return with_neighbours(table)


@settings(max_examples=4)
@given(seed=st.integers(0, 10**6))
def test_return_rates_and_their_spread_equal_brute_force(seed: int) -> None:
    days = make_days(seed, people=40)
    found = study.silence_table(study.silences(spells_of(days), NOW, HORIZON), minimum=2)
    expected = {}
    for silent in study.GRID:
        moments = slow.silent_moments(days, NOW, HORIZON, silent)
        for name in (study.ALL, *study.RHYTHMS):
            own = [(person, back) for person, rhythm, back in moments if name in (study.ALL, rhythm)]
            if own:
                expected[name, silent] = slow.rate_and_spread(own)
    assert {(row.rhythm, row.silent_days) for row in found.itertuples()} == set(expected)
    for row in found.itertuples():
        people, n, y, rate, error = expected[row.rhythm, row.silent_days]
        assert (row.people, row.silences, row.returned) == (people, n, y)
        if people < 2:
            assert np.isnan([row.rate, row.low, row.high]).all()
            continue
        worth = min(rate * (1 - rate) / error**2, n) if error > 0 and 0 < rate < 1 else people
        assert row.rate == pytest.approx(rate)
        assert (row.low, row.high) == pytest.approx(tuple(wilson(rate * worth, worth)))


@settings(max_examples=4)
@given(seed=st.integers(0, 10**6))
def test_thresholds_are_the_first_day_below_the_probability(seed: int) -> None:
    days = make_days(seed, people=60)
    table = study.thresholds(study.daily_counts(study.silences(spells_of(days), NOW, HORIZON)), 0.35, 5).set_index(
        "rhythm"
    )
    moments = {silent: slow.silent_moments(days, NOW, HORIZON, silent) for silent in range(1, NOW)}
    for name in (study.ALL, *study.RHYTHMS):
        expected = (0, False)
        for silent in range(1, NOW):
            own = [back for _, rhythm, back in moments[silent] if name in (study.ALL, rhythm)]
            if len(own) < 5:
                break
            expected = (silent, sum(own) / len(own) < 0.35)
            if expected[1]:
                break
        assert (table.loc[name, "silent_days"], bool(table.loc[name, "reached"])) == expected


@settings(max_examples=4)
@given(seed=st.integers(0, 10**6), gap=st.sampled_from([0, 7]))
def test_who_is_here_and_who_left_equal_brute_force(seed: int, gap: int) -> None:
    days, cut = make_days(seed, people=40), 140
    windows = Windows(0, gap, HORIZON, LIMITS["all"], (cut,), NOW, 0)
    found = population(spells_of(days), windows, LIMITS, cut).to_pandas()
    assert dict(zip(found["person_id"], found["left"], strict=True)) == slow.population(days, cut, gap, HORIZON, LIMITS)


def test_somebody_who_comes_on_the_cut_off_day_itself_is_not_known_to_have_come() -> None:
    days = {"early": [10, 99], "on the day": [10, 100], "after": [10, 101]}
    windows = Windows(0, 0, HORIZON, 365, (100,), NOW, 0)
    found = population(spells_of(days), windows, dict.fromkeys(LIMITS, 365), 100).to_pandas().set_index("person_id")
    assert found["silent"].to_dict() == {"early": 1, "on the day": 90, "after": 90}
    assert found["left"].to_dict() == {"early": 1, "on the day": 0, "after": 0}
    assert silent_counts(spells_of(days), windows, 100)["people"].sum() == 3


def test_a_rate_that_never_falls_below_is_said_not_to_be_reached() -> None:
    at_risk, returned = np.array([0.0, 50, 40, 30, 10]), np.array([0.0, 40, 30, 20, 0])
    assert study.threshold(at_risk, returned, 0.1, 20) == (3, False, pytest.approx(20 / 30))
    assert study.threshold(at_risk, returned, 0.7, 20) == (3, True, pytest.approx(20 / 30))
    assert study.threshold(at_risk, returned, 0.1, 60)[0] == 0
    assert study.threshold(np.zeros(2), np.zeros(2), 0.1, 1)[0] == 0
