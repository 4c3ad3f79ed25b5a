"""The slow and obvious retention: sets of days for each person, every count a loop over the people.

It shares nothing with the product but the definitions of the guide: no masks, no steps, no difference arrays.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

DAY = dt.timedelta(days=1)
LENGTHS = {"day": 1, "week": 7, "month": 30}
Key = tuple[dt.date, int]


def local_day(moment: dt.datetime, zone: ZoneInfo) -> dt.date:
    return moment.replace(tzinfo=dt.UTC).astimezone(zone).date()


def begin_of(day: dt.date, period: str) -> dt.date:
    if period == "month":
        return day.replace(day=1)
    return day - dt.timedelta(days=day.weekday()) if period == "week" else day


def following(begin: dt.date, period: str) -> dt.date:
    if period == "month":
        return (begin + dt.timedelta(days=32)).replace(day=1)
    return begin + dt.timedelta(days=LENGTHS[period])


def periods_between(first: dt.date, last: dt.date, period: str) -> list[dt.date]:
    """The first days of the periods from that of `first` to that of `last`."""
    found, begin = [], begin_of(first, period)
    while begin <= last:
        found.append(begin)
        begin = following(begin, period)
    return found


@dataclass
class Person:
    """Moments of activity (naive UTC), and the start (None: the first of them)."""

    moments: list[dt.datetime]
    start: dt.datetime | None = None
    ages: set[int] = field(default_factory=set)  # periods since the start in which there was activity
    complete: int = 0  # how many ages are complete
    cohort: dt.date = dt.date.min


def prepare(
    people: Iterable[Person], zone: ZoneInfo, period: str, clock: str, as_of: dt.date, first_day: dt.date
) -> list[Person]:
    """The people of the cohorts with their ages; those whose start lies before the data are left out."""
    end = dt.datetime.combine(as_of + DAY, dt.time(), tzinfo=zone).astimezone(dt.UTC).replace(tzinfo=None)
    kept = []
    for person in people:
        start = person.start if person.start is not None else min(person.moments)
        day = local_day(start, zone)
        if day < first_day:
            continue
        person.cohort = begin_of(day, period)
        if clock == "24h":
            length = LENGTHS[period] * DAY
            person.ages = {(moment - start) // length for moment in person.moments if moment >= start}
            person.complete = max((end - start) // length, 0)
        else:
            all_periods = periods_between(day, as_of, period)
            active = {begin_of(local_day(moment, zone), period) for moment in person.moments}
            person.ages = {age for age, begin in enumerate(all_periods) if begin in active}
            person.complete = sum(following(begin, period) <= as_of + DAY for begin in all_periods)
        kept.append(person)
    return kept


def triangle(people: list[Person], longest: int) -> dict[Key, dict[str, int]]:
    """(cohort, age) -> counts, over the people whose age is complete; so_far over all."""
    cells = {}
    for cohort in {person.cohort for person in people}:
        own = [person for person in people if person.cohort == cohort]
        for age in range(longest + 1):
            seen = [person for person in own if person.complete > age]
            cells[cohort, age] = {
                "size": len(own),
                "eligible": len(seen),
                "active": sum(age in p.ages for p in seen),
                "unbounded": sum(any(age <= a < p.complete for a in p.ages) for p in seen),
                "on_or_before": sum(any(min(1, age) <= a <= age for a in p.ages) for p in seen),
                "continued": sum(age in p.ages and age - 1 in p.ages for p in seen),
                "previous": sum(age - 1 in p.ages for p in seen),
                "so_far": sum(age in p.ages for p in own),
            }
    return cells


def bracket(people: list[Person], first: int, last: int) -> tuple[int, int]:
    seen = [person for person in people if person.complete > last]
    return sum(any(first <= age <= last for age in p.ages) for p in seen), len(seen)


def days_of(people: Iterable[Person], zone: ZoneInfo) -> list[list[dt.date]]:
    return [sorted({local_day(moment, zone) for moment in person.moments}) for person in people if person.moments]


def lifecycle(histories: list[list[dt.date]], period: str, as_of: dt.date) -> dict[dt.date, dict[str, int]]:
    every = periods_between(min(days[0] for days in histories), as_of, period)
    active = [{begin_of(day, period) for day in days} for days in histories]
    table = {}
    for place, begin in enumerate(every):
        before = every[place - 1] if place else None
        table[begin] = {
            "active": sum(begin in own for own in active),
            "new": sum(begin == min(own) for own in active),
            "returning": sum(begin in own and before in own for own in active),
            "resurrecting": sum(begin in own and before not in own and min(own) < begin for own in active),
            "dormant": sum(begin not in own and before in own for own in active),
        }
    return table


def next_period(histories: list[list[dt.date]], period: str, as_of: dt.date) -> dict[str, tuple[int, int]]:
    every = periods_between(min(days[0] for days in histories), as_of, period)
    complete = [begin for begin in every if following(begin, period) <= as_of + DAY]
    found = {state: [0, 0] for state in ("new", "returning", "resurrecting")}
    for days in histories:
        active = {begin_of(day, period) for day in days}
        for place, begin in enumerate(every[:-1]):
            if place and begin in active and every[place + 1] in complete:
                state = "new" if begin == min(active) else "returning" if every[place - 1] in active else "resurrecting"
                found[state][0] += 1
                found[state][1] += every[place + 1] in active
    return {state: (people, active) for state, (people, active) in found.items()}


def resurrection(histories: list[list[dt.date]], period: str, as_of: dt.date) -> dict[int, tuple[int, int]]:
    """Whole silent periods -> (people that silent who could be seen in the next one, of them active in it)."""
    every = periods_between(min(days[0] for days in histories), as_of, period)
    complete = sum(following(begin, period) <= as_of + DAY for begin in every)
    at_risk: Counter[int] = Counter()
    returned: Counter[int] = Counter()
    for days in histories:
        active = {every.index(begin_of(day, period)) for day in days}
        for place in range(min(active) + 1, complete):
            silent = 0
            while place - 1 - silent not in active:
                silent += 1
            if silent:
                at_risk[silent] += 1
                returned[silent] += place in active
    return {silent: (at_risk[silent], returned[silent]) for silent in at_risk}


def daily(histories: list[list[dt.date]], as_of: dt.date) -> dict[dt.date, tuple[int, int, int, int]]:
    """day -> people active on it, in 7 and in 28 days up to it, and for the first time."""
    table, day = {}, min(days[0] for days in histories)
    while day <= as_of:
        within = [
            sum(any(day - length * DAY < own <= day for own in days) for days in histories) for length in (1, 7, 28)
        ]
        table[day] = (*within, sum(days[0] == day for days in histories))
        day += DAY
    return table
