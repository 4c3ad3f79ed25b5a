"""Value, discount, payment and returns: what the orders placed before a cut-off tell, as far as it was known then.

Money counts once it had arrived: at paid_at where the export has it, else with the order. Status and refund columns
have no time of their own and are as at the export, so they are no features; returns that are booked as orders of
their own (a negative amount) have a day and are. Sums of money are exact decimals.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.features.feature import (
    CATEGORY,
    FLAG,
    KEYS,
    MONTH,
    NUMERIC,
    QUARTER,
    YEAR,
    Block,
    Feature,
    Moment,
    by_person,
    count,
    day_of,
    joined,
    span,
    trend,
)
from customer_analytics.analysis.features.life import has_placed, placed
from customer_analytics.analysis.rfm.payments import MONEY
from customer_analytics.analysis.stream.people import person_id
from customer_analytics.expressions import ratio

VALUE = {
    "spend_90": "money", "spend_year_rate": "money", "spend_trend": "ratio", "average_order": "money",
    "last_order_in_own_orders": "ratio",
}  # fmt: skip
DISCOUNT = {"discount_share": "share", "discount_depth": "share", "first_order_discounted": "flag"}
PAYMENT = {"unpaid_share": "share", "payment_delay_hours": "hours"}
LAST = {"channel": "last_channel", "store": "last_store", "payment_method": "last_payment_method"}
USED = ("order_id", "ordered_at", "paid_at", "paid_on", "amount", "discount", *LAST)


def blocks(moment: Moment) -> list[Block]:
    """The features of orders; none where no order names a customer and a day."""
    if not has_placed(moment.tables):
        return []
    found = [_placed(moment, before(moment))]
    if "amount" in moment.tables["orders"].columns and moment.facts.returns:
        found.append(_returned(moment))
    return [block for block in found if block.features]


@dataclass
class _Part:
    """What some features need of the orders of a person: `first`, worked out before and joined to each order; `then`,
    of the orders with these; `last`, the features from both.
    """

    features: tuple[Feature, ...] = ()
    first: dict[str, ir.Value] = field(default_factory=dict)
    then: Callable[[ir.Table], dict[str, ir.Value]] = lambda rows: {}
    last: Callable[[ir.Table], dict[str, ir.Value]] = lambda sums: {}
    zero: frozenset[str] = frozenset()


def _placed(moment: Moment, rows: ir.Table) -> Block:
    """The features of the orders themselves: every part's questions are put in one pass over them."""
    parts = []
    if "amount" in rows.columns:
        parts.append(_money(rows))
        if "discount" in rows.columns and "ordered_at" in rows.columns:
            parts.append(_discounts(rows))
    if {"paid_at", "paid_on", "ordered_at"} <= set(rows.columns):
        parts.append(_payments())
    there = [name for name in LAST if f"orders.{name}" in moment.facts.levels]
    if "ordered_at" in rows.columns and there:
        parts.append(_last(rows, there))
    features = tuple(feature for part in parts for feature in part.features)
    if not features:
        return Block((), rows)
    first = {name: value for part in parts for name, value in part.first.items()}
    if first:
        rows = joined(rows, by_person(rows).aggregate(**first))
    then = {name: value for part in parts for name, value in part.then(rows).items()}
    sums = by_person(rows).aggregate(start=rows.start.max(), orders=rows.count(), **then)
    last = {name: value for part in parts for name, value in part.last(sums).items()}
    return Block(features, sums.select(*KEYS, **last), frozenset().union(*(part.zero for part in parts)))


def before(moment: Moment) -> ir.Table:
    """The orders that these people placed before the cut-off, with `worth`: the money that had arrived by then."""
    rows = placed(moment.tables)
    rows = moment.seen(rows.select("person_id", "day", *(name for name in USED if name in rows.columns)))
    if "amount" not in rows.columns:
        return rows
    rows = rows.mutate(amount=rows.amount.cast(MONEY).fill_null(_nothing()))
    return rows.mutate(worth=ibis.ifelse(_paid(rows), rows.amount, _nothing()) if _is_timed(rows) else rows.amount)


def _is_timed(rows: ir.Table) -> bool:
    return "paid_on" in rows.columns


def _paid(rows: ir.Table) -> ir.BooleanValue:
    """Whether an order had been paid by the cut-off."""
    return (day_of(rows, "paid") < rows.cut).fill_null(False)


def _nothing() -> ir.DecimalScalar:
    return ibis.literal(0).cast(MONEY)


def _money(rows: ir.Table) -> _Part:
    source = "orders.amount, orders.paid_at" if _is_timed(rows) else "orders.amount"

    def then(rows: ir.Table) -> dict[str, ir.Value]:
        earning, age = rows.worth > 0, rows.cut - rows.day
        # The money of a day, not of a single order: several orders in a day have no first one on a calendar.
        last = earning & (rows.day == rows.latest).fill_null(False)
        return {
            "late": _sum(rows, age <= QUARTER),
            "early": _sum(rows, (age > QUARTER) & (age <= 2 * QUARTER)),
            "year": _sum(rows, age <= YEAR),
            "total": _sum(rows, earning),
            "earning": count(earning),
            "last": _sum(rows, last),
            "last_orders": count(last),
        }

    def last(sums: ir.Table) -> dict[str, ir.Value]:
        average = ratio(sums.total, sums.earning)
        return {
            "spend_90": sums.late,
            "spend_year_rate": sums.year * MONTH / span(sums, YEAR),
            "spend_trend": trend(sums.late, sums.early),
            "average_order": average,
            "last_order_in_own_orders": ratio(sums["last"], sums.last_orders) / average.nullif(0),
        }

    return _Part(
        tuple(Feature(name, "value", unit, source) for name, unit in VALUE.items()),
        {"latest": rows.day.max(where=rows.worth > 0)}, then, last, frozenset({"spend_90", "spend_year_rate"}),
    )  # fmt: skip


def _sum(rows: ir.Table, condition: ir.BooleanValue) -> ir.FloatingValue:
    total: ir.FloatingValue = rows.worth.sum(where=condition).cast("float64").fill_null(0.0)
    return total


def _returned(moment: Moment) -> Block:
    """Returns booked as orders of their own in the last year."""
    orders = moment.tables["orders"]
    rows = orders.filter((orders.amount < 0).fill_null(False))
    rows = rows.select(person_id=person_id(rows), day=day_of(rows, "ordered"))
    rows = moment.seen(rows.filter(rows.person_id.notnull(), rows.day.notnull()))
    table = by_person(rows).aggregate(returns_year=count(rows.cut - rows.day <= YEAR))
    return Block((Feature("returns_year", "service", "count", "orders.amount"),), table, frozenset({"returns_year"}))


def _discounts(rows: ir.Table) -> _Part:
    def then(rows: ir.Table) -> dict[str, ir.Value]:
        given = rows.discount.cast(MONEY).fill_null(_nothing())
        has = (given > 0).ifelse(1, 0)
        return {
            "discounted": has.sum(),
            "given": given.sum().cast("float64"),
            "listed": (rows.amount + given).sum().cast("float64"),
            "first": has.max(where=rows.ordered_at == rows.begun).cast("float64"),
        }

    def last(sums: ir.Table) -> dict[str, ir.Value]:
        return {
            "discount_share": ratio(sums.discounted, sums.orders),
            "discount_depth": sums.given / sums.listed.nullif(0),
            "first_order_discounted": sums["first"],
        }

    features = tuple(
        Feature(name, "discount", unit, "orders.discount", kind=FLAG if unit == "flag" else NUMERIC)
        for name, unit in DISCOUNT.items()
    )
    return _Part(features, {"begun": rows.ordered_at.min()}, then, last)


def _payments() -> _Part:
    """Orders that were not paid by the cut-off, and how long payment took."""

    def then(rows: ir.Table) -> dict[str, ir.Value]:
        paid = _paid(rows)
        waited = rows.paid_at.epoch_seconds().cast("int64") - rows.ordered_at.epoch_seconds().cast("int64")
        sound = paid & (waited >= 0).fill_null(False)  # a payment before its order is a fault of the export
        return {
            "unpaid": count(~paid), "waited": waited.sum(where=sound).cast("float64"), "counted": count(sound),
        }  # fmt: skip

    def last(sums: ir.Table) -> dict[str, ir.Value]:
        return {
            "unpaid_share": ratio(sums.unpaid, sums.orders),
            "payment_delay_hours": ratio(sums.waited, sums.counted) / 3600,
        }

    return _Part(tuple(Feature(name, "payment", unit, "orders.paid_at") for name, unit in PAYMENT.items()), {}, then,
                 last)  # fmt: skip


def _last(rows: ir.Table, there: list[str]) -> _Part:
    """Channel, store and way of payment of the last order; of several at one moment the first in the alphabet."""
    first: dict[str, ir.Value] = {f"at_{name}": rows.ordered_at.max(where=rows[name].notnull()) for name in there}

    def then(rows: ir.Table) -> dict[str, ir.Value]:
        values: dict[str, ir.Value] = {
            LAST[name]: rows[name].cast("string").min(where=rows.ordered_at == rows[f"at_{name}"]) for name in there
        }
        return values | ({"channels_used": rows.channel.nunique().cast("float64")} if "channel" in there else {})

    features = [
        Feature(
            LAST[name], "payment" if by_way else "origin", "value", f"orders.{name}", actionable=by_way, kind=CATEGORY
        )
        for name in there
        for by_way in (name == "payment_method",)
    ]
    if "channel" in there:
        features.append(Feature("channels_used", "breadth", "count", "orders.channel"))
    names = [feature.name for feature in features]
    return _Part(tuple(features), first, then, lambda sums: {name: sums[name] for name in names})
