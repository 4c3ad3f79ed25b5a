"""The customer's own rhythm: counts against a slow reading, marks by hand, planted leavers, the held-out check."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_analytics.analysis.rfm import analyse, customer_tables
from customer_analytics.analysis.rfm.customers import Window, customer_days
from customer_analytics.analysis.rfm.due import (
    FINENESS,
    checked,
    longest_silent,
    marks,
    pace_of,
    rhythm_counts,
    states,
)
from customer_analytics.engagement.parameters import RfmParameters
from customer_analytics.statistics import newcombe

Make = Callable[..., Any]


def slow_counts(days: dict[str, list[int]], cut: int) -> dict[tuple[int, int, int, int], int]:
    """Each gap of each customer in turn."""
    found: dict[tuple[int, int, int, int], int] = {}
    for own in days.values():
        own = sorted(set(own))
        for place in range(len(own) - 1):
            mean = (own[place] - own[0]) / place if place else None
            key = (
                min(place, 13),
                round(math.log(mean) * FINENESS) if mean else 0,
                round(math.log(own[place + 1] - own[place]) * FINENESS),
                int(own[place + 1] < cut),
            )
            found[key] = found.get(key, 0) + 1
    return found


def test_the_counts_are_those_of_reading_gap_by_gap(make_tables: Make, order: Make) -> None:
    generator = random.Random(7)
    rows = [(f"c{number % 9}", generator.randint(1, 300)) for number in range(120)]
    data = make_tables([order(who, days, 10) for who, days in rows])
    end = 19905  # 1 July 2024
    counts = rhythm_counts(customer_days(data), end - 60)
    found = {(row.known, row.own, row.gap, row.early): row.n for row in counts.itertuples()}
    days: dict[str, list[int]] = {}
    for who, before in rows:
        days.setdefault(who, []).append(end - before)
    assert found == slow_counts(days, end - 60)


def exact_rhythms(many: int = 60) -> pd.DataFrame:
    """Counts of customers who keep their own pace to the day: half every 10 days, half every 80."""
    rows = []
    for gap in (10, 80):
        log = round(math.log(gap) * FINENESS)
        rows += [(known, log if known else 0, log, 1, many) for known in range(10)]
    return pd.DataFrame(rows, columns=["known", "own", "gap", "early", "n"])


def test_customers_who_keep_their_own_pace_are_expected_by_it() -> None:
    pace = pace_of(exact_rhythms(), 30)
    assert pace is not None and pace.kappa == pytest.approx(0.05)  # the least: own gaps say everything
    expected, due, late = marks(pace, np.array([90.0, 720.0, 0.0]), np.array([9.0, 9.0, 0.0]))
    assert expected[:2] == pytest.approx([10, 80], rel=0.05)
    assert expected[2] == pytest.approx(math.sqrt(800), rel=0.05)  # nothing known: the middle of all, on the log scale
    assert (due <= late).all() and due[0] <= 12 and late[0] <= 13


def test_where_nobody_has_an_own_pace_everybody_is_expected_by_that_of_all() -> None:
    generator = np.random.default_rng(5)
    logs = np.round(generator.normal(3, 0.5, (4000, 4)) * FINENESS).astype(int)
    rows = [(0, 0, first, 1, 1) for first in logs[:, 0]]
    rows += [(1, one, two, 1, 1) for one, two in logs[:, :2]]  # the second gap has nothing to do with the first
    pace = pace_of(pd.DataFrame(rows, columns=["known", "own", "gap", "early", "n"]), 30)
    assert pace is not None and pace.kappa > 10
    # 90 % of the gaps end by the late mark, as of one lognormal rhythm for all
    assert math.log(pace.late[1] * pace.typical_days) == pytest.approx(3 + 1.2816 * 0.5, abs=0.06)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 30)), min_size=1, max_size=30))
def test_late_never_comes_before_due_and_longer_silence_is_never_less_late(pairs: list[tuple[int, int]]) -> None:
    pace = pace_of(exact_rhythms(), 30)
    assert pace is not None
    span = np.array([float(max(span, gaps)) if gaps else 0.0 for span, gaps in pairs])
    gaps = np.array([float(gaps) for _, gaps in pairs])
    _, due, late = marks(pace, span, gaps)
    assert (late >= due).all() and (due >= 1).all()
    order = {"not_due": 0, "due": 1, "late": 2}
    for silence in (1.0, 30.0, 300.0):
        first, then = (states(np.full(len(gaps), days), due, late) for days in (silence, silence * 2))
        assert all(order[b] >= order[a] for a, b in zip(first, then, strict=True))


def test_planted_leavers_are_late_and_regulars_are_not(make_tables: Make, order: Make) -> None:
    """Weekly and quarterly buyers; a silence of 40 days is late for the ones and nothing for the others."""
    generator = random.Random(3)
    rows = []
    for number in range(240):
        every, days = (7, 300) if number % 2 else (60, 500)
        stops = 40 if number < 60 and number % 2 else 1
        days -= generator.randint(0, every)
        while days >= stops:
            rows.append(order(f"c{number:03}", days, 20))
            days -= max(1, round(every * generator.uniform(0.8, 1.25)))
    result = analyse(make_tables(rows), RfmParameters(minimum_base=20))
    due = customer_tables(result)["due_list"].set_index("customer_id")["state"].sort_index()
    number = due.index.str[1:].astype(int)
    left = (number < 60) & (number % 2 == 1)
    assert (due[left] == "late").mean() > 0.95
    assert (due[~left] == "late").mean() < 0.15


def test_the_check_compares_late_customers_with_as_many_of_the_longest_silence() -> None:
    silence = np.array([1.0] * 50 + [10.0] * 50)
    flags = np.array(["not_due"] * 50 + ["late"] * 50)
    returned = np.array([True] * 40 + [False] * 10 + [True] * 15 + [False] * 35)
    check = checked(flags, silence, returned, Window("future", 0, 90), 30)
    assert check is not None
    assert check.own_mark == check.same_mark == 35 / 50
    assert check.difference == pytest.approx(35 / 50 - 10 / 50)
    assert check.interval == newcombe(35, 50, 10, 50)
    assert check.caught == 35 / 45
    assert checked(flags, silence, returned, Window("future", 0, 90), 51) is None


def test_equally_long_silence_at_the_edge_counts_in_part() -> None:
    silence, gone = np.array([9.0, 5.0, 5.0, 1.0]), np.array([True, True, False, False])
    assert longest_silent(silence, gone, 2) == pytest.approx((1 + 0.5) / 2)
