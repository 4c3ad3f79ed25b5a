"""Engagement on the site or in the app: visits, carts, failed payments."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.features.feature import (
    KEYS,
    QUARTER,
    RECENT,
    Block,
    Feature,
    Moment,
    by_person,
    count,
    day_of,
    trend,
)
from customer_analytics.analysis.features.life import ACTIVITY, has_placed, placed
from customer_analytics.analysis.stream.people import person_id
from customer_analytics.analysis.stream.person_days import has_events
from customer_analytics.expressions import ratio

CARTS = ("cart", "basket", "加购", "购物车", "购物袋")
NEVER_CARTS = ("remove", "delete", "移除", "删除", "移出")
PAYMENTS, FAILURES = ("pay", "支付", "付款"), ("fail", "declin", "error", "失败", "拒绝")


def blocks(moment: Moment) -> list[Block]:
    """The features of events; none where no event names a person and a day."""
    if not has_events(moment.tables):
        return []
    events = moment.tables["events"]
    more = [events[name] for name in ("event", "session_id") if name in events.columns]
    rows = events.select(*more, person_id=person_id(events), day=day_of(events, "occurred"))
    rows = moment.seen(rows.filter(rows.person_id.notnull(), rows.day.notnull()))
    found = [] if moment.life.kind == ACTIVITY else [_visits(rows)]
    recent = rows.filter(rows.cut - rows.day <= QUARTER)
    found.append(_sessions(moment, recent))
    if moment.facts.carts:
        found.append(_carts(moment, recent))
    return found


def _visits(rows: ir.Table) -> Block:
    days = rows.select(*KEYS, "day").distinct()
    age = days.cut - days.day
    sums = by_person(days).aggregate(
        latest=days.day.max(),
        recent=count(age <= RECENT),
        late=count(age <= QUARTER),
        early=count((age > QUARTER) & (age <= 2 * QUARTER)),
    )
    shaped = sums.select(
        *KEYS,
        silent_visit_days=(sums.cut - sums.latest).cast("float64"),
        visit_days_30=sums.recent,
        visit_days_90=sums.late,
        visits_trend=trend(sums.late, sums.early),
    )
    units = {"silent_visit_days": "days", "visit_days_30": "count", "visit_days_90": "count", "visits_trend": "ratio"}
    features = tuple(Feature(name, "engagement", unit, "events") for name, unit in units.items())
    return Block(features, shaped, frozenset({"visit_days_30", "visit_days_90"}))


def _sessions(moment: Moment, recent: ir.Table) -> Block:
    """Events and sessions of the last 90 days, and payments that failed in them."""
    # One row a session first: the engine then needs no set of sessions for each person.
    keys = [*KEYS, "session_id"] if "session_id" in recent.columns else [*KEYS]
    failed = count(recent.event.isin(moment.facts.failures)) if moment.facts.failures else ibis.literal(0.0)
    visits = recent.group_by(keys).aggregate(events=recent.count(), failed=failed)
    values: dict[str, ir.Value] = {"events_90": visits.events.sum().cast("float64")}
    features = [Feature("events_90", "engagement", "count", "events")]
    if "session_id" in recent.columns:
        values["sessions_90"] = visits.session_id.count().cast("float64")
        features.append(Feature("sessions_90", "engagement", "count", "events.session_id"))
    if moment.facts.failures:
        values["failed_payments_90"] = visits.failed.sum()
        features.append(Feature("failed_payments_90", "payment", "count", "events.event"))
    return Block(tuple(features), by_person(visits).aggregate(**values), frozenset(values))


def _carts(moment: Moment, recent: ir.Table) -> Block:
    """Days with something put into the cart, and the share of them without an order on the same day."""
    days = recent.filter(recent.event.isin(moment.facts.carts)).select(*KEYS, "day").distinct()
    features = [Feature("cart_days_90", "engagement", "count", "events.event")]
    zero = frozenset({"cart_days_90"})
    if not has_placed(moment.tables):
        return Block(tuple(features), by_person(days).aggregate(cart_days_90=days.count().cast("float64")), zero)
    orders = placed(moment.tables)
    bought = orders.select(other="person_id", bought="day").distinct()
    days = days.left_join(bought, [("person_id", "other"), ("day", "bought")])
    features.append(Feature("carts_unbought_share", "engagement", "share", "events.event, orders"))
    table = by_person(days).aggregate(
        cart_days_90=days.count().cast("float64"), carts_unbought_share=ratio(count(days.bought.isnull()), days.count())
    )
    return Block(tuple(features), table, zero)


def cart_names(names: frozenset[str]) -> tuple[str, ...]:
    """Names of events that put something into a cart, sorted."""
    return tuple(sorted(name for name in names if _has(name, CARTS) and not _has(name, NEVER_CARTS)))


def failure_names(names: frozenset[str]) -> tuple[str, ...]:
    """Names of events that tell of a payment that failed, sorted."""
    return tuple(sorted(name for name in names if _has(name, PAYMENTS) and _has(name, FAILURES)))


def _has(name: str, parts: tuple[str, ...]) -> bool:
    folded = name.casefold()
    return any(part in folded for part in parts)
