"""The weeks after a sample: the same customers go on, and contacts with a known effect are among their causes.

This closes the loop for a test: lists with a holdout are exported, the next period happens, evaluation has to find
the effect that was put in. New customers do not come in these weeks; faults are not planted in them.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.tables.sample.baskets import make_lines
from customer_analytics.tables.sample.campaigns import SEND_HOUR, WINDOW_DAYS
from customer_analytics.tables.sample.catalogue import choose_planted, make_catalogue, with_high_season
from customer_analytics.tables.sample.exports_shop import write_lines, write_orders
from customer_analytics.tables.sample.frames import FIRST_CUSTOMER, line_frame, order_frame
from customer_analytics.tables.sample.life import make_life
from customer_analytics.tables.sample.people import People, hour_profiles, make_people
from customer_analytics.tables.sample.shopping import make_orders, order_days
from customer_analytics.tables.sample.world import DAY, HISTORY_DAYS, Floats, Ints, World, seconds_in_day
from customer_analytics.tables.sample.writing import numbered, write_json

FIRST_NUMBER = 50_000_001  # of the orders of the next period
SHORTEST, LONGEST = WINDOW_DAYS + 1, 92


@dataclass(frozen=True)
class NextPeriod:
    """What was added. `truth`: also in next_period.json beside truth.json. `as_of`: the new last day."""

    as_of: dt.date
    orders: int
    truth: dict[str, Any]


def make_next_period(
    sample: Path, *, assigned: Mapping[str, Sequence[str]], effects: Mapping[str, float], days: int = 28, seed: int = 0
) -> NextPeriod:
    """Add the orders of the weeks after the sample's last day to its folders of orders and lines.

    Messages leave at 10:00 of the first new day. A customer of an arm who stays beyond the window of 14 days places
    one more order in it with the arm's probability.

    Args:
        sample: folder of a sample that `make_sample` wrote.
        assigned: customer ids of each arm; a control group is an arm without an entry in `effects`.
        effects: probability of one more order, by arm.
        days: length of the period, 15 to 92.
        seed: chance of this period; the customers are those of the sample.

    Raises:
        UserError: no sample lies there, an id is none of its customers', or an effect is no probability.
    """
    world = _world_of(sample)
    _check(assigned, effects, days)
    later = replace(
        world,
        seed=world.seed * 1_000_003 + 7_919 * (seed + 1),
        end=world.end + dt.timedelta(days=days),
        days=world.days + days,
    )
    people = make_people(world)
    life = make_life(world, people)
    rng = later.stream("campaigns")
    customer, day = order_days(later, people, life, later.stream("orders"), first=HISTORY_DAYS + world.days)
    time = later.seconds_at(day) + seconds_in_day(rng, hour_profiles(), people.persona[customer])
    sent = world.last_second + 1 + SEND_HOUR * 3_600
    arms: dict[str, Any] = {}
    for name, ids in assigned.items():
        who = _positions(ids, len(people))
        chance: Floats = effects.get(name, 0.0) * (life.left[who] > sent + WINDOW_DAYS * DAY).astype(float)
        base = np.bincount(customer[(time >= sent) & (time < sent + WINDOW_DAYS * DAY)], minlength=len(people))[who]
        arms[name] = {
            "assigned": len(who),
            "effect": {"orders": _mean(chance), "conversion": _mean(chance * (base == 0))},
        }
        who = who[rng.random(len(who)) < chance]
        after = 1 + np.minimum(rng.exponential(2.5, len(who)).astype(np.int64), WINDOW_DAYS - 3)
        moment = world.last_second + 1 + after * DAY + seconds_in_day(rng, hour_profiles(), people.persona[who])
        customer, time = np.concatenate((customer, who)), np.concatenate((time, moment))
    orders = _write(world, later, people, customer, time, sample)
    truth = {
        "definition": "expected effect of an arm on its customers in the window from sending, against no contact: "
        "orders a head, and share with an order",
        "sent_at": str(np.datetime64(sent, "s")),
        "window_days": WINDOW_DAYS,
        "last_day": str(later.end),
        "arms": arms,
    }
    write_json(truth, sample / "next_period.json")
    return NextPeriod(later.end, orders, truth)


def _world_of(sample: Path) -> World:
    path = sample / "truth.json"
    if not path.is_file():
        raise UserError([Problem(str(sample), "no truth.json of a sample here.", "Make one with: analytics sample")])
    truth = json.loads(path.read_text(encoding="utf-8"))
    end = dt.date.fromisoformat(truth["last_day"])
    return World(**truth["arguments"], end=end, planted=truth["planted"])


def _check(assigned: Mapping[str, Sequence[str]], effects: Mapping[str, float], days: int) -> None:
    problems = []
    for name in effects:
        if name not in assigned:
            problems.append(Problem("effects", f"no such arm: {name!r}.", f"Allowed: {', '.join(assigned)}."))
        if not 0 <= effects[name] <= 1:
            problems.append(Problem("effects", f"{effects[name]} is no probability.", "Allowed: 0 to 1."))
    if not SHORTEST <= days <= LONGEST:
        problems.append(Problem("days", f"{days} is not possible.", f"Allowed: {SHORTEST} to {LONGEST}."))
    if problems:
        raise UserError(problems)


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else 0.0


def _positions(ids: Sequence[str], people: int) -> Ints:
    """Positions of the customers with these ids; test accounts and unknown ids are errors."""
    numbers = np.array(
        [int(text[1:]) if text[:1] == "C" and text[1:].isdigit() else -1 for text in ids], dtype=np.int64
    )
    positions = numbers - FIRST_CUSTOMER
    unknown = np.flatnonzero((positions < 0) | (positions >= people))
    if len(unknown):
        what = f"{len(unknown)} ids are no customers of this sample, the first in place {unknown[0] + 1}."
        raise UserError([Problem("assigned", what)])
    return positions


def _write(world: World, later: World, people: People, customer: Ints, time: Ints, sample: Path) -> int:
    """Draw the baskets of the new orders and write them beside those of the sample."""
    catalogue = make_catalogue(world)
    planted = choose_planted(catalogue)
    if world.planted:
        catalogue = with_high_season(catalogue, planted.confounded)
    nobody, nothing = np.full(len(time), -1, dtype=np.int64), np.full(len(time), np.nan)
    orders = make_orders(later, people, customer, time, nobody, nothing)
    lines = make_lines(later, people, orders, catalogue, planted)
    codes = numbered(catalogue.codes, "P").to_pylist()
    frame = order_frame(people, orders, lines, FIRST_NUMBER)
    write_orders(later, frame, sample, "", stem="orders-next")
    write_lines(later, catalogue, codes, line_frame(orders, lines, FIRST_NUMBER), sample, "", stem="lines-next")
    return len(orders)
