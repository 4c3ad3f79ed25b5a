"""Who moved: counts and money against pandas, planted moves, the drift of time alone, hidden cells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.analysis.rfm import analyse, customer_tables, tables
from customer_analytics.analysis.rfm.customers import Window
from customer_analytics.analysis.rfm.segments import SEGMENTS
from customer_analytics.analysis.rfm.transitions import LEVELS, Transitions, hidden_cells, shown_cells, transitions
from customer_analytics.engagement.parameters import RfmParameters
from customer_analytics.statistics import wilson

Make = Callable[..., Any]
WINDOWS = (Window("earlier", 0, 100), Window("recent", 50, 150))
codes = st.integers(-1, len(SEGMENTS) - 1)
moves = st.lists(st.tuples(codes, codes, codes, st.booleans(), st.integers(-50, 200)), min_size=2, max_size=60)


def made(rows: list[tuple[int, int, int, bool, int]]) -> Transitions:
    earlier, now, aged, first, money = (np.array(column) for column in zip(*rows, strict=True))
    ids = pd.Series([f"c{number}" for number in range(len(rows))])
    amounts = (money.astype(float), money.astype(float) * 2)
    aged = np.where(earlier < 0, -1, aged)
    return transitions(ids, earlier, now, aged, first, amounts, WINDOWS)


@given(moves)
def test_every_customer_of_either_picture_is_in_one_cell_and_no_money_is_lost(rows: list[Any]) -> None:
    result = made(rows)
    seen = [row for row in rows if row[0] >= 0 or row[1] >= 0]
    for table in (result.cells, result.levels, result.directions):
        assert table["customers"].sum() == len(seen)
        assert table["revenue_earlier"].sum() == pytest.approx(sum(row[4] for row in seen))
        assert table["revenue_now"].sum() == pytest.approx(2 * sum(row[4] for row in seen))
    own = result.segments.set_index("segment")
    for code, segment in enumerate(SEGMENTS):
        assert own.at[segment, "customers"] == sum(row[0] == code for row in seen)
    assert (own[["up", "level", "down", "out"]].sum(axis=1) == own["customers"]).all()


@given(moves)
def test_a_cell_is_the_crosstab_of_pandas_and_its_share_is_of_the_earlier_state(rows: list[Any]) -> None:
    result = made(rows)
    frame = result.customers
    expected = frame.groupby(["earlier", "now"]).agg(n=("earlier", "size"), money=("revenue_earlier", "sum"))
    base = frame["earlier"].value_counts()
    for row in result.cells.itertuples():
        wanted = expected.loc[(row.earlier, row.now)]
        assert (row.customers, row.revenue_earlier) == (wanted["n"], pytest.approx(wanted["money"]))
        assert row.share == row.customers / base[row.earlier]
        assert (row.low, row.high) == wilson(row.customers, int(base[row.earlier]))


def test_up_and_down_are_moves_between_levels_and_not_between_segments() -> None:
    place = {segment: code for code, segment in enumerate(SEGMENTS)}
    pairs = [
        ("new", "needing_attention", "level"),
        ("loyal", "champions", "up"),
        ("champions", "loyal", "down"),
        ("lost", "about_to_sleep", "up"),
        ("at_risk", "hibernating", "down"),
    ]
    rows = [(place[was], place[now], place[was], False, 10) for was, now, _ in pairs]
    rows += [(place["loyal"], -1, place["loyal"], False, 10), (-1, place["new"], -1, True, 0)]
    rows.append((-1, place["loyal"], -1, False, 0))
    assert made(rows).customers["direction"].tolist() == [way for *_, way in pairs] + ["out", "first", "back"]


def test_levels_hold_each_segment_once() -> None:
    inside = [segment for level in LEVELS.values() for segment in level]
    assert sorted(inside) == sorted(SEGMENTS)


@given(moves)
def test_money_at_stake_is_the_earlier_money_of_those_down_or_out(rows: list[Any]) -> None:
    result = made(rows)
    frame = result.customers[result.customers["direction"].isin(["down", "out"])]
    own = frame.groupby("earlier")["revenue_earlier"].sum()
    for row in result.segments.itertuples():
        assert row.at_stake == pytest.approx(own.get(row.segment, 0.0))


@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("vwxyz"), st.integers(1, 40)), min_size=1, max_size=20)
)
def test_no_margin_gives_a_small_cell_away(triples: list[Any]) -> None:
    """In each row and column either nothing is hidden, or at least two cells with together the minimum, or all."""
    cells = pd.DataFrame(triples, columns=["earlier", "now", "customers"]).groupby(["earlier", "now"]).sum()
    cells = cells.reset_index()
    hidden = hidden_cells(cells, 10)
    assert hidden[cells["customers"] < 10].all()
    for side in ("earlier", "now"):
        for state in cells[side].unique():
            line = (cells[side] == state).to_numpy()
            own = hidden[line]
            enough = own.sum() >= 2 and cells["customers"].to_numpy()[line][own].sum() >= 10
            assert not own.any() or own.all() or enough


def test_a_hidden_cell_has_no_number_at_all() -> None:
    rows = [(0, 0, 0, False, 5)] * 30 + [(0, 10, 0, False, 5)] * 2 + [(1, 10, 1, False, 5)] * 30
    shown = shown_cells(made(rows).cells, 10).set_index(["earlier", "now"])
    assert shown.loc[("champions", "lost")].isna().all()


@pytest.fixture
def quiet_months(make_tables: Make, order: Make) -> Any:
    """Two hundred customers who buy every ten days; 30 of them stop 91 to 100 days before the end, as planted."""
    rows = []
    for number in range(200):
        last = 1 + number % 10 + (90 if number < 30 else 0)
        rows += [order(f"c{number:03}", days, 20 + number % 17) for days in range(last, 500, 10)]
    return make_tables(rows)


def test_planted_leavers_are_those_who_moved_down(quiet_months: Any) -> None:
    result = analyse(quiet_months, RfmParameters(minimum_base=10))
    moved = result.movement.transitions
    assert moved is not None
    frame = moved.customers.set_index("customer_id")
    down, left = frame["direction"].isin(["down", "out"]), frame.index < "c030"
    low = (*LEVELS["quiet"], *LEVELS["slipping"])
    was_best = ~frame["earlier"].isin(low)  # who had been slipping may slip on without another level
    assert down[left & was_best].all() and (left & was_best).sum() >= 15
    assert not down[~left].any()
    assert set(customer_tables(result)["segment_moves"]["customer_id"]) == set(frame.index)


def test_who_buys_nothing_moves_as_time_alone_would_have_it(make_tables: Make, order: Make) -> None:
    """Nobody bought in the last 90 days, frequency and money look back over the same purchases: only time passes."""
    rows = [
        order(f"c{number:03}", days, 20 + number)
        for number in range(120)
        for days in range(91 + number % 60, 91 + number % 60 + 1)
    ] + [order("keeper", 700, 1)]
    result = analyse(make_tables(rows), RfmParameters(minimum_base=10, window_days=400, frequency_unit="orders"))
    moved = result.movement.transitions
    assert moved is not None
    table = moved.segments
    assert (table["down"] == table["drift_down"]).all() and (table["out"] == table["drift_out"]).all()
    assert moved.direction("up")["customers"] == 0


def test_the_tables_leave_without_small_cells(quiet_months: Any) -> None:
    result = analyse(quiet_months, RfmParameters(minimum_base=10))
    made_tables = tables(result, {}, 25)
    assert list(made_tables["transitions"].columns) == [
        "earlier", "now", "customers", "share", "low", "high", "revenue_earlier", "revenue_now",
    ]  # fmt: skip
    known = made_tables["transitions"].dropna()
    assert (known["customers"].astype(int) >= 25).all()
    for least in (1, 4, 25):
        moves = tables(result, {}, least)["moves"]
        told = [count for way in ("up", "level", "down", "out") for count in moves[way].dropna() if count]
        assert all(count >= least for count in told) and (told or least > 1)
