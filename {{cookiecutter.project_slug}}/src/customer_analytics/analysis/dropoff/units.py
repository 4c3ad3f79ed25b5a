"""What drop-off is counted over: one row a visit or attempt, with how far it got and its properties, in the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import ibis
import ibis.expr.types as ir
import pandas as pd

OTHER = "\x1fother"  # all values beyond the frequent ones; loading refuses this character in data, so none is called so
MOST_VALUES = 20  # values of a property that are looked at one by one

Kind = Literal["customer", "session", "order"]
Source = Literal["behaviour", "customer", "order", "cells"]


@dataclass(frozen=True)
class Property:
    """A property of the units. `column`: its name in the table of units; `name`: what the client calls it."""

    name: str
    column: str
    source: Source


@dataclass(frozen=True)
class Units:
    """Mature units that entered.

    `table`: unit_id, person_id, entered_at, at_1 .. at_K (naive UTC; null: not reached), day (local day of entry, days
    since 1970-01-01), furthest (1..K: the last step reached), one text column for each property (null: not known).
    `repeated`: whether a person may have several units. `window_seconds`: time that a unit has; None: as long as its
    session, or as the data reach. `shared_sessions`: a session is a session_id of a person.
    """

    table: ir.Table
    steps: tuple[str, ...]
    kind: Kind
    repeated: bool
    properties: tuple[Property, ...]
    window_seconds: float | None = None
    shared_sessions: bool = False

    @property
    def last(self) -> int:
        """Number of the last step."""
        return len(self.steps)

    @property
    def columns(self) -> list[str]:
        """Columns of the properties."""
        return [each.column for each in self.properties]

    def reached(self, step: int) -> ir.BooleanValue:
        """Whether a unit reached a step (1..K)."""
        reached: ir.BooleanValue = self.table.furthest >= step
        return reached


def limited(units: Units, minimum: int) -> Units:
    """Units whose properties hold their frequent values only: the others are OTHER; one with a single value is dropped.

    A value is kept with at least `minimum` units, the MOST_VALUES most frequent.
    """
    keeps = frequent_values(units, units.columns, minimum)
    kept = tuple(each for each in units.properties if keeps[each.column][1] > 1)
    changes: Mapping[str, ir.Value] = {
        each.column: _limit(units.table[each.column], keeps[each.column][0]) for each in kept
    }
    dropped = [each.column for each in units.properties if each not in kept]
    return replace(units, table=units.table.drop(*dropped).mutate(**changes).cache(), properties=kept)


def frequent_values(units: Units, columns: Sequence[str], minimum: int) -> dict[str, tuple[list[str], int]]:
    """By column (the frequent values, most frequent first; how many different values there are, at most one more than
    are looked at)."""
    if not columns:
        return {}
    counts = []
    for column in columns:
        known = units.table.filter(units.table[column].notnull())
        counts.append(known.group_by(column=ibis.literal(column), value=known[column]).aggregate(n=known.count()))
    counted = counts[0] if len(counts) == 1 else ibis.union(*counts)
    place = ibis.row_number().over(group_by=counted.column, order_by=[counted.n.desc(), counted.value])
    ranked = counted.mutate(place=place).filter(ibis._.place <= MOST_VALUES)
    found: dict[str, list[dict[str, Any]]] = {column: [] for column in columns}
    for row in ranked.order_by("column", "place").to_pyarrow().to_pylist():
        found[row["column"]].append(row)
    return {
        column: ([row["value"] for row in rows if row["n"] >= minimum][:MOST_VALUES], len(rows))
        for column, rows in found.items()
    }


def _limit(column: ir.Value, values: Sequence[str]) -> ir.Value:
    if not values:
        return ibis.ifelse(column.isnull(), ibis.null("string"), OTHER)
    return ibis.cases((column.isnull(), ibis.null("string")), (column.isin(list(values)), column), else_=OTHER)


def cells(units: Units, split: ir.Value | None = None) -> pd.DataFrame:
    """Units by all combinations of their properties: the columns of the properties, n_1 .. n_K (units that reached).

    `split`: one more dimension (for example the period), as the column `split`. One crossing; every other table about
    rates is a sum over these rows.
    """
    keys = {column: units.table[column] for column in units.columns}
    if split is not None:
        keys["split"] = split
    reached = {f"n_{step}": units.reached(step).cast("int64").sum() for step in range(1, units.last + 1)}
    if not keys:
        row = units.table.aggregate(**reached).to_pyarrow().to_pylist()[0]
        return pd.DataFrame([{name: number or 0 for name, number in row.items()}])
    made: pd.DataFrame = units.table.group_by(**keys).aggregate(**reached).to_pyarrow().to_pandas()
    return made.sort_values(list(keys), kind="stable", ignore_index=True)


def day_counts(units: Units) -> pd.DataFrame:
    """Units by day of entry: day, n_1 .. n_K."""
    reached = {f"n_{step}": units.reached(step).cast("int64").sum() for step in range(1, units.last + 1)}
    made: pd.DataFrame = units.table.group_by("day").aggregate(**reached).order_by("day").to_pyarrow().to_pandas()
    return made
