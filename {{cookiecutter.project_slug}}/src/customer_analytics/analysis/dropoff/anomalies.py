"""Days on which a step lost more, or fewer, than on the days around them; and which group it was."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.dropoff.contrast import Counts, fisher
from customer_analytics.analysis.dropoff.units import OTHER, Units, cells, day_counts
from customer_analytics.statistics import benjamini_hochberg

Floats = npt.NDArray[np.float64]
LEVEL = 0.01
EXACT_BELOW = 0.05  # p below which the exact test is asked too
AROUND = 14  # days before and after that a day is compared with
LEAST_DAYS = 14  # days of comparison that must be there
MOST_DAYS = 8  # odd days whose cause is looked for
MOST_OF_IT = 0.5  # share of the deviation that one group must carry to be named
COLUMNS = [
    "day", "step", "n", "reached", "rate", "usual", "difference", "p", "q", "property", "value", "value_n",
    "value_rate", "value_usual", "share_of_it",
]  # fmt: skip


@dataclass(frozen=True)
class Anomalies:
    """`table`: COLUMNS, the odd days, worst first; `usual`: the rate of the days around it. The cause is the group
    that explains most of the missing (or surplus) units, None where no group carries half of them. `tests`: days and
    steps looked at; `spread`: by step, how much more the days vary than chance alone (1: no more)."""

    table: pd.DataFrame
    tests: int
    spread: dict[int, float]


def find_anomalies(units: Units, *, minimum: int) -> Anomalies:
    """Odd days of each step, by a test against the days around each that knows how much days vary anyway."""
    days = _every_day(day_counts(units))
    found, spread = [], {}
    for step in range(2, units.last + 1):
        rows, spread[step] = odd_days(days, step, minimum)
        found.append(rows)
    table = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=COLUMNS[:8])
    table["q"] = benjamini_hochberg(table["p"].to_numpy(np.float64)) if len(table) else math.nan
    tests = len(table)
    odd = table[table["q"] <= LEVEL].sort_values(["q", "day", "step"], kind="stable").head(MOST_DAYS)
    causes = [_cause(units, int(day), int(step), minimum) for day, step in zip(odd["day"], odd["step"], strict=True)]
    named = pd.DataFrame(causes, columns=COLUMNS[9:])
    return Anomalies(pd.concat([odd.reset_index(drop=True), named], axis=1)[COLUMNS], tests, spread)


def _every_day(counts: pd.DataFrame) -> pd.DataFrame:
    """All days from the first to the last, those without entries with zeros."""
    if not len(counts):
        return counts
    whole = pd.RangeIndex(int(counts["day"].min()), int(counts["day"].max()) + 1, name="day")
    return counts.set_index("day").reindex(whole, fill_value=0).reset_index()


def odd_days(days: pd.DataFrame, step: int, minimum: int) -> tuple[pd.DataFrame, float]:
    """Every day with the least base against the AROUND days on either side, itself left out.

    The variance is widened by how much all days vary (the median of the squared residuals against that of a chi-square
    with one degree of freedom, never below 1: a few odd days do not hide each other); p is not below Fisher's, for a
    step at which hardly anybody is lost.
    """
    n, x = (days[f"n_{place}"].to_numpy(np.float64) for place in (step - 1, step))
    near_n, near_x, near_days = (_around(values) for values in (n, x, (n > 0).astype(np.float64)))
    usable = (n >= minimum) & (near_n >= minimum) & (near_days >= LEAST_DAYS) & (near_x > 0) & (near_x < near_n)
    base = days.loc[usable, ["day"]].assign(step=step, n=n[usable], reached=x[usable])
    own_n, own_x, whole_n, whole_x = n[usable], x[usable], near_n[usable], near_x[usable]
    usual = whole_x / whole_n
    variance = usual * (1 - usual) * (1 / own_n + 1 / whole_n)
    residual = (own_x / own_n - usual) / np.sqrt(variance)
    spread = max(1.0, float(np.median(residual**2)) / 0.4549) if len(residual) else 1.0
    widened = [math.erfc(abs(one) / math.sqrt(2 * spread)) for one in residual]
    exact = [
        fisher(Counts(*(int(one) for one in counts))) if likely <= EXACT_BELOW else likely
        for *counts, likely in zip(own_n, own_x, whole_n, whole_x, widened, strict=True)
    ]
    p = np.maximum(widened, exact)
    rows = base.assign(rate=own_x / own_n, usual=usual, difference=own_x / own_n - usual, p=p)
    return rows.astype({"n": np.int64, "reached": np.int64}).reset_index(drop=True), spread


def _around(values: Floats) -> Floats:
    """Sums over the AROUND days before and after each, the day itself left out."""
    sums = np.concatenate(([0.0], np.cumsum(values)))
    place = np.arange(len(values))
    low, high = np.maximum(place - AROUND, 0), np.minimum(place + AROUND + 1, len(values))
    return sums[high] - sums[low] - values


def _cause(units: Units, day: int, step: int, minimum: int) -> tuple[object, ...]:
    """The group that carries most of the deviation of a day: property, value, its units, rate, usual rate, share."""
    near = units.table.day.between(day - AROUND, day + AROUND)
    nearby = replace(units, table=units.table.filter(near))
    found = cells(nearby, split=nearby.table.day == day)
    base, goal = f"n_{step - 1}", f"n_{step}"
    best: tuple[object, ...] = (None, None, math.nan, math.nan, math.nan, math.nan)
    largest = MOST_OF_IT
    for each in units.properties:
        sums = found.groupby([found[each.column], "split"])[[base, goal]].sum().unstack("split", fill_value=0)
        if not {(base, True), (base, False)} <= set(sums.columns) or len(sums) < 2:
            continue
        n, x = sums[(base, True)].to_numpy(float), sums[(goal, True)].to_numpy(float)
        usual = sums[(goal, False)].to_numpy(float) / np.maximum(sums[(base, False)].to_numpy(float), 1)
        missing = n * usual - x
        whole = missing.sum()
        if not whole:
            continue
        share = missing / whole - n / n.sum()  # beyond what a loss that hits all alike would give the group
        place = int(np.argmax(share))
        value = str(sums.index[place])
        if share[place] >= largest and value != OTHER and n[place] >= minimum:
            largest = float(share[place])
            carried = float(min(missing[place] / whole, 1.0))
            best = (each.column, value, n[place], x[place] / n[place], usual[place], carried)
    return best
