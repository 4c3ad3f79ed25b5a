"""Deeds that go with coming back: compared like for like, searched and tested apart."""

from __future__ import annotations

import ibis
import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.contingency_tables import StratifiedTable

from customer_analytics.analysis.habits.adjusted import adjusted
from customer_analytics.analysis.habits.exposure import (
    Windows,
    deed_counts,
    deed_times,
    exposed_people,
    people_counts,
    windows_for,
)
from customer_analytics.analysis.habits.search import Habits, search

WINDOWS = Windows(7, 30, 120)


def test_the_stratified_test_is_that_of_statsmodels() -> None:
    rng = np.random.default_rng(8)
    tables = rng.integers(3, 60, (7, 4)).astype(float)
    ours = adjusted(tables)
    theirs = StratifiedTable([table.reshape(2, 2) for table in tables])
    assert ours.p == pytest.approx(theirs.test_null_odds(correction=False).pvalue)
    did, other = tables[:, 0] + tables[:, 1], tables[:, 2] + tables[:, 3]
    weight = did * other / (did + other)
    by_hand = (weight * (tables[:, 0] / did - tables[:, 2] / other)).sum() / weight.sum()
    assert ours.difference == pytest.approx(by_hand)


def test_the_interval_of_the_adjusted_difference_covers_it_as_often_as_it_says() -> None:
    rng = np.random.default_rng(9)
    covered = 0
    for _ in range(400):
        did, other = rng.integers(5, 40, 12), rng.integers(5, 40, 12)
        base = rng.uniform(0.1, 0.7, 12)
        back_did, back_other = rng.binomial(did, base + 0.15), rng.binomial(other, base)
        found = adjusted(np.column_stack((back_did, did - back_did, back_other, other - back_other)).astype(float))
        covered += found.interval.low < 0.15 < found.interval.high
    assert 0.925 < covered / 400 < 0.975


def test_strata_without_anybody_to_compare_say_nothing() -> None:
    assert np.isnan(adjusted(np.array([[5.0, 5, 0, 0], [0, 0, 4, 4]])).difference)


def simulated(*, effect: float, seed: int, n: int = 6_000) -> Habits:
    """Busy people do everything more often and come back more often; only `search box` has an effect of its own."""
    rng = np.random.default_rng(seed)
    busy = rng.integers(1, 6, n)
    half, channel = rng.integers(0, 2, n), rng.choice(["x", "y"], n)
    times = {"view": rng.poisson(busy / 2), "search box": rng.poisson(busy / 4)}
    back = (rng.random(n) < 0.1 + 0.1 * busy + effect * (times["search box"] >= 1)).astype(int)
    people = pd.DataFrame({"half": half, "channel": channel, "short": busy, "long": busy, "back": back})
    keys = list(people.columns)
    everybody = people.groupby(keys, as_index=False).size().rename(columns={"size": "n"})
    parts = []
    for deed, count in times.items():
        part = people.assign(deed=deed, times_long=np.minimum(count, 5), times_short=np.minimum(count, 5))[count > 0]
        parts.append(part.groupby([*keys, "deed", "times_long", "times_short"], as_index=False).size())
    return search(everybody, pd.concat(parts).rename(columns={"size": "n"}), WINDOWS, 30)


def test_what_busy_people_do_is_no_habit_and_what_has_an_effect_is() -> None:
    found = simulated(effect=0.15, seed=1)
    assert found.confirmed["deed"].tolist() == ["search box"]
    row = found.confirmed.iloc[0]
    assert row["low"] < 0.15 < row["high"] and row["times"] == 1
    assert row["rate"] - row["rate_other"] > row["difference"]  # the plain difference flatters the deed
    assert found.tested > 10


@pytest.mark.parametrize("seed", range(5))
def test_without_an_effect_nothing_is_claimed(seed: int) -> None:
    assert not len(simulated(effect=0, seed=seed).confirmed)


def test_few_people_are_not_searched() -> None:
    found = simulated(effect=0.3, seed=1, n=200)
    assert found.reason == "few" and not len(found.table) and found.tested == 0


def test_deeds_count_before_the_outcome_begins_and_not_after() -> None:
    windows = Windows(2, 5, 9)
    lives = ibis.memtable(
        {"person_id": list("abcd"), "origin": [0, 0, 0, 95], "block": [0, 1, 2, 3], "channel": ["x", None, "x", "x"]}
    )
    days = ibis.memtable({"person_id": list("aaabbc"), "day": [0, 4, 5, 0, 9, 0]})
    people = exposed_people(days, lives, windows, 0, 100, "channel")
    counted = people_counts(people)
    # a is active on days 4 (exposure) and 5 (outcome); b's day 9 is after the outcome; d's windows are not complete.
    rows = counted[["channel", "short", "long", "back", "n"]].to_numpy().tolist()
    assert sorted(rows) == [["", 1, 1, 0, 1], ["x", 1, 1, 0, 1], ["x", 1, 2, 1, 1]]
    deeds = ibis.memtable({"person_id": list("aaabc"), "deed": ["s"] * 5, "day": [1, 4, 5, 7, -1]})
    done = deed_counts(people, deed_times(people, deeds, windows))
    assert done[["times_short", "times_long", "n"]].to_numpy().tolist() == [[1, 2, 1]]  # only a, twice; c was too early


def test_short_data_have_shorter_windows_or_none() -> None:
    assert windows_for(730) == WINDOWS
    short = windows_for(40)
    assert short is not None and short.until <= 40 / 2 and windows_for(10) is None
