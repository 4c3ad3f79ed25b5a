"""Engagement on the site or in the app: visits, carts, failed payments."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.features.feature import Block, Feature, Moment
from customer_analytics.analysis.features.life import ACTIVITY, has_placed, placed
from customer_analytics.analysis.features.rhythm import QUARTER, RECENT
from customer_analytics.analysis.stream.people import person_id
from customer_analytics.analysis.stream.person_days import has_events
from customer_analytics.expressions import ratio

CARTS = ("cart", "basket", "bag", "加购", "购物车", "加入购物")
PAYMENTS, FAILURES = ("pay", "支付", "付款"), ("fail", "declin", "error", "失败", "拒绝")
NEVER_CARTS = ("remove", "delete", "移除", "删除", "移出")


def blocks(moment: Moment) -> list[Block]:
    """The features of events; none where no event names a person and a day."""
    if not has_events(moment.tables):
        return []
    events = moment.tables["events"]
    rows = events.mutate(person_id=person_id(events), day=events.occurred_on.epoch_days().cast("int32"))
    rows = rows.filter(rows.person_id.notnull(), rows.day < moment.cut, rows.day >= moment.start)
    rows = moment.of_people(rows)
    found = [] if moment.life.kind == ACTIVITY else [_visits(moment, rows)]
    found.append(_sessions(moment, rows))
    if moment.facts.carts:
        found.append(_carts(moment, rows))
    return found


def _visits(moment: Moment, rows: ir.Table) -> Block:
    days = rows.group_by("person_id", "day").aggregate(n=rows.count())
    late = days.day >= moment.cut - QUARTER
    early = (days.day >= moment.cut - 2 * QUARTER) & ~late
    sums = days.group_by("person_id").aggregate(
        latest=days.day.max(),
        recent=(days.day >= moment.cut - RECENT).ifelse(1, 0).sum(),
        late=late.ifelse(1, 0).sum(),
        early=early.ifelse(1, 0).sum(),
    )
    late, early = sums.late.cast("float64"), sums.early.cast("float64")
    shaped = sums.select(
        "person_id",
        silent_visit_days=(ibis.literal(moment.cut) - sums.latest).cast("float64"),
        visit_days_30=sums.recent.cast("float64"),
        visit_days_90=late,
        visits_trend=(late - early) / (late + early).nullif(0),
    )
    units = {"silent_visit_days": "days", "visit_days_30": "count", "visit_days_90": "count", "visits_trend": "ratio"}
    features = tuple(Feature(name, "engagement", unit, "events") for name, unit in units.items())
    return Block(features, shaped, frozenset({"visit_days_30", "visit_days_90"}))


def _sessions(moment: Moment, rows: ir.Table) -> Block:
    """Events and sessions of the last 90 days, and payments that failed in them."""
    recent = rows.filter(rows.day >= moment.cut - QUARTER)
    values: dict[str, ir.Value] = {"events_90": recent.count().cast("float64")}
    features = [Feature("events_90", "engagement", "count", "events")]
    if "session_id" in rows.columns:
        values["sessions_90"] = recent.session_id.nunique().cast("float64")
        features.append(Feature("sessions_90", "engagement", "count", "events.session_id"))
    if moment.facts.failures:
        values["failed_payments_90"] = (
            recent.event.isin(moment.facts.failures).fill_null(False).ifelse(1, 0).sum().cast("float64")
        )
        features.append(Feature("failed_payments_90", "payment", "count", "events.event"))
    shaped = recent.group_by("person_id").aggregate(**values)
    return Block(tuple(features), shaped, frozenset(feature.name for feature in features))


def _carts(moment: Moment, rows: ir.Table) -> Block:
    """Days with something put into the cart, and the share of them without an order on the same day."""
    carts = rows.filter(rows.event.isin(moment.facts.carts), rows.day >= moment.cut - QUARTER)
    days = carts.select("person_id", "day").distinct()
    features = [Feature("cart_days_90", "engagement", "count", "events.event")]
    values: dict[str, ir.Value]
    if has_placed(moment.tables):
        orders = placed(moment.tables)
        orders = orders.filter(orders.day < moment.cut, orders.day >= moment.cut - QUARTER)
        bought = orders.select(other="person_id", bought="day").distinct()
        days = days.left_join(bought, [("person_id", "other"), ("day", "bought")])
        values = {"unbought": days.bought.isnull().ifelse(1, 0).sum(), "days": days.count()}
        features.append(Feature("carts_unbought_share", "engagement", "share", "events.event, orders"))
        sums = days.group_by("person_id").aggregate(**values)
        shaped = sums.select(
            "person_id", cart_days_90=sums.days.cast("float64"), carts_unbought_share=ratio(sums.unbought, sums.days)
        )
    else:
        shaped = days.group_by("person_id").aggregate(cart_days_90=days.count().cast("float64"))
    return Block(tuple(features), shaped, frozenset({"cart_days_90"}))


def cart_names(names: frozenset[str]) -> tuple[str, ...]:
    """Names of events that put something into a cart, sorted."""
    return tuple(sorted(name for name in names if _has(name, CARTS) and not _has(name, NEVER_CARTS)))


def failure_names(names: frozenset[str]) -> tuple[str, ...]:
    """Names of events that tell of a payment that failed, sorted."""
    return tuple(sorted(name for name in names if _has(name, PAYMENTS) and _has(name, FAILURES)))


def _has(name: str, parts: tuple[str, ...]) -> bool:
    folded = name.casefold()
    return any(part in folded for part in parts)
