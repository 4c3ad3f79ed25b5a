"""What the models assume, and whether the data agree: each check has a number, a limit and a verdict.

The limits are conventions, not tests; the report prints the numbers beside them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import ibis.expr.types as ir
import numpy as np

from customer_analytics.analysis.rfm.payments import payments
from customer_analytics.analysis.value.purchases import Histories
from customer_analytics.analysis.value.spend import Spends
from customer_analytics.statistics import Z95, Interval, wilson
from customer_analytics.tables.store import Tables

CheckName = Literal["correlation", "stationary", "one_time", "refunds"]
CORRELATION, DRIFT, ONE_TIME, LOST = 0.2, 0.1, 0.5, 0.1


@dataclass(frozen=True)
class Check:
    """One assumption. `value` with its interval against `limit`; `passed` is None where there are too few customers.

    correlation: of repeat purchases and their mean value, among repeat customers. stationary: change of the value of a
    repeat purchase from the first to the second half of the history, within customers. one_time: share of customers
    with one purchase day. refunds: share of the orders with an amount that brought nothing, which the models take for
    silence.
    """

    name: CheckName
    value: float
    interval: Interval
    limit: float
    n: int
    passed: bool | None


@dataclass(frozen=True)
class OrderFacts:
    """Orders with an amount by known customers, how many of them brought nothing, and the share of money kept.

    `kept`: net money of all orders over that of the purchases; below 1 by returns that are orders of their own.
    """

    orders: int
    nothing: int
    kept: float


def order_facts(tables: Tables) -> OrderFacts:
    """Count them in the engine."""
    paid = payments(tables["orders"])
    paid = paid.filter(paid.customer_id.notnull())
    priced = (paid.amount > 0).fill_null(False)
    row = (
        paid.aggregate(
            orders=paid.count(where=priced),
            nothing=paid.count(where=priced & ~paid.bought),
            net=paid.net.sum().cast("float64"),
            purchases=paid.net.sum(where=paid.bought).cast("float64"),
        )
        .to_pyarrow()
        .to_pylist()[0]
    )
    purchases = row["purchases"] or 0.0
    kept = (row["net"] or 0.0) / purchases if purchases > 0 else math.nan
    return OrderFacts(int(row["orders"]), int(row["nothing"]), kept)


def value_drift(days: ir.Table, start: int, end: int) -> tuple[int, float, float]:
    """Customers with repeat purchases in both halves of the history, mean and variance of the change of their values.

    The change is that of the logarithm of a customer's mean value.
    """
    middle = (start + end) // 2
    again = days.filter(days.day > days["first"], days.value > 0)
    value = again.value.cast("float64")
    own = again.group_by("customer_id").aggregate(
        early=value.mean(where=again.day <= middle), late=value.mean(where=again.day > middle)
    )
    own = own.filter(own.early.notnull(), own.late.notnull())
    own = own.select(change=own.late.ln() - own.early.ln())
    row = own.aggregate(n=own.count(), mean=own.change.mean(), variance=own.change.var(how="sample"))
    found = row.to_pyarrow().to_pylist()[0]
    return int(found["n"]), float(found["mean"] or 0.0), float(found["variance"] or 0.0)


def check_all(
    histories: Histories, spends: Spends, drift: tuple[int, float, float], facts: OrderFacts, minimum_base: int
) -> tuple[Check, ...]:
    """The four checks."""
    return (
        _one_time(histories, minimum_base),
        _correlation(spends, minimum_base),
        _stationary(drift, minimum_base),
        _refunds(facts, minimum_base),
    )


def _verdict(value: float, limit: float, n: int, minimum_base: int) -> bool | None:
    return None if n < minimum_base or math.isnan(value) else abs(value) <= limit


def _one_time(histories: Histories, minimum_base: int) -> Check:
    n = histories.customers
    once = n - histories.repeaters
    share = once / n if n else math.nan
    return Check("one_time", share, wilson(once, n), ONE_TIME, n, _verdict(share, ONE_TIME, n, minimum_base))


def _correlation(spends: Spends, minimum_base: int) -> Check:
    """Pearson's correlation with Fisher's interval."""
    n = spends.customers
    value, interval = math.nan, Interval(math.nan, math.nan)
    if n > 3:
        weights = spends.n / spends.n.sum()
        x, mean = spends.x - weights @ spends.x, spends.mean - weights @ spends.mean
        spread = math.sqrt(float(weights @ x**2) * float(weights @ mean**2))
        if spread > 0:
            value = float(weights @ (x * mean)) / spread
            middle, half = math.atanh(np.clip(value, -1 + 1e-12, 1 - 1e-12)), Z95 / math.sqrt(n - 3)
            interval = Interval(math.tanh(middle - half), math.tanh(middle + half))
    return Check("correlation", value, interval, CORRELATION, n, _verdict(value, CORRELATION, n, minimum_base))


def _stationary(drift: tuple[int, float, float], minimum_base: int) -> Check:
    n, mean, variance = drift
    change, interval = math.nan, Interval(math.nan, math.nan)
    if n > 1:
        half = Z95 * math.sqrt(variance / n)
        change, interval = math.expm1(mean), Interval(math.expm1(mean - half), math.expm1(mean + half))
    return Check("stationary", change, interval, DRIFT, n, _verdict(change, DRIFT, n, minimum_base))


def _refunds(facts: OrderFacts, minimum_base: int) -> Check:
    share = facts.nothing / facts.orders if facts.orders else math.nan
    interval = wilson(facts.nothing, facts.orders)
    return Check("refunds", share, interval, LOST, facts.orders, _verdict(share, LOST, facts.orders, minimum_base))
