"""Contracts beside the orders: a membership, subscription or service plan with its own planted hazards of ending."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from customer_analytics.tables.sample.people import LEAVING_CHANNEL, People
from customer_analytics.tables.sample.world import DAY, Flags, Floats, Ints, World

CONTRACT_BETA = {
    "yearly_plan": -0.8,
    "autopay": -0.5,
    "channel_deal_site": 0.7,
    "early_complaint": 0.45,
}
SHAPE, SCALE_DAYS = 0.85, 420.0  # Weibull baseline: the hazard falls with tenure
PRICES = (7.9, 75.0)  # monthly and yearly plan, in euros


@dataclass(frozen=True)
class Contracts:
    """One entry a contract. `ended` -1: still runs. Times are local midnights."""

    customer: Ints
    yearly: Flags
    autopay: Flags
    started: Ints
    ended: Ints
    price: Ints  # cents of a period

    def __len__(self) -> int:
        return len(self.customer)


def make_contracts(world: World, people: People) -> Contracts:
    """Draw who signs, when, and how long it lasts: proportional hazards over a Weibull baseline."""
    rng = world.stream("contracts")
    signs = np.flatnonzero(rng.random(len(people)) < world.pack.sample.contract_share)
    started = (people.signed_up[signs] // DAY + rng.exponential(25, len(signs)).astype(np.int64)) * DAY
    kept = (started >= world.first_second) & (started <= world.last_second - DAY)
    customer, started = signs[kept], started[kept]
    count = len(customer)
    yearly, autopay = rng.random(count) < 0.4, rng.random(count) < 0.55
    predictor = np.zeros(count)
    if world.planted:
        for name, values in contract_covariates(people, customer, yearly, autopay).items():
            predictor += CONTRACT_BETA[name] * values
    # Survival exp(-(t / scale)^shape * exp(x' beta)), inverted.
    days = SCALE_DAYS * (rng.exponential(size=count) / np.exp(predictor)) ** (1 / SHAPE)
    last_day = started + np.ceil(np.minimum(days, 10_000)).astype(np.int64) * DAY
    rise = np.round(np.array(PRICES) * world.scale * 100).astype(np.int64)
    return Contracts(
        customer,
        yearly,
        autopay,
        started,
        np.where(last_day > world.last_second, -1, last_day),
        rise[yearly.astype(int)],
    )


def contract_covariates(people: People, customer: Ints, yearly: Flags, autopay: Flags) -> dict[str, Floats]:
    """What the hazard of ending depends on, by the names of CONTRACT_BETA."""
    return {
        "yearly_plan": yearly.astype(float),
        "autopay": autopay.astype(float),
        "channel_deal_site": (people.channel[customer] == LEAVING_CHANNEL).astype(float),
        "early_complaint": people.early_complaint[customer].astype(float),
    }


def cumulative_hazard(days: Floats) -> Floats:
    """Cumulative baseline hazard of a contract at these tenures."""
    result: Floats = (np.maximum(days, 0.0) / SCALE_DAYS) ** SHAPE
    return result
