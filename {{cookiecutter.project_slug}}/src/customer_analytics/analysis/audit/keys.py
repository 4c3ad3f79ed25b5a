"""Keys, copies and orphans: does a row stand for one thing, once, and is its parent there?"""

from __future__ import annotations

from collections.abc import Iterable

import ibis

from customer_analytics.analysis.audit.faults import Fault
from customer_analytics.analysis.audit.measures import money, number, one_row, own_columns, person, total, whole
from customer_analytics.schema import REFERENCES, SCHEMAS
from customer_analytics.tables.store import Tables


def key_faults(
    tables: Tables, *, derived: Iterable[str] = (), generated: Iterable[tuple[str, str]] = ()
) -> list[Fault]:
    """Repeated keys, exact copies, events recorded twice, and keys whose parent row is missing.

    Args:
        tables: the loaded tables.
        derived: tables that the loader made from others; they hold every key by construction and are not asked.
        generated: (table, column) of keys that the loader numbered; they are unique and tell no copies apart.
    """
    made, numbered = set(derived), set(generated)
    faults: list[Fault | None] = []
    for name in tables.tables:
        if name not in made:
            ours = [column for table, column in numbered if table == name]
            keyed = None if ours else duplicate_keys(tables, name)
            faults += [keyed, _no_copies(tables, keyed) or exact_duplicates(tables, name, without=ours)]
    faults += [duplicate_events(tables), two_customers(tables)]
    faults += [
        orphans(tables, child, column, parent)
        for (child, column), parent in REFERENCES.items()
        if tables.has(child, column) and parent in tables.tables and parent not in made
    ]
    return [fault for fault in faults if fault is not None]


def duplicate_keys(tables: Tables, name: str) -> Fault | None:
    """Rows beyond the first of each key; None for a table without a key."""
    key = SCHEMAS[name].key if name in SCHEMAS else ()
    table = tables[name]
    if not key or not tables.has(name, *key):
        return None
    copies = table.group_by(list(key)).aggregate(rows=table.count())
    row = one_row(copies.aggregate(keys=copies.count(), rows=copies["rows"].sum(), repeated=(copies["rows"] > 1).sum()))
    rows = whole(row["rows"])
    return Fault(
        name, "+".join(key), "duplicate_key", rows - whole(row["keys"]), rows, values={"keys": whole(row["repeated"])}
    )


def _no_copies(tables: Tables, keyed: Fault | None) -> Fault | None:
    """The answer of `exact_duplicates` where every row has a key of its own; None where that has to be asked."""
    if keyed is None or keyed.rows:
        return None
    carried = None if money(keyed.table, tables[keyed.table]) is None else 0.0
    return Fault(keyed.table, "", "exact_duplicate", 0, keyed.evaluated, money=carried)


def exact_duplicates(tables: Tables, name: str, *, without: Iterable[str] = ()) -> Fault:
    """Rows equal to an earlier one in every column of the client. Money: what the copies add."""
    table = tables[name]
    amount = money(name, table)
    left_out = set(without)
    columns = [column for column in own_columns(table) if column not in left_out]
    valued = table.select(*columns, money_=ibis.literal(0.0) if amount is None else amount)
    groups = valued.group_by(columns).aggregate(copies=valued.count() - 1, money=valued.money_.max())
    row = one_row(
        groups.aggregate(
            copies=groups.copies.sum(),
            groups=groups.count(),
            money=total(groups.copies * groups.money),
        )
    )
    copies = whole(row["copies"])
    return Fault(
        name,
        "",
        "exact_duplicate",
        copies,
        copies + whole(row["groups"]),
        money=None if amount is None else number(row["money"]) or 0.0,
    )


def duplicate_events(tables: Tables) -> Fault | None:
    """The same person, event and second again: a tracker that fires twice.

    None where events are dated without a time of day: the same day is no repetition.
    """
    if "events" not in tables.tables:
        return None
    table = tables["events"]
    who = person(table)
    if who is None:
        return None
    moment = tables.local(table.occurred_at)
    clock = moment.hour() * 3600 + moment.minute() * 60 + moment.second()
    keyed = table.select("event", person=who, second=table.occurred_at.truncate("s"), clock=clock)
    keyed = keyed.filter(keyed.person.notnull())
    groups = keyed.group_by(["person", "event", "second"]).aggregate(rows=keyed.count())
    counts = groups.aggregate(rows=groups["rows"].sum(), groups=groups.count())
    row = one_row(counts.cross_join(keyed.aggregate(clocks=keyed.clock.nunique(), days=keyed.second.nunique())))
    if whole(row["clocks"]) == 1 and whole(row["days"]) > 1:
        return None
    rows = whole(row["rows"])
    return Fault("events", "", "duplicate_event", rows - whole(row["groups"]), rows)


def two_customers(tables: Tables) -> Fault | None:
    """Orders whose lines name more than one customer; rows are orders here. None where lines name none."""
    if not tables.has("order_lines", "order_id", "customer_id"):
        return None
    lines = tables["order_lines"]
    amount = money("order_lines", lines)
    valued = lines.mutate(worth_=ibis.literal(0.0) if amount is None else amount)
    orders = valued.group_by("order_id").aggregate(customers=valued.customer_id.nunique(), worth=valued.worth_.sum())
    known = orders.filter(orders.customers > 0)
    several = known.customers > 1
    row = one_row(known.aggregate(rows=known.count(), several=several.sum(), money=total(known.worth, several)))
    carried = None if amount is None else number(row["money"]) or 0.0
    return Fault("order_lines", "customer_id", "two_customers", whole(row["several"]), whole(row["rows"]), carried)


def orphans(tables: Tables, child: str, column: str, parent: str) -> Fault:
    """Rows whose key is not in the parent table; rows without a key are counted as missing, not as orphans."""
    table = tables[child]
    amount = money(child, table)
    key = SCHEMAS[parent].key[0]
    parents = tables[parent].select(parent_key=tables[parent][key]).distinct()
    keyed = table.select(key=table[column], money=ibis.literal(0.0) if amount is None else amount)
    keyed = keyed.filter(keyed.key.notnull())
    lost = keyed.anti_join(parents, keyed.key == parents.parent_key)
    row = one_row(
        lost.aggregate(rows=lost.count(), keys=lost.key.nunique(), money=total(lost.money)).cross_join(
            keyed.aggregate(total=keyed.count())
        )
    )
    return Fault(
        child,
        column,
        "orphan",
        whole(row["rows"]),
        whole(row["total"]),
        money=None if amount is None else number(row["money"]) or 0.0,
        customers=whole(row["keys"]) if column == "customer_id" else None,
        values={"parent": parent, "keys": whole(row["keys"])},
    )
