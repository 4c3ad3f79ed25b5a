"""truth.json: every planted truth with its value and its definition; docs/guide/synthetic-client.md has the keys."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from customer_analytics.tables.sample import contracts, identity, life
from customer_analytics.tables.sample.fault_counts import count_faults
from customer_analytics.tables.sample.feedback import SENTIMENTS
from customer_analytics.tables.sample.frames import FIRST_CUSTOMER, Business, Frames
from customer_analytics.tables.sample.messages import FATIGUE, UNSUBSCRIBED
from customer_analytics.tables.sample.people import CHANNELS, DEVICES, PERSONAS, hour_profiles
from customer_analytics.tables.sample.shopping import last_order_day
from customer_analytics.tables.sample.sources import customer_text
from customer_analytics.tables.sample.truth_baskets import basket_truth
from customer_analytics.tables.sample.truth_behaviour import (
    CUT_OFFS,
    HORIZON,
    activity_truth,
    channel_truth,
    contract_truth,
    funnel_truth,
    leak_truth,
    retention_truth,
)
from customer_analytics.tables.sample.truth_campaigns import campaign_truth
from customer_analytics.tables.sample.way import way_truth
from customer_analytics.tables.sample.world import World

Truth = dict[str, Any]


def make_truth(business: Business, frames: Frames, marks: dict[str, dict[str, object]]) -> Truth:
    """All truths of a sample as plain JSON values."""
    world = business.world
    return {
        "format": 1,
        "arguments": _arguments(world),
        "first_day": str(world.start),
        "last_day": str(world.end),
        "planted": world.planted,
        "rows": {name: len(frame) for name, frame in frames.items()},
        "orders": _order_truth(world, frames),
        "personas": _persona_truth(business),
        "churn": {
            "activity": activity_truth(business),
            "contract": contract_truth(business),
            "leak": leak_truth(business),
        },
        "retention": retention_truth(business),
        "channels": channel_truth(business),
        "funnel": funnel_truth(business),
        "way": way_truth(world, business.events),
        "baskets": basket_truth(business),
        "campaigns": campaign_truth(business),
        "identity": _identity_truth(business),
        "feedback": _feedback_truth(business),
        "faults": count_faults(business, frames, marks),
    }


def customer_truths(business: Business) -> pd.DataFrame:
    """truth_customers: one row an account, with the group, the hazard, the day of leaving and the probabilities."""
    world, people, b = business.world, business.people, business
    frame = {
        "customer_id": customer_text(people.numbers),
        "person_id": customer_text(b.identities.person + FIRST_CUSTOMER),
        "persona": np.array([persona.name for persona in PERSONAS])[people.persona],
        "channel": np.array([name.split("|")[0] for name in CHANNELS])[people.channel],
        "registered_on": people.signed_up.astype("datetime64[s]").astype("datetime64[D]"),
        **life.covariates(people, world),
        "linear_predictor": b.life.linear_predictor,
        "orders_per_30_days": b.life.rate * life.MONTH,
        "left_on": np.where(
            b.life.left <= world.last_second, b.life.left.astype("datetime64[s]"), np.datetime64("NaT", "s")
        ).astype("datetime64[D]"),
    }
    for before in CUT_OFFS:
        cut_off = len(world.grid) - before
        last = last_order_day(world, b.orders, len(people), cut_off)
        ahead = life.outlook(world, people, b.life, last, cut_off, HORIZON)
        day = str(np.datetime64(world.end) + np.timedelta64(1 - before, "D"))
        frame[f"p_left_{day}"], frame[f"p_no_order_{day}"] = ahead.left, ahead.silent
        frame[f"expected_orders_{day}"] = ahead.orders
    return pd.DataFrame(frame)


def contract_truths(business: Business) -> pd.DataFrame:
    """truth_subscriptions: one row a contract, with the hazard and the probability to end after the last day."""
    held, people = business.contracts, business.people
    values = contracts.contract_covariates(people, held.customer, held.yearly, held.autopay)
    predictor = sum((contracts.CONTRACT_BETA[name] * v for name, v in values.items()), np.zeros(len(held)))
    predictor = predictor if business.world.planted else np.zeros(len(held))
    tenure = (business.world.last_second + 1 - held.started) / 86_400
    hazard = contracts.cumulative_hazard(tenure + HORIZON) - contracts.cumulative_hazard(tenure)
    ends = 1 - np.exp(-hazard * np.exp(predictor))
    return pd.DataFrame(
        {
            "customer_id": customer_text(held.customer + FIRST_CUSTOMER),
            **values,
            "linear_predictor": predictor,
            f"p_end_{HORIZON}_days": np.where(held.ended < 0, ends, np.nan),
        }
    )


def feedback_truths(business: Business) -> pd.DataFrame:
    """truth_feedback: one row a contact, with its true sentiment and the language of its text."""
    feedback = business.feedback
    return pd.DataFrame(
        {
            "ticket": [f"T{number}" for number in range(70_001, 70_001 + len(feedback))],
            "sentiment": np.array(SENTIMENTS)[feedback.sentiment],
            "language": np.where(feedback.chinese, "zh_CN", "en"),
        }
    )


def _arguments(world: World) -> Truth:
    names = ("customers", "seed", "language", "industry", "currency", "time_zone", "days")
    return {name: getattr(world, name) for name in names}


def _order_truth(world: World, frames: Frames) -> Truth:
    orders = frames["orders"]
    usable = orders[(orders["unreadable"] == 0) & (orders["ordered"] <= world.last_second)].drop_duplicates("order")
    per_customer = usable.loc[usable["customer"] >= 0].groupby("customer")["order"].size()
    refunded = orders["refund"] > 0
    return {
        "definition": "one_time_share: of the customer ids with an order (any status, each order number once, readable "
        "date up to the last day), the share with exactly one; rows and money: orders as exported, copies included",
        "customers_with_order": len(per_customer),
        "one_time_share": float((per_customer == 1).mean()),
        "amount": int(orders["amount"].sum()) / 100,
        "refund_rows": int(refunded.sum()),
        "refund_money": int(orders["refund"].sum()) / 100,
        "fully_refunded_rows": int((orders["status"] == 3).sum()),
        "unpaid_rows": int((orders["status"] == 1).sum()),
        "cancelled_rows": int((orders["status"] == 2).sum()),
    }


def _persona_truth(business: Business) -> Truth:
    hours, categories = hour_profiles(), business.catalogue.category
    names = list(dict.fromkeys(business.catalogue.categories))
    result: Truth = {
        "definition": "true group of each customer in truth_customers.parquet (persona); shares of customers as drawn; "
        "the rest are the parameters that the group's behaviour was drawn from"
    }
    for row, persona in enumerate(PERSONAS):
        tastes = np.bincount(categories, weights=business.catalogue.demand[0, row], minlength=len(names))
        result[persona.name] = {
            "share": float((business.people.persona == row).mean()),
            "orders_per_30_days": persona.orders_per_month,
            "lines_per_order": persona.basket,
            "discount_share": persona.discount_share,
            "high_season_factor": persona.peak_factor,
            "hours": {str(hour): round(float(hours[row, hour]), 4) for hour in np.argsort(-hours[row])[:4]},
            "devices": dict(zip(DEVICES, persona.devices, strict=True)),
            "categories": {name: round(float(share), 4) for name, share in zip(names, tastes, strict=True)},
        }
    return result


def _identity_truth(business: Business) -> Truth:
    found = business.identities
    sizes = np.bincount(np.bincount(found.person, minlength=len(found.person)))
    return {
        "definition": "person_id in truth_customers.parquet: the first account of the same person. families: accounts "
        "of different people that show one phone. hotline: accounts that show the shop's own number as a further phone",
        "accounts": len(found.person),
        "persons": len(np.unique(found.person)),
        "cluster_sizes": {str(size): int(n) for size, n in enumerate(sizes) if size and n},
        "families": [customer_text(np.array(family) + FIRST_CUSTOMER) for family in found.families],
        "hotline": {
            "value": identity.spelled(np.array([0]), np.array([-FIRST_CUSTOMER]), np.array([0]), FIRST_CUSTOMER)[0],
            "accounts": customer_text(found.hotline + FIRST_CUSTOMER),
        },
    }


def _feedback_truth(business: Business) -> Truth:
    feedback = business.feedback
    counts = np.bincount(feedback.sentiment, minlength=len(SENTIMENTS))
    return {
        "definition": "true sentiment of each ticket in truth_feedback.parquet",
        "sentiments": dict(zip(SENTIMENTS, counts.tolist(), strict=True)),
        "chinese": int(feedback.chinese.sum()),
        "fatigue": {
            "definition": "probability to unsubscribe from a delivered message: base * (1 + rise * earlier messages)",
            "base": UNSUBSCRIBED,
            "rise": FATIGUE,
        },
    }
