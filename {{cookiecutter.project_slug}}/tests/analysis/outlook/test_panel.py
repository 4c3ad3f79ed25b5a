"""The definition panel, rhythm, lapse and season against slow counts and planted effects."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_analytics.analysis.outlook.gaps import own_gaps
from customer_analytics.analysis.outlook.panel import panel
from customer_analytics.analysis.outlook.season import Weekly, season, weekly
from customer_analytics.analysis.outlook.usage import returns_by, usage

from .people import END, as_tables


def logs(seed: int, n: int, span: int = 140) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Moments (person_id, at), days and people of a random log."""
    generator = np.random.default_rng(seed)
    rows = []
    for person in range(n):
        start = END - int(generator.integers(0, span)) + generator.random()
        moments = [start, *(start + generator.exponential(25, generator.integers(0, 7)).cumsum())]
        rows += [(f"p{person}", moment) for moment in moments if moment < END + 1]
    log = pd.DataFrame(rows, columns=["person_id", "moment"])
    log["at"] = pd.Timestamp(1970, 1, 1) + pd.to_timedelta((log["moment"] * 86_400).round(), unit="s")
    log["day"] = log["moment"].astype(int)
    days = log[["person_id", "day"]].drop_duplicates()
    people = log.groupby("person_id", as_index=False)["day"].min().rename(columns={"day": "start_day"})
    return log[["person_id", "at"]], days, people


@settings(max_examples=15)
@given(st.integers(0, 2**31))
def test_every_definition_counts_the_people_that_a_count_one_by_one_does(seed: int) -> None:
    moments, days, people = logs(seed, 120)
    table, who = as_tables(days, people)
    stamped = table.get_backend().create_table("moments", moments)
    found = panel(table, who, END - 300, END, 5, stamped)
    if found is None:
        eligible = people["start_day"].between(END - 300, END - 59).sum()
        assert eligible < 5
        return
    base = people[people["start_day"].between(found.first, found.last)]
    assert found.people == len(base) and found.last == END - 59
    by_hand: dict[str, set[str]] = {name: set() for name in ("on_day", "hours", "next_thirty", "within", "unbounded")}
    for person, start in base[["person_id", "start_day"]].itertuples(index=False):
        ages = set(days.loc[days["person_id"] == person, "day"] - start)
        own = moments.loc[moments["person_id"] == person, "at"]
        since = (own - own.min()) / dt.timedelta(days=1)
        tests = {
            "on_day": 30 in ages,
            "hours": ((since >= 30) & (since < 31)).any(),
            "next_thirty": any(30 <= age <= 59 for age in ages),
            "within": any(1 <= age <= 30 for age in ages),
            "unbounded": any(age >= 30 for age in ages),
        }
        for name, counted in tests.items():
            if counted:
                by_hand[name].add(person)
    for one in found.definitions:
        assert one.retained == len(by_hand[one.name]), one.name
        assert one.added == len(by_hand[one.name] - by_hand["on_day"])
        assert one.dropped == len(by_hand["on_day"] - by_hand[one.name])
        # the arithmetic that the report prints
        assert one.retained == len(by_hand["on_day"]) + one.added - one.dropped
    active = {
        side: set(days.loc[days["day"].between(*bounds), "person_id"])
        for side, bounds in {"before": (END - 59, END - 30), "after": (END - 29, END)}.items()
    }
    assert found.all_active == len(active["before"])
    assert found.again == len(active["before"] & active["after"])


def test_without_moments_the_24_hour_definition_is_left_out_and_not_guessed() -> None:
    _, days, people = logs(1, 200)
    found = panel(*as_tables(days, people), END - 300, END, 5)
    assert found is not None
    assert [one.name for one in found.definitions] == ["on_day", "next_thirty", "within", "unbounded"]


def test_too_few_people_widen_the_intake_and_then_give_nothing() -> None:
    _, days, people = logs(2, 100, span=400)
    table, who = as_tables(days, people)
    narrow, wide = panel(table, who, END - 400, END, 3), panel(table, who, END - 400, END, 15)
    assert narrow is not None and wide is not None
    assert narrow.first == END - 59 - 29 and wide.first < narrow.first
    assert panel(table, who, END - 400, END, 5000) is None


def kaplan_meier(gaps: pd.DataFrame, day: int) -> float:
    lengths = np.repeat(gaps["gap"].to_numpy(), gaps["returned"] + gaps["waiting"])
    ended = np.concatenate([[True] * r + [False] * w for r, w in gaps[["returned", "waiting"]].to_numpy()])
    staying = 1.0
    for gap in sorted(set(lengths[ended & (lengths <= day)])):
        staying *= 1 - (ended & (lengths == gap)).sum() / (lengths >= gap).sum()
    return 1 - staying


def test_the_share_of_returns_counts_open_gaps_as_long_as_they_last() -> None:
    generator = np.random.default_rng(4)
    gaps = pd.DataFrame({"gap": range(1, 80)})
    gaps["returned"] = generator.integers(0, 9, len(gaps))
    gaps["waiting"] = generator.integers(0, 5, len(gaps))
    found = returns_by(gaps, 30)
    assert list(found["days"]) == [1, 7, 14, 30, 60]
    assert list(found["share"]) == pytest.approx([kaplan_meier(gaps, day) for day in found["days"]])


def test_the_period_is_the_shortest_that_holds_the_usual_gap_of_most_people() -> None:
    for gap, period in ((1, "day"), (5, "week"), (20, "month"), (60, "quarter")):
        rows = [(f"p{person}", END - gap * step) for person in range(60) for step in range(4)]
        days = pd.DataFrame(rows, columns=["person_id", "day"])
        people = days.groupby("person_id", as_index=False)["day"].min().rename(columns={"day": "start_day"})
        gaps = pd.DataFrame({"gap": [gap], "returned": [180], "waiting": [0]})
        found = usage(own_gaps(as_tables(days, people)[0]), gaps, 30)
        assert found is not None
        assert (found.people, found.typical_days, found.most_days, found.period) == (60, gap, gap, period)


def weeks_of(factor: np.ndarray, seed: int, *, size: int = 400, birthday: float = 1.0) -> Weekly:
    """People by week of start and calendar week, active by age, times a factor of the calendar week."""
    generator = np.random.default_rng(seed)
    n = len(factor)
    sizes = np.full(n, float(size))
    age = np.arange(n)[None, :] - np.arange(n)[:, None]
    share = 0.3 * np.maximum(age, 1.0) ** -0.2 * factor[None, :] * np.where(np.isin(age, (51, 52, 53)), birthday, 1.0)
    active = np.where(age >= 0, generator.binomial(size, np.clip(share, 0, 1)), 0).astype(float)
    return Weekly(END - 7 * n + 1, sizes, active)


def test_a_week_in_which_more_came_is_found_with_its_factor_and_the_year_before() -> None:
    factor = np.ones(110)
    factor[[47, 48, 99, 100]] = 1.6
    found = season(weeks_of(factor, 1), 30)
    assert found is not None
    assert len(found.stretches) == 2
    last = found.stretches.sort_values("first_day").iloc[-1]
    assert (last["first_day"], last["last_day"]) == (END - 7 * 110 + 1 + 7 * 99, END - 7 * 110 + 7 * 101)
    assert last["factor"] == pytest.approx(1.6, rel=0.06)
    assert last["year_before"] == pytest.approx(1.6, rel=0.06)


def test_in_noise_no_week_and_no_anniversary_stands_out() -> None:
    weeks = anniversaries = 0
    for seed in range(12):
        found = season(weeks_of(np.exp(np.random.default_rng(seed).normal(0, 0.08, 110)), seed), 30)
        assert found is not None and found.anniversary is not None
        weeks += len(found.stretches)
        low, high = found.anniversary.interval
        anniversaries += not low <= 1 <= high
    assert weeks <= 3
    assert anniversaries <= 2


def test_an_anniversary_is_found_whatever_the_season_does() -> None:
    factor = 1 + 0.4 * np.sin(np.arange(110) / 8)
    for birthday in (1.0, 1.5):
        found = season(weeks_of(factor, 3, birthday=birthday), 30)
        assert found is not None and found.anniversary is not None
        assert found.anniversary.ratio == pytest.approx(birthday, rel=0.05)
        assert (found.anniversary.interval.low > 1) == (birthday > 1)


def test_the_weekly_table_is_that_of_the_people_one_by_one() -> None:
    _, days, people = logs(5, 300)
    found = weekly(*as_tables(days, people), END - 100, END)
    assert found is not None and found.first_day == END - 97
    joined = days.merge(people[people["start_day"] >= END - 97], on="person_id")
    joined = joined[joined["day"] <= END]
    for start in range(14):
        for week in range(14):
            here = (joined["start_day"] - found.first_day) // 7 == start
            here &= (joined["day"] - found.first_day) // 7 == week
            assert found.active[start, week] == joined.loc[here, "person_id"].nunique()
