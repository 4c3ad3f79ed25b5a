"""The prize, the split of a change, odd days: arithmetic by hand and by drawing rows again."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some

from customer_analytics.analysis.dropoff.anomalies import find_anomalies
from customer_analytics.analysis.dropoff.change import compare
from customer_analytics.analysis.dropoff.mix import split_change
from customer_analytics.analysis.dropoff.people import patterns
from customer_analytics.analysis.dropoff.prize import Worth, adjusted_extra, prize, resampled_sums
from customer_analytics.analysis.dropoff.units import Units


def test_the_prize_is_what_the_rate_of_the_rest_would_bring_to_the_end(
    make_units: Callable[..., Units], made_frame: Callable[..., pd.DataFrame]
) -> None:
    frame = made_frame(weak=0.25)
    frame.loc[(frame["furthest"] == 3) & (np.arange(len(frame)) % 3 > 0), "furthest"] = 4
    found = prize(patterns(make_units(frame, steps=4), "p0", "c", 3), Worth(50.0, 0.0, 0.4), seed=1)
    base = frame["furthest"] >= 2
    inside, past, final = base & (frame["p0"] == "c"), frame["furthest"] >= 3, frame["furthest"] == 4
    gap = past[base & ~inside].mean() - past[inside].mean()
    expected = inside.sum() * gap * final[inside].sum() / past[inside].sum()
    assert gap > 0 and 0 < final[inside].sum() < past[inside].sum()
    assert found.extra == pytest.approx(expected)
    assert found.money == pytest.approx(50 * found.extra) and found.margin == pytest.approx(20 * found.extra)


def test_the_interval_of_the_prize_is_that_of_drawing_the_people_again(
    make_units: Callable[..., Units], made_frame: Callable[..., pd.DataFrame]
) -> None:
    frame = made_frame(n=3_000, people=600, weak=0.3)
    found = prize(patterns(make_units(frame), "p0", "c", 3), seed=4)
    base = frame[frame["furthest"] >= 2].assign(
        inside=lambda one: one["p0"] == "c", past=lambda one: one["furthest"] == 3
    )
    sums = base.groupby(["person_id", "inside"])["past"].agg(["size", "sum"]).unstack(fill_value=0)
    people = sums.to_numpy(float)  # size rest, size inside, sum rest, sum inside
    generator = np.random.default_rng(9)
    drawn = []
    for _ in range(1_500):
        rest_n, n, rest_s, s = people[generator.integers(0, len(people), len(people))].sum(axis=0)
        drawn.append(n * max(rest_s / rest_n - s / n, 0.0))
    low, high = np.quantile(drawn, (0.025, 0.975))
    width = high - low
    assert found.extra_interval.low == pytest.approx(low, abs=0.08 * width)
    assert found.extra_interval.high == pytest.approx(high, abs=0.08 * width)
    assert math.isnan(found.money) and math.isnan(found.margin_interval.low)


def test_frequent_and_rare_patterns_are_drawn_as_one_multinomial() -> None:
    counts = np.array([1, 4, 900, 2, 60, 1, 5, 0])
    values = np.eye(len(counts))  # the sums are then the numbers of people themselves
    drawn = resampled_sums(counts, values, 40_000, np.random.default_rng(5))
    share = counts / counts.sum()
    assert (drawn.sum(axis=1) == counts.sum()).all()
    expected = counts.sum() * (np.diag(share) - np.outer(share, share))
    error = np.sqrt(np.maximum(np.diag(expected), 1e-9))
    assert np.abs(drawn.mean(axis=0) - counts).max() < 0.2
    assert np.abs(np.cov(drawn.T) - expected).max() <= 0.05 * np.outer(error, error).max()
    every_one = resampled_sums(np.ones(3, dtype=np.int64), np.eye(3), 50, np.random.default_rng(1))
    assert (every_one.sum(axis=1) == 3).all()


def test_a_group_that_is_better_than_the_rest_wins_nothing() -> None:
    people = pd.DataFrame(
        {"n": [1, 0], "reached": [1, 0], "final": [1, 0], "rest_n": [0, 1], "rest_reached": [0, 0], "people": [40, 60]}
    )
    found = prize(people)
    assert found.extra == 0 and found.extra_interval == (0, 0)


def test_the_adjusted_prize_with_the_raw_ratio_is_the_raw_prize() -> None:
    n, reached, final, rest = 400, 100, 80, 0.5
    ratio = (0.25 / 0.75) / (rest / (1 - rest))
    assert adjusted_extra((n, reached), final, ratio) == pytest.approx(400 * 0.25 * 80 / 100)
    assert adjusted_extra((n, reached), final, 2.0) == 0.0


groups = some.lists(some.tuples(*(some.integers(0, 500), some.floats(0, 1)) * 2), min_size=1, max_size=8)


@given(groups)
def test_mix_and_rate_add_up_to_the_change_exactly(rows: list[tuple[int, float, int, float]]) -> None:
    table = pd.DataFrame(
        [(str(place), n_0, int(n_0 * p_0), n_1, int(n_1 * p_1)) for place, (n_0, p_0, n_1, p_1) in enumerate(rows)],
        columns=["value", "n_0", "reached_0", "n_1", "reached_1"],
    )
    split = split_change(table)
    if not table["n_0"].sum() or not table["n_1"].sum():
        assert math.isnan(split.change)
        return
    change = table["reached_1"].sum() / table["n_1"].sum() - table["reached_0"].sum() / table["n_0"].sum()
    assert split.change == pytest.approx(change, abs=1e-12)
    assert split.mix + split.rate == pytest.approx(change, abs=1e-12)
    assert split.parts["mix"].sum() == pytest.approx(split.mix) and split.parts["rate"].sum() == pytest.approx(
        split.rate
    )


def test_more_entries_of_a_poor_group_are_mix_and_no_worse_rate() -> None:
    table = pd.DataFrame(
        {"value": ["good", "poor"], "n_0": [90, 10], "reached_0": [45, 1], "n_1": [50, 50], "reached_1": [25, 5]}
    )
    split = split_change(table)
    assert split.rate == pytest.approx(0, abs=1e-12) and split.mix == pytest.approx(-0.16)
    poor = split.parts.set_index("value").loc["poor"]
    assert poor["mix"] < 0, "a growing group with a low rate pulls down"


def test_the_comparison_takes_equally_long_periods_and_corrects_for_looking_at_each_step(
    make_units: Callable[..., Units], made_frame: Callable[..., pd.DataFrame]
) -> None:
    frame = made_frame(n=8_000)
    day = np.random.default_rng(2).integers(100, 128, len(frame))
    worse = (day >= 114) & (frame["furthest"] == 3) & (np.random.default_rng(3).random(len(frame)) < 0.4)
    frame = frame.assign(day=day.astype("int32"), furthest=frame["furthest"].where(~worse, 2))
    units = make_units(frame)
    change = compare(units, 14, 127, minimum=30)
    assert change is not None
    rows = change.table.set_index("step")
    now, earlier = frame[frame["day"] >= 114], frame[frame["day"] < 114]
    for step in (2, 3):
        rate_now = (now["furthest"] >= step).sum() / (now["furthest"] >= step - 1).sum()
        rate_earlier = (earlier["furthest"] >= step).sum() / (earlier["furthest"] >= step - 1).sum()
        assert rows.loc[step, "change"] == pytest.approx(rate_now - rate_earlier)
    assert list(change.moved["step"]) == [3]
    for row in change.totals.to_dict("records"):
        assert row["mix"] + row["rate"] == pytest.approx(rows.loc[0, "change"])
    assert compare(units, 0, 127, minimum=30) is None
    assert compare(units, 14, 50, minimum=30) is None, "no entries in those days"


def test_an_odd_day_is_found_with_its_group_and_quiet_days_are_not(
    make_units: Callable[..., Units], made_frame: Callable[..., pd.DataFrame]
) -> None:
    quiet = made_frame(n=40_000, people=40_000, seed=6)
    quiet = quiet.assign(day=(np.arange(len(quiet)) % 80 + 500).astype("int32"))
    assert not len(find_anomalies(make_units(quiet), minimum=30).table)
    broken = (quiet["day"] == 540) & (quiet["p0"] == "b") & (quiet["furthest"] >= 2)
    odd = find_anomalies(make_units(quiet.assign(furthest=quiet["furthest"].where(~broken, 1))), minimum=30)
    assert list(odd.table["day"]) == [540] and list(odd.table["step"]) == [2]
    row = odd.table.iloc[0]
    assert (row["property"], row["value"]) == ("p0", "b") and row["rate"] < row["usual"] - 0.05
    assert row["n"] == (quiet["day"] == 540).sum()


def test_a_step_at_which_hardly_anybody_is_lost_has_no_odd_days_by_one_loss(make_units: Callable[..., Units]) -> None:
    n = 60 * 60
    frame = pd.DataFrame({"person_id": [f"c{place}" for place in range(n)], "furthest": 2, "p0": "a"})
    frame = frame.assign(day=(np.arange(n) % 60 + 700).astype("int32"))
    frame.loc[[30, 31 + 60], "furthest"] = 1
    units = dataclasses.replace(make_units(frame, steps=2), repeated=False)
    assert not len(find_anomalies(units, minimum=30).table)
