"""The contacts that an order can be credited to: visits with their channel, or messages that were sent.

A visit is a session of the client's own, or what a person did without half an hour of silence; its channel is the
first that one of its events names.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.attribution.names import Names, coded
from customer_analytics.analysis.campaigns.purchases import knows_orders
from customer_analytics.analysis.funnel.settle import shared_sessions
from customer_analytics.analysis.paths.visits import GAP_SECONDS
from customer_analytics.analysis.stream.people import person_id
from customer_analytics.analysis.uplift.campaigns import HELD_WORDS
from customer_analytics.tables.store import Tables

_PLACES = 64  # more than any code; second and code in one number


@dataclass(frozen=True)
class Touchpoints:
    """`rows`: person_id, second (since 1970, naive UTC), code (of the channel, from 1). `unnamed`: rows of events or
    touches without a channel, left out."""

    rows: ir.Table
    names: Names
    unnamed: int


def can_use_events(tables: Tables) -> bool:
    """Whether events name people, moments and channels, and orders what came of it."""
    named = tables.has("events", "customer_id") or tables.has("events", "visitor_id")
    return named and tables.has("events", "occurred_at", "channel") and knows_orders(tables)


def can_use_touches(tables: Tables) -> bool:
    """Whether messages with a moment and a channel are known, and orders what came of them."""
    dated = tables.has("touches", "campaign_id", "customer_id") and _sent_at(tables) is not None
    return dated and tables.has("campaigns", "campaign_id", "channel") and knows_orders(tables)


def of_events(tables: Tables) -> Touchpoints | None:
    """The visits; None where no event names a channel."""
    events = tables["events"]
    rows = events.select(
        person_id=person_id(events),
        second=events.occurred_at.epoch_seconds().cast("int64"),
        session=events.session_id.cast("string") if "session_id" in events.columns else ibis.null("string"),
        channel=events.channel.cast("string").strip().nullif(""),
    )
    rows = rows.filter(rows.person_id.notnull(), rows.second.notnull())
    told = coded(rows)
    if told is None:
        return None
    rows, names, unnamed = told
    if "session_id" not in events.columns:
        return Touchpoints(_by_silence(rows), names, unnamed)
    own = rows.person_id if shared_sessions(tables) else ibis.literal("")
    inside = rows.mutate(own=own).filter(rows.session.notnull())
    # A visitor sorts before the customer that a visit turns out to be.
    sessions = inside.group_by("session", "own").aggregate(
        person_id=inside.person_id.max(), mark=(inside.second * _PLACES + inside.code).min()
    )
    visits = sessions.select(
        "person_id", second=(sessions.mark - sessions.mark % _PLACES) / _PLACES, code=sessions.mark % _PLACES
    )
    visits = visits.mutate(second=visits.second.cast("int64"), code=visits.code.cast("int16"))
    return Touchpoints(visits.union(_by_silence(rows.filter(rows.session.isnull()))), names, unnamed)


def _by_silence(rows: ir.Table) -> ir.Table:
    """person_id, second, code: the first row with a channel of each visit, a silence beginning another."""
    within = ibis.window(group_by=rows.person_id, order_by=[rows.second, rows.code])
    before = rows.second.lag().over(within)
    marked = rows.mutate(begins=(before.isnull() | (rows.second - before > GAP_SECONDS)))
    return marked.filter(marked.begins).select("person_id", "second", code=marked.code.cast("int16"))


def of_touches(tables: Tables) -> Touchpoints | None:
    """The messages that were sent; None where no campaign names a channel.

    Where the data do not say when a message left, everybody assigned counts as contacted at the assignment, but for
    arms whose name says that they were held out.
    """
    touches, campaigns, sent_at = tables["touches"], tables["campaigns"], _sent_at(tables)
    assert sent_at is not None  # the caller has asked can_use_touches
    arm = touches.arm.strip().lower() if "arm" in touches.columns else ibis.literal("")
    rows = touches.select(
        campaign=touches.campaign_id.cast("string"),
        person_id=touches.customer_id.cast("string"),
        second=touches[sent_at].epoch_seconds().cast("int64"),
        held=arm.isin(HELD_WORDS).fill_null(False) if sent_at == "assigned_at" else ibis.literal(False),
    )
    rows = rows.filter(rows.person_id.notnull(), rows.second.notnull(), ~rows.held).drop("held")
    listed = campaigns.select(
        campaign=campaigns.campaign_id.cast("string"), channel=campaigns.channel.cast("string").strip().nullif("")
    )
    channels = listed.group_by("campaign").aggregate(channel=listed.channel.min())
    told = coded(rows.left_join(channels, "campaign").select("person_id", "second", "channel"))
    return None if told is None else Touchpoints(told[0].select("person_id", "second", "code"), *told[1:])


def _sent_at(tables: Tables) -> str | None:
    return next((name for name in ("sent_at", "assigned_at") if tables.has("touches", name)), None)
