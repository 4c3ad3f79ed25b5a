"""A property of the attempts: the device at entry, the channel at the last step, the region of the customer."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Literal

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.funnel.definition import Definition
from customer_analytics.analysis.funnel.rows import Rows
from customer_analytics.analysis.funnel.times import later
from customer_analytics.analysis.stream.events import own_names
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.tables.store import Tables

SEARCHED = ("events", "orders", "customers")


def with_property(
    tables: Tables,
    definition: Definition,
    attempts: ir.Table,
    name: str,
    attribution: Literal["first", "last", "step", "all"],
) -> ir.Table:
    """unit_id, person_id, furthest, step and property of the mature attempts; see FunnelResult.with_property."""
    home, column = find(tables, name)
    mature = attempts.filter(attempts.mature)
    if home == "customers":
        return _of_customers(tables, mature, column, definition.length, by_step=attribution == "step")
    rows = Rows(tables, definition, own_names(tables))
    at_entry = attribution == "first" and definition.entry == "closed"
    numbers = [1] if at_entry else range(1, definition.length + 1)
    found = [_at_step(rows, mature, column, number, attribution) for number in numbers]
    together = found[0] if len(found) == 1 else ibis.union(*found)
    if attribution == "all":
        return together.mutate(step=ibis.literal(0, "int16")).distinct()
    return together


def find(tables: Tables, name: str) -> tuple[str, str]:
    """The table and the column that a property means: "customers.region", or the first table that has "region".

    Raises:
        UserError: no table has it.
    """
    table, dot, column = name.partition(".")
    if dot and table in SEARCHED and tables.has(table, column):
        return table, column
    for home in SEARCHED:
        if tables.has(home, name):
            return home, name
    known = sorted({each for home in SEARCHED if tables.has(home) for each in tables[home].columns})
    near = get_close_matches(name, known, n=1)
    mend = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(known)}."
    raise UserError([Problem("property", f"no table has a column {name[:60]!r}.", mend)])


def _of_customers(tables: Tables, mature: ir.Table, column: str, steps: int, *, by_step: bool) -> ir.Table:
    customers = tables["customers"]
    unique = customers.group_by(of_person="customer_id").aggregate(property=customers[column].cast("string").max())
    joined = mature.left_join(unique, mature.person_id == unique.of_person)
    joined = joined.select("unit_id", "person_id", "furthest", "property", *_moments(mature))
    numbers = range(1, steps + 1) if by_step else [0]
    parts = []
    for number in numbers:
        reached = joined.filter(joined[f"at_{number}"].notnull()) if number else joined
        parts.append(
            reached.select("unit_id", "person_id", "furthest", step=ibis.literal(number, "int16"), property="property")
        )
    return parts[0] if len(parts) == 1 else ibis.union(*parts)


def _moments(table: ir.Table) -> Sequence[str]:
    return [name for name in table.columns if name.startswith("at_")]


def _at_step(rows: Rows, mature: ir.Table, column: str, number: int, attribution: str) -> ir.Table:
    """The value in the row that served a step: the latest row up to the step's moment, of equals the first value.

    The first step of a closed funnel is reached at the moment of a row itself, so that no earlier one is looked for.
    """
    definition = rows.definition
    moment = mature[f"at_{number}"]
    wanted = moment.notnull()
    if attribution == "first":
        for earlier in range(1, number):
            wanted = wanted & mature[f"at_{earlier}"].isnull()
    if attribution == "last":
        for after in range(number + 1, definition.length + 1):
            wanted = wanted & mature[f"at_{after}"].isnull()
    held = [f"held_{place}" for place in range(1, len(definition.hold) + 1)]
    chosen = mature.filter(wanted).select("unit_id", "person_id", "furthest", *held, moment=f"at_{number}")
    steps = definition.steps if definition.order == "any" else definition.steps[number - 1 : number]
    tables = [rows.of(step, value=column) for step in steps]
    served = tables[0] if len(tables) == 1 else ibis.union(*tables)
    served = served.rename(of_unit="unit_id", **{f"of_{name}": name for name in held})
    keys = [chosen.unit_id == served.of_unit, *(chosen[name] == served[f"of_{name}"] for name in held)]
    if number == 1 and definition.entry == "closed":
        joined = chosen.inner_join(served, [*keys, chosen.moment == served["at"]])
        values = joined.group_by("unit_id", "person_id", "furthest").aggregate(property=joined["value"].min())
        return values.select("unit_id", "person_id", "furthest", step=ibis.literal(1, "int16"), property="property")
    joined = chosen.inner_join(served, keys)
    joined = joined.filter(
        joined["at"] <= joined.moment, joined["at"] >= later(joined.moment, -definition.tolerance_seconds)
    )
    window = ibis.window(
        group_by=joined.unit_id, order_by=[joined["at"].desc(), joined["value"].asc(nulls_first=False)]
    )
    placed = joined.mutate(place=ibis.row_number().over(window))
    return placed.filter(placed.place == 0).select(
        "unit_id", "person_id", "furthest", step=ibis.literal(number, "int16"), property="value"
    )
