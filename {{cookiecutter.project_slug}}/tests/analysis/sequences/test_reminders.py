"""What is bought again: counts by loops, the usual gap by an estimator of its own, and nothing where nothing is."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from shops import as_history, as_lines, shop
from slow_reminders import slow_again

from customer_analytics.analysis.sequences.following import block_days
from customer_analytics.analysis.sequences.reminders import horizon_days, reminders, usual_gap

LAST = 300


def test_who_came_back_and_who_was_expected_to_are_those_of_loops() -> None:
    rows = shop(11, people=250, items=8, taste=3.0)
    history = as_history(rows, LAST, least=30)
    days = horizon_days(history)
    moments = len({(person, day) for person, day, _ in rows if day + days <= LAST})
    slow = slow_again(rows, LAST, days, block_days(moments, LAST - days - history.first + 1))
    table = reminders(history, 0.05)
    assert len(table) >= 5
    for line in table.to_dict("records"):
        people, again, expected = slow[line["item"]]
        assert (line["people"], line["again"]) == (people, again)
        assert line["expected"] * people == pytest.approx(expected)


def test_an_item_that_is_used_up_is_to_be_reminded_of_and_the_others_are_not() -> None:
    rows = shop(12, people=600, items=15)
    rng = np.random.default_rng(3)
    for person in range(600):
        day = int(rng.integers(0, 100))
        while day <= LAST and rng.random() < 0.7:
            rows.append((person, day, 99))
            day += int(rng.integers(35, 46))
    table = reminders(as_history(rows, LAST, least=30), 0.05)
    assert table.loc[table["significant"], "item"].tolist() == [99]
    assert 35 <= table.iloc[0]["gap_low"] <= table.iloc[0]["gap_median"] <= table.iloc[0]["gap_high"] <= 46


def test_items_drawn_at_random_call_for_no_reminder() -> None:
    claims = [int(reminders(as_history(shop(seed, people=400), LAST, least=30), 0.05)["significant"].sum())
              for seed in range(40, 43)]  # fmt: skip
    assert sum(claims) <= 1


def test_a_reference_from_a_share_of_the_moments_says_nearly_the_same() -> None:
    history = as_history(shop(13, people=700, items=10, taste=5.0), LAST, least=30)
    whole, part = (reminders(history, 0.05, most).set_index("item") for most in (10**9, 20_000))
    assert (part["again"] == whole["again"].reindex(part.index)).all()
    ratio = part["expected"] / whole["expected"].reindex(part.index)
    assert not np.allclose(ratio, 1)
    assert ratio.between(0.8, 1.25).all()


def test_customers_who_bought_just_now_do_not_shorten_the_gap() -> None:
    rng = np.random.default_rng(0)
    gap, watched = rng.normal(60, 5, 4_000).round(), rng.integers(20, 200, 4_000)
    seen = gap <= watched
    spells = pd.DataFrame({"days": np.where(seen, gap, watched), "seen": seen})
    by_length = spells.groupby("days")["seen"].agg(["sum", "count"]).reset_index().to_numpy(dtype=float)
    count, low, median, high = usual_gap(*by_length.T)
    assert count == int(seen.sum())
    assert median == pytest.approx(60, abs=1)
    assert (low, high) == pytest.approx((56.6, 63.4), abs=1.5)
    assert np.median(spells.loc[(spells["days"] < 65) & spells["seen"], "days"]) < 60


def test_too_few_at_risk_have_no_usual_gap() -> None:
    count, low, median, high = usual_gap(np.array([5.0, 9.0]), np.array([10.0, 0.0]), np.array([10.0, 10.0]))
    assert count == 10
    assert math.isnan(low) and math.isnan(median) and math.isnan(high)


def test_nothing_is_known_of_a_short_history() -> None:
    rows = [(person, day, 1) for person in range(50) for day in (0, 10)]
    assert not len(reminders(as_history(rows, 20), 0.05))
    assert as_lines(rows).count().to_pyarrow().as_py() == 100
