"""Paths the slow and obvious way: pure Python over a list of actions."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise

GAP = dt.timedelta(minutes=30)


@dataclass(frozen=True)
class Action:
    person: str
    visit: str
    at: dt.datetime
    place: int


@dataclass
class Stop:
    place: int
    at: dt.datetime
    repeats: int


@dataclass
class Visit:
    """A visit as a list of stops; `goal`: position of the first stop at the goal, None without one."""

    person: str
    stops: list[Stop]
    goal: int | None
    actions: int

    @property
    def way(self) -> list[int]:
        """Places up to the goal."""
        places = [stop.place for stop in self.stops]
        return places if self.goal is None else places[: self.goal + 1]


@dataclass
class Tally:
    visits: int = 0
    reached: int = 0
    people: set[str] = field(default_factory=set)


def visits_of(actions: Sequence[Action], goal: int) -> dict[str, Visit]:
    found = {}
    for name in sorted({action.visit for action in actions}):
        own = sorted((a for a in actions if a.visit == name), key=lambda a: (a.at, a.place))
        stops = []
        for place, group in groupby(own, key=lambda a: a.place):
            same = list(group)
            stops.append(Stop(place, same[0].at, len(same)))
        places = [stop.place for stop in stops]
        position = places.index(goal) if goal in places else None
        found[name] = Visit(max(a.person for a in own), stops, position, len(own))
    return found


def by_silence(actions: Sequence[Action]) -> list[Action]:
    """The same actions, each in the visit that its person's silences make; names of visits: number, blank, person."""
    found = []
    for person in sorted({action.person for action in actions}):
        own = sorted((a for a in actions if a.person == person), key=lambda a: (a.at, a.place))
        number = 0
        for before, action in zip([None, *own], own, strict=False):
            if before is not None and action.at - before.at > GAP:
                number += 1
            found.append(Action(person, f"{number} {person}", action.at, action.place))
    return found


def first_paths(visits: dict[str, Visit], length: int) -> dict[tuple[int, ...], Tally]:
    found: dict[tuple[int, ...], Tally] = {}
    for visit in visits.values():
        tally = found.setdefault(tuple(visit.way[:length]), Tally())
        tally.visits += 1
        tally.reached += visit.goal is not None
        tally.people.add(visit.person)
    return found


def ways_to_goal(visits: dict[str, Visit], depth: int) -> Counter[tuple[int, ...]]:
    return Counter(tuple(visit.way[-depth:]) for visit in visits.values() if visit.goal is not None)


def transitions(visits: dict[str, Visit]) -> dict[tuple[int, int], tuple[int, int]]:
    """(from, to) -> (moves, moves back to where one was before); 0: the begin and the end."""
    moves: Counter[tuple[int, int]] = Counter()
    back: Counter[tuple[int, int]] = Counter()
    for visit in visits.values():
        way = visit.way
        moves[0, way[0]] += 1
        for number, (source, target) in enumerate(pairwise(way), start=1):
            moves[source, target] += 1
            back[source, target] += number >= 2 and way[number - 2] == target
        if visit.goal is None:
            moves[way[-1], 0] += 1
    return {pair: (count, back[pair]) for pair, count in moves.items()}


def before_goal(visit: Visit) -> list[tuple[int, Stop, Stop | None]]:
    """(position, stop, following stop) of every stop before the goal."""
    last = len(visit.stops) if visit.goal is None else visit.goal
    return [(i, visit.stops[i], visit.stops[i + 1] if i + 1 < len(visit.stops) else None) for i in range(last)]


def signs(visits: dict[str, Visit], slow: dict[int, float], least: float) -> dict[tuple[str, int], dict[str, bool]]:
    """(visit, place) -> retry, back_and_forth, hesitation, ended, moved_on, reached."""
    found: dict[tuple[str, int], dict[str, bool]] = {}
    names = ("retry", "back_and_forth", "hesitation", "ended", "moved_on")
    for name, visit in visits.items():
        for position, stop, following in before_goal(visit):
            row = found.setdefault(
                (name, stop.place), {**dict.fromkeys(names, False), "reached": visit.goal is not None}
            )
            row["retry"] |= stop.repeats > 1
            row["back_and_forth"] |= position >= 2 and visit.stops[position - 2].place == stop.place
            row["ended"] |= following is None
            row["moved_on"] |= following is not None
            if following is not None:
                wait = (following.at - stop.at).total_seconds()
                row["hesitation"] |= wait > max(slow.get(stop.place, least), least)
    return found
