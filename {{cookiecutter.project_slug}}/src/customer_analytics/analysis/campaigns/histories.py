"""What people did in the window from a moment on, and what was known of them before it.

One way for everybody: who was assigned, who could have been, and the same people at another moment.
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.campaigns.campaign import Outcome
from customer_analytics.analysis.campaigns.facts import Facts
from customer_analytics.engagement.parameters import CampaignEvaluationParameters
from customer_analytics.tables.store import Tables

DAY = 86_400
KEYS = ("person_id", "start", "window_days")
GROUP = "g_"
PLACES = 6  # decimals that sums of money have
_MONEY = ("revenue", "margin", "discount", "x_revenue", "revenue_before")


def described(
    tables: Tables, moments: ir.Table, parameters: CampaignEvaluationParameters, outcomes: Sequence[Outcome],
    known: Facts,
) -> ir.Table:  # fmt: skip
    """Every row of `moments` with what followed and what came before.

    Args:
        tables: the engagement's tables.
        moments: person_id (string), start (naive UTC timestamp, null: unknown) and window_days (integer), beside any
            columns of their own; rows with the same three are described alike.
        parameters: `before_days` and `groups`.
        outcomes: of them those that are computed become columns of their names in `Outcome.column`: what happened in
            [start, start + window_days), null where no start is known. `unsubscribed` and ready-made ones do not.
        known: orders, visits and beginnings of these people.

    Returns:
        The columns of `moments`; the outcomes; x_converted, x_orders, x_revenue, x_visits in the `before_days` before;
        recency_days (whole days since the last purchase before, null: none), orders_before, revenue_before (all),
        days_known (since the sign-up or first purchase, null: neither came before) and the groups as g_<name>.
    """
    bought, seen = known.bought, known.seen
    asked = moments.select(*KEYS).filter(moments.start.notnull()).distinct()
    limits = asked.mutate(
        until=asked.start + asked.window_days.cast("int32").as_interval("D"),
        since=asked.start - ibis.interval(days=parameters.before_days),
    )
    made = _of_orders(limits, bought) if bought is not None else limits.drop("until", "since")
    if seen is not None:
        made = _left(made, _of_visits(limits, seen))
    made = _known_since(known.people, made, has_orders=bought is not None)
    named = _outcomes(made, outcomes, has_visits=seen is not None)
    joined = _left(moments, named)
    return _with_groups(tables, joined, parameters.groups)


def _of_orders(limits: ir.Table, bought: ir.Table) -> ir.Table:
    """Sums over the orders of each person in and before the window, on the three keys."""
    rows = limits.inner_join(bought, "person_id")
    rows = rows.filter(rows.ordered_at < rows.until)
    inside, before = rows.ordered_at >= rows.start, rows.ordered_at < rows.start
    recent, is_purchase = before & (rows.ordered_at >= rows.since), rows.bought == 1
    sums = rows.group_by(*KEYS).aggregate(
        orders=rows.bought.sum(where=inside), revenue=rows.net.sum(where=inside), margin=rows.margin.sum(where=inside),
        refunds=rows.back.sum(where=inside), discount=rows.discount.sum(where=inside),
        x_orders=rows.bought.sum(where=recent), x_revenue=rows.net.sum(where=recent),
        orders_before=rows.bought.sum(where=before), revenue_before=rows.net.sum(where=before),
        last=rows.ordered_at.max(where=before & is_purchase), first=rows.ordered_at.min(where=before & is_purchase),
    )  # fmt: skip
    return _left(limits.drop("until", "since"), sums)


def _of_visits(limits: ir.Table, seen: ir.Table) -> ir.Table:
    rows = limits.inner_join(seen, "person_id")
    rows = rows.filter(rows.visited_at < rows.until, rows.visited_at >= rows.since)
    inside = (rows.visited_at >= rows.start).ifelse(1, 0)
    return rows.group_by(*KEYS).aggregate(visits=inside.sum(), x_visits=(1 - inside).sum())


def _left(left: ir.Table, right: ir.Table) -> ir.Table:
    """Left join on the three keys, which the result has once."""
    other = right.rename({f"{name}_of": name for name in KEYS})
    return left.left_join(other, [(name, f"{name}_of") for name in KEYS]).drop(*(f"{name}_of" for name in KEYS))


def _known_since(people: ir.Table, made: ir.Table, *, has_orders: bool) -> ir.Table:
    """made with days_known, and recency_days where orders are known."""
    signed = people.select("signed", signed_person="person_id")
    made = made.left_join(signed, [("person_id", "signed_person")]).drop("signed_person")
    first: ir.TimestampValue = ibis.ifelse(made.signed < made.start, made.signed, ibis.null("timestamp"))
    if has_orders:
        both = ibis.least(first, made["first"])
        first = ibis.coalesce(both, first, made["first"])
    last = made["last"] if has_orders else ibis.null("timestamp")
    timed = made.mutate(days_known=_days(first, made.start), recency_days=_days(last, made.start))
    return timed.drop(*(name for name in ("signed", "first", "last") if name in timed.columns))


def _days(earlier: ir.TimestampValue, later: ir.TimestampValue) -> ir.FloatingValue:
    seconds = later.epoch_seconds().cast("int64") - earlier.epoch_seconds().cast("int64")
    return (seconds / DAY).floor().cast("float64")


def _outcomes(made: ir.Table, outcomes: Sequence[Outcome], *, has_visits: bool) -> ir.Table:
    """The named columns as float64, nothing missing where a start is known."""
    has_orders = "orders" in made.columns

    def zero(name: str) -> ir.FloatingValue:
        known = name in made.columns
        value = made[name].cast("float64").fill_null(0.0) if known else ibis.null("float64")
        return value.round(PLACES) if name in _MONEY else value  # the same in any order of adding

    values = {one.column: zero(one.name) for one in outcomes if not one.ready and one.name in made.columns}
    if has_orders:
        values |= {
            one.column: (zero("orders") > 0).ifelse(1, 0).cast("float64") for one in outcomes if _is(one, "converted")
        }
    before = {name: zero(name) for name in ("x_orders", "x_revenue", "orders_before", "revenue_before")}
    converted = (zero("x_orders") > 0).ifelse(1, 0).cast("float64") if has_orders else ibis.null("float64")
    return made.select(
        *KEYS, **values, x_converted=converted, **before,
        x_visits=zero("x_visits") if has_visits else ibis.null("float64"),
        recency_days=made.recency_days, days_known=made.days_known,
    )  # fmt: skip


def _is(outcome: Outcome, name: str) -> bool:
    return outcome.name == name and not outcome.ready


def _with_groups(tables: Tables, rows: ir.Table, groups: Sequence[str]) -> ir.Table:
    """rows with the customers' own columns of these names, as text."""
    wanted = [name for name in groups if tables.has("customers", "customer_id", name)]
    if not wanted:
        return rows
    listed = tables["customers"]
    own = listed.group_by(of_person=listed.customer_id.cast("string")).aggregate(
        **{f"{GROUP}{name}": listed[name].cast("string").min() for name in wanted}
    )
    return rows.left_join(own, [("person_id", "of_person")]).drop("of_person")
