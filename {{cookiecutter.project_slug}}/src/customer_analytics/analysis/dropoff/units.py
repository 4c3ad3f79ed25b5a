"""What drop-off is counted over: one row a visit or attempt, with how far it got and its properties, in the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

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
    keeps = {each.column: frequent_values(units, each.column, minimum) for each in units.properties}
    kept = tuple(each for each in units.properties if keeps[each.column][1] > 1)
    changes: Mapping[str, ir.Value] = {
        each.column: _limit(units.table[each.column], keeps[each.column][0]) for each in kept
    }
    dropped = [each.column for each in units.properties if each not in kept]
    return replace(units, table=units.table.drop(*dropped).mutate(**changes).cache(), properties=kept)


def frequent_values(units: Units, column: str, minimum: int) -> tuple[list[str], int]:
    """(the frequent values, most frequent first; how many different values there are)."""
    known = units.table.filter(units.table[column].notnull())
    counted = known.group_by(column).aggregate(n=known.count())
    ranked = counted.order_by(ibis.desc("n"), column).limit(MOST_VALUES + 1).to_pyarrow().to_pylist()
    return [row[column] for row in ranked if row["n"] >= minimum][:MOST_VALUES], len(ranked)


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


def person_moments(units: Units, column: str) -> pd.DataFrame:
    """Sums over people of products of their counts, by value and step, for contrast.Moments; without unknown values.

    Columns: value, step, people (with units at the step before), then the fields of Moments.
    """
    known = units.table.filter(units.table[column].notnull())
    steps = range(1, units.last + 1)
    counts = {f"c_{step}": (known.furthest >= step).cast("float64").sum() for step in steps}
    own = known.group_by("person_id", value=known[column]).aggregate(**counts)
    whole = own.group_by("person_id").aggregate(**{f"t_{step}": own[f"c_{step}"].sum() for step in steps})
    both = own.inner_join(whole, "person_id")
    sums: dict[str, ir.Value] = {}
    totals: dict[str, ir.Value] = {}
    for step in range(2, units.last + 1):
        n, s = both[f"c_{step - 1}"], both[f"c_{step}"]
        n_all, s_all = both[f"t_{step - 1}"], both[f"t_{step}"]
        products = {
            "nn": n * n, "ns": n * s, "ss": s * s,
            "n_all": n * n_all, "n_all_s": n * s_all, "s_all": s * n_all, "s_all_s": s * s_all,
        }  # fmt: skip
        sums |= {f"{name}_{step}": product.sum() for name, product in products.items()}
        sums[f"people_{step}"] = (n > 0).cast("int64").sum()
        n_all, s_all = whole[f"t_{step - 1}"], whole[f"t_{step}"]
        of_all = {"all_nn": n_all * n_all, "all_ns": n_all * s_all, "all_ss": s_all * s_all}
        totals |= {f"{name}_{step}": product.sum() for name, product in of_all.items()}
    by_value = both.group_by("value").aggregate(**sums).order_by("value").to_pyarrow().to_pylist()
    overall = whole.aggregate(**totals).to_pyarrow().to_pylist()[0]
    rows = [
        {"value": row["value"], "step": step}
        | {name.rsplit("_", 1)[0]: number for name, number in (row | overall).items() if name.endswith(f"_{step}")}
        for row in by_value
        for step in range(2, units.last + 1)
    ]
    return pd.DataFrame(rows)


def patterns(units: Units, column: str, value: str, step: int) -> pd.DataFrame:
    """How many people have which counts at a step, in the group and in the rest: prize.PATTERN and `people`."""
    known = units.table.filter(units.table[column].notnull() & (units.table.furthest >= step - 1))
    here, past = known[column] == value, known.furthest >= step

    def count(condition: ir.BooleanValue) -> ir.Value:
        return condition.cast("int64").sum()

    person = known.group_by("person_id").aggregate(
        n=count(here), reached=count(here & past), final=count(here & (known.furthest >= units.last)),
        rest_n=count(~here), rest_reached=count(~here & past),
    )  # fmt: skip
    names = ["n", "reached", "final", "rest_n", "rest_reached"]
    made: pd.DataFrame = (
        person.group_by(names).aggregate(people=person.count()).order_by(names).to_pyarrow().to_pandas()
    )
    return made
