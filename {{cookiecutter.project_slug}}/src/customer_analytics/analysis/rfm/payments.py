"""What an order brought: its net money, and whether it counts as a purchase.

The rules, from the order's own row (docs/methods/rfm.md gives the reasons):

* status `unpaid`, or no payment time where the client's export has one and no status says otherwise: nothing.
* status `cancelled`: nothing, unless the amount is negative. A negative order is a return booked as an order of its
  own, whatever its status; it is netted in full and its refund column is not taken off a second time.
* otherwise net = amount - refund. A refund counts by its size: some exports write it with a minus sign.
* status `refunded` without a refund amount: refunded in full, net 0.
* `received`, where the export has it: net = the smaller of received and amount - refund. Exports differ on whether
  received is before or after refunds; the smaller of the two takes no refund off twice in either reading.
* a purchase is a paid order whose net is above 0: not free, not fully refunded, not a return.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

MONEY = "decimal(18, 4)"
UNPAID, CANCELLED, REFUNDED, PAID = "unpaid", "cancelled", "refunded", "paid"
STATUSES = (PAID, UNPAID, CANCELLED, REFUNDED)


def payments(orders: ir.Table) -> ir.Table:
    """Each order as customer_id, day (days since 1970-01-01), amount, net (decimals), bought and
    unknown_status (booleans; the latter: a status that is none of the four).

    `orders` is the canonical table with at least customer_id, ordered_on and amount. Every order stays a row; one that
    brought nothing has net 0.
    """
    return orders.select(
        customer_id=orders.customer_id,
        day=orders.ordered_on.epoch_days().cast("int32"),
        amount=orders.amount.cast(MONEY),
        net=net_money(orders),
        unknown_status=_is_unknown(orders),
    ).mutate(bought=is_purchase)


def net_money(orders: ir.Table) -> ir.DecimalValue:
    """What each order brought, by the rules above; 0 where it brought nothing, never missing."""
    amount = orders.amount.cast(MONEY)
    net = ibis.cases(
        (amount < 0, ibis.ifelse(_is_unpaid(orders), _zero(), amount)),
        (is_paid(orders), _net_of_refund(orders, amount)),
        else_=_zero(),
    )
    return net.fill_null(_zero())


def is_purchase(orders: ir.Table) -> ir.BooleanValue:
    """Whether each order, with its amount and net, is a purchase."""
    return ((orders.amount > 0) & (orders.net > 0)).fill_null(False)


def _is_unknown(orders: ir.Table) -> ir.BooleanValue:
    if "status" not in orders.columns:
        return ibis.literal(False)
    return (orders.status.notnull() & ~_status(orders).isin(STATUSES)).fill_null(False)


def _status(orders: ir.Table) -> ir.StringValue:
    return orders.status.cast("string").strip().lower()


def _zero() -> ir.DecimalScalar:
    return ibis.literal(0).cast(MONEY)


def _is_unpaid(orders: ir.Table) -> ir.BooleanValue:
    if "status" not in orders.columns:
        return ibis.literal(False)
    return (_status(orders) == UNPAID).fill_null(False)


def is_paid(orders: ir.Table) -> ir.BooleanValue:
    """The status decides where it is one of ours; then the payment time, where the export has one; else yes."""
    fallback = orders.paid_at.notnull() if "paid_at" in orders.columns else ibis.literal(True)
    if "status" not in orders.columns:
        return fallback
    status = _status(orders)
    return ibis.cases(
        (status.isin((PAID, REFUNDED)), True),
        (status.isin((UNPAID, CANCELLED)), False),
        else_=fallback,
    )


def _net_of_refund(orders: ir.Table, amount: ir.DecimalValue) -> ir.DecimalValue:
    net = amount
    refund: ir.DecimalValue | None = None
    if "refund" in orders.columns:
        refund = orders.refund.cast(MONEY).abs().fill_null(_zero())
        net = (amount - refund).cast(MONEY)
    if "status" in orders.columns:
        without_amount = (refund == 0) if refund is not None else ibis.literal(True)
        in_full = ((_status(orders) == REFUNDED) & without_amount).fill_null(False)
        net = ibis.ifelse(in_full, _zero(), net)
    if "received" in orders.columns:
        net = ibis.least(net, orders.received.cast(MONEY).fill_null(net))
    return net.cast(MONEY)
