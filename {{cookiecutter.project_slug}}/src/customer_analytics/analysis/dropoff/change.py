"""Two periods of equal length: which step changed, and how much of it is another mix of entries."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, replace

import ibis
import pandas as pd

from customer_analytics.analysis.dropoff.contrast import Counts, plain_variance
from customer_analytics.analysis.dropoff.mix import Split, split_change
from customer_analytics.analysis.dropoff.units import OTHER, Units, cells
from customer_analytics.statistics import holm, newcombe

LEVEL = 0.01
LEAST_CHANGE = 0.02  # of a step's rate, from which it matters
EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True)
class Change:
    """Entries of the last `days` days that are mature against those of as many days before, the same window for both.

    `table`: step, rate_earlier, n_earlier, reached_earlier, rate_now, n_now, reached_now, change, low, high (Newcombe),
    p, p_adjusted (Holm over the steps); its last row, step 0, is entry to conversion and is not in the family.
    `splits`: property, value, n_earlier, n_now, rate_earlier, rate_now, mix, rate: the change of the conversion split
    by each property; mix and rate of a property add up to the change (`totals`: property, change, mix, rate).
    """

    days: int
    first: dt.date
    middle: dt.date
    last: dt.date
    table: pd.DataFrame
    splits: pd.DataFrame
    totals: pd.DataFrame

    @property
    def moved(self) -> pd.DataFrame:
        """Steps whose change stands after the correction for looking at all of them, largest first."""
        steps = self.table[(self.table["step"] > 0) & (self.table["p_adjusted"] < LEVEL)]
        steps = steps[steps["change"].abs() >= LEAST_CHANGE]
        return steps.reindex(steps["change"].abs().sort_values(ascending=False, kind="stable").index)


def compare(units: Units, days: int, last_day: int, *, minimum: int) -> Change | None:
    """Compare the entries of two periods; None where a period has fewer than `minimum` entries.

    Args:
        units: with limited properties; mature, so that all had the same time.
        days: length of each period; 0: no comparison.
        last_day: last day (since 1970-01-01) on which every entry is mature.
        minimum: least base.
    """
    if days <= 0:
        return None
    begin, middle = last_day - 2 * days + 1, last_day - days + 1
    inside = replace(units, table=units.table.filter(units.table.day.between(begin, last_day)))
    period = ibis.ifelse(inside.table.day >= middle, "now", "earlier")
    found = cells(inside, split=period)
    names = [f"n_{step}" for step in range(1, units.last + 1)]
    sums = found.groupby("split")[names].sum().reindex(["earlier", "now"], fill_value=0)
    if sums["n_1"].min() < minimum:
        return None
    table = _steps(sums, units.last, minimum)
    splits, totals = _splits(units, found)
    day = [EPOCH + dt.timedelta(days=number) for number in (begin, middle, last_day)]
    return Change(days, day[0], day[1], day[2], table, splits, totals)


def _steps(sums: pd.DataFrame, last: int, minimum: int) -> pd.DataFrame:
    rows = []
    for step in [*range(2, last + 1), 0]:
        base, goal = ("n_1", f"n_{last}") if step == 0 else (f"n_{step - 1}", f"n_{step}")
        n_0, n_1 = (int(count) for count in sums[base])  # earlier, now
        x_0, x_1 = (int(count) for count in sums[goal])
        if min(n_0, n_1) < minimum:
            rows.append((step, math.nan, n_0, x_0, math.nan, n_1, x_1, math.nan, math.nan, math.nan, 1.0))
            continue
        own = Counts(n_1, x_1, n_0, x_0)
        low, high = newcombe(x_1, n_1, x_0, n_0)
        error = math.sqrt(plain_variance(own))
        p = math.erfc(abs(own.difference) / error / math.sqrt(2)) if error > 0 else 1.0
        rows.append((step, own.rest_rate, n_0, x_0, own.rate, n_1, x_1, own.difference, low, high, p))
    columns = [
        "step", "rate_earlier", "n_earlier", "reached_earlier", "rate_now", "n_now", "reached_now", "change", "low",
        "high", "p",
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    adjusted = holm(table["p"].to_numpy(float)[:-1])
    table["p_adjusted"] = [*adjusted, table["p"].iloc[-1]]
    return table


def _splits(units: Units, found: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    parts, totals = [], []
    for each in units.properties:
        if each.source == "customer":  # known of those who are known, and many are known because they bought
            continue
        split = _split(found, each.column, f"n_{units.last}")
        named = split.parts.rename(
            columns={"n_0": "n_earlier", "n_1": "n_now", "rate_0": "rate_earlier", "rate_1": "rate_now"}
        )
        parts.append(named.assign(property=each.column))
        totals.append((each.column, split.change, split.mix, split.rate))
    columns = ["property", "value", "n_earlier", "n_now", "rate_earlier", "rate_now", "mix", "rate"]
    together = pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)
    return together, pd.DataFrame(totals, columns=["property", "change", "mix", "rate"])


def _split(found: pd.DataFrame, column: str, goal: str) -> Split:
    """Conversion by value in both periods; an unknown value is a group of its own, or the parts would not add up."""
    values = found[column].astype(object).where(found[column].notna(), "")
    wide = found.assign(value=values).pivot_table(
        index="value", columns="split", values=["n_1", goal], aggfunc="sum", fill_value=0
    )
    wide = wide.reindex(columns=pd.MultiIndex.from_product([["n_1", goal], ["earlier", "now"]]), fill_value=0)
    groups = pd.DataFrame(
        {
            "value": wide.index,
            "n_0": wide[("n_1", "earlier")].to_numpy(),
            "reached_0": wide[(goal, "earlier")].to_numpy(),
            "n_1": wide[("n_1", "now")].to_numpy(),
            "reached_1": wide[(goal, "now")].to_numpy(),
        }
    )
    return split_change(groups.sort_values(["value"], key=lambda one: one == OTHER, kind="stable", ignore_index=True))
