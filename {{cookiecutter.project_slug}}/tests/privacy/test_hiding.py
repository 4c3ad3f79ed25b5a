"""Which numbers are hidden: small ones, and those that would tell of them; by hand, and against brute force."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.disclosure.hiding import enough_together, is_small, small_groups, steps_of_few, too_close
from customer_analytics.disclosure.published_numbers import REPORTS, shown_metrics, shown_tables
from customer_analytics.disclosure.tables import WHOLE, base, count, curve, group, part, protected, share, table

K = 10


def numbers(*values: float | None) -> np.ndarray:
    return np.array([np.nan if value is None else value for value in values], dtype=float)


def test_nobody_is_no_small_group_and_the_smallest_that_may_be_shown_is_shown() -> None:
    assert is_small(numbers(0, 1, 9, 10, None), K).tolist() == [False, True, True, False, False]


def test_one_small_group_takes_the_next_smallest_with_it_so_that_no_subtraction_finds_it() -> None:
    # by hand: 100 in all; 3 alone would be 100 - 97, and 3 + 4 = 7 are still few
    assert small_groups(np.array([40, 3, 33, 20, 0, 4]), K).tolist() == [False, True, False, True, False, True]


@given(st.lists(st.integers(0, 40), min_size=1, max_size=12), st.integers(2, 15))
def test_what_is_hidden_of_a_total_is_never_few_unless_all_are(people: list[int], minimum: int) -> None:
    hidden = small_groups(np.array(people), minimum)
    rest = sum(one for one, is_hidden in zip(people, hidden, strict=True) if is_hidden)
    assert all(is_hidden for one, is_hidden in zip(people, hidden, strict=True) if 0 < one < minimum)
    assert rest == 0 or rest >= minimum or sum(people) < minimum
    assert not any(is_hidden for one, is_hidden in zip(people, hidden, strict=True) if one == 0)


@given(st.lists(st.integers(0, 60), min_size=1, max_size=12), st.integers(2, 15))
def test_no_two_steps_that_are_shown_are_few_people_apart(people: list[int], minimum: int) -> None:
    falling = sorted(people, reverse=True)
    hidden = too_close(np.array(falling, dtype=float), minimum)
    shown = [one for one, is_hidden in zip(falling, hidden, strict=True) if not is_hidden]
    for one, other in itertools.combinations(shown, 2):
        assert one == other or one - other >= minimum
    assert all(one == 0 or one >= minimum for one in shown)


def test_a_curve_is_told_only_where_enough_left_and_enough_were_no_longer_followed() -> None:
    # by hand: of 100 at risk leave 100 x .12 = 12, of 88 leave 88 x (1 - .6 / .88) = 28, and no one else
    at_risk, staying = numbers(100, 88, 60), numbers(1.0, 0.88, 0.6)
    assert steps_of_few(at_risk, staying, K).tolist() == [False, False, False]
    assert steps_of_few(numbers(100, 99, 60), numbers(1, 0.99, 0.6), K).tolist() == [False, True, False]
    # 20 no longer followed, of whom 3 left: told, the three would be
    assert steps_of_few(numbers(100, 80), numbers(1, 0.97), K).tolist() == [False, True]


def test_unknown_parts_count_as_nothing() -> None:
    hidden = enough_together(numbers(None, 3, 30, 12), np.array([False, True, False, False]), K)
    assert hidden.tolist() == [False, True, False, True]


def test_a_part_is_hidden_when_it_or_who_is_left_over_is_few_and_its_rate_with_it() -> None:
    frame = pd.DataFrame(
        {"step": list("abcd"), "n": [100, 100, 100, 0], "did": [4, 50, 97, 0], "rate": [0.04, 0.5, 0.97, None]}
    )
    shown = protected(frame, table("step", group("n"), part("did", "n", "rate")), K)
    assert shown["did"].tolist() == [pd.NA, 50, pd.NA, 0]
    assert shown["rate"].isna().tolist() == [True, False, True, True]
    assert shown["n"].tolist() == [100, 100, 100, 0]
    assert frame["did"].tolist() == [4, 50, 97, 0]  # the frame of the analysis is left alone


def test_a_part_that_is_empty_already_takes_its_rate_with_it() -> None:
    frame = pd.DataFrame({"cut": [1, 2], "people": [49, 50], "left": [None, 25], "rate": [24 / 49, 0.5]})
    shown = protected(frame, table("cut", group("people"), part("left", "people", "rate")), K)
    assert shown["rate"].isna().tolist() == [True, False]


def test_a_small_group_leaves_its_name_only_and_takes_a_neighbour_with_it() -> None:
    frame = pd.DataFrame(
        {"name": list("abc"), "customers": [3, 25, 90], "mean": [1.5, 2.5, 3.5], "said": ["x", "y", "z"]}
    )
    shown = protected(frame, table("name", group("customers", WHOLE)), K)
    assert shown["customers"].isna().tolist() == [True, True, False]
    assert shown["mean"].isna().tolist() == [True, True, False]
    assert shown["said"].tolist() == ["x", "y", "z"]
    assert protected(frame, table("name", group("customers", WHOLE)), 1).equals(frame)


def test_in_a_crossed_table_no_row_and_no_column_tells_the_hidden_cell() -> None:
    cells = [
        (f, t, n)
        for (f, t), n in zip(itertools.product("abc", "xyz"), [40, 30, 2, 50, 20, 60, 70, 15, 80], strict=True)
    ]
    frame = pd.DataFrame(cells, columns=["from", "to", "customers"])
    shown = protected(frame, table("from to", group("customers", WHOLE, "from", "to")), K)
    hidden = frame[shown["customers"].isna()]
    assert hidden.groupby("from")["customers"].sum().ge(K).all()
    assert hidden.groupby("to")["customers"].sum().ge(K).all()


def test_a_sum_in_a_row_and_the_row_before_tell_nothing() -> None:
    frame = pd.DataFrame(
        {"period": [1, 2], "active": [60, 75], "new": [60, 30], "back": [0, 40], "again": [0, 5], "gone": [0, 20]}
    )
    rule = table(
        "period", *(count(name) for name in ("active", "new", "back", "again", "gone")),
        sums=(("active", "new back again"), ("before_active", "back gone")),
    )  # fmt: skip
    shown = protected(frame, rule, K)
    # by hand: 5 is few; of 75 it would follow from 30 and 40, so the smaller goes too; 60 = 40 + 20 stays
    assert shown.iloc[1].isna().tolist() == [False, False, True, False, True, False]


def test_a_base_that_changes_by_few_is_not_told_and_does_not_follow_from_its_rate() -> None:
    frame = pd.DataFrame(
        {"age": [1, 2, 3], "eligible": [470, 467, 440], "active": [47, 50, 44], "rate": [0.1, 50 / 467, 0.1]}
    )
    shown = protected(frame, table("age", group("eligible"), base("eligible", "active", "rate")), K)
    assert shown["eligible"].tolist() == [470, pd.NA, 440]
    assert shown["active"].tolist() == [47, pd.NA, 44]
    assert shown["rate"].tolist() == [0.1, 0.107, 0.1]


def test_a_share_of_few_is_hidden_and_a_curve_loses_its_points_of_few() -> None:
    shown = protected(
        pd.DataFrame({"bin": [1, 2], "n": [50, 50], "seen": [0.06, 0.5]}), table("bin", share("seen", "n")), K
    )
    assert shown["seen"].isna().tolist() == [True, False]
    rows = pd.DataFrame({"group": "all", "at_risk": [100, 97, 60], "stay": [1.0, 0.97, 0.6]})
    kept = protected(rows, table("group", curve("at_risk", "stay", "group"), shortened=True), K)
    assert kept["at_risk"].tolist() == [100, 60]


def test_metrics_that_add_up_hide_one_another_with_their_money() -> None:
    metrics = {
        "customers": 60, "segment.a.customers": 4, "segment.a.revenue": 1.0, "segment.b.customers": 16,
        "segment.b.revenue": 2.0, "segment.c.customers": 40, "segment.c.revenue": 3.0, "gini": 0.5,
    }  # fmt: skip
    shown = shown_metrics("rfm", metrics, K)
    assert [name for name, value in shown.items() if value is None] == [
        "segment.a.customers", "segment.a.revenue", "segment.b.customers", "segment.b.revenue",
    ]  # fmt: skip
    assert shown_metrics("rfm", metrics, 1) == metrics
    assert shown_metrics("of one's own", metrics, K) == metrics


def test_what_a_step_hides_no_other_table_of_the_funnel_tells() -> None:
    steps = pd.DataFrame(
        {"step": [1, 2, 3], "name": list("abc"), "reached": [100, 97, 40], "rate": [1, 0.97, 40 / 97],
         "rate_low": 0.1, "rate_high": 0.9, "overall": [1, 0.97, 0.4], "lost": [0, 3, 57]}
    )  # fmt: skip
    times = pd.DataFrame(
        {"step": [2, 3], "from_step": 1, "name": list("bc"), "converters": [97, 40], "p50": [1.0, 2.0]}
    )
    shown = shown_tables("funnel", {"steps": steps, "time_to_convert": times}, K)
    told = shown["steps"]
    assert told["reached"].tolist() == [100, pd.NA, 40]
    assert told["rate"].isna().tolist() == [False, True, True]  # 40 of 97
    assert told["lost"].isna().tolist() == [False, True, True]  # 57 and 40 are 97
    assert shown["time_to_convert"]["converters"].tolist() == [pd.NA, 40]


@pytest.mark.parametrize("report", REPORTS)
def test_a_rule_names_a_column_that_the_keys_do_not_keep(report: str) -> None:
    for name, rule in REPORTS[report].TABLES.items():
        keys = set(rule.keys.split())
        assert not keys & {one.column for one in rule.people}, name
