"""Who was active on which day: the one intermediate that retention, activity, staying and the outlook share."""

from __future__ import annotations

from collections.abc import Collection

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.rfm.payments import MONEY, is_purchase, net_money
from customer_analytics.analysis.stream.people import is_visitor, person_id
from customer_analytics.tables.store import Tables

ACTIVITIES = ("any", "events", "orders", "purchases")
COLUMNS = ("person_id", "day", "events", "orders", "purchases", "net")


def person_days(
    tables: Tables, activity: str = "any", names: Collection[str] = (), *, people: str = "everyone"
) -> ir.Table:
    """One row a person and active day, materialised: person_id, day, events, orders, purchases, net.

    `day` is the local calendar day as days since 1970-01-01 (int32); events, orders and purchases count that day's rows
    (int32); `net` (decimal) is the money of its orders, refunds netted. Only what the activity counts makes a row and
    is counted in it: `events` is 0 with activity "orders", and so on.

    Args:
        tables: the engagement's tables.
        activity: any (an event or an order), events, orders (an order row of any kind, returns included) or purchases
            (paid, net above 0).
        names: names of the events that count; empty: all. Orders are not touched by it.
        people: everyone, or customers (rows that name no customer are left out).

    Raises:
        ValueError: an activity that is none of the four.
    """
    events, orders = sources(tables, activity, names, people=people)
    if orders is None:
        if events is None:
            return no_days()
        days = events.group_by("person_id", "day").aggregate(events=lambda t: t.count().cast("int32")).cache()
        return _ordered(days.mutate(orders=_number(0), purchases=_number(0), net=_nothing()))
    ordered = orders.group_by("person_id", "day").aggregate(
        orders=lambda t: t.count().cast("int32"),
        purchases=lambda t: t.purchases.sum().cast("int32"),
        net=lambda t: t.net.sum().cast(MONEY),
    )
    if events is None:
        return _ordered(ordered.cache().mutate(events=_number(0)))
    seen = events.group_by("person_id", "day").aggregate(events=lambda t: t.count().cast("int32"))
    both = _ordered(seen.mutate(orders=_number(0), purchases=_number(0), net=_nothing())).union(
        _ordered(ordered.mutate(events=_number(0)))
    )
    counts = {name: both[name].sum().cast("int32") for name in ("events", "orders", "purchases")}
    return both.group_by("person_id", "day").aggregate(**counts, net=both.net.sum().cast(MONEY)).cache()


def no_days() -> ir.Table:
    """The table of person days without a row."""
    return ibis.memtable([], schema=dict(zip(COLUMNS, ("string", *["int32"] * 4, MONEY), strict=True)))


def sources(
    tables: Tables, activity: str = "any", names: Collection[str] = (), *, people: str = "everyone"
) -> tuple[ir.Table | None, ir.Table | None]:
    """The event rows and the order rows that count as activity, None where there are none; arguments as above.

    Events: person_id, at (naive UTC), day. Orders: these and purchases (1 or 0) and net. Rows that name nobody are out.
    """
    if activity not in ACTIVITIES:
        raise ValueError(f"no such activity: {activity!r}. Available: {', '.join(ACTIVITIES)}")
    events = event_rows(tables, names) if activity in ("any", "events") and has_events(tables) else None
    orders = order_rows(tables) if activity != "events" and has_orders(tables) else None
    if orders is not None and activity == "purchases":
        orders = orders.filter(orders.purchases == 1)
    if people == "customers" and events is not None:
        events = events.filter(~is_visitor(events.person_id))
    return events, orders


def has_events(tables: Tables) -> bool:
    """Whether there are events with a time, of customers or visitors."""
    named = tables.has("events", "customer_id") or tables.has("events", "visitor_id")
    return named and tables.has("events", "occurred_at", "occurred_on")


def has_orders(tables: Tables) -> bool:
    """Whether there are orders with a time and an amount, of customers."""
    return tables.has("orders", "customer_id", "ordered_at", "ordered_on", "amount")


def event_rows(tables: Tables, names: Collection[str] = ()) -> ir.Table:
    """The events that name somebody: person_id, at, day, on (the date). `names`: of these events only; empty: all."""
    events = tables["events"]
    if names:
        events = events.filter(events.event.isin(sorted(names)))
    rows = events.select(
        person_id=person_id(events),
        at=events.occurred_at,
        day=events.occurred_on.epoch_days().cast("int32"),
        on=events.occurred_on,
    )
    return rows.filter(rows.person_id.notnull())


def order_rows(tables: Tables, *columns: str) -> ir.Table:
    """The orders that name somebody: person_id, at, day, purchases (1 for a purchase, else 0), net, asked columns."""
    orders = tables["orders"]
    paid = orders.mutate(net=net_money(orders), amount=orders.amount.cast(MONEY))
    rows = paid.select(
        person_id=person_id(paid),
        at=paid.ordered_at,
        day=paid.ordered_on.epoch_days().cast("int32"),
        purchases=is_purchase(paid).ifelse(1, 0).cast("int32"),
        net=paid.net,
        **{name: paid[name] for name in columns},
    )
    return rows.filter(rows.person_id.notnull(), rows.day.notnull())


def _ordered(days: ir.Table) -> ir.Table:
    return days.select(*COLUMNS)


def _number(value: int) -> ir.IntegerValue:
    return ibis.literal(value).cast("int32")


def _nothing() -> ir.DecimalValue:
    return ibis.literal(0).cast(MONEY)
