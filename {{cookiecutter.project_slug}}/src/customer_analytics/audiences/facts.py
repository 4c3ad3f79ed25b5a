"""What the engine says of the customers on a list: consent, money, contacts and earlier arms, one row a customer each.

Everything here is an expression; `selection` joins them and crosses into pandas once. Names of our own begin with two
underscores, so that a client's column of the same name stays itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.rfm import customers as base
from customer_analytics.analysis.rfm.payments import payments
from customer_analytics.audiences.options import ContactCap
from customer_analytics.tables.ledger import CONTROL, TREATMENT
from customer_analytics.tables.store import Tables

CONSENT, MONEY, YEAR, LAST, CONTACTS = "__consent", "__money", "__year", "__last", "__contacts"
UNSUBSCRIBED = "__unsubscribed"
VALUE_DAYS = 365
_HELD_WORDS = ("control", "holdout", "hold out", "held out", "对照", "对照组", "空白组")


@dataclass(frozen=True)
class Earlier:
    """An audience that was made before and may still hold: a column tells who is on it, another who was held out."""

    name: str
    on_list: str
    held_out: str


def consent(tables: Tables) -> ir.Table | None:
    """customer_id and consent as 1, 0 or null (unknown); None where the client records no consent.

    A customer who stands twice with different answers has none.
    """
    if not tables.has("customers", "customer_id", "consent"):
        return None
    people = tables["customers"]
    return people.group_by("customer_id").aggregate(**{CONSENT: people.consent.cast("int8").min()})


def unsubscribed(tables: Tables) -> ir.Table | None:
    """customer_id of everyone who has unsubscribed from any message, with a 1; None where the touches do not say."""
    if not tables.has("touches", "customer_id", "unsubscribed_on"):
        return None
    touches = tables["touches"]
    gone = touches.filter(touches.unsubscribed_on.notnull(), touches.unsubscribed_on <= ibis.date(tables.as_of))
    return gone.select("customer_id").distinct().mutate(**{UNSUBSCRIBED: ibis.literal(1, "int8")})


def money(tables: Tables) -> ir.Table | None:
    """customer_id, net money ever and in the last 365 days, day number of the last purchase; None without orders."""
    if not has_orders(tables):
        return None
    paid = payments(tables["orders"])
    paid = paid.filter(paid.customer_id.notnull())
    start = base.day_number(tables.reference_day) - VALUE_DAYS
    return paid.group_by("customer_id").aggregate(
        **{
            MONEY: paid.net.sum().cast("float64"),
            YEAR: paid.net.sum(where=paid.day >= start).cast("float64"),
            LAST: paid.day.max(where=paid.bought).cast("float64"),
        }
    )


def has_orders(tables: Tables) -> bool:
    """Whether there are orders with a customer, a day and an amount."""
    return tables.has("orders", "customer_id", "ordered_on", "amount")


def all_money(tables: Tables) -> ir.FloatingScalar:
    """Net money of all orders of the last 365 days, those that name no customer among them."""
    paid = payments(tables["orders"])
    start = base.day_number(tables.reference_day) - VALUE_DAYS
    total: ir.FloatingScalar = paid.net.sum(where=paid.day >= start).cast("float64")
    return total


def first_purchase(tables: Tables) -> dt.date:
    """The day of the first purchase; the as-of day where there is none."""
    paid = payments(tables["orders"])
    day = paid.day.min(where=paid.bought).to_pyarrow().as_py()
    return tables.as_of if day is None else base.as_date(day)


def buyers(tables: Tables, first: dt.date) -> ir.Table:
    """customer_id of everyone with a purchase from `first` to the as-of day, each once."""
    paid = payments(tables["orders"])
    bought = paid.filter(paid.bought & (paid.day >= base.day_number(first)) & paid.customer_id.notnull())
    return bought.select("customer_id").distinct()


def contacts(tables: Tables, ledger: ir.Table | None, cap: ContactCap, name: str) -> ir.Table | None:
    """customer_id and the number of contacts in the days of the cap; None where nothing says who was contacted.

    A message counts on the day it was sent. An assignment to the treatment arm of another audience counts on its as-of
    day, unless the touches hold the same campaign for the same customer: then the message is counted and not the plan.
    An earlier version of this audience made on the same as-of day is a draft of this one and does not count.
    """
    first = tables.as_of - dt.timedelta(days=cap.days - 1)
    parts = []
    sent = _messages(tables)
    if sent is not None:
        recent = sent.filter(sent.day >= ibis.date(first), sent.day <= ibis.date(tables.as_of))
        parts.append(recent.select("customer_id"))
    if ledger is not None:
        planned = ledger.filter(
            ledger.arm == TREATMENT, ledger.assigned_on >= ibis.date(first), ~_is_draft(ledger, name, tables.as_of)
        )
        if sent is not None:
            planned = planned.anti_join(sent, ["campaign_id", "customer_id"])
        parts.append(planned.select("customer_id", "audience", "assigned_on").distinct().select("customer_id"))
    if not parts:
        return None
    rows = parts[0] if len(parts) == 1 else ibis.union(*parts)
    return rows.group_by("customer_id").aggregate(**{CONTACTS: rows.count().cast("int32")})


def _messages(tables: Tables) -> ir.Table | None:
    """Messages that left: campaign_id, customer_id, day.

    The day of sending; where the export has none, the day of assignment, else the campaign's first day, without the
    arms that got no message.
    """
    if not tables.has("touches", "campaign_id", "customer_id"):
        return None
    touches = tables["touches"]
    if "sent_on" in touches.columns:
        sent = touches.filter(touches.sent_on.notnull())
        return sent.select("campaign_id", "customer_id", day=sent.sent_on)
    if "arm" in touches.columns:
        touches = touches.filter(~touches.arm.strip().lower().isin(_HELD_WORDS).fill_null(False))
    if "assigned_on" in touches.columns:
        return touches.select("campaign_id", "customer_id", day=touches.assigned_on)
    if not tables.has("campaigns", "campaign_id", "started_on"):
        return None
    starts = tables["campaigns"].select("campaign_id", "started_on").distinct()
    joined = touches.select("campaign_id", "customer_id").inner_join(starts, "campaign_id")
    return joined.select("campaign_id", "customer_id", day=joined.started_on)


def arms(ledger: ir.Table, names: Sequence[str], name: str, as_of: dt.date) -> tuple[ir.Table, tuple[Earlier, ...]]:
    """Of each customer in the ledger: on which earlier audience, and held out of which, as 1 or 0.

    Only assignments that still hold on `as_of`. On an audience: its current version, and not this one. Held out: by
    any version, also an earlier one of this audience, except a draft of the same as-of day.
    """
    holds = ledger.expires_on.isnull() | (ledger.expires_on >= ibis.date(as_of))
    valid = ledger.filter(holds, ~_is_draft(ledger, name, as_of))
    earlier = tuple(Earlier(one, f"__on_{place}", f"__held_{place}") for place, one in enumerate(names))
    columns = {}
    for one in earlier:
        own = valid.audience == one.name
        columns[one.on_list] = (own & valid.current & (valid.audience != name)).ifelse(1, 0).max().cast("int8")
        columns[one.held_out] = (own & (valid.arm == CONTROL)).ifelse(1, 0).max().cast("int8")
    return valid.group_by("customer_id").aggregate(**columns), earlier


def earlier_names(ledger: ir.Table, as_of: dt.date) -> list[str]:
    """Names of the audiences with an assignment that still holds on `as_of`, in order."""
    holds = ledger.expires_on.isnull() | (ledger.expires_on >= ibis.date(as_of))
    return sorted(ledger.filter(holds).select("audience").distinct().to_pyarrow()["audience"].to_pylist())


def _is_draft(ledger: ir.Table, name: str, as_of: dt.date) -> ir.BooleanValue:
    draft: ir.BooleanValue = (ledger.audience == name) & (ledger.assigned_on == ibis.date(as_of))
    return draft
