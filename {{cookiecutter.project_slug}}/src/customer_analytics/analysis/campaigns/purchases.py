"""What people bought and when they were there: the rows that outcomes are counted from, with their moments."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.rfm.payments import is_paid, is_purchase, net_money
from customer_analytics.analysis.value.margin import Margin, margin, order_costs
from customer_analytics.engagement.parameters import CampaignEvaluationParameters
from customer_analytics.tables.store import Tables

_TRACKED = ("session_id", "visitor_id", "page", "element", "channel", "device")
NO_NUMBER = ibis.null("float64")


def knows_orders(tables: Tables) -> bool:
    """Whether orders can be counted for customers."""
    return tables.has("orders", "customer_id", "ordered_at")


def knows_visits(tables: Tables) -> bool:
    """Whether visits can be counted for customers: events with something that a tracker of a site or app writes.

    Events without any of it, as coupons that were redeemed, are no visits.
    """
    return tables.has("events", "customer_id", "occurred_at") and any(tables.has("events", name) for name in _TRACKED)


def known_margin(tables: Tables, parameters: CampaignEvaluationParameters) -> Margin | None:
    """The margin that the data tell of; None where they do not, or where the parameters state one."""
    return None if parameters.margin_share is not None else margin(tables)


def purchases(tables: Tables, parameters: CampaignEvaluationParameters, found: Margin | None = None) -> ir.Table | None:
    """Every order of a known customer by the rules of analysis.rfm.payments; None where there are none to count.

    Args:
        tables: the engagement's tables.
        parameters: `margin_share` where the consultant states it.
        found: the margin that `known_margin` gives.

    Returns:
        order_id, person_id, ordered_at (naive UTC), bought (1 or 0: a purchase), net (money kept, of returns negative),
        margin (net less the cost of the goods; where an order's cost is unknown, the mean share; null where no cost is
        known at all), back (1 or 0: taken back in whole or part), discount (given on purchases). Money is float64, null
        where orders have no amount.
    """
    if not knows_orders(tables):
        return None
    orders = tables["orders"]
    orders = orders.filter(orders.customer_id.notnull(), orders.ordered_at.notnull())
    if "amount" not in orders.columns:
        return orders.select(
            order_id=_order_id(orders), person_id=orders.customer_id.cast("string"), ordered_at=orders.ordered_at,
            bought=is_paid(orders).ifelse(1, 0).cast("int16"), net=NO_NUMBER, margin=NO_NUMBER,
            back=ibis.literal(0, "int16"), discount=NO_NUMBER,
        )  # fmt: skip
    priced = orders.mutate(net=net_money(orders))
    bought = is_purchase(priced)
    amount = priced.amount.cast("float64").fill_null(0.0)
    net = priced.net.cast("float64")
    back = is_paid(priced) & (amount > 0) & (net < amount)
    discount = priced.discount.cast("float64").fill_null(0.0) if "discount" in priced.columns else NO_NUMBER
    rows = priced.select(
        order_id=_order_id(priced), person_id=priced.customer_id.cast("string"), ordered_at=priced.ordered_at,
        bought=bought.ifelse(1, 0).cast("int16"), net=net, amount=amount,
        back=(back | (net < 0)).fill_null(False).ifelse(1, 0).cast("int16"),
        discount=bought.ifelse(discount, 0.0),
    )  # fmt: skip
    return _with_margin(tables, rows, parameters, found).drop("amount")


def _order_id(orders: ir.Table) -> ir.StringValue:
    return orders.order_id.cast("string") if "order_id" in orders.columns else ibis.null("string")


def _with_margin(
    tables: Tables, rows: ir.Table, parameters: CampaignEvaluationParameters, found: Margin | None
) -> ir.Table:
    """Margin of what was kept: goods that came back are worth their cost again, a discount comes out of the margin."""
    if parameters.margin_share is not None:
        return rows.mutate(margin=rows.net * parameters.margin_share)
    if found is None:
        return rows.mutate(margin=NO_NUMBER)
    costs = order_costs(tables, found.source)
    assert costs is not None
    joined = rows.left_join(costs.rename(of_order="order_id"), [("order_id", "of_order")])
    share = ibis.ifelse((joined.amount > 0) & joined.cost.notnull(), 1 - joined.cost / joined.amount.nullif(0), None)
    return joined.mutate(margin=joined.net * share.fill_null(found.share)).drop("of_order", "cost")


def visits(tables: Tables) -> ir.Table | None:
    """Every visit of a known customer: person_id, visited_at (its first moment); None without events of customers.

    A visit is a session, where events name it, else a calendar day on which the customer did something.
    """
    if not knows_visits(tables):
        return None
    events = tables["events"]
    events = events.filter(events.customer_id.notnull(), events.occurred_at.notnull())
    day = events.occurred_on.cast("string")
    session = day if "session_id" not in events.columns else events.session_id.cast("string").fill_null(day)
    rows = events.select(person_id=events.customer_id.cast("string"), session=session, at=events.occurred_at)
    return rows.group_by("person_id", "session").aggregate(visited_at=rows["at"].min()).drop("session")
