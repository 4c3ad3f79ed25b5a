"""Intervals of retention against the statistics module and against resampled people."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from retention_logs import MakeTables

from customer_analytics.analysis.retention import daily
from customer_analytics.analysis.retention.counts import count_steps, mean_limits, rates, wilson_limits
from customer_analytics.analysis.retention.triangle import cohort_table, curve_table
from customer_analytics.analysis.stream.person_days import person_days
from customer_analytics.statistics import wilson

AS_OF = dt.date(2025, 3, 31)


@given(st.integers(0, 50), st.integers(0, 50))
def test_many_wilson_intervals_are_the_single_ones(one: int, other: int) -> None:
    active, eligible = min(one, other), max(one, other)
    low, high = wilson_limits([active], [eligible])
    expected = wilson(active, eligible)
    assert (low[0], high[0]) == pytest.approx(expected, nan_ok=True)


def test_the_simple_mean_of_zeros_is_not_certain_and_stays_within_0_and_1() -> None:
    shares = rates([0, 0, 0], [20, 30, 40])
    low, high = mean_limits(shares, *wilson_limits([0, 0, 0], [20, 30, 40]))
    assert low == 0
    assert 0 < high < 0.1
    full = mean_limits(rates([9, 9], [9, 9]), *wilson_limits([9, 9], [9, 9]))
    assert full[0] < 1 == full[1]


def test_the_intervals_of_the_curve_are_those_of_resampled_people() -> None:
    """Cohorts of unequal size and rate: the weighted mean by drawing people, the simple mean within the cohorts."""
    generator = np.random.default_rng(5)
    sizes, truth = [400, 150, 80], [0.5, 0.3, 0.2]
    back = [generator.random(size) < rate for size, rate in zip(sizes, truth, strict=True)]
    rows = []
    for cohort, came in enumerate(back):
        rows += [
            {"cohort": cohort, "ages": 2, "age": -1, "back": 0, "next": 0, "n": len(came)},
            {"cohort": cohort, "ages": 2, "age": 0, "back": 0, "next": 1, "n": int(came.sum())},
            {"cohort": cohort, "ages": 2, "age": 0, "back": 0, "next": -1, "n": int((~came).sum())},
        ]
    counts = count_steps(pd.DataFrame(rows), 1)
    begun = pd.Series([2, 2, 2], index=[0, 1, 2])
    curve = curve_table(cohort_table(counts, begun, 1, int, 0)).set_index("period").loc[1]
    everyone = np.concatenate(back)
    weighted = [everyone[generator.integers(0, len(everyone), len(everyone))].mean() for _ in range(4000)]
    assert curve["bounded"] == pytest.approx(everyone.mean())
    limits = [curve["bounded_low"], curve["bounded_high"]]
    assert limits == pytest.approx(np.quantile(weighted, [0.025, 0.975]), abs=0.006)
    simple = [np.mean([came[generator.integers(0, len(came), len(came))].mean() for came in back]) for _ in range(4000)]
    assert curve["bounded_simple"] == pytest.approx(np.mean([came.mean() for came in back]))
    limits = [curve["bounded_simple_low"], curve["bounded_simple_high"]]
    assert limits == pytest.approx(np.quantile(simple, [0.025, 0.975]), abs=0.008)


def test_the_interval_of_stickiness_is_that_of_resampled_people(make_tables: MakeTables) -> None:
    generator = np.random.default_rng(8)
    histories = [
        sorted(set(generator.integers(0, 90, generator.integers(1, 60 if person % 9 == 0 else 8)).tolist()))
        for person in range(150)
    ]
    events: list[dict[str, Any]] = [
        {
            "customer_id": f"c{person}",
            "event": "view",
            "occurred_at": dt.datetime(2025, 1, 1, 9) + dt.timedelta(days=day),
        }
        for person, days in enumerate(histories)
        for day in days
    ]
    days = person_days(make_tables(AS_OF, events=events), "events")
    first, end = 20089, 20089 + 90
    found = daily.stickiness(days, daily.daily_table(daily.day_pairs(days), first, end), end)
    assert found is not None
    active = np.zeros((150, 90), dtype=bool)
    for person, own in enumerate(histories):
        active[person, own] = True
    member = np.stack([active[:, max(day - 27, 0) : day + 1].any(axis=1) for day in range(90)], axis=1)

    def value(people: np.ndarray) -> float:
        return float((active[people].sum(axis=0) / member[people].sum(axis=0))[-28:].mean())

    assert found.days == 28
    assert found.value == pytest.approx(value(np.arange(150)))
    resampled = [value(generator.integers(0, 150, 150)) for _ in range(2000)]
    assert [*found.interval] == pytest.approx(np.quantile(resampled, [0.025, 0.975]), abs=0.02)
    assert found.interval.high - found.interval.low == pytest.approx(3.92 * np.std(resampled), rel=0.12)


def test_stickiness_needs_a_week_with_a_full_window(make_tables: MakeTables) -> None:
    events = [{"customer_id": "a", "event": "view", "occurred_at": dt.datetime(2025, 3, day)} for day in (1, 30)]
    days = person_days(make_tables(AS_OF, events=events), "events")
    table = daily.daily_table(daily.day_pairs(days), 20148, 20148 + 31)
    assert table["mau"].notna().sum() == 4
    assert daily.stickiness(days, table, 20148 + 31) is None
