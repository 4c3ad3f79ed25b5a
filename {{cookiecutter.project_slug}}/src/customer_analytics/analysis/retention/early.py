"""Next-day, 7-day and 30-day retention, and the curve of the first days, whatever the period of the triangle is."""

from __future__ import annotations

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.retention.counts import Integers, rates, wilson_limits
from customer_analytics.statistics import newcombe

HEADLINE = (1, 7, 30)
LONGEST = 90  # days of the curve
RECENT = {1: 90, 7: 90, 30: 180}  # days of starts whose later half is compared with the earlier one


def day_bases(people: ir.Table, day_ages: ir.IntegerValue) -> pd.DataFrame:
    """start_day, ages (complete days since the start), n, counted over the people."""
    counted = people.select(start_day=people.start_day, ages=day_ages).group_by("start_day", "ages")
    table: pd.DataFrame = counted.aggregate(n=lambda t: t.count()).to_pandas()
    return table.astype(np.int64)


def early_counts(active: ir.Table, people: ir.Table) -> pd.DataFrame:
    """start_day, age (up to LONGEST), n: how many people of each start day were active at each age.

    `active`: person_id, age: distinct complete days since the start on which the person was active.
    """
    known = people.select("person_id", "start_day")
    joined = active.filter(active.age <= LONGEST).inner_join(known, "person_id")
    table: pd.DataFrame = joined.group_by("start_day", "age").aggregate(n=lambda t: t.count()).to_pandas()
    return table.astype(np.int64)


def last_ages(last: ir.Table) -> pd.DataFrame:
    """age, n from person_id, age (the last age at which each person was active)."""
    table: pd.DataFrame = last.group_by("age").aggregate(n=lambda t: t.count()).to_pandas()
    return table.astype(np.int64)


def day_curve(counted: pd.DataFrame, last: pd.DataFrame, bases: pd.DataFrame) -> pd.DataFrame:
    """age, eligible, active, rate, low, high, unbounded, unbounded_rate for the first days.

    Somebody active on a complete day is in its base, so that the counts need no cohorts: active in k or later are those
    whose last age is k or more.
    """
    longest = int(min(LONGEST, bases["ages"].max() - 1)) if len(bases) else -1
    ages = np.arange(longest + 1)
    active = np.bincount(counted["age"], weights=counted["n"], minlength=LONGEST + 1).astype(np.int64)[: longest + 1]
    late = np.bincount(last["age"], weights=last["n"], minlength=LONGEST + 1).astype(np.int64)
    eligible = eligible_at(bases, ages)
    table = pd.DataFrame({"age": ages, "eligible": eligible, "active": active})
    table["rate"] = rates(active, eligible)
    table["low"], table["high"] = wilson_limits(active, eligible)
    table["unbounded"] = late[::-1].cumsum()[::-1][: longest + 1]
    table["unbounded_rate"] = rates(table["unbounded"], eligible)
    return table


def eligible_at(bases: pd.DataFrame, ages: Integers) -> Integers:
    """How many people have so many complete days behind them."""
    complete, n = bases["ages"].to_numpy(np.int64), bases["n"].to_numpy(np.int64)
    return np.array([int(n[complete > age].sum()) for age in ages], dtype=np.int64)


def headline(counted: pd.DataFrame, bases: pd.DataFrame, end: int) -> pd.DataFrame:
    """One row each for day 1, 7 and 30; columns as RetentionResult says."""
    return pd.DataFrame([headline_row(day, counted, bases, end) for day in HEADLINE])


def headline_row(day: int, counted: pd.DataFrame, bases: pd.DataFrame, end: int) -> dict[str, float]:
    """One row of the headline from counts by start day: all starts, and the two halves of the recent ones."""
    last = end - 1 - day  # the last start whose day is complete
    known = int(last - bases["start_day"].min() + 1) if len(bases) else 0  # start days whose day is complete
    half = max(min(RECENT[day], known) // 2, 1)
    row: dict[str, float] = {"day": day}
    windows = {"": (None, last), "recent_": (last - half + 1, last), "earlier_": (last - 2 * half + 1, last - half)}
    found = {}
    for name, (begin, until) in windows.items():
        active = _within(counted[counted["age"] == day], begin, until)
        eligible = _within(bases[bases["ages"] > day], begin, until)
        found[name] = (active, eligible)
        row |= {f"{name}active": active, f"{name}eligible": eligible}
        row[f"{name}rate"] = active / eligible if eligible else float("nan")
    low, high = wilson_limits([row["active"]], [row["eligible"]])
    row |= {"low": float(low[0]), "high": float(high[0])}
    row["difference"] = row["recent_rate"] - row["earlier_rate"]
    row["difference_low"], row["difference_high"] = newcombe(*found["recent_"], *found["earlier_"])
    return row


def _within(table: pd.DataFrame, begin: int | None, until: int) -> int:
    days = table["start_day"]
    inside = (days <= until) if begin is None else (days >= begin) & (days <= until)
    return int(table.loc[inside, "n"].sum())
