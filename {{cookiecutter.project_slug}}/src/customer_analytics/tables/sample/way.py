"""The industry's own way after the registration, step by step as the pack says: a trial, an enrolment, a lesson."""

from __future__ import annotations

from typing import Any

import numpy as np

from customer_analytics.tables.sample.browsing import DROP_DEVICE, ROLE_COLUMNS, SMALL, Events
from customer_analytics.tables.sample.life import Life
from customer_analytics.tables.sample.people import DEVICES, People, hour_profiles
from customer_analytics.tables.sample.world import DAY, Floats, Ints, World, seconds_in_day

WEAK = 0.6  # of the usual share of a weak step: what users of one device keep of it
SPREAD = 0.6  # of the logarithm of the time between two steps
COOKIE, ACCOUNT_PAGE = 20_000_000, 8


def event_names(world: World) -> list[str]:
    """The name of each code of `Events.role`: the site's seven, then the steps of the way."""
    return [world.pack.events[role] for role in ROLE_COLUMNS] + [step.event for step in _drawn(world)]


def with_way(world: World, people: People, life: Life, events: Events) -> Events:
    """The events and those of the way, by time. Without a way in the pack they are as they were.

    Who registered in the exported days goes on to each step with its share, some time after the one before, as long as
    they are here and the export lasts.
    """
    drawn = _drawn(world)
    if not drawn:
        return events
    rng = world.stream("way")
    who = np.flatnonzero(people.signed_up >= world.first_second)
    time = people.signed_up[who]
    persons, times, roles = [], [], []
    for number, shares in enumerate(step_shares(world)):
        goes = rng.random(len(who)) < shares[people.device[who]]
        wait = (drawn[number].days * DAY * np.exp(SPREAD * rng.standard_normal(len(who)))).astype(np.int64) + 60
        hour = seconds_in_day(rng, hour_profiles(), people.persona[who])
        later = np.where(wait >= DAY, (time + wait) // DAY * DAY + hour, time + wait)
        later = world.civil(np.maximum(later, time + 60))
        goes &= (later <= world.last_second) & (later < life.left[who])
        who, time = who[goes], later[goes]
        persons.append(who)
        times.append(time)
        roles.append(np.full(len(who), len(ROLE_COLUMNS) + number))
    made = _events(people, np.concatenate(persons), np.concatenate(times), np.concatenate(roles), events)
    joined = Events(*(np.concatenate((getattr(events, n), getattr(made, n))) for n in Events.__dataclass_fields__))
    return joined.take(np.lexsort((joined.role, joined.session, joined.time)))


def step_shares(world: World) -> Floats:
    """Planted share of those at the step before who go on, while they are here: drawn steps x devices."""
    drawn = _drawn(world)
    shares = np.tile(np.array([step.share for step in drawn], dtype=float)[:, None], (1, len(DEVICES)))
    if world.planted:
        for number, step in enumerate(drawn):
            if step.weak:
                shares[number, DROP_DEVICE] *= WEAK
    return shares


def way_truth(world: World, events: Events) -> dict[str, Any] | None:
    """The way as it was planted and as it came out; None without one."""
    drawn = _drawn(world)
    if not drawn:
        return None
    shares = step_shares(world)
    weak = next((step.event for step in drawn if step.weak and world.planted), None)
    return {
        "definition": "share: of the customers registered in the exported days who made the step before, who make this "
        "one, by device, while they are here and the export lasts; made: customers who made it, before the tracking "
        "outage",
        "begins_with_registration": world.pack.begins_with_registration,
        "steps": [step.event for step in drawn],
        "weak": None if weak is None else {"step": weak, "device": DEVICES[DROP_DEVICE], "of_the_usual_share": WEAK},
        "share": {
            step.event: dict(zip(DEVICES, map(float, shares[number]), strict=True)) for number, step in enumerate(drawn)
        },
        "made": {
            step.event: int((events.role == len(ROLE_COLUMNS) + number).sum()) for number, step in enumerate(drawn)
        },
    }


def _drawn(world: World) -> tuple[Any, ...]:
    """The steps that are no registration."""
    pack = world.pack
    return pack.way[1:] if pack.begins_with_registration else pack.way


def _events(people: People, who: Ints, time: Ints, role: Ints, before: Events) -> Events:
    count = len(who)
    session = int(before.session.max(initial=0)) + 1 + np.arange(count)
    columns = {
        "session": session, "role": role, "time": time, "customer": who, "visitor": 2 * who + COOKIE,
        "source": np.zeros(count), "device": people.device[who], "page": np.full(count, ACCOUNT_PAGE),
        "element": np.zeros(count), "product": np.full(count, -1), "properties": np.zeros(count),
    }  # fmt: skip
    return Events(**{name: columns[name].astype(SMALL.get(name, np.int64)) for name in Events.__dataclass_fields__})
