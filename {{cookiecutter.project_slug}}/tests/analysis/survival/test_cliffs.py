"""Cliffs and calendar effects: planted ones are found, and what is no cliff is not taken for one."""

from __future__ import annotations

import ibis
import numpy as np
import pandas as pd
import pytest

from customer_analytics.analysis.survival.ages import Ages, active_cells, beginnings, by_age
from customer_analytics.analysis.survival.blocks import BLOCKS, block
from customer_analytics.analysis.survival.cliffs import age_table, find_cliffs
from customer_analytics.analysis.survival.reading import effects

FIRST, END = 0, 7 * 80 - 1
PEOPLE = 6_000


def simulated(
    *, seed: int, cliff: float = 0.0, kink: bool = True, season: float = 0.0, spread: int = 7 * 50, unequal: bool = True
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Counts of people who are active in a week with a chance that declines with age, steeply in the first weeks and
    slowly afterwards, and by `cliff` at week 20; some people are much more active than others."""
    rng = np.random.default_rng(seed)
    origin = rng.integers(0, spread, PEOPLE)
    person = rng.gamma(1.5, 1 / 1.5, PEOPLE) if unequal else np.ones(PEOPLE)
    cells = []
    for age in range(80):
        level = 0.3 * np.exp(-(0.25 * min(age, 4) if kink else 0) - 0.012 * age) * (1 - cliff if age >= 20 else 1)
        week = (origin + 7 * age) // 7
        chance = np.clip(level * person * (1 + season * np.sin(week / 52 * 2 * np.pi)), 0, 1)
        active = (rng.random(PEOPLE) < chance) & (origin + 7 * age + 6 <= END)
        cells.append(pd.DataFrame({"person": np.flatnonzero(active), "age": age}))
    rows = pd.concat(cells)
    blocks = np.arange(PEOPLE) % BLOCKS
    rows = rows.assign(block=blocks[rows["person"]], came=(origin[rows["person"]] + 3) // 7)
    counted = rows.groupby(["block", "came", "age"], as_index=False).size().rename(columns={"size": "n"})
    began = pd.DataFrame({"block": blocks, "origin": origin}).groupby(["block", "origin"], as_index=False).size()
    return counted, began.rename(columns={"size": "n"})


def ages(**arguments: float | bool) -> Ages:
    return by_age(*simulated(**arguments), FIRST, END, 7)  # type: ignore[arg-type]


def test_a_planted_cliff_is_found_at_its_age_with_its_size() -> None:
    found = find_cliffs(ages(seed=1, cliff=0.3), 30, 5)
    assert [cliff.age for cliff in found.found] == [140]
    (cliff,) = found.found
    assert cliff.month == 4 and cliff.interval.low < -0.3 < cliff.interval.high and cliff.p < 0.01


@pytest.mark.parametrize("seed", [0, 1, 2, 3, 5, 6])
def test_a_steep_beginning_is_no_cliff_and_neither_is_a_season(seed: int) -> None:
    found = find_cliffs(ages(seed=seed, season=0.4), 30, 5)
    assert not found.found and found.steepest is not None and found.reason == ""


def test_the_search_claims_seldom_where_there_is_nothing() -> None:
    p = [find_cliffs(ages(seed=100 + i, kink=False), 30, i).steepest.p for i in range(12)]  # type: ignore[union-attr]
    assert np.mean(np.array(p) < 0.05) <= 0.25  # 5 % are expected


def test_peaks_of_a_monthly_rhythm_are_no_cliffs() -> None:
    cells, began = simulated(seed=2, kink=False)
    peak = cells["age"] % 4 == 0
    rng = np.random.default_rng(1)
    kept = cells[peak | (rng.random(len(cells)) < 0.25)]  # three weeks of four are quiet
    found = find_cliffs(by_age(kept, began, FIRST, END, 7), 30, 5)
    assert found.steepest is not None and found.steepest.p < 0.01  # a fall behind each peak, no chance
    assert not found.found


def test_one_intake_cannot_tell_a_cliff_from_a_date() -> None:
    found = find_cliffs(ages(seed=1, cliff=0.5, spread=7), 30, 5)
    assert found.reason == "close" and not found.found


def test_too_few_people_are_not_searched() -> None:
    cells, began = simulated(seed=1)
    some = by_age(cells[cells["block"] < 1], began[began["block"] < 1], FIRST, END, 7)
    assert find_cliffs(some, 30, 5).reason == "short"


def test_the_season_is_taken_out_of_the_ages_and_found_in_the_calendar() -> None:
    cells, began = simulated(seed=3, season=0.5, kink=False, unequal=False)
    level = age_table(by_age(cells, began, FIRST, END, 7)).set_index("age_days")["level"]
    expected = 0.3 * np.exp(-0.012 * np.arange(80))
    ratio = level.to_numpy()[1:50] / expected[1:50]
    assert np.ptp(ratio / ratio.mean()) < 0.35  # noise of some per cent, where the season moves by half either way
    calendar, intake = effects(cells, began, FIRST, END, 7)
    assert calendar is not None and intake is not None
    assert calendar.p < 1e-6 and intake.p > 0.01
    week = (calendar.table["start"] // 7).to_numpy()
    assert np.corrcoef(calendar.table["effect"], np.sin(week / 52 * 2 * np.pi))[0, 1] > 0.9


def test_an_age_that_is_not_over_is_not_observed() -> None:
    for origin, ages_seen in ((END - 13, [0, 7]), (END - 12, [0])):
        lives = ibis.memtable({"person_id": ["a", "b"], "origin": [origin] * 2, "block": [0, 0]})
        days = ibis.memtable({"person_id": ["a", "b", "a"], "day": [origin, origin, END]})
        cells = active_cells(days, lives, 7, FIRST, END)
        table = age_table(by_age(cells, beginnings(lives), FIRST, END, 7))
        assert table["age_days"].tolist() == ages_seen and table["people"].tolist() == [2] * len(ages_seen)
        assert table["active"].tolist() == [2, 1][: len(ages_seen)]


def test_people_from_before_the_data_are_left_out_as_only_those_who_stayed_are_in_them() -> None:
    lives = ibis.memtable({"person_id": ["old", "new"], "origin": [-20, 5], "block": [0, 1]})
    days = ibis.memtable({"person_id": ["old", "new"], "day": [1, 5]})
    table = age_table(by_age(active_cells(days, lives, 7, FIRST, END), beginnings(lives), FIRST, END, 7))
    assert table["people"].iloc[0] == 1 and table["active"].sum() == 1


def test_the_engine_counts_each_person_once_an_age() -> None:
    days = ibis.memtable({"person_id": ["a", "a", "a", "b"], "day": [3, 4, 11, 2]})
    lives = ibis.memtable({"person_id": ["a", "b"], "origin": [3, 3], "block": [0, 1]})
    cells = active_cells(days, lives, 7, FIRST, END)
    assert cells.columns.tolist() == ["block", "came", "age", "n"]
    assert cells.to_numpy().tolist() == [[0, 0, 0, 1], [0, 0, 1, 1]]  # b was active before the beginning only
    assert beginnings(lives).to_numpy().tolist() == [[0, 3, 1], [1, 3, 1]]


@pytest.mark.parametrize(
    "ids",
    [[str(100_001 + i) for i in range(20_000)], [f" {i:06d}@shop.example" for i in range(20_000)]],
    ids=["numbers", "one ending"],
)
def test_blocks_are_even_and_have_nothing_to_do_with_the_order_of_ids(ids: list[str]) -> None:
    table = ibis.memtable({"person_id": ids, "place": range(len(ids))})
    found = table.mutate(block=block(table.person_id, BLOCKS)).to_pandas().sort_values("place")
    sizes = found.groupby("block").size()
    assert len(sizes) == BLOCKS and 1 / 2 < sizes.var() / sizes.mean() < 2  # as drawing lots would give
    assert abs(np.corrcoef(found["place"], found["block"])[0, 1]) < 0.03
    assert abs(np.corrcoef(found["block"][:-1], found["block"][1:])[0, 1]) < 0.03
