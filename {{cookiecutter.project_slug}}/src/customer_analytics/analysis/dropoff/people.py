"""What each person's units come to, by the values of their properties: for errors that know who came several times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import ibis
import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.dropoff.prize import PATTERN
from customer_analytics.analysis.dropoff.units import Units

AT_ONCE = 4_000_000  # rows (units x properties) up to which all properties are counted in one query
Group = tuple[str, str, int]  # column of the property, value, step


class People:
    """The units of people by property and value. Few of them are counted once for all questions, many property by
    property: memory stays that of one."""

    def __init__(self, units: Units) -> None:
        self._units = units
        rows = int(units.table.count().to_pyarrow().as_py()) * max(len(units.columns), 1)
        self._is_small = rows <= AT_ONCE
        self._kept = _counted(units, units.columns).cache() if self._is_small and units.columns else None

    def moments(self) -> dict[str, pd.DataFrame]:
        """person_moments of every property, by its column."""
        if self._kept is not None:
            found = _moments(self._kept, self._units.last)
            return {column: found[found["column"] == column] for column in self._units.columns}
        return {column: person_moments(self._units, column) for column in self._units.columns}

    def patterns(self, groups: Sequence[Group]) -> list[pd.DataFrame]:
        """patterns of several groups, in their order."""
        if self._kept is None:
            return [patterns(self._units, *group) for group in groups]
        return _patterns(self._kept, groups, self._units.last)


def person_moments(units: Units, column: str) -> pd.DataFrame:
    """Sums over people of products of their counts, by value and step, for contrast.Moments; without unknown values.

    Columns: column, value, step, people (with units at the step before), then the fields of Moments.
    """
    return _moments(_counted(units, [column]), units.last)


def patterns(units: Units, column: str, value: str, step: int) -> pd.DataFrame:
    """How many people have which counts at a step, in the group and in the rest: prize.PATTERN and `people`."""
    (found,) = _patterns(_counted(units, [column]), [(column, value, step)], units.last)
    return found


def _counted(units: Units, columns: Sequence[str]) -> ir.Table:
    """column, value, person_id, c_1 .. c_K (units that reached): a row a person and known value of a property."""
    parts = []
    for column in columns:
        known = units.table.filter(units.table[column].notnull())
        reached = replace(units, table=known).reached
        counts = {f"c_{step}": known.count(where=reached(step)) for step in range(1, units.last + 1)}
        keys = {"column": ibis.literal(column), "value": known[column], "person_id": known.person_id}
        parts.append(known.group_by(**keys).aggregate(**counts))
    return parts[0] if len(parts) == 1 else ibis.union(*parts)


def _moments(counted: ir.Table, last: int) -> pd.DataFrame:
    steps = range(1, last + 1)
    own = counted.mutate(**{f"c_{step}": counted[f"c_{step}"].cast("float64") for step in steps})
    whole = own.group_by("column", "person_id").aggregate(**{f"t_{step}": own[f"c_{step}"].sum() for step in steps})
    both = own.inner_join(whole, ["column", "person_id"])
    sums: dict[str, ir.Value] = {}
    totals: dict[str, ir.Value] = {}
    for step in range(2, last + 1):
        n, s = both[f"c_{step - 1}"], both[f"c_{step}"]
        n_all, s_all = both[f"t_{step - 1}"], both[f"t_{step}"]
        products = {
            "nn": n * n, "ns": n * s, "ss": s * s,
            "n_all": n * n_all, "n_all_s": n * s_all, "s_all": s * n_all, "s_all_s": s * s_all,
        }  # fmt: skip
        sums |= {f"{name}_{step}": product.sum() for name, product in products.items()}
        sums[f"people_{step}"] = both.count(where=n > 0)
        n_all, s_all = whole[f"t_{step - 1}"], whole[f"t_{step}"]
        of_all = {"all_nn": n_all * n_all, "all_ns": n_all * s_all, "all_ss": s_all * s_all}
        totals |= {f"{name}_{step}": product.sum() for name, product in of_all.items()}
    by_value = both.group_by("column", "value").aggregate(**sums)
    overall = whole.group_by("column").aggregate(**totals)
    wide = by_value.inner_join(overall, "column").order_by("column", "value").to_pyarrow().to_pylist()
    rows = [
        {"column": row["column"], "value": row["value"], "step": step}
        | {name.rsplit("_", 1)[0]: number for name, number in row.items() if name.endswith(f"_{step}")}
        for row in wide
        for step in range(2, last + 1)
    ]
    return pd.DataFrame(rows)


def _patterns(counted: ir.Table, groups: Sequence[Group], last: int) -> list[pd.DataFrame]:
    if not groups:
        return []
    parts = []
    for number, (column, value, step) in enumerate(groups):
        own = counted.filter(counted.column == column, counted[f"c_{step - 1}"] > 0)
        here, fields = own.value == value, (f"c_{step - 1}", f"c_{step}", f"c_{last}")
        inside = [own[name].sum(where=here).fill_null(0).cast("int64") for name in fields]
        outside = [own[name].sum(where=~here).fill_null(0).cast("int64") for name in fields[:2]]
        person = own.group_by("person_id").aggregate(**dict(zip(PATTERN, (*inside, *outside), strict=True)))
        same = person.group_by(PATTERN).aggregate(people=person.count())
        parts.append(same.mutate(group=ibis.literal(number, "int16")))
    together = parts[0] if len(parts) == 1 else ibis.union(*parts)
    made: pd.DataFrame = together.to_pyarrow().to_pandas().sort_values(PATTERN, kind="stable")
    return [made[made["group"] == number].drop(columns="group") for number in range(len(groups))]
