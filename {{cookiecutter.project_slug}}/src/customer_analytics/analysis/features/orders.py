"""Value, discount, payment and returns: what the orders placed before a cut-off tell, as far as it was known then.

Money counts once it had arrived: at paid_at where the export has it, else with the order. Status and refund columns
have no time of their own and are as at the export, so they are no features; returns that are booked as orders of
their own (a negative amount) have a day and are. Sums of money are exact decimals.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.features.feature import CATEGORY, FLAG, Block, Feature, Moment
from customer_analytics.analysis.features.life import has_placed, placed
from customer_analytics.analysis.features.rhythm import MONTH, QUARTER, YEAR
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
ZERO = frozenset({"spend_90", "spend_year_rate", "returns_year"})


def blocks(moment: Moment) -> list[Block]:
    """The features of orders; none where no order names a customer and a day."""
    if not has_placed(moment.tables):
        return []
    found = [_money(moment)] if moment.tables.has("orders", "amount") else []
    found += [each for each in (_discounts(moment), _payments(moment), _last(moment)) if each is not None]
    return found


def before(moment: Moment) -> ir.Table:
    """The orders that these people placed before the cut-off, with `worth`: the money that had arrived by then."""
    rows = placed(moment.tables)
    rows = rows.filter(rows.day < moment.cut, rows.day >= moment.start)
    rows = moment.of_people(rows)
    return rows.mutate(worth=_arrived(moment, rows)) if "amount" in rows.columns else rows


def _arrived(moment: Moment, rows: ir.Table) -> ir.DecimalValue:
    amount = rows.amount.cast(MONEY).fill_null(_nothing())
    return ibis.ifelse(moment.known(rows.paid_at), amount, _nothing()) if "paid_at" in rows.columns else amount


def _nothing() -> ir.DecimalScalar:
    return ibis.literal(0).cast(MONEY)


def _money(moment: Moment) -> Block:
    rows = before(moment)
    ends = rows.group_by("person_id").aggregate(latest=rows.day.max(where=rows.worth > 0))
    rows = rows.inner_join(ends.select(other="person_id", latest="latest"), [("person_id", "other")])
    back = _returned(moment)
    late = rows.day >= moment.cut - QUARTER
    early = (rows.day >= moment.cut - 2 * QUARTER) & ~late
    earning = rows.worth > 0
    # The money of a day, not of a single order: several orders in a day have no first one on a calendar.
    sums = rows.group_by("person_id").aggregate(
        late=rows.worth.sum(where=late).cast("float64"),
        early=rows.worth.sum(where=early).cast("float64"),
        year=rows.worth.sum(where=rows.day >= moment.cut - YEAR).cast("float64"),
        total=rows.worth.sum().cast("float64"),
        orders=earning.ifelse(1, 0).sum(),
        last=rows.worth.sum(where=earning & (rows.day == rows.latest)).cast("float64"),
        last_orders=(earning & (rows.day == rows.latest)).ifelse(1, 0).sum(),
    )
    late, early = sums.late.fill_null(0.0), sums.early.fill_null(0.0)
    average = ratio(sums.total, sums.orders)
    shaped = sums.select(
        "person_id",
        spend_90=late,
        spend_year_rate=sums.year.fill_null(0.0) * MONTH / float(moment.span(YEAR)),
        spend_trend=(late - early) / (late + early).nullif(0),
        average_order=average,
        last_order_in_own_orders=ratio(sums.last, sums.last_orders) / average.nullif(0),
    )
    features = [Feature(name, "value", unit, _source(moment, "amount", "paid_at")) for name, unit in VALUE.items()]
    if back is not None:
        shaped = shaped.left_join(back, [("person_id", "other")]).drop("other")
        features.append(Feature("returns_year", "service", "count", "orders.amount"))
    return Block(tuple(features), shaped, ZERO & {feature.name for feature in features})


def _returned(moment: Moment) -> ir.Table | None:
    """Returns booked as orders of their own in the last year; None where the export has none."""
    if not moment.facts.returns:
        return None
    orders = moment.tables["orders"]
    rows = orders.filter((orders.amount < 0).fill_null(False))
    rows = rows.select(person_id=person_id(rows), day=rows.ordered_on.epoch_days().cast("int32"))
    start = max(moment.cut - YEAR, moment.start)
    rows = moment.of_people(rows.filter(rows.day < moment.cut, rows.day >= start))
    return rows.group_by(other=rows.person_id).aggregate(returns_year=rows.count().cast("float64"))


def _discounts(moment: Moment) -> Block | None:
    if not moment.tables.has("orders", "discount", "amount"):
        return None
    rows = before(moment)
    first = rows.group_by("person_id").aggregate(first=rows.ordered_at.min())
    rows = rows.inner_join(first.select(other="person_id", first="first"), [("person_id", "other")])
    given = rows.discount.cast(MONEY).fill_null(_nothing())
    has = (given > 0).ifelse(1, 0)
    sums = rows.group_by("person_id").aggregate(
        orders=rows.count(),
        discounted=has.sum(),
        given=given.sum().cast("float64"),
        listed=(rows.amount.cast(MONEY).fill_null(_nothing()) + given).sum().cast("float64"),
        first=has.max(where=rows.ordered_at == rows["first"]).cast("float64"),
    )
    shaped = sums.select(
        "person_id",
        discount_share=ratio(sums.discounted, sums.orders),
        discount_depth=sums.given / sums.listed.nullif(0),
        first_order_discounted=sums["first"],
    )
    source = _source(moment, "discount")
    features = tuple(
        Feature(name, "discount", unit, source, kind=FLAG if unit == "flag" else "numeric")
        for name, unit in DISCOUNT.items()
    )
    return Block(features, shaped)


def _payments(moment: Moment) -> Block | None:
    """Orders that were not paid by the cut-off, and how long payment took."""
    if not moment.tables.has("orders", "paid_at", "ordered_at"):
        return None
    rows = before(moment)
    paid = moment.known(rows.paid_at)
    waited = rows.paid_at.epoch_seconds().cast("int64") - rows.ordered_at.epoch_seconds().cast("int64")
    sound = paid & (waited >= 0).fill_null(False)  # a payment before its order is a fault of the export
    sums = rows.group_by("person_id").aggregate(
        orders=rows.count(),
        unpaid=(~paid).ifelse(1, 0).sum(),
        waited=waited.sum(where=sound).cast("float64"),
        counted=sound.ifelse(1, 0).sum(),
    )
    shaped = sums.select(
        "person_id",
        unpaid_share=ratio(sums.unpaid, sums.orders),
        payment_delay_hours=ratio(sums.waited, sums.counted) / 3600,
    )
    features = tuple(Feature(name, "payment", unit, "orders.paid_at") for name, unit in PAYMENT.items())
    return Block(features, shaped)


def _last(moment: Moment) -> Block | None:
    """Channel, store and way of payment of the last order; of several at one moment the first in the alphabet."""
    there = [name for name in LAST if f"orders.{name}" in moment.facts.levels]
    if not there or not moment.tables.has("orders", "ordered_at"):
        return None
    rows = before(moment)
    known = {name: rows[name].cast("string") for name in there}
    latest = rows.group_by("person_id").aggregate(
        **{f"at_{name}": rows.ordered_at.max(where=value.notnull()) for name, value in known.items()}
    )
    rows = rows.inner_join(latest.rename(other="person_id"), [("person_id", "other")])
    values = {LAST[name]: rows[name].cast("string").min(where=rows.ordered_at == rows[f"at_{name}"]) for name in there}
    more = {"channels_used": rows.channel.nunique().cast("float64")} if "channel" in there else {}
    shaped = rows.group_by("person_id").aggregate(**values, **more)
    families = {"payment_method": "payment"}
    features = [
        Feature(
            LAST[name], families.get(name, "origin"), "value", f"orders.{name}",
            actionable=name == "payment_method", kind=CATEGORY,
        )
        for name in there
    ]  # fmt: skip
    if more:
        features.append(Feature("channels_used", "breadth", "count", "orders.channel"))
    return Block(tuple(features), shaped)


def _source(moment: Moment, *columns: str) -> str:
    return ", ".join(f"orders.{column}" for column in columns if moment.tables.has("orders", column))
