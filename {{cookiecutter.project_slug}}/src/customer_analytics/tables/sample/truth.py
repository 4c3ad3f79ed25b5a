"""truth.json: every planted truth with its value and its definition; docs/guide/synthetic-client.md has the keys."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from customer_analytics.tables.sample import browsing, contracts, identity, life
from customer_analytics.tables.sample.exports import customer_text
from customer_analytics.tables.sample.fault_counts import count_faults
from customer_analytics.tables.sample.feedback import SENTIMENTS
from customer_analytics.tables.sample.frames import FIRST_CUSTOMER, LEAK_SHARE, Business, Frames
from customer_analytics.tables.sample.headers import HEADERS
from customer_analytics.tables.sample.messages import FATIGUE, UNSUBSCRIBED, channel_cost
from customer_analytics.tables.sample.people import CHANNELS, DEVICES, LEAVING_CHANNEL, PERSONAS, hour_profiles
from customer_analytics.tables.sample.shopping import last_order_day
from customer_analytics.tables.sample.truth_baskets import basket_truth
from customer_analytics.tables.sample.truth_campaigns import campaign_truth
from customer_analytics.tables.sample.world import HISTORY_DAYS, Floats, World

HORIZON = 90  # days in which an order counts as staying
CUT_OFFS = (0, 90, 180, 270)  # days before the day after the last exported one
AGES = (30, 90, 180, 210, 365)  # days since registration at which survival is stated
ORDER_MONTHS = (1, 3, 5, 6, 7)  # 30-day months since registration with an expected share of customers who order

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
            "activity": _activity_truth(business),
            "contract": _contract_truth(business),
            "leak": _leak_truth(business),
        },
        "retention": _retention_truth(business),
        "channels": _channel_truth(business),
        "funnel": _funnel_truth(business),
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
            b.life.left <= world.last_second, b.life.left.astype("datetime64[s]"), np.datetime64("NaT")
        ).astype("datetime64[D]"),
    }
    for before in CUT_OFFS:
        cut_off = len(world.grid) - before
        last = last_order_day(world, b.orders, len(people), cut_off)
        left, silent = life.no_order_probability(world, people, b.life, last, cut_off, HORIZON)
        day = str(np.datetime64(world.end) + 1 - before)
        frame[f"p_left_{day}"], frame[f"p_no_order_{day}"] = left, silent
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


def _activity_truth(business: Business) -> Truth:
    planted = business.world.planted
    cut_offs = [str(np.datetime64(business.world.end) + 1 - before) for before in CUT_OFFS]
    return {
        "definition": "hazard of leaving at age t days since registration: h0(t) * exp(sum of log_hazard * covariate); "
        "before leaving, orders are a Poisson process with the customer's rate times the season. p_no_order_<day> in "
        "truth_customers.parquet: true probability of no order in the horizon from that day on, given the customer's "
        "own rate, hazard and last order; orders that campaigns cause are not in it",
        "log_hazard": {name: value if planted else 0.0 for name, value in life.BETA.items()},
        "covariates": {
            "channel_deal_site": "customers.acquisition_channel is the deal site",
            "first_order_discounted": "the first order, within an hour of registration, had a discount",
            "early_complaint": "feedback filed as complaint within ten days of registration",
            "consent": "customers.consent",
            "age_decades_over_40": "(year of the last day - birth_year - 40) / 10",
        },
        "baseline": [{"from_day": a, "to_day": b, "hazard_per_day": h} for a, b, h in life.PIECES],
        "horizon_days": HORIZON,
        "cut_offs": cut_offs,
    }


def _contract_truth(business: Business) -> Truth:
    planted = business.world.planted
    return {
        "definition": "subscriptions end with proportional hazards over a Weibull baseline: survival at t days is "
        "exp(-(t / scale_days)^shape * exp(sum of log_hazard * covariate))",
        "log_hazard": {name: value if planted else 0.0 for name, value in contracts.CONTRACT_BETA.items()},
        "shape": contracts.SHAPE,
        "scale_days": contracts.SCALE_DAYS,
        "contracts": len(business.contracts),
        "ended": int((business.contracts.ended >= 0).sum()),
    }


def _leak_truth(business: Business) -> Truth:
    column = next(
        zh if business.world.language == "zh_CN" else en for n, en, zh in HEADERS["customers"] if n == "+leak"
    )
    return {
        "definition": "a column of customers that is filled in after a customer has left, and only then: using it to "
        "predict leaving at an earlier cut-off is a leak",
        "table": "customers",
        "column": column,
        "filled_share_of_those_who_left": LEAK_SHARE,
    }


def _retention_truth(business: Business) -> Truth:
    if not business.world.planted:
        return {"cliff": None}
    return {
        "cliff": {
            "definition": "in these days since registration this share of those still here leaves beyond the baseline "
            "hazard (at log hazard 0); activity falls from the 30-day month before to the one after",
            "month": life.CLIFF_MONTH,
            "from_day": life.CLIFF_DAYS[0],
            "to_day": life.CLIFF_DAYS[1],
            "share": life.CLIFF_SHARE,
        }
    }


def _channel_truth(business: Business) -> Truth:
    people, world = business.people, business.world
    exported = world.day_index(people.signed_up) >= HISTORY_DAYS
    here = {age: business.life.survival(np.full(len(people), float(age))) for age in AGES}
    orders = {
        month: life.order_probability(world, people, business.life, month * life.MONTH, (month + 1) * life.MONTH)
        for month in ORDER_MONTHS
    }
    cost = channel_cost(world, people, business.spend)
    result: Truth = {
        "definition": "customers registered in the exported days. still_here: mean true probability to be here at this "
        "age in days; orders_in_month: expected share with an order in the k-th 30-day month since registration "
        "(month 0 begins at it), over those whose month is complete; campaigns not counted",
        "leaving_channel": CHANNELS[LEAVING_CHANNEL].split("|")[0] if world.planted else None,
    }
    for code, name in enumerate(CHANNELS):
        rows = exported & (people.channel == code)
        result[name.split("|")[0]] = {
            "written_as": name.split("|")[1 if world.language == "zh_CN" else 0],
            "customers": int(rows.sum()),
            "still_here": {str(age): _mean(here[age][rows]) for age in AGES},
            "orders_in_month": {str(k): _mean(orders[k][rows]) for k in ORDER_MONTHS},
            "spend": cost.get(name.split("|")[0]),
        }
    return result


def _mean(values: Floats) -> float | None:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else None


def _funnel_truth(business: Business) -> Truth:
    rates = browsing.step_rates(business.world)
    roles = ("view", "cart", "checkout", "payment")
    events = business.events
    device = np.zeros(int(events.session.max()) + 1, dtype=np.int64)
    device[events.session] = events.device
    counts = {}
    for role in roles:
        reached = np.zeros(len(device), dtype=bool)
        reached[events.session[events.role == browsing.ROLE_COLUMNS.index(role)]] = True
        counts[role] = np.bincount(device[reached], minlength=len(DEVICES))
    by_device = {
        name: {
            "rates": dict(zip(("cart", "checkout", "payment"), map(float, rates[code]), strict=True)),
            "sessions": {role: int(counts[role][code]) for role in roles},
        }
        for code, name in enumerate(DEVICES)
    }
    drop = None
    if business.world.planted:
        at_checkout = int(counts["checkout"][browsing.DROP_DEVICE])
        drop = {
            "device": DEVICES[browsing.DROP_DEVICE],
            "step": business.world.pack.events["payment"],
            "rate": browsing.DROP_RATE,
            "rate_elsewhere": browsing.CHECKOUT_TO_PAYMENT,
            "lost_payments": at_checkout * (browsing.CHECKOUT_TO_PAYMENT - browsing.DROP_RATE),
        }
    return {
        "definition": "planted rate of each step among the sessions that reached the step before, by device; sessions: "
        "as they were before the tracking outage and the bots. lost_payments: sessions at the checkout of that device "
        "times the difference of the rates",
        "steps": [business.world.pack.events[role] for role in roles],
        "devices": by_device,
        "drop": drop,
    }


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
