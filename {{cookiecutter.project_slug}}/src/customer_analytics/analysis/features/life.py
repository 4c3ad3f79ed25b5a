"""When each person was there: the one intermediate that the study of silence, the population and the rhythm share.

Being there is an order that was placed (returns booked as orders of their own are none; paid or not does not matter,
because whether an order was paid or taken back is often known only later), or any event or order. One row a person and
day, with the days around it, so that everything about a cut-off is one aggregate over it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.stream.people import person_id
from customer_analytics.analysis.stream.person_days import has_events, person_days
from customer_analytics.analysis.survival.blocks import block
from customer_analytics.tables.store import Tables

EPOCH = dt.date(1970, 1, 1)
ORDERS, ACTIVITY, CONTRACTS, SNAPSHOT = "orders", "activity", "contracts", "snapshot"
KINDS = (ORDERS, ACTIVITY, CONTRACTS, SNAPSHOT)
SALT = 11  # of the division of people for samples
COLUMNS = {
    "person_id": "string", "day": "int32", "times": "int32", "next_day": "int32", "before": "int32",
    "ordinal": "int32", "begun": "int32",
}  # fmt: skip


@dataclass(frozen=True)
class Life:
    """Days on which people were there.

    `spells`: person_id, day (number), times (orders or events of that day), next_day (null after the last), before
    (the day before it, null for the first), ordinal (1 = first day) and begun (the first day); materialised. `first`,
    `last`: first and last of these days, None without any. `people`: "customers" or "everyone" (visitors too).
    """

    kind: str
    spells: ir.Table
    first: int | None
    last: int | None
    people: str


def has_placed(tables: Tables) -> bool:
    """Whether there are orders of customers with a day."""
    return tables.has("orders", "customer_id", "ordered_on")


def placed(tables: Tables) -> ir.Table:
    """The orders that customers placed: the canonical columns, with person_id and `day` (day number).

    Orders with a negative amount are returns booked as orders and are left out.
    """
    orders = tables["orders"]
    if "amount" in orders.columns:
        orders = orders.filter(~(orders.amount < 0).fill_null(False))
    rows = orders.mutate(person_id=person_id(orders), day=orders.ordered_on.epoch_days().cast("int32"))
    return rows.filter(rows.person_id.notnull(), rows.day.notnull())


def life(tables: Tables, kind: str, people: str = "customers") -> Life:
    """The days on which people were there, for what a kind of business counts: orders, else any event or order."""
    days = there_days(tables, kind, people)
    if days is None:
        return Life(kind, ibis.memtable([], schema=COLUMNS), None, None, people)
    spells = with_neighbours(days).cache()
    row = spells.aggregate(first=spells.day.min(), last=spells.day.max()).to_pyarrow().to_pylist()[0]
    return Life(kind, spells, row["first"], row["last"], people)


def with_neighbours(days: ir.Table) -> ir.Table:
    """Days (person_id, day, times) with the days around them: Life.spells."""
    within = ibis.window(group_by=days.person_id, order_by=days.day)
    return days.mutate(
        next_day=days.day.lead().over(within),
        before=days.day.lag().over(within),
        ordinal=(ibis.row_number().over(within) + 1).cast("int32"),
        begun=days.day.first().over(within),
    )


def there_days(tables: Tables, kind: str, people: str) -> ir.Table | None:
    """person_id, day, times: one row a person and day there; for contracts the days of use, None without any."""
    end = (tables.reference_day - EPOCH).days
    if kind == ORDERS or (kind in (CONTRACTS, SNAPSHOT) and has_placed(tables)):
        if not has_placed(tables):
            return None
        orders = placed(tables).filter(lambda t: t.day < end)
        return orders.group_by("person_id", "day").aggregate(times=orders.count().cast("int32"))
    if not has_events(tables):
        return None
    days = person_days(tables, "any", people=people)
    days = days.filter(days.day < end, (days.events > 0) | (days.orders > 0))
    return days.select("person_id", "day", times=(days.events + days.orders).cast("int32"))


def part_of(person: ir.StringValue, parts: int) -> ir.IntegerValue:
    """Part of each person, 0 to parts - 1, by the letters of the id: the same in every run and on every engine."""
    return block(person, parts, SALT)
