"""The counts that the fitness verdicts rest on: one aggregate a table, crossing as one row each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.audit.measures import money, one_row, person, total, whole
from customer_analytics.schema import SCHEMAS
from customer_analytics.tables.store import Tables

_NOT_ATTRIBUTES = {"customer_id", "signed_up_at", "consent", "accounts", "account_id"}
_OUTCOME = r"(?i)^(true|false|yes|no|t|f|y|n|是|否|-?[0-9]+([.][0-9]+)?)$"
_RESPONSES = ("opened_at", "clicked_at", "unsubscribed_at")


@dataclass(frozen=True)
class PeopleFacts:
    """A table of what people did. `people`: distinct known ones; `repeat_people`: active on two days or more.

    `days`: calendar days from the first to the last, both counted. Money is 0 where the table has none.
    """

    rows: int
    rows_known: int
    people: int
    repeat_people: int
    days: int
    money: float
    money_known: float

    @property
    def share_of_money_unknown(self) -> float:
        """Share of the money, net of what was taken back, that no customer stands behind; 0 without money."""
        return min(max(1 - self.money_known / self.money, 0.0), 1.0) if self.money > 0 else 0.0


@dataclass(frozen=True)
class BasketFacts:
    """Baskets with at least one item, and those with two different ones."""

    baskets: int
    with_two_items: int
    items: int


@dataclass(frozen=True)
class Facts:
    """What the verdicts need to know about the tables; None where a table or its person column is missing."""

    rows: Mapping[str, int]
    customers: int
    attributes: int  # columns that describe customers and are filled somewhere
    orders: PeopleFacts | None
    orders_with_amount: int
    order_states: int  # orders that say whether they were paid
    events: PeopleFacts | None
    event_names: int
    baskets: BasketFacts | None
    touches: int
    touched: int
    arms: Mapping[str, Mapping[str, int]]  # campaign -> arm -> customers
    outcomes: int  # ready-made outcome columns of touches
    responses: int  # openings, clicks and unsubscriptions on touches
    contracts: int
    contracts_ended: int
    contracts_dated: int  # with the day on which they began
    channel_paths: int
    channels: int  # rows of events or customers that say by which channel somebody came
    spend: int


def collect_facts(tables: Tables) -> Facts:
    """Count what is there."""
    rows = {name: _count(table) for name, table in tables.tables.items()}
    present = {name for name, count in rows.items() if count}
    customers, attributes = _customers(tables) if "customers" in present else (0, 0)
    orders = _people(tables, "orders", "ordered_on") if "orders" in present else None
    events = _people(tables, "events", "occurred_on") if "events" in present else None
    touches = _touches(tables) if "touches" in present else {}
    contracts, ended, dated = _contracts(tables["subscriptions"]) if "subscriptions" in present else (0, 0, 0)
    return Facts(
        rows=rows,
        customers=customers,
        attributes=attributes,
        orders=orders,
        orders_with_amount=_filled(tables, "orders", "amount") if orders else 0,
        order_states=max(_filled(tables, "orders", name) for name in ("paid_at", "status")) if orders else 0,
        events=events,
        event_names=int(tables["events"].event.nunique().execute()) if events else 0,
        baskets=_baskets(tables, present),
        touches=rows.get("touches", 0),
        touched=touches.get("touched", 0),
        arms=touches.get("arms", {}),
        outcomes=touches.get("outcomes", 0),
        responses=touches.get("responses", 0),
        contracts=contracts,
        contracts_ended=ended,
        contracts_dated=dated,
        channel_paths=rows.get("channel_paths", 0),
        channels=max(
            _filled(tables, name, column)
            for name, column in (("events", "channel"), ("customers", "acquisition_channel"))
            if name in present
        )
        if present & {"events", "customers"}
        else 0,
        spend=rows.get("spend", 0),
    )


def _count(table: ir.Table) -> int:
    return int(table.count().execute())


def _filled(tables: Tables, name: str, column: str) -> int:
    return int(tables[name][column].count().execute()) if tables.has(name, column) else 0


def _people(tables: Tables, name: str, day_column: str) -> PeopleFacts:
    table = tables[name]
    who = person(table)
    day = table[day_column] if day_column in table.columns else ibis.null("date")
    amount = money(name, table)
    facts = table.select(
        person=ibis.null("string") if who is None else who,
        day=day,
        money=ibis.literal(0.0) if amount is None else amount,
    )
    known = facts.person.notnull()
    whole = facts.aggregate(
        rows=facts.count(),
        rows_known=known.sum().fill_null(0),
        first=facts.day.min(),
        last=facts.day.max(),
        money=total(facts.money),
        money_known=total(facts.money, known),
    )
    days_active = facts.filter(known).group_by("person").aggregate(days=facts.day.nunique())
    people = days_active.aggregate(people=days_active.count(), repeat=(days_active.days >= 2).sum().fill_null(0))
    row = one_row(whole.cross_join(people))
    return PeopleFacts(
        rows=int(row["rows"]),
        rows_known=int(row["rows_known"]),
        people=int(row["people"]),
        repeat_people=int(row["repeat"]),
        days=_days(row["first"], row["last"]),
        money=float(row["money"]),
        money_known=float(row["money_known"]),
    )


def _customers(tables: Tables) -> tuple[int, int]:
    """Customers, and how many columns describe them."""
    table = tables["customers"]
    described = [name for name in table.columns if name not in _NOT_ATTRIBUTES and not name.endswith("_on")]
    counts = {f"filled_{index}": table[name].count() for index, name in enumerate(described)}
    row = one_row(table.aggregate(people=table.customer_id.nunique(), **counts))
    return int(row["people"]), sum(int(row[name]) > 0 for name in counts)


def _baskets(tables: Tables, present: set[str]) -> BasketFacts | None:
    """Orders with their items; without any, visits with what was looked at in them."""
    for table, names in _BASKET_ITEMS.items():
        item = next((name for name in names if table in present and _filled(tables, table, name)), None)
        keys = _basket_keys(tables, table) if item else []
        if item and keys:
            rows = tables[table]
            sold = rows.filter(rows[item].notnull(), *(rows[key].notnull() for key in keys))
            sizes = sold.group_by(keys).aggregate(items=sold[item].nunique())
            totals = sizes.aggregate(baskets=sizes.count(), mixed=(sizes["items"] >= 2).sum().fill_null(0))
            row = one_row(totals.cross_join(sold.aggregate(distinct=sold[item].nunique())))
            return BasketFacts(int(row["baskets"]), int(row["mixed"]), int(row["distinct"]))
    return None


_BASKET_ITEMS = {"order_lines": ("product_id", "product_name", "category"), "events": ("product_id", "page")}


def _basket_keys(tables: Tables, table: str) -> list[str]:
    """Columns that say the basket of a row; none where nothing does."""
    if table == "order_lines":
        return ["order_id"]
    if tables.has("events", "session_id"):
        return ["session_id"]
    whose = next((name for name in ("customer_id", "visitor_id") if tables.has("events", name)), None)
    return [whose, "occurred_on"] if whose else []


def _touches(tables: Tables) -> dict[str, Any]:
    table = tables["touches"]
    arm = table.arm if "arm" in table.columns else ibis.null("string")
    named = table.mutate(arm=arm)
    by_arm = named.group_by(["campaign_id", "arm"]).aggregate(customers=named.customer_id.nunique()).execute()
    arms: dict[str, dict[str, int]] = {}
    for row in by_arm.itertuples(index=False):
        group = arms.setdefault(str(row.campaign_id), {})
        if isinstance(row.arm, str):
            group[row.arm] = int(row.customers)
    responses = sum(_filled(tables, "touches", name) for name in _RESPONSES)
    touched = int(table.customer_id.nunique().execute())
    return {"arms": arms, "responses": responses, "touched": touched, "outcomes": len(outcome_columns(table))}


def outcome_columns(touches: ir.Table) -> list[str]:
    """Columns of touches that are no canonical ones and hold yes or no, or numbers: ready-made outcomes.

    A client's columns may be stored as text, so the values decide, not the type. Columns named as ids are no outcomes.
    """
    canonical = set(SCHEMAS["touches"].names)
    days = {name[:-3] + "_on" for name in canonical if name.endswith("_at")}
    extra = [name for name in touches.columns if name not in canonical | days and not name.lower().endswith("id")]
    kinds = touches.schema()
    words = [name for name in extra if kinds[name].is_string()]
    measured = {name for name in extra if kinds[name].is_boolean() or kinds[name].is_numeric()}
    if words:
        counts = {f"filled_{index}": touches[name].count() for index, name in enumerate(words)}
        counts |= {f"fit_{index}": touches[name].re_search(_OUTCOME).sum() for index, name in enumerate(words)}
        row = one_row(touches.aggregate(**counts))
        measured |= {
            name
            for index, name in enumerate(words)
            if whole(row[f"filled_{index}"]) and whole(row[f"filled_{index}"]) == whole(row[f"fit_{index}"])
        }
    return [name for name in extra if name in measured]


def _contracts(table: ir.Table) -> tuple[int, int, int]:
    """Contracts, how many have ended, and of how many the beginning is dated."""
    ended = ibis.literal(False)
    if "ended" in table.columns:
        ended = ended | table.ended.fill_null(False)
    if "ended_at" in table.columns:
        ended = ended | table.ended_at.notnull()
    dated = table.started_at.count() if "started_at" in table.columns else ibis.literal(0)
    row = one_row(table.aggregate(contracts=table.count(), ended=ended.sum().fill_null(0), dated=dated))
    return int(row["contracts"]), int(row["ended"]), int(row["dated"])


def _days(first: Any, last: Any) -> int:
    return 0 if pd.isna(first) or pd.isna(last) else int((last - first).days) + 1
