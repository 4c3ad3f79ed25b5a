"""All topics brought together as tables of codes: one DataFrame for each export, still as numbers.

Faults are planted in these tables, and words are put in at writing. Times are local seconds, money is in cents,
-1 stands for "not there".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from customer_analytics.tables.sample.baskets import Lines, make_lines
from customer_analytics.tables.sample.browsing import Events, make_events
from customer_analytics.tables.sample.campaigns import Basis, run_campaigns
from customer_analytics.tables.sample.catalogue import (
    Catalogue,
    Planted,
    choose_planted,
    make_catalogue,
    with_high_season,
)
from customer_analytics.tables.sample.contracts import Contracts, make_contracts
from customer_analytics.tables.sample.facts import drawn_facts
from customer_analytics.tables.sample.feedback import Feedback, make_feedback
from customer_analytics.tables.sample.identity import Identities, as_one_person, make_identities
from customer_analytics.tables.sample.life import Life, make_life
from customer_analytics.tables.sample.messages import Messages, Spend, make_messages, make_spend
from customer_analytics.tables.sample.people import People, make_people
from customer_analytics.tables.sample.shopping import STORE, Orders, draw_times, make_orders
from customer_analytics.tables.sample.way import with_way
from customer_analytics.tables.sample.world import Ints, World

FIRST_CUSTOMER = 100_001  # number of the customer at position 0; orders likewise
FIRST_ORDER = 5_000_001
LEAK_SHARE = 0.8  # of the customers who have left: carry the reason that nobody could know before


@dataclass(frozen=True)
class Business:
    """Everything that happened, before it is exported."""

    world: World
    people: People
    life: Life
    catalogue: Catalogue
    planted: Planted
    basis: Basis
    orders: Orders
    lines: Lines
    events: Events
    messages: Messages
    spend: Spend
    feedback: Feedback
    identities: Identities
    contracts: Contracts


def make_business(world: World) -> Business:
    """Let the business run from the first registration to the last exported day."""
    people = make_people(world)
    identities = make_identities(world, people)
    people = as_one_person(world, people, identities.person)
    life = make_life(world, people)
    catalogue = make_catalogue(world)
    planted = choose_planted(catalogue)
    if world.planted:
        catalogue = with_high_season(catalogue, planted.confounded)
    customers, times = draw_times(world, people, life)
    basis = run_campaigns(world, people, life, customers, times)
    orders = make_orders(world, people, basis.customer, basis.time, basis.campaign, basis.offer)
    lines = make_lines(world, people, orders, catalogue, planted)
    main_product = np.zeros(len(orders), dtype=np.int64)
    main_product[lines.order[::-1]] = lines.product[::-1]
    return Business(
        world=world,
        people=people,
        life=life,
        catalogue=catalogue,
        planted=planted,
        basis=basis,
        orders=orders,
        lines=lines,
        events=with_way(world, people, life, make_events(world, people, life, orders, main_product, catalogue)),
        messages=make_messages(world, people, basis),
        spend=make_spend(world, people),
        feedback=make_feedback(world, people, life, orders, main_product),
        identities=identities,
        contracts=make_contracts(world, people),
    )


Frames = dict[str, pd.DataFrame]


def make_frames(business: Business) -> Frames:
    """The exports as tables of codes, by the name of the canonical table."""
    b = business
    frames = {
        "customers": _customers(b),
        "orders": order_frame(b.people, b.orders, b.lines),
        "order_lines": line_frame(b.orders, b.lines),
        "events": _events(b.events),
        "touches": _touches(b.messages),
        "spend": pd.DataFrame(_columns(b.spend)),
        "feedback": pd.DataFrame(_columns(b.feedback)),
        "identities": _identities(b.identities),
        "subscriptions": _contracts(b.contracts),
    }
    frames["feedback"]["customer"] += FIRST_CUSTOMER
    frames["feedback"]["number"] = np.arange(len(b.feedback)) + 70_001
    return frames


def _columns(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__dataclass_fields__}


def _customers(b: Business) -> pd.DataFrame:
    rng = b.world.stream("registry")
    people, count = b.people, len(b.people)
    gone = b.life.left <= b.world.last_second
    # Two registration times: the app's own differs from the shop's for one customer in twelve.
    other = rng.random(count) < 1 / 12
    later = np.where(other, rng.integers(1, 15, count) * 86_400 + rng.integers(0, 86_400, count), 0)
    own = {f"+{fact.column}": facts for fact, facts in drawn_facts(b.world, people)}
    return pd.DataFrame(
        {
            **own,
            "customer": people.numbers,
            "staff": np.zeros(count, dtype=np.int64),  # 1: test account, 2: staff
            "signed_up": people.signed_up,
            "app_signed_up": b.world.civil(np.minimum(people.signed_up + later, b.world.last_second)),
            "channel": people.channel,
            "quarter": b.world.day_index(people.signed_up) // 91,
            "gender": people.gender,
            "birth_year": people.birth_year,
            "region": people.region,
            "city": people.city,
            "spelling": np.zeros(count, dtype=np.int64),  # 1, 2: the region written otherwise
            "occupation": people.occupation,
            "income": people.income,
            "consent": people.consent.astype(np.int64),
            "leak": np.where(gone & (rng.random(count) < LEAK_SHARE), rng.integers(1, 4, count), 0),
        }
    )


def order_frame(people: People, orders: Orders, lines: Lines, first_number: int = FIRST_ORDER) -> pd.DataFrame:
    """Orders as a table of codes. `month`: the file that a row is in."""
    return pd.DataFrame(
        {
            "order": np.arange(len(orders)) + first_number,
            "customer": orders.customer + FIRST_CUSTOMER,
            "ordered": orders.placed,
            "paid": np.where(orders.paid_after < 0, -1, orders.placed + np.maximum(orders.paid_after, 0)),
            "status": orders.status,
            "amount": lines.amount,
            "discount": lines.discount,
            "refund": np.round(lines.amount * orders.refund_share).astype(np.int64),
            "channel": orders.channel,
            "payment": orders.payment,
            "store": np.where(orders.channel == STORE, people.city[orders.customer] + 1, 0),
            "unreadable": np.zeros(len(orders), dtype=np.int64),  # 1, 2, 3: a date that is none
            "month": _month(orders.placed),
        }
    )


def line_frame(orders: Orders, lines: Lines, first_number: int = FIRST_ORDER) -> pd.DataFrame:
    """Order lines as a table of codes."""
    return pd.DataFrame(
        {
            "order": lines.order + first_number,
            "product": lines.product,
            "quantity": lines.quantity,
            "unit_price": lines.unit_price,
            "cost": lines.cost,
            "month": _month(orders.placed)[lines.order],
        }
    )


def _events(events: Events) -> pd.DataFrame:
    frame = {name: getattr(events, name) for name in events.__dataclass_fields__}
    frame["customer"] = np.where(events.customer >= 0, events.customer + FIRST_CUSTOMER, -1).astype(np.int32)
    return pd.DataFrame(frame)


def _touches(messages: Messages) -> pd.DataFrame:
    frame = pd.DataFrame(_columns(messages))
    frame["customer"] += FIRST_CUSTOMER
    return frame


def _identities(identities: Identities) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "customer": identities.account + FIRST_CUSTOMER,
            "kind": identities.kind,
            "holder": identities.holder,
            "written": identities.written,
        }
    )
    till = pd.DataFrame(
        {"customer": identities.hotline + FIRST_CUSTOMER, "kind": 0, "holder": -FIRST_CUSTOMER, "written": 0}
    )
    return pd.concat([frame, till], ignore_index=True)


def _contracts(contracts: Contracts) -> pd.DataFrame:
    frame = pd.DataFrame(_columns(contracts))
    frame["customer"] += FIRST_CUSTOMER
    return frame


def _month(seconds: Ints) -> Ints:
    """Months since 1970: the file that a row is written to."""
    return seconds.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)
