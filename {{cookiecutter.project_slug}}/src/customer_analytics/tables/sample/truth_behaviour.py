"""The truths of behaviour: who leaves and when, who stays by channel, and where the funnel loses people."""

from __future__ import annotations

from typing import Any

import numpy as np

from customer_analytics.tables.sample import browsing, contracts, life
from customer_analytics.tables.sample.frames import LEAK_SHARE, Business
from customer_analytics.tables.sample.headers import HEADERS
from customer_analytics.tables.sample.messages import channel_cost
from customer_analytics.tables.sample.people import CHANNELS, DEVICES, LEAVING_CHANNEL
from customer_analytics.tables.sample.world import HISTORY_DAYS, Floats

HORIZON = 90  # days in which an order counts as staying
CUT_OFFS = (0, 90, 180, 270)  # days before the day after the last exported one
AGES = (30, 90, 180, 210, 365)  # days since registration at which survival is stated
ORDER_MONTHS = (1, 3, 5, 6, 7)  # 30-day months since registration with an expected share of customers who order

Truth = dict[str, Any]


def activity_truth(business: Business) -> Truth:
    """How customers leave: hazards, covariates and cut-offs."""
    planted = business.world.planted
    cut_offs = [str(np.datetime64(business.world.end) + np.timedelta64(1 - before, "D")) for before in CUT_OFFS]
    return {
        "definition": "hazard of leaving at age t days since registration: h0(t) * exp(sum of log_hazard * covariate); "
        "before leaving, orders are a Poisson process with the customer's rate times the season. p_no_order_<day> in "
        "truth_customers.parquet: true probability of no order in the horizon from that day on, given the customer's "
        "own rate, hazard and last order; expected_orders_<day>: the expected number; p_left_<day>: probability to "
        "have left before. Orders that campaigns cause are not in them",
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


def contract_truth(business: Business) -> Truth:
    """How contracts end."""
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


def leak_truth(business: Business) -> Truth:
    """The column that knows the future."""
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


def retention_truth(business: Business) -> Truth:
    """The cliff."""
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


def channel_truth(business: Business) -> Truth:
    """Who stays by the channel that brought them, and what the channel cost."""
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


def funnel_truth(business: Business) -> Truth:
    """Step rates by device, and the planted drop."""
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
