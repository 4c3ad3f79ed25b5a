"""Groups compared, changes split and releases judged, on small frames counted by hand or simulated."""

from __future__ import annotations

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.analysis.retention.silence import silence_within
from customer_analytics.analysis.survival.comparison import OTHERS, compare, folded, together
from customer_analytics.analysis.survival.contracts import contract_counts
from customer_analytics.analysis.survival.lives import life_counts
from customer_analytics.analysis.survival.reading import BLOCKS, early_returns, split_change
from customer_analytics.analysis.survival.release import compare_release, return_counts, windows


def lives(mean: dict[str, float], n: int = 300, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = []
    for name, days in mean.items():
        life = np.ceil(rng.exponential(days, n)).astype(int)
        seen = rng.integers(50, 200, n)
        rows.append(
            pd.DataFrame(
                {
                    "group": name, "quarter": rng.integers(0, 4, n), "time": np.minimum(life, seen),
                    "ended": (life <= seen).astype(int), "censored": (life > seen).astype(int),
                }
            )
        )  # fmt: skip
    return pd.concat(rows).groupby(["group", "quarter", "time"], as_index=False).sum()


def test_lives_are_judged_at_one_day_and_the_too_new_are_left_out() -> None:
    people = ibis.memtable(
        {
            "person_id": list("abcde"),
            "origin": [10, 10, 10, 95, -5],
            "last_day": [10, 79, 81, 99, 40],
            "channel": ["x", "x", "y", "y", None],
        }
    )
    counts, judged = life_counts(people, end=100, silence=20, first=0)
    # Judged as of day 80: a left on day 10 (a life of 1 day), b on day 79 (70 days), c was seen on day 81 and lives on.
    assert counts[["time", "ended", "censored"]].to_numpy().tolist() == [[1, 1, 0], [70, 1, 0], [71, 0, 1]]
    assert (judged.people, judged.gone, judged.too_new, judged.earlier, judged.day) == (3, 2, 1, 1, 80)
    by_channel, _ = life_counts(people, end=100, silence=20, first=0, by="channel")
    assert by_channel["group"].tolist() == ["x", "x", "y"]


def test_a_silence_longer_than_a_third_of_the_data_is_cut_and_said_so() -> None:
    assert silence_within(40, 300) is not None
    short = silence_within(200, 300)
    assert short is not None and short.days == 100 and short.shortened
    assert silence_within(None, 300) is None and silence_within(5, 2) is None


def test_the_group_that_does_not_stay_is_named_and_no_other() -> None:
    found = compare("channel", lives({"a": 60, "b": 60, "bad": 12, "c": 60}), 30)
    assert found is not None
    (found,) = together([found])
    assert found.worst is not None and found.worst["group"] == "bad"
    row = found.groups[found.groups["group"] == "bad"].iloc[0]
    assert row["difference"] == pytest.approx(row["mean"] - row["rest_mean"]) and row["difference_high"] < 0
    assert list(found.groups["mean"]) == sorted(found.groups["mean"])


def test_equal_groups_are_seldom_told_apart() -> None:
    claims = 0
    for seed in range(40):
        found = compare("channel", lives(dict.fromkeys("abcd", 40.0), 120, seed), 30)
        assert found is not None
        claims += together([found])[0].worst is not None
    assert claims <= 1  # at a level of 1 %


def test_a_group_that_came_in_a_bad_season_is_not_named() -> None:
    parts = []
    for seed, (quarter, mean, sizes) in enumerate([(0, 10, {"old": 400, "new": 40}), (1, 60, {"old": 40, "new": 400})]):
        for name, n in sizes.items():
            parts.append(lives({name: mean}, n, 10 * seed + n).assign(quarter=quarter))
    found = compare("channel", pd.concat(parts), 30)
    assert found is not None
    (found,) = together([found])
    assert found.p_adjusted < 1e-6 and found.within.p > 0.01 and found.worst is None


def test_small_groups_are_together_and_cannot_be_found_by_subtraction() -> None:
    table = lives({"a": 30, "b": 30, "c": 30}, 60)
    tiny = table[table["group"] == "c"].head(4).assign(group="tiny", ended=1, censored=0)
    counts = folded(pd.concat([table, tiny]), 30)
    sizes = (counts["ended"] + counts["censored"]).groupby(counts["group"]).sum()
    assert OTHERS in sizes and "tiny" not in sizes and sizes[OTHERS] >= 30
    assert sizes.sum() == 60 * 3 + 4


def test_one_group_or_nobody_gone_is_nothing_to_compare() -> None:
    assert compare("channel", lives({"only": 30}), 30) is None
    stays = lives({"a": 30, "b": 30}).assign(ended=0, censored=1)
    assert compare("channel", stays, 30) is None


counts_of_halves = st.lists(st.tuples(st.integers(1, 60), st.floats(0, 1)), min_size=4, max_size=12)


@given(counts_of_halves, counts_of_halves)
def test_make_up_and_behaviour_add_up_to_the_change(
    earlier: list[tuple[int, float]], later: list[tuple[int, float]]
) -> None:
    rows = [
        {"block": i % BLOCKS, "lately": half, "group": f"g{i % 4}", "n": n, "back": round(n * share)}
        for half, side in ((0, earlier), (1, later))
        for i, (n, share) in enumerate(side)
    ]
    mix = split_change("channel", pd.DataFrame(rows), 30, 0, 700, 1, 3)
    assert mix is not None
    assert mix.mix + mix.rate == pytest.approx(mix.change, abs=1e-12)


def test_a_change_of_make_up_alone_is_all_make_up() -> None:
    rows = [
        {"block": block, "lately": half, "group": name, "n": n, "back": back}
        for block in range(100)
        for half, sizes in ((0, (9, 1)), (1, (5, 5)))
        for (name, back_of_ten), n in zip((("good", 6), ("bad", 2)), sizes, strict=True)
        for back in [n * back_of_ten / 10]
    ]
    mix = split_change("channel", pd.DataFrame(rows), 30, 0, 700, 30, 3)
    assert mix is not None
    assert mix.mix == pytest.approx(-0.16) and mix.rate == pytest.approx(0, abs=1e-12)  # 0.56 to 0.40


def test_early_returns_count_complete_windows_only() -> None:
    people = ibis.memtable(
        {"person_id": list("abcd"), "origin": [0, 0, 60, 90], "block": [1, 1, 2, 3], "channel": ["x"] * 4}
    )
    days = ibis.memtable({"person_id": list("aabcd"), "day": [0, 30, 29, 100, 125]})
    counts = early_returns(days, people, "channel", 30, 0, 200)
    # Day 30 is in the window of 30 to 119, day 29 is not; d began on day 90: the window ends on day 209 of 200.
    assert counts.to_numpy().tolist() == [[1, 0, "x", 2, 1], [2, 1, "x", 1, 1]]


def test_a_release_that_only_rode_the_season_has_no_effect() -> None:
    rng = np.random.default_rng(6)
    n, day, within = 16_000, 200, 30
    origin, treated = rng.integers(0, 400, n), rng.random(n) < 0.5
    base = np.where(origin >= day, 0.5, 0.3)  # the season lifts everybody at the same date
    effect = np.where((origin >= day) & treated, 0.1, 0.0)
    back = {0.0: rng.random(n) < base, 0.1: rng.random(n) < base + effect}
    for planted, came_back in back.items():
        people = ibis.memtable({"person_id": [str(i) for i in range(n)], "origin": origin, "treated": treated})
        days = ibis.memtable({"person_id": [str(i) for i in np.flatnonzero(came_back)], "day": origin[came_back] + 9})
        window = windows(day, 0, 430, within)
        counts = return_counts(days, people, day, within, window, people.treated)
        found = compare_release(counts, day, within, window, has_control=True, minimum=30)
        assert found is not None and found.effect is not None and found.drift is not None
        assert found.change > 0.12  # before and after alone would praise the release either way
        assert found.effect_interval.low < planted < found.effect_interval.high and not found.drifted
        assert (found.effect_p < 0.01) == (planted > 0)


def test_returns_before_the_release_are_over_when_it_comes() -> None:
    people = ibis.memtable({"person_id": list("abc"), "origin": [60, 71, 100], "treated": [True] * 3})
    days = ibis.memtable({"person_id": list("abc"), "day": [90, 90, 130]})
    counts = return_counts(days, people, 100, 30, 20, None)
    # a began on day 60 and returned on day 90; b's 30 days reach beyond the release, so b is not counted.
    assert counts[["place", "people", "back"]].to_numpy().tolist() == [[0, 1, 1], [1, 1, 1]]
    assert windows(100, 0, 105, 30) == 0


def test_contracts_are_counted_by_their_own_dates() -> None:
    table = ibis.memtable(
        {"time": [10, 10, 40], "gone": [1, 0, 1], "quarter": [0, 0, 1], "plan": ["m", "y", None]},
        schema={"time": "int32", "gone": "int64", "quarter": "int32", "plan": "string"},
    )
    assert contract_counts(table, 100, None)[["time", "ended", "censored"]].to_numpy().tolist() == [
        [10, 1, 1],
        [40, 1, 0],
    ]
    assert contract_counts(table, 100, "plan")["group"].tolist() == ["m", "y"]
