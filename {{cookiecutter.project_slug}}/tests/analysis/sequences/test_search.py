"""A planted sequence is found with its share; taste, season, activity and chance are not taken for one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from shops import as_history, shop
from slow_sequences import Slow

from customer_analytics.analysis.sequences.cases import measure
from customer_analytics.analysis.sequences.following import following
from customer_analytics.analysis.sequences.history import History, fitting, item_moments
from customer_analytics.analysis.sequences.search import LEAST_FOLLOWED, search

LAST = 300


def pairs(table: pd.DataFrame) -> list[tuple[int, int]]:
    return (
        [] if not len(table) else list(table.loc[table["significant"], ["a", "b"]].itertuples(index=False, name=None))
    )


def test_a_planted_sequence_is_found_alone_and_with_its_share() -> None:
    rows = shop(1, planted=0.5, taste=4.0, season=6.0)
    history = as_history(rows, LAST, least=30)
    found = search(history, 0.05)
    assert pairs(found.table) == [(0, 1)]
    line = found.table.iloc[0]
    cases = Slow(rows, LAST, 30, found.block).cases(0, 1)
    assert line["share"] == pytest.approx(np.mean([lag is not None for _, lag in cases]))
    assert line["lift_low"] > 1.5
    assert line["direction_low"] > 1.2
    back = found.table[(found.table["a"] == 1) & (found.table["b"] == 0)]
    assert not back["significant"].any()


def test_taste_season_and_activity_are_no_sequence() -> None:
    near = 0
    for seed in range(20, 23):
        found = search(as_history(shop(seed, people=400, taste=10.0, season=10.0), LAST, least=30), 0.05)
        assert pairs(found.table) == [], seed
        near += found.near
    assert near > 3  # what a group likes is bought close together, and not one after the other


def test_a_sequence_is_gone_when_each_customer_s_baskets_change_places() -> None:
    rows = shop(1, planted=0.5, taste=4.0)
    rng = np.random.default_rng(8)
    frame = pd.DataFrame(rows, columns=["person", "day", "item"])
    shuffled = []
    for person, own in frame.groupby("person"):
        days = own["day"].unique()
        place = dict(zip(days, rng.permutation(days), strict=True))
        shuffled += [
            (int(person), int(place[day]), int(item)) for day, item in zip(own["day"], own["item"], strict=True)
        ]
    assert (0, 1) in pairs(search(as_history(rows, LAST, least=30), 0.05).table)
    assert pairs(search(as_history(shuffled, LAST, least=30), 0.05).table) == []


def test_an_item_that_comes_into_the_shop_later_does_not_follow_the_others() -> None:
    rows = [row for row in shop(7, taste=8.0, people=600) if row[2] % 3 or row[1] > 150]
    assert pairs(search(as_history(rows, LAST, least=30), 0.05).table) == []


def test_a_window_that_is_not_over_is_no_failure_to_follow() -> None:
    rows = shop(1, people=300, planted=0.6)
    short = [row for row in rows if row[1] <= 200]
    asked = pd.DataFrame({"pair": [0], "a": [0], "b": [1]}).astype("int32")
    line = measure(following(as_history(short, 200)), asked).iloc[0]
    cases = [case for case in Slow(rows, 230, 30, 7).cases(0, 1) if case[0][1] <= 170]
    assert (line["triggers"], line["count"]) == (len(cases), sum(lag is not None for _, lag in cases))


def test_what_few_customers_do_often_is_no_sequence() -> None:
    rows = shop(4, people=300, items=10)
    for person in range(900, 900 + LEAST_FOLLOWED - 1):
        rows += [(person, day + gap, item) for day in range(0, 260, 40) for gap, item in ((0, 0), (5, 1))]
    assert pairs(search(as_history(rows, LAST, least=30), 0.05).table) == []


def test_the_order_of_the_rows_and_the_numbers_of_customers_do_not_matter() -> None:
    rows = shop(2, people=250, items=8, planted=0.5)
    turned = [(5_000 - person, day, item) for person, day, item in reversed(rows)]
    one, other = (search(as_history(own, LAST, least=20), 0.05).table for own in (rows, turned))
    pd.testing.assert_frame_equal(one, other)


def test_the_floor_rises_until_the_rows_fit_and_a_collective_account_is_left_out() -> None:
    rows = shop(2, people=200, items=8)
    history: History = as_history(rows, LAST)
    counts = item_moments(history.lines)
    whole = fitting(history.lines, counts, 30, 5, 10**9)
    assert (whole.floor, whole.crowds) == (5, ())
    tight = fitting(history.lines, counts, 30, 5, whole.rows // 3)
    assert tight.floor > 5
    assert tight.rows <= whole.rows // 3
    crowd = rows + [(7_777, day, item) for day in range(280) for item in range(8)]
    history = as_history(crowd, LAST)
    assert fitting(history.lines, item_moments(history.lines), 30, 5, 400_000).crowds == (7_777,)
