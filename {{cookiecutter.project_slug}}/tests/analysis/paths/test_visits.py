"""Visits, stops and ways equal those that pure Python counts, over thousands of visits with ties, repeats and gaps."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from typing import NamedTuple

import ibis.expr.types as ir
import pandas as pd
import paths_reference as reference
import pyarrow as pa
import pytest
from any_engine import connect
from hypothesis import given, settings
from hypothesis import strategies as st
from paths_reference import Action, Visit

from customer_analytics.analysis.paths import friction, routes
from customer_analytics.analysis.paths.visits import DEPTH, FIRSTS, LONGEST_VISIT, by_silence, stops, unpacked, visits

GOAL = 4
BEGIN = dt.datetime(2024, 3, 30, 22, 0)  # the night in which European clocks change
STEP = 400  # seconds: many ties, and gaps on both sides of half an hour
ENGINE = connect()
NUMBERS = itertools.count()


class World(NamedTuple):
    log: list[Action]
    visits: dict[str, Visit]
    stops: ir.Table
    table: ir.Table


def action(person: int, visit: int, moment: int, place: int) -> Action:
    return Action(f"p{person}", f"v{visit}-{person}", BEGIN + dt.timedelta(seconds=moment * STEP), place)


def table_of(actions: list[Action]) -> ir.Table:
    rows = pa.table(
        {
            "person_id": [a.person for a in actions],
            "visit": [a.visit for a in actions],
            "at": pa.array([a.at for a in actions], pa.timestamp("us")),
            "place": pa.array([a.place for a in actions], pa.int16()),
            "cell": pa.array([1] * len(actions), pa.int16()),
        }
    )
    made: ir.Table = ENGINE.create_table(f"actions_{next(NUMBERS)}", rows, temp=True)
    return made


@pytest.fixture(scope="module", params=[1, 2, 3])
def world(request: pytest.FixtureRequest) -> World:
    """A thousand visits: of one action, of many, with ties, with the goal first, twice or never."""
    chance = random.Random(request.param)
    log = [
        action(person, visit, chance.randrange(30), chance.randrange(1, 6))
        for person in range(500)
        for visit in range(chance.randrange(1, 4))
        for _ in range(chance.choice((1, 1, 2, 3, 5, 9, 14)))
    ]
    chance.shuffle(log)
    table = stops(table_of(log), GOAL).cache()
    return World(log, reference.visits_of(log, GOAL), table, visits(table).cache())


def assert_stops(found: pd.DataFrame, expected: dict[str, Visit]) -> None:
    assert set(found["visit"]) == set(expected)
    for name, own in found.sort_values(["visit", "number"]).groupby("visit"):
        visit = expected[str(name)]
        places = [stop.place for stop in visit.stops]
        assert own["place"].tolist() == places
        assert own["repeats"].tolist() == [stop.repeats for stop in visit.stops]
        assert own["at"].tolist() == [pd.Timestamp(stop.at) for stop in visit.stops]
        assert own["previous"].tolist() == [0, *places[:-1]]
        assert own["following"].tolist() == [*places[1:], 0]
        assert [unpacked(int(trail)) for trail in own["trail"]] == [
            tuple(places[max(0, n - DEPTH) : n]) for n in range(1, len(places) + 1)
        ]
        positions = own["position"].tolist()
        goals = {None if pd.isna(place) else positions.index(int(place)) for place in own["goal_position"]}
        assert goals == {visit.goal}


def test_stops_merge_repeats_and_know_their_neighbours(world: World) -> None:
    assert_stops(world.stops.to_pandas(), world.visits)


ACTIONS = st.builds(action, st.integers(1, 2), st.integers(1, 2), st.integers(0, 9), st.integers(1, 5))


@settings(max_examples=25)
@given(st.lists(ACTIONS, min_size=1, max_size=20), st.randoms())
def test_stops_do_not_hang_on_the_order_of_the_rows(log: list[Action], chance: random.Random) -> None:
    chance.shuffle(log)
    assert_stops(stops(table_of(log), GOAL).to_pandas(), reference.visits_of(log, GOAL))


def test_ways_are_counted_up_to_the_goal(world: World) -> None:
    paths = routes.first_paths(world.table, 10_000)
    wanted = reference.first_paths(world.visits, FIRSTS)
    assert {row.path: (row.visits, row.reached, row.people) for row in paths.itertuples()} == {
        path: (tally.visits, tally.reached, len(tally.people)) for path, tally in wanted.items()
    }
    assert abs(paths["share"].sum() - 1) < 1e-9
    ways = routes.ways_to_goal(world.table, 10_000)
    assert dict(zip(ways["path"], ways["visits"], strict=True)) == reference.ways_to_goal(world.visits, DEPTH)
    assert ways["share"].sum() == pytest.approx(1)


def test_the_most_frequent_ways_come_first(world: World) -> None:
    paths = routes.first_paths(world.table)
    every = sorted((tally.visits for tally in reference.first_paths(world.visits, FIRSTS).values()), reverse=True)
    assert paths["visits"].tolist() == every[: routes.PATHS]


def test_entries_are_all_visits_and_ended_at_once_are_those_of_one_stop_without_the_goal(world: World) -> None:
    found = routes.entries(world.table).set_index("place")
    for place, row in found.iterrows():
        own = [visit for visit in world.visits.values() if visit.way[0] == place]
        assert row["visits"] == len(own)
        assert row["reached"] == sum(visit.goal is not None for visit in own)
        assert row["ended"] == sum(len(visit.way) == 1 and visit.goal is None for visit in own)
    assert found["visits"].sum() == len(world.visits)


def test_moves_add_up_and_go_back_only_after_an_a_b_a(world: World) -> None:
    found = routes.transitions(world.stops)
    expected = reference.transitions(world.visits)
    assert {(row.source, row.target): (row.moves, row.back) for row in found.itertuples()} == expected
    into, out = found.groupby("target")["moves"].sum(), found.groupby("source")["moves"].sum()
    for place in set(into.index) & set(out.index) - {0, GOAL}:
        assert into[place] == out[place]  # whoever comes to a place leaves it, or ends there


def test_signs_of_giving_up_count_only_before_the_goal(world: World) -> None:
    slow = {1: 500.0, 2: 10.0}
    found = friction.at_places(world.stops, None, slow).to_pandas()
    expected = reference.signs(world.visits, slow, friction.HESITATION_SECONDS)
    names = ("retry", "back_and_forth", "hesitation", "ended", "moved_on", "reached")
    assert {
        (str(row["visit"]), int(row["place"])): {name: bool(row[name]) for name in names}
        for row in found.to_dict("records")
    } == expected


def test_the_stay_at_the_last_place_of_a_visit_is_not_known(world: World) -> None:
    found = routes.dwell(world.stops).set_index("place")
    for place, row in found.iterrows():
        waits = sorted(
            min((after.at - before.at).total_seconds(), routes.DWELL_CAP)
            for visit in world.visits.values()
            for before, after in zip(visit.stops, visit.stops[1:], strict=False)
            if before.place == place
        )
        assert row["timed"] == len(waits)
        assert row["dwell_p50"] == waits[-(-len(waits) // 2) - 1]  # the smallest that half do not exceed


def test_silence_of_more_than_half_an_hour_parts_visits(world: World) -> None:
    found = by_silence(table_of(world.log).drop("visit")).to_pandas()
    key = ["person_id", "visit", "at", "place"]
    expected = [(a.person, a.visit, pd.Timestamp(a.at), a.place) for a in reference.by_silence(world.log)]
    assert sorted(found[key].itertuples(index=False, name=None)) == sorted(expected)


def test_the_drawing_loses_no_visit(world: World) -> None:
    """Who is at stop k is at stop k + 1, ends there, or had reached the goal."""
    flows = routes.flows(world.table)
    ways = [visit.way for visit in world.visits.values()]
    for stop in range(1, FIRSTS):
        own = flows[flows["stop"] == stop]
        assert own["visits"].sum() == sum(len(way) >= stop for way in ways)
        assert own.loc[own["target"] == 0, "visits"].sum() == sum(len(way) == stop for way in ways)


def test_a_visit_of_a_machine_is_marked_also_where_it_repeats_one_place() -> None:
    log = [Action("p", "v", BEGIN + dt.timedelta(seconds=n), 1) for n in range(LONGEST_VISIT + 1)]
    found = stops(table_of(log), GOAL).to_pandas()
    assert found[["repeats", "by_machine"]].to_numpy().tolist() == [[LONGEST_VISIT + 1, True]]
    person = stops(table_of(log[:-1]), GOAL).to_pandas()
    assert person["by_machine"].tolist() == [False]


def test_a_visitor_who_signs_in_is_one_visit_of_the_customer() -> None:
    log = [Action(" cookie", "v", BEGIN, 1), Action("C1", "v", BEGIN + dt.timedelta(seconds=9), 2)]
    found = visits(stops(table_of(log), GOAL)).to_pandas()
    assert found["person_id"].tolist() == ["C1"]
    assert found[["first_1", "first_2", "exit"]].to_numpy().tolist() == [[1, 2, 2]]
