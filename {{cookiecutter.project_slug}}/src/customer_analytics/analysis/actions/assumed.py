"""The assumptions of a contact, where the engagement does not state them: in proportion to what a customer pays.

An offer costs about a tenth of the mean order (contracts: of the mean price), a contact about a hundredth, each rounded
to 1, 2 or 5 with zeros, so that nobody takes it for a measurement. Ten of one currency is a lot and of another nothing.
"""

from __future__ import annotations

import math

from customer_analytics.analysis.actions.moments import has_money
from customer_analytics.analysis.actions.terms import Terms
from customer_analytics.analysis.features.life import CONTRACTS, SNAPSHOT
from customer_analytics.analysis.rfm.payments import payments
from customer_analytics.engagement.parameters import ChurnParameters
from customer_analytics.tables.store import Tables

TENTH, HUNDREDTH = 0.1, 0.01
STEPS = (1.0, 2.0, 5.0, 10.0)


def assumed_terms(tables: Tables, kind: str, parameters: ChurnParameters) -> Terms:
    """The terms as stated, else in proportion to the mean payment; nothing where no payment is known either."""
    incentive, contact = parameters.incentive, parameters.contact_cost
    if incentive is None or contact is None:
        usual = mean_payment(tables, kind)
        incentive = readable(usual * TENTH) if incentive is None else incentive
        contact = readable(usual * HUNDREDTH) if contact is None else contact
    return Terms(parameters.acceptance, incentive, contact)


def mean_payment(tables: Tables, kind: str) -> float:
    """Mean net money of a purchase, for contracts the mean price; 0 where the data do not say."""
    if kind in (CONTRACTS, SNAPSHOT) and tables.has("subscriptions", "price"):
        price = tables["subscriptions"].price
        found = price.cast("float64").mean(where=price > 0).to_pyarrow().as_py()
    elif has_money(tables):
        paid = payments(tables["orders"])
        found = paid.net.cast("float64").mean(where=paid.bought).to_pyarrow().as_py()
    else:
        found = None
    return round(float(found), 6) if found is not None else 0.0


def readable(amount: float) -> float:
    """The nearest of 1, 2, 5, 10, 20, … (also .5, .2, …), by ratio; 0 for nothing."""
    if not amount > 0:
        return 0.0
    power = 10.0 ** math.floor(math.log10(amount))
    nearest = min(STEPS, key=lambda step: (abs(math.log(amount / (step * power))), step))
    return round(nearest * power, 10)
