"""What is known of everybody's orders, visits and beginnings: worked out once, asked by every part of the report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.campaigns.purchases import known_margin, purchases, visits
from customer_analytics.analysis.value.margin import Margin
from customer_analytics.engagement.parameters import CampaignEvaluationParameters
from customer_analytics.tables.store import Tables

if TYPE_CHECKING:
    from customer_analytics.analysis.campaigns.campaign import Campaigns

PEOPLE = {
    "person_id": "string", "since": "timestamp", "signed": "timestamp", "consent": "boolean", "listed": "int8",
}  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """`bought`: the rows of `purchases.purchases`; None without orders. `seen`: those of `purchases.visits`; None
    without visits. `people`: PEOPLE, a row a customer of customers or orders: `since` when the business knew them
    (sign-up or first order; null: always), `signed` the sign-up, `consent` (null: unknown), `listed` 1 where customers
    has a row of them. `margin`: as `known_margin` says."""

    bought: ir.Table | None
    seen: ir.Table | None
    people: ir.Table
    margin: Margin | None


def facts(
    tables: Tables, parameters: CampaignEvaluationParameters, margin: Margin | None,
    keep: Callable[[ir.Table], ir.Table] = lambda table: table,
) -> Facts:  # fmt: skip
    """The facts of these tables.

    Args:
        tables: the engagement's tables, or those of a part of the people.
        parameters: `margin_share`.
        margin: of `known_margin`, over all tables.
        keep: what works a table out once; by default nothing does.
    """
    bought, seen = purchases(tables, parameters, margin), visits(tables)
    return Facts(
        None if bought is None else keep(bought), None if seen is None else keep(seen), keep(people(tables)), margin
    )


def facts_of(campaigns: Campaigns | None, tables: Tables, parameters: CampaignEvaluationParameters) -> Facts:
    """The facts that the campaigns hold; where nobody was assigned those of the tables."""
    if campaigns is not None and campaigns.facts is not None:
        return campaigns.facts
    margin = known_margin(tables, parameters) if campaigns is None else campaigns.margin
    return facts(tables, parameters, margin)


def united(parts: Sequence[Facts]) -> Facts:
    """The facts of all parts of the people as one; each person is in one part."""
    first = parts[0]
    if len(parts) == 1:
        return first
    bought = [one.bought for one in parts if one.bought is not None]
    seen = [one.seen for one in parts if one.seen is not None]
    return Facts(
        ibis.union(*bought) if bought else None, ibis.union(*seen) if seen else None,
        ibis.union(*(one.people for one in parts)), first.margin,
    )  # fmt: skip


def people(tables: Tables) -> ir.Table:
    """PEOPLE of customers and orders: see `Facts`."""
    none = {name: ibis.null(kind) for name, kind in PEOPLE.items()} | {"listed": ibis.literal(0, "int8")}
    parts = []
    if tables.has("customers", "customer_id"):
        rows = tables["customers"]
        told = {"person_id": rows.customer_id.cast("string"), "listed": ibis.literal(1, "int8")}
        if "signed_up_at" in rows.columns:
            told |= dict.fromkeys(("since", "signed"), rows.signed_up_at.cast("timestamp"))
        if "consent" in rows.columns:
            told |= {"consent": rows.consent}
        parts.append(rows.select(**none | told))
    if tables.has("orders", "customer_id", "ordered_at"):
        rows = tables["orders"]
        told = {"person_id": rows.customer_id.cast("string"), "since": rows.ordered_at.cast("timestamp")}
        parts.append(rows.select(**none | told))
    if not parts:
        return ibis.memtable([], schema=PEOPLE)
    both = parts[0] if len(parts) == 1 else ibis.union(*parts)
    both = both.filter(both.person_id.notnull())
    found: ir.Table = both.group_by("person_id").aggregate(
        since=both.since.min(), signed=both.signed.min(), consent=both.consent.max(), listed=both.listed.max()
    )
    return found
