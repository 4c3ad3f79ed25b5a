"""Shops of people who buy at their own steady rates, written down in tables: what a claim is audited on."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from any_engine import connect

from customer_analytics.tables.store import Tables

DAYS, CONTACT = 640, 560  # days of data, and the day of the contact
FIRST = dt.date(2025, 1, 1)
CONTACT_DAY = FIRST + dt.timedelta(days=CONTACT)


def shop(
    seed: int, *, people: int = 2_500, lift: float = 0.0, chosen: str = "lapsed", season: float = 1.0,
    contacted: bool = True,
) -> Tables:  # fmt: skip
    """A shop in which half of some customers are contacted on CONTACT_DAY.

    Args:
        seed: of everything random.
        people: customers.
        lift: further orders a head in the 28 days after the contact.
        chosen: "lapsed" (nobody who bought in the 60 days before) or "good" (who bought in the 28 days before).
        season: factor of everybody's orders from the day of the contact on.
        contacted: whether there are touches at all.
    """
    rng = np.random.default_rng(seed)
    rate = rng.gamma(0.8, 1 / 50, people) + 0.002
    base = rng.poisson(rate * DAYS)
    who = np.repeat(np.arange(people), base)
    day = rng.integers(0, DAYS, len(who))
    if season > 1:  # more of the same after the day
        more = rng.poisson(rate * (DAYS - CONTACT) * (season - 1))
        extra = np.repeat(np.arange(people), more)
        who, day = np.r_[who, extra], np.r_[day, rng.integers(CONTACT, DAYS, len(extra))]
    known = np.unique(who[day < CONTACT])
    first, last = (60, 0) if chosen == "lapsed" else (28, 0)
    near = np.isin(known, who[(day < CONTACT - last) & (day >= CONTACT - first)])
    pool = known[~near] if chosen == "lapsed" else known[near]
    sent = rng.permutation(pool)[: len(pool) // 2]
    gained = np.repeat(sent, rng.poisson(lift, len(sent)))
    who, day = np.r_[who, gained], np.r_[day, CONTACT + rng.integers(0, 28, len(gained))]
    return tables(who, day, sent if contacted else np.zeros(0, np.int64))


def tables(who: np.ndarray, day: np.ndarray, sent: np.ndarray) -> Tables:
    """Orders of who on day, and touches of those sent a message on CONTACT_DAY."""
    moments = pd.to_datetime(FIRST) + pd.to_timedelta(day * 24 + 12, unit="h")
    orders = pd.DataFrame(
        {
            "order_id": [f"o{i}" for i in range(len(who))],
            "customer_id": [f"c{i}" for i in who],
            "ordered_at": moments,
            "ordered_on": moments.date,
            "amount": 10.0,
        }
    )
    engine = connect()
    made = {"orders": engine.create_table("orders", orders)}
    if len(sent):
        touches = pd.DataFrame({"campaign_id": "news", "customer_id": [f"c{i}" for i in sent]})
        touches["assigned_at"] = pd.Timestamp(CONTACT_DAY) + pd.Timedelta(hours=1)
        touches["assigned_on"] = CONTACT_DAY
        made["touches"] = engine.create_table("touches", touches)
    last = FIRST + dt.timedelta(days=DAYS - 1)
    return Tables(engine, last, ZoneInfo("UTC"), made, dt.datetime.combine(FIRST, dt.time()))
