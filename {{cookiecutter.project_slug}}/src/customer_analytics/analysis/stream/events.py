"""One stream of behaviour: the client's events, and those that customers and orders tell of.

Beside the client's own names there are four derived ones: `signed up` (customers.signed_up_at), `order placed`
(orders.ordered_at), `order paid` (the money arrived: at paid_at, else ordered_at) and `order kept` (a purchase as
analysis.rfm.payments defines it: paid, not free, not taken back in full; at the same moment). A client's event of the
same name wins.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import ibis
import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.rfm.payments import is_paid, is_purchase, net_money
from customer_analytics.analysis.stream.people import person_id
from customer_analytics.tables.store import Tables

SIGNED_UP, PLACED, PAID, KEPT = "signed up", "order placed", "order paid", "order kept"
DERIVED: Mapping[str, str] = {SIGNED_UP: "customers", PLACED: "orders", PAID: "orders", KEPT: "orders"}
FIXED = ("person_id", "event", "at", "day", "session_id", "order_id")
_TEXTS = ("session_id", "order_id")
# What a derived event of orders must know: all of the first, and one of the second where there are any. Without them
# every order would count as paid and kept, which tells nothing.
_NEEDS: Mapping[str, frozenset[str]] = {PLACED: frozenset(), PAID: frozenset(), KEPT: frozenset({"amount"})}
_ONE_OF: Mapping[str, frozenset[str]] = {
    PLACED: frozenset(),
    PAID: frozenset({"paid_at", "status"}),
    KEPT: frozenset({"refund", "status", "received", "paid_at"}),
}


@dataclass(frozen=True)
class Part:
    """The rows of one canonical table as a part of the stream.

    `table` ("events", "orders" or "customers"); `rows`: that table, limited to what happened; `event`, `at` (naive UTC)
    and `day` (local calendar day) of each row; `names`: the derived names, None for events, which bring their own.
    """

    table: Literal["events", "orders", "customers"]
    rows: ir.Table
    event: ir.StringValue
    at: ir.TimestampValue
    day: ir.DateValue
    names: tuple[str, ...] | None = None


def parts(tables: Tables, names: Collection[str] | None = None, own: Collection[str] | None = None) -> list[Part]:
    """The parts of the stream that hold some of these events (None: every event of the client and every derived one
    that the client has no event of). `own`: the client's own names where they are known already."""
    found = []
    if own is None:
        own = own_names(tables) if names is None or any(name in DERIVED for name in names) else ()
    wants_own = names is None or any(name not in DERIVED or name in own for name in names)
    if wants_own and tables.has("events", "event", "occurred_at"):
        found.append(_of_events(tables))
    for name in DERIVED:
        if name in own or (names is not None and name not in names):
            continue
        part = derived(tables, name)
        if part is not None:
            found.append(part)
    return found


def _of_events(tables: Tables) -> Part:
    rows = tables["events"]
    return Part("events", rows, rows.event, rows.occurred_at, _day(tables, rows, "occurred_at"))


def derived(tables: Tables, name: str) -> Part | None:
    """The rows of a derived event; None where the data cannot tell of it."""
    if name == SIGNED_UP:
        if not tables.has("customers", "customer_id", "signed_up_at"):
            return None
        rows = tables["customers"]
        rows = rows.filter(rows.signed_up_at.notnull())
        return Part(
            "customers", rows, ibis.literal(name), rows.signed_up_at, _day(tables, rows, "signed_up_at"), (name,)
        )
    if not tables.has("orders", "ordered_at"):
        return None
    rows = tables["orders"]
    if "amount" in rows.columns:
        rows = rows.filter(~(rows.amount < 0).fill_null(False))  # a return booked as an order of its own
    if not _NEEDS[name] <= set(rows.columns) or not (_ONE_OF[name] & set(rows.columns) or not _ONE_OF[name]):
        return None
    if name == PLACED:
        return Part("orders", rows, ibis.literal(name), rows.ordered_at, _day(tables, rows, "ordered_at"), (name,))
    rows = rows.filter(is_paid(rows)) if name == PAID else rows.mutate(net=net_money(rows)).filter(is_purchase)
    if "paid_at" not in rows.columns:
        return Part("orders", rows, ibis.literal(name), rows.ordered_at, _day(tables, rows, "ordered_at"), (name,))
    at = ibis.coalesce(ibis.greatest(rows.paid_at, rows.ordered_at), rows.ordered_at)
    return Part("orders", rows, ibis.literal(name), at, tables.local(at).date(), (name,))


def _day(tables: Tables, rows: ir.Table, time: str) -> ir.DateValue:
    companion = time.removesuffix("_at") + "_on"
    return rows[companion] if companion in rows.columns else tables.local(rows[time]).date()


def own_names(tables: Tables) -> frozenset[str]:
    """The names that the client's own events have, at most ten thousand; none where no engine holds the tables."""
    return tables.event_names


def event_stream(
    tables: Tables,
    names: Collection[str] | None = None,
    columns: Sequence[str] = (),
    *,
    people_only: bool = True,
) -> ir.Table:
    """The stream as one table, a row an event.

    Args:
        tables: the canonical tables.
        names: only these events; None: the client's own and every derived one.
        columns: further columns of events, orders or customers, for example "device"; null where the row's table lacks
            them, as text where the tables disagree on the type.
        people_only: leave out rows that name neither a customer nor a visitor.

    Returns:
        person_id, event, at (naive UTC), day (local calendar day), session_id, order_id and the columns asked for.
    """
    found = parts(tables, names)
    asked = [column for column in dict.fromkeys(columns) if column not in FIXED]
    types = {column: _type_of(found, column) for column in asked}
    selected = []
    for part in found:
        rows = part.rows
        fields: dict[str, ir.Value] = {
            "person_id": person_id(rows),
            "event": part.event,
            "at": part.at,
            "day": part.day,
            **{name: _text(rows, name) for name in _TEXTS},
        }
        for column in asked:
            known = column in rows.columns
            fields[column] = rows[column].cast(types[column]) if known else ibis.null(types[column])
        kept = rows if names is None or part.names is not None else rows.filter(part.event.isin(sorted(set(names))))
        table = kept.select(**fields)
        table = table.filter(table.at.notnull(), table.event.notnull())
        selected.append(table.filter(table.person_id.notnull()) if people_only else table)
    if not selected:
        schema = {"person_id": "string", "event": "string", "at": "timestamp", "day": "date"}
        return ibis.memtable({}, schema={**schema, **dict.fromkeys(_TEXTS, "string"), **dict.fromkeys(asked, "string")})
    return selected[0] if len(selected) == 1 else ibis.union(*selected)


def _text(rows: ir.Table, name: str) -> ir.StringValue:
    return rows[name].cast("string") if name in rows.columns else ibis.null("string")


def _type_of(found: list[Part], column: str) -> str:
    kinds = {str(part.rows[column].type()) for part in found if column in part.rows.columns}
    return kinds.pop() if len(kinds) == 1 else "string"


def event_names(tables: Tables, *, exact: bool = True) -> pd.DataFrame:
    """How often each event happens and to how many people, the most frequent first.

    exact: count people one by one; else to a few percent, with little memory (0 is always 0).

    Returns:
        event, events, people (customers or visitors; rows that name neither count as events only), derived (whether it
        comes from customers or orders).
    """
    stream = event_stream(tables, people_only=False)
    own = own_names(tables)
    people = stream.person_id.nunique() if exact else stream.person_id.approx_nunique()
    counted = stream.group_by("event").aggregate(events=stream.count(), people=people)
    frame: pd.DataFrame = counted.to_pandas()
    frame["derived"] = [name in DERIVED and name not in own for name in frame["event"]]
    return frame.sort_values(["events", "event"], ascending=[False, True], ignore_index=True)
