"""The funnel by the values of a property: rates, intervals, each against the rest, with the attribution stated."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.dropoff.contrast import Counts, judged
from customer_analytics.analysis.dropoff.units import MOST_VALUES
from customer_analytics.analysis.funnel.result import FunnelResult
from customer_analytics.analysis.paths.places import clean_page, clean_text
from customer_analytics.statistics import benjamini_hochberg, wilson

Attribution = Literal["first", "last", "step", "all"]
LEVEL = 0.01
COLUMNS = [
    "property", "value", "step", "n", "reached", "rate", "low", "high", "rest_rate", "difference", "difference_low",
    "difference_high", "p", "q",
]  # fmt: skip


@dataclass(frozen=True)
class Breakdown:
    """The funnel's own units by the values of properties.

    `table`: COLUMNS. `step` 0: from entry to the end; k: from step k - 1 to step k. Rates are NaN below the least base.
    Each is tested against the units with another known value; q is over everything tested. With the attribution "all" a
    unit with two values counts twice, and no total may be printed; with "step" the value at the step before counts.
    `unknown`: property -> entries without a value. `values`: property -> different values, of which the frequent ones
    are in the table.
    """

    attribution: Attribution
    table: pd.DataFrame
    unknown: dict[str, int]
    values: dict[str, int]

    @property
    def properties(self) -> tuple[str, ...]:
        """The properties, those whose values differ most first."""
        whole = self.table[self.table["step"] == (2 if self.attribution == "step" else 0)]
        best = whole.groupby("property")["p"].min()
        return tuple(sorted(dict.fromkeys(self.table["property"]), key=lambda name: (best.get(name, 1.0), name)))


def break_down(
    funnel: FunnelResult, names: Sequence[str], attribution: Attribution, *, minimum: int
) -> Breakdown | None:
    """The funnel by each of the properties; None where none is given.

    Raises:
        UserError: no table has such a column.
    """
    if not names:
        return None
    rows: list[tuple[object, ...]] = []
    unknown, values = {}, {}
    for name, counts in _counts(funnel, tuple(dict.fromkeys(names)), attribution).items():
        total = counts[counts["whole"]]
        missing = funnel.entered - (int(total["n_1"].iloc[0]) if len(total) else 0)
        unknown[name], values[name] = max(missing, 0), int((~counts["whole"]).sum())
        rows += _rows(counts, name, funnel.definition.length, attribution, minimum)
    table = pd.DataFrame(rows, columns=COLUMNS[:-1])
    usable = table["p"].notna()
    table["q"] = math.nan
    table.loc[usable, "q"] = benjamini_hochberg(table.loc[usable, "p"].to_numpy(np.float64))
    return Breakdown(attribution, table, unknown, values)


def _counts(funnel: FunnelResult, names: Sequence[str], attribution: Attribution) -> dict[str, pd.DataFrame]:
    """By name: property (its value), n_1 .. n_K and with "step" w_1 .. w_K, and whole. One crossing for all.

    n_k: units that reached step k with this value; with "step" the value at step k, and w_k how many of them went on.
    The row with an empty value (`whole`) holds all units with a known value once each.
    """
    last, parts = funnel.definition.length, []
    for name in names:
        table = funnel.with_property(name, attribution)
        is_page = name.rpartition(".")[2] == "page"
        table = table.mutate(property=clean_page(table.property) if is_page else clean_text(table.property))
        if attribution == "all":  # two values may be one now
            table = table.distinct()
        known = table.filter(table.property.notnull()).mutate(whole=ibis.literal(False))
        parts.append(_summed(known, last, attribution).mutate(name=ibis.literal(name)))
        if attribution == "all":  # the sum of the values would count some units twice
            once = known.select("unit_id", "furthest", "step").distinct()
            once = once.mutate(property=ibis.literal(""), whole=ibis.literal(True))
            parts.append(_summed(once, last, attribution).mutate(name=ibis.literal(name)))
    together = parts[0] if len(parts) == 1 else ibis.union(*parts)
    frame: pd.DataFrame = together.to_pyarrow().to_pandas()
    if attribution != "all":
        sums = [column for column in frame.columns if column[:2] in ("n_", "w_")]
        totals = frame.groupby("name", as_index=False)[sums].sum().assign(property="", whole=True)
        frame = pd.concat([frame, totals], ignore_index=True)
    frame = frame.sort_values(["whole", "n_1", "property"], ascending=[True, False, True], kind="stable")
    return {name: frame[frame["name"] == name].reset_index(drop=True) for name in names}


def _summed(table: ir.Table, last: int, attribution: Attribution) -> ir.Table:
    sums: dict[str, ir.Value] = {}
    for step in range(1, last + 1):
        there = table.furthest >= step
        if attribution == "step":
            there = table.step == step
            sums[f"w_{step}"] = (there & (table.furthest > step)).cast("int64").sum()
        sums[f"n_{step}"] = there.cast("int64").sum()
    return table.group_by("property", "whole").aggregate(**sums)


def _rows(
    counts: pd.DataFrame, name: str, last: int, attribution: Attribution, minimum: int
) -> list[tuple[object, ...]]:
    if not counts["whole"].any():
        return []
    whole, groups = counts[counts["whole"]].iloc[0], counts[~counts["whole"]].head(MOST_VALUES)
    rows: list[tuple[object, ...]] = []
    for group in groups.to_dict("records"):
        for step in range(2, last + 1) if attribution == "step" else [0, *range(2, last + 1)]:
            base = "n_1" if step == 0 else f"n_{step - 1}"
            goal = f"n_{last}" if step == 0 else f"w_{step - 1}" if attribution == "step" else f"n_{step}"
            n, reached = int(group[base]), int(group[goal])
            own = Counts(n, reached, int(whole[base]) - n, int(whole[goal]) - reached)
            rows.append((name, str(group["property"]), step, n, reached, *_numbers(own, minimum)))
    return rows


def _numbers(own: Counts, minimum: int) -> tuple[float, ...]:
    """rate, low, high, rest_rate, difference, its interval, p."""
    if own.n < minimum:
        return (math.nan,) * 8
    low, high = wilson(own.reached, own.n)
    if own.rest_n < minimum:
        return own.rate, low, high, *(math.nan,) * 5
    found = judged(own)
    return own.rate, low, high, own.rest_rate, own.difference, found.low, found.high, found.p
