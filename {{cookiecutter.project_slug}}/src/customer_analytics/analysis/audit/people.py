"""Who in the data is no customer: machines, test accounts, staff; and who may be contacted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.audit.faults import Fault
from customer_analytics.analysis.audit.measures import (
    kind_of,
    money,
    number,
    one_row,
    own_columns,
    person,
    total,
    whole,
)
from customer_analytics.analysis.audit.profile import is_personal_name
from customer_analytics.schema import Kind
from customer_analytics.tables.store import Tables

SLEEPLESS_HOURS = 20  # events in so many different hours of one day: nobody sleeps that little
_TEST = r"(?i)(^|[^a-z])(test|tester|testing|dummy|demo|qa)([^a-z]|$)|测试"
_STAFF = r"(?i)^(staff|employee|internal|colleague|员工|内部|内部员工)$"
_STAFF_COLUMN = r"staff|employee|is_internal|员工|内部"


@dataclass(frozen=True)
class Consent:
    """Customers who agreed to be contacted, who refused, and whose answer is not known."""

    agreed: int
    refused: int
    unknown: int


def people_faults(tables: Tables, *, bot_events_per_day: int) -> list[Fault]:
    """Machines in the events, test accounts and staff among the customers, with the money of their orders."""
    faults = []
    machines = bots(tables, bot_events_per_day)
    if machines is not None:
        events = tables["events"]
        who = person(events)
        assert who is not None
        faults.append(_fault(tables, "events", "bot", events.select(id=who), machines))
    for rule, accounts in account_sets(tables).items():
        source = "customers" if "customers" in tables.tables else "orders"
        faults.append(_fault(tables, source, rule, tables[source].select(id=tables[source].customer_id), accounts))
    return faults


def bots(tables: Tables, events_per_day: int) -> ir.Table | None:
    """Ids (column id) with a day of at least so many events, or a day without sleep; None without known persons."""
    if not tables.has("events", "occurred_on"):
        return None
    events = tables["events"]
    who = person(events)
    if who is None:
        return None
    rows = events.select(id=who, day=events.occurred_on, hour=tables.local(events.occurred_at).hour())
    rows = rows.filter(rows.id.notnull())
    days = rows.group_by(["id", "day"]).aggregate(rows=rows.count(), hours=rows.hour.nunique())
    return days.filter((days["rows"] >= events_per_day) | (days.hours >= SLEEPLESS_HOURS)).select("id").distinct()


def account_sets(tables: Tables) -> dict[str, ir.Table]:
    """Ids (column id) of test accounts and of staff, read from ids, names, e-mails and category columns."""
    name = next((name for name in ("customers", "orders") if tables.has(name, "customer_id")), None)
    if name is None:
        return {}
    table = tables[name]
    words = [column for column in own_columns(table) if kind_of(name, column, table) == Kind.TEXT]
    named = [table[column] for column in words if name == "customers" and is_personal_name(column)]
    tests = _any([table.customer_id, *named], _TEST)
    kinds = [table[column] for column in words] if name == "customers" else []
    staff = _any(kinds, _STAFF)
    for column in own_columns(table):
        if name == "customers" and table[column].type().is_boolean() and _matches(column, _STAFF_COLUMN):
            staff = staff | table[column].fill_null(False)
    return {
        "test_account": table.filter(tests).select(id=table.customer_id).distinct(),
        "staff": table.filter(staff).select(id=table.customer_id).distinct(),
    }


def suspects(tables: Tables, bot_events_per_day: int) -> ir.Table | None:
    """Ids of machines, test accounts and staff together; None when the tables know nobody."""
    sets: list[ir.Table] = list(account_sets(tables).values())
    machines = bots(tables, bot_events_per_day)
    if machines is not None:
        sets.append(machines)
    return ibis.union(*sets, distinct=True) if len(sets) > 1 else sets[0] if sets else None


def consent(tables: Tables, *, derived: Iterable[str] = ()) -> Consent | None:
    """The consent of the customers; None where the client's data does not say."""
    if not tables.has("customers", "consent") or "customers" in set(derived):
        return None
    answers = tables["customers"].consent
    row = one_row(
        tables["customers"].aggregate(agreed=answers.sum(), refused=(~answers).sum(), unknown=answers.isnull().sum())
    )
    return Consent(whole(row["agreed"]), whole(row["refused"]), whole(row["unknown"]))


def _fault(tables: Tables, table: str, rule: str, rows: ir.Table, accounts: ir.Table) -> Fault:
    """Rows of a set of accounts, of all rows, with the accounts and the money of their orders."""
    accounts = accounts.view()  # a set may be a part of the very rows that it is compared with
    theirs = rows.semi_join(accounts, "id")
    counts = theirs.aggregate(rows=theirs.count(), people=theirs.id.nunique())
    counts = counts.cross_join(rows.aggregate(total=rows.count()))
    amount = money("orders", tables["orders"]) if tables.has("orders", "customer_id") else None
    if amount is not None:
        orders = tables["orders"].select(id=tables["orders"].customer_id, money=amount)
        bought = orders.semi_join(accounts, "id")
        counts = counts.cross_join(bought.aggregate(money=total(bought.money)))
    row = one_row(counts)
    carried = None if amount is None else number(row["money"]) or 0.0
    column = "customer_id" if "customer_id" in tables[table].columns else "visitor_id"
    return Fault(table, column, rule, whole(row["rows"]), whole(row["total"]), carried, whole(row["people"]))


def _any(columns: list[ir.StringValue], pattern: str) -> ir.BooleanValue:
    found: ir.BooleanValue = ibis.literal(False)
    for column in columns:
        found = found | column.re_search(pattern).fill_null(False)
    return found


def _matches(name: str, pattern: str) -> bool:

    return re.search(pattern, name, re.IGNORECASE) is not None
