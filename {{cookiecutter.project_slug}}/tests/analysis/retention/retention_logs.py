"""Generated logs of activity: clocks that change, midnights, ties, duplicates, unordered rows, one-event people."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from retention_reference import Person

from customer_analytics.tables.store import Tables

MakeTables = Callable[..., Tables]
ZONES = ("UTC", "Europe/London", "America/New_York", "Asia/Shanghai", "Pacific/Auckland")
# 2025: clocks change on 9 March (New York), 30 March (London) and 6 April (Auckland).
FIRST = dt.datetime(2025, 3, 3)
SECOND = dt.timedelta(seconds=1)
TIMES = tuple(
    dt.timedelta(hours=hours) + seconds * SECOND
    for hours in (0, 1, 2, 4, 5, 7, 11, 12, 13, 16, 23)
    for seconds in (0, 0.000001, 1800, 3599, 3599.999999)
)
moments = st.builds(lambda day, time: FIRST + dt.timedelta(days=day) + time, st.integers(0, 60), st.sampled_from(TIMES))
# Whole days after one another, to the microsecond: the edges of the 24-hour clock.
exact = st.builds(
    lambda first, days, near: [
        first,
        *(first + dt.timedelta(days=day) + near * dt.timedelta(microseconds=1) for day in days),
    ],
    moments,
    st.lists(st.integers(1, 30), max_size=3),
    st.integers(-1, 1),
)
histories = st.one_of(st.lists(moments, min_size=1, max_size=8), exact)


@dataclass(frozen=True)
class Log:
    """People by who they are (kind, id), and the rows of the tables that say so."""

    zone: str
    as_of: dt.date
    people: dict[tuple[str, str], Person]
    events: list[dict[str, Any]]

    @property
    def time_zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


@st.composite
def logs(draw: st.DrawFn, most: int = 14) -> Log:
    """Events of customers and visitors; the same text names one of each; rows shuffled, some twice, some of nobody."""
    zone = draw(st.sampled_from(ZONES))
    drawn = draw(st.lists(histories, min_size=1, max_size=most))
    as_of = draw(st.dates(dt.date(2025, 4, 1), dt.date(2025, 6, 5)))
    end = dt.datetime.combine(as_of + dt.timedelta(days=1), dt.time(), tzinfo=ZoneInfo(zone))
    until = end.astimezone(dt.UTC).replace(tzinfo=None)
    people: dict[tuple[str, str], Person] = {}
    events: list[dict[str, Any]] = []
    for place, history in enumerate(drawn):
        kind, name = ("customer", "visitor")[place % 2], f"p{place // 2}"
        seen = [moment for moment in history if FIRST <= moment < until]
        if not seen:
            continue
        people[kind, name] = Person(seen)
        other = {"visitor_id": "p0"} if kind == "customer" and draw(st.booleans()) else {}
        events += [{f"{kind}_id": name, "event": "view", "occurred_at": moment, **other} for moment in seen]
    events += draw(st.lists(st.sampled_from(events), max_size=5)) if events else []
    events.append({"customer_id": None, "visitor_id": None, "event": "view", "occurred_at": FIRST})
    return Log(zone, as_of, people, draw(st.permutations(events)))


def many_histories(zone: str, many: int, seed: int) -> Log:
    """A seeded log of many people over 100 days: most come once or twice, some daily, at the times of `TIMES`."""
    generator = random.Random(seed)
    people: dict[tuple[str, str], Person] = {}
    events: list[dict[str, Any]] = []
    for place in range(many):
        kind, name = ("customer", "visitor")[place % 2], f"p{place // 2}"
        first = generator.randrange(100)
        days = [first] + [generator.randrange(first, 100) for _ in range(generator.choice((0, 0, 1, 2, 5, 40)))]
        seen = [FIRST + dt.timedelta(days=day) + generator.choice(TIMES) for day in days]
        people[kind, name] = Person(seen)
        events += [{f"{kind}_id": name, "event": "view", "occurred_at": moment} for moment in seen]
    generator.shuffle(events)
    return Log(zone, dt.date(2025, 6, 12 + seed % 15), people, events)
