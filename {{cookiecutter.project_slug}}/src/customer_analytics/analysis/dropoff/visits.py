"""The units of the search: visits where the data have sessions and people convert within them, else the attempts.

A device, a page or an error belongs to a visit. A person's first attempt and the funnel's window mix several of them,
so that a fault of one device is diluted by the others; the visit shows it as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

import ibis
import ibis.expr.datatypes as dtypes
import ibis.expr.types as ir

from customer_analytics.analysis.audit.profile import is_personal_name
from customer_analytics.analysis.dropoff.units import Property, Source, Units
from customer_analytics.analysis.funnel.attempts import match
from customer_analytics.analysis.funnel.definition import Definition
from customer_analytics.analysis.funnel.matching import is_mature, keep, with_key
from customer_analytics.analysis.funnel.properties import find
from customer_analytics.analysis.funnel.result import FunnelResult
from customer_analytics.analysis.funnel.rows import Rows
from customer_analytics.analysis.paths.places import clean_page, clean_text
from customer_analytics.analysis.stream.events import own_names, parts
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.tables.store import Tables

VISIT_SECONDS = 86_400.0  # longest time that a visit has; sessions of trackers end at midnight or after half an hour
WITHIN_VISIT = 0.5  # visits that convert, of the conversions of the funnel, from which visits are looked at
MOST_PROPERTIES = 8
MOST_DISTINCT = 50  # different values beyond which a column is no property of a group
CUSTOMER_COLUMNS = ("acquisition_channel", "acquisition_campaign", "region", "gender", "income_band")
ORDER_COLUMNS = ("channel", "payment_method", "store")
# Columns of events that name somebody or something, not a kind of it.
NO_KIND = re.compile(
    r"(?:^|_)(?:id|uuid|date|time|day|at|on|timestamp|email|mail|phone|name|ip)$|编号|日期|时间|手机|姓名", re.I
)
NAMES_ONE = {"session_id", "customer_id", "visitor_id", "order_id", "account_id"}
NO_PROPERTY = {"event", "properties", "session_id", "customer_id", "visitor_id", "product_id", "order_id"}


def units_of(tables: Tables, funnel: FunnelResult, asked: Sequence[str] = ()) -> Units:
    """The units of the drop-off search with their properties at entry.

    Args:
        tables: the canonical tables.
        funnel: whose steps and rules hold.
        asked: columns to look at, as the funnel's `break_down`; empty: those that the data hold.

    Raises:
        UserError: an asked column is in no table, or names people.
    """
    own = own_names(tables)
    visits = _visits(tables, funnel, own)
    if visits is not None:
        definition, found = visits
    else:
        definition, found = funnel.definition, funnel.attempts.filter(funnel.attempts.mature)
    properties = _properties(tables, definition, asked)
    rows = Rows(tables, definition, own)
    table = _with_values(rows, found, properties)
    table = table.mutate(day=tables.local(table.entered_at).date().epoch_days().cast("int32")).cache()
    return Units(
        table, definition.labels, definition.unit, definition.unit != "customer" or bool(definition.hold), properties,
        definition.window_seconds, definition.shared_sessions,
    )  # fmt: skip


def _visits(tables: Tables, funnel: FunnelResult, own: frozenset[str]) -> tuple[Definition, ir.Table] | None:
    """The same steps within a session, mature ones only; None where they are not looked at."""
    given = funnel.definition
    if given.unit != "customer" or given.order == "any" or not tables.has("events", "session_id"):
        return None
    definition = replace(
        given, unit="session", window_seconds=min(VISIT_SECONDS, given.window_seconds or VISIT_SECONDS),
        attempt="first", entry="closed", occurrence="first_matching",
    )  # fmt: skip
    rows = Rows(tables, definition, own)
    found = match(rows)
    found = found.filter(is_mature(rows, found.last_entry_at)).drop("last_entry_at")
    found = keep(with_key(found, rows.people(), ["unit_id"], {"person_id": "person_id"}, "left"), rows)
    converted = found.aggregate(n=(found.furthest == definition.length).cast("int64").sum())
    reached = converted.to_pyarrow().to_pylist()[0]["n"] or 0
    conversions = int(funnel.conversion[0])
    return (definition, found) if reached and reached >= WITHIN_VISIT * conversions else None


def _properties(tables: Tables, definition: Definition, asked: Sequence[str]) -> tuple[Property, ...]:
    """The properties: those asked for, else columns with few different values, the events' own before others."""
    if asked:
        homes = [find(tables, name) for name in dict.fromkeys(asked)]
        _no_people(homes)
    else:
        homes = [*_of_steps(tables, definition), *_of_customers(tables)][:MOST_PROPERTIES]
    sources: dict[str, Source] = {"events": "behaviour", "orders": "order", "customers": "customer"}
    return tuple(Property(column, f"p{place}", sources[home]) for place, (home, column) in enumerate(homes))


def _no_people(homes: Sequence[tuple[str, str]]) -> None:
    """A column that names people, visits or orders makes no groups, and its values must not stand in a report.

    Raises:
        UserError: one of the columns does.
    """
    mend = "Use a column of kinds, for example device, channel or region."
    problems = [
        Problem("reports.funnel.break_down", f"{name!r} names people, visits or orders one by one.", mend)
        for _, name in homes
        if name in NAMES_ONE or is_personal_name(name)
    ]
    if problems:
        raise UserError(problems)


def _of_steps(tables: Tables, definition: Definition) -> list[tuple[str, str]]:
    """Columns of the rows that serve the first steps."""
    homes = {part.table for part in parts(tables, definition.steps[0].names)}
    found = []
    if "events" in homes:
        events = tables["events"]
        kinds = events.schema().items()
        texts = [name for name, kind in kinds if isinstance(kind, dtypes.String | dtypes.Boolean)]
        texts = [name for name in texts if name not in NO_PROPERTY and not NO_KIND.search(name)]
        found += [("events", name) for name in _few_values(events, texts)]
    if "orders" in homes:
        known = [name for name in ORDER_COLUMNS if tables.has("orders", name)]
        found += [("orders", name) for name in _few_values(tables["orders"], known)]
    return found


def _of_customers(tables: Tables) -> list[tuple[str, str]]:
    known = [name for name in CUSTOMER_COLUMNS if tables.has("customers", "customer_id", name)]
    return [("customers", name) for name in _few_values(tables["customers"], known)] if known else []


def _few_values(table: ir.Table, names: Sequence[str]) -> list[str]:
    """The columns with 2 to MOST_DISTINCT values, the usual ones first."""
    if not names:
        return []
    counts = table.aggregate(**{f"n_{place}": table[name].nunique() for place, name in enumerate(names)})
    row = counts.to_pyarrow().to_pylist()[0]
    few = [name for place, name in enumerate(names) if 2 <= row[f"n_{place}"] <= MOST_DISTINCT]
    usual = ("device", "channel", "page", "element")
    return sorted(few, key=lambda name: (usual.index(name) if name in usual else len(usual), name))


def _with_values(rows: Rows, found: ir.Table, properties: Sequence[Property]) -> ir.Table:
    """The units with what the row of entry says, all columns in one pass, and what the customer's row says."""
    at_entry = {each.column: each.name for each in properties if each.source != "customer"}
    table = found
    if at_entry:
        values = _at_entry(rows, found, at_entry)
        table = table.left_join(values, table.unit_id == values.of_unit).drop("of_unit")
    of_customer = {each.column: each.name for each in properties if each.source == "customer"}
    if of_customer:
        customers = rows.tables["customers"]
        own = customers.group_by(of_customer="customer_id").aggregate(
            **{column: customers[name].cast("string").max() for column, name in of_customer.items()}
        )
        table = table.left_join(own, table.person_id == own.of_customer).drop("of_customer")
    moments = [f"at_{number}" for number in range(1, rows.definition.length + 1)]
    return table.select(
        "unit_id", "person_id", "entered_at", *moments, "furthest", *[each.column for each in properties]
    )


def _at_entry(rows: Rows, found: ir.Table, columns: dict[str, str]) -> ir.Table:
    """of_unit and the columns' values in the rows by which each unit entered; of several such rows the greatest."""
    definition = rows.definition
    steps = definition.steps if definition.entry == "open" or definition.order == "any" else definition.steps[:1]
    tables = []
    for part in parts(rows.tables, {name for step in steps for name in step.names}):
        serves = reduce(lambda a, b: a | b, [rows.serves(part, step) for step in steps])
        values = {
            column: _clean(part.rows[name], name) if name in part.rows.columns else ibis.null("string")
            for column, name in columns.items()
        }
        tables.append(part.rows.filter(serves).select(of_unit=rows.unit(part), of_moment=part.at, **values))
    served = tables[0] if len(tables) == 1 else ibis.union(*tables)
    entries = found.select("unit_id", "entered_at")
    joined = entries.inner_join(served, [entries.unit_id == served.of_unit, entries.entered_at == served.of_moment])
    return joined.group_by("of_unit").aggregate(**{column: joined[column].max() for column in columns})


def _clean(value: ir.Value, name: str) -> ir.StringValue:
    """A value as text without what may name a person: addresses, in pages also long numbers and queries."""
    return clean_page(value.cast("string")) if name == "page" else clean_text(value.cast("string"))
