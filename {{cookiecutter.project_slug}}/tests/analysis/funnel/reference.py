"""The funnel, slow and obvious: plain Python over lists, one unit and one entry at a time. Nothing of the engine."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]  # unit, at, event, page, item
Moment = dt.datetime


@dataclass(frozen=True)
class Rules:
    """A funnel as the reference understands it. steps and exclude: sets of names with, perhaps, a page."""

    steps: tuple[tuple[frozenset[str], str | None], ...]
    order: str = "ordered"
    attempt: str = "first"
    entry: str = "closed"
    occurrence: str = "first_matching"
    exclude: tuple[tuple[frozenset[str], str | None], ...] = ()
    hold: str | None = None
    window: dt.timedelta | None = None
    tolerance: dt.timedelta = dt.timedelta(seconds=1)
    begin: Moment | None = None
    end: Moment = dt.datetime(2030, 1, 1)


@dataclass
class Attempt:
    """Where an attempt began, when it reached which step (None: not), and which steps went on from the one before."""

    entered: Moment
    held: str | None
    reached: list[Moment | None]
    went_on: list[bool] = field(default_factory=list)
    latest_entry: Moment | None = None

    @property
    def furthest(self) -> int:
        return sum(moment is not None for moment in self.reached)


def serves(row: Row, step: tuple[frozenset[str], str | None]) -> bool:
    names, page = step
    return row["event"] in names and (page is None or row["page"] == page)


def funnel(rows: list[Row], rules: Rules) -> dict[str, Attempt]:
    """unit -> its attempt. Rows may come in any order; those without a unit or a time are nobody's."""
    units: dict[str, list[Row]] = {}
    for row in rows:
        if row["unit"] is not None and row["at"] is not None:
            units.setdefault(row["unit"], []).append(row)
    found = {}
    for unit, own in units.items():
        attempt = of_unit(own, rules)
        if attempt is not None:
            found[unit] = attempt
    return found


def of_unit(own: list[Row], rules: Rules) -> Attempt | None:
    if rules.entry == "open" and rules.order != "any":
        return open_funnel(own, rules)
    steps = rules.steps if rules.entry == "open" else rules.steps[:1]
    begun = entries(own, rules, steps)
    if not begun:
        return None
    run = run_any if rules.order == "any" else run_ordered
    if rules.attempt == "first":
        return run(own, rules, *begun[0])
    attempts = [run(own, rules, *entry) for entry in begun]
    mature = [attempt for attempt in attempts if is_mature(attempt.entered, rules)]
    best = None
    for attempt in mature or attempts:  # in the order of time: the first of the furthest stays
        if best is None or attempt.furthest > best.furthest:
            best = attempt
    return best


def entries(own: list[Row], rules: Rules, steps: Any) -> list[tuple[Moment, str | None]]:
    """(moment, held value) of everything that may be an entry, earliest first."""
    names = frozenset().union(*(names for names, _ in steps))
    ever = [row["at"] for row in own if row["event"] in names]
    found = set()
    for row in own:
        if not any(serves(row, step) for step in steps) or not in_period(row, rules):
            continue
        if rules.hold is not None and row[rules.hold] is None:
            continue
        if rules.occurrence == "first_ever" and row["at"] != min(ever):
            continue
        found.add((row["at"], row[rules.hold] if rules.hold else None))
    return sorted(found, key=lambda entry: (entry[0], entry[1] or ""))


def in_period(row: Row, rules: Rules) -> bool:
    return rules.begin is None or row["at"] >= rules.begin


def is_mature(entered: Moment, rules: Rules) -> bool:
    return rules.window is None or entered + rules.window <= rules.end


def same(row: Row, held: str | None, rules: Rules) -> bool:
    return rules.hold is None or row[rules.hold] == held


def last_moment(own: list[Row], rules: Rules, entered: Moment, held: str | None) -> Moment:
    """The last moment at which a step may be reached: the window's end, or the first excluded event's."""
    limit = dt.datetime.max if rules.window is None else entered + rules.window
    for row in own:
        excluded = any(serves(row, step) for step in rules.exclude) and in_period(row, rules)
        concerns = rules.hold is None or row[rules.hold] is None or row[rules.hold] == held
        if excluded and concerns and row["at"] > entered + rules.tolerance:
            limit = min(limit, row["at"] + rules.tolerance)
    return limit


def next_step(
    own: list[Row], rules: Rules, number: int, reached: list[Moment | None], began: int, held: str | None, limit: Moment
) -> Moment | None:
    """When step `number` (from 0) is reached after the ones before; None: not."""
    before = reached[number - 1]
    assert before is not None
    following = [row["at"] for row in own if row["at"] > before + rules.tolerance]
    candidates = []
    for row in own:
        if not serves(row, rules.steps[number]) or not in_period(row, rules) or not same(row, held, rules):
            continue
        if row["at"] < before - rules.tolerance or row["at"] > limit:
            continue
        used = [
            earlier
            for place, earlier in enumerate(reached[:number])
            if place >= began and serves(row, rules.steps[place]) and earlier is not None
        ]
        if any(row["at"] <= earlier + rules.tolerance for earlier in used):
            continue  # it is the event that served the earlier step, or one that cannot be told from it
        if rules.order == "strict" and any(other < row["at"] - rules.tolerance for other in following):
            continue  # something lies between
        candidates.append(row["at"])
    return max(min(candidates), before) if candidates else None


def run_ordered(own: list[Row], rules: Rules, entered: Moment, held: str | None) -> Attempt:
    limit = last_moment(own, rules, entered, held)
    reached: list[Moment | None] = [entered]
    for number in range(1, len(rules.steps)):
        moment = next_step(own, rules, number, reached, 0, held, limit)
        if moment is None:
            break
        reached.append(moment)
    reached += [None] * (len(rules.steps) - len(reached))
    return Attempt(entered, held, reached, latest_entry=entered)


def run_any(own: list[Row], rules: Rules, entered: Moment, held: str | None) -> Attempt:
    limit = last_moment(own, rules, entered, held)
    done = []
    for number, step in enumerate(rules.steps):
        if number == 0 and rules.entry == "closed":
            done.append(entered)
            continue
        moments = [
            max(row["at"], entered)
            for row in own
            if serves(row, step)
            and in_period(row, rules)
            and same(row, held, rules)
            and entered - rules.tolerance <= row["at"] <= limit
        ]
        if moments:
            done.append(min(moments))
    reached: list[Moment | None] = [*sorted(done)]
    reached += [None] * (len(rules.steps) - len(reached))
    return Attempt(entered, held, reached, latest_entry=entered)


def open_funnel(own: list[Row], rules: Rules) -> Attempt | None:
    """Step by step: who can go on from the step before does; who cannot enters with the first event of the step."""
    reached: list[Moment | None] = []
    went_on: list[bool] = []
    entered_at: list[Moment] = []
    entered: Moment | None = None
    held: str | None = None
    held_first: str | None = None
    began = 0
    for number, step in enumerate(rules.steps):
        moment = None
        if number and reached[number - 1] is not None:
            assert entered is not None
            limit = last_moment(own, rules, entered, held)
            moment = next_step(own, rules, number, reached, began, held, limit)
        if moment is not None:
            went_on.append(True)
        else:
            went_on.append(False)
            begun = entries(own, rules, (step,))
            if begun:
                (moment, held), began = begun[0], number
                entered = moment
        reached.append(moment)
        if moment is not None:
            assert entered is not None
            entered_at.append(entered)
            held_first = held if len(entered_at) == 1 else held_first
    if not entered_at:
        return None
    first = min(moment for moment in reached if moment is not None)
    return Attempt(first, held_first, reached, went_on, max(entered_at))


def window_funnel(own: list[tuple[float, int]], window: float, length: int) -> int:
    """How far the best attempt gets: ClickHouse's windowFunnel, as its documentation describes it, for steps that no
    event shares: one pass in the order of time, keeping for each step the entry of the latest chain that reached it."""
    chains: list[float | None] = [None] * length
    for at, step in sorted(own):
        if step == 0:
            chains[0] = at
        elif (entry := chains[step - 1]) is not None and at <= entry + window:
            chains[step] = entry
    return sum(entry is not None for entry in chains)
