"""From orders to the few numbers of a customer that the models need, in the engine.

What crosses into pandas for the fits are unique histories with their counts: (x, t_x, T), at an earlier date also with
the purchases that followed. One row a customer crosses once, for the list of customers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.rfm.payments import MONEY, payments
from customer_analytics.analysis.value.purchases import Histories
from customer_analytics.analysis.value.spend import Spends
from customer_analytics.tables.store import Tables

WEEK = 7
LARGE = 300_000  # customers from which ages are rounded to whole weeks, and mean values to classes of half a percent
CLASSES_PER_UNIT = 200  # classes of the logarithm of a mean value
Counted = Literal["paid", "all"]


@dataclass(frozen=True)
class Split:
    """Days as numbers since 1970-01-01. `cut`: last day of the calibration; `days`: length of what follows it.

    `before`: whether customers of a whole such length earlier exist, so that a rule can learn from them.
    """

    cut: int
    days: int


def purchase_days(tables: Tables, counted: Counted) -> ir.Table:
    """One row a customer and purchase day: customer_id, day, value, first (the customer's first purchase day).

    `counted`: "paid" as RFM counts (paid, net above 0), "all" also orders with an amount of zero. `value` is the net
    money of the day's purchases.
    """
    paid = payments(tables["orders"])
    counts = paid.bought if counted == "paid" else paid.bought | (paid.amount == 0).fill_null(False)
    paid = paid.filter(paid.customer_id.notnull(), counts)
    days = paid.group_by("customer_id", "day").aggregate(value=paid.net.sum().cast(MONEY))
    within = ibis.window(group_by=days.customer_id)
    return days.mutate(first=days.day.min().over(within).cast("int32"))


def customers(days: ir.Table, end: int, cuts: tuple[Split, ...] = ()) -> ir.Table:
    """One row a customer: customer_id, x, recency, age (days up to `end`, the last day that counts), repeat_value.

    For each split i: x_i, recency_i, age_i, repeat_value_i as of its cut (x_i is -1 where the customer had not bought
    yet), y_i and value_i: purchase days and their money in the days that follow.
    """
    columns: dict[str, ir.Value] = {
        "first_day": days.day.min(),
        "x": days.count() - 1,
        "recency": days.day.max() - days.day.min(),
        "age": ibis.literal(end) - days.day.min(),
        "repeat_value": days.value.sum(where=days.day > days["first"]),
    }
    for place, split in enumerate(cuts):
        known, ahead = days.day <= split.cut, (days.day > split.cut) & (days.day <= split.cut + split.days)
        columns[f"x_{place}"] = days.count(where=known) - 1
        columns[f"recency_{place}"] = days.day.max(where=known) - days.day.min()
        columns[f"age_{place}"] = ibis.literal(split.cut) - days.day.min()
        columns[f"repeat_value_{place}"] = days.value.sum(where=known & (days.day > days["first"]))
        columns[f"y_{place}"] = days.count(where=ahead)
        columns[f"value_{place}"] = days.value.sum(where=ahead)
    money = [name for name in columns if "value" in name]
    plain = {
        name: column.cast("float64").fill_null(0) if name in money else column.cast("int32").fill_null(0)
        for name, column in columns.items()
    }
    return days.group_by("customer_id").aggregate(**plain)


def unit_of(count: int) -> int:
    """Days to which ages are rounded: one, or a week where there are so many customers that it cannot matter."""
    return WEEK if count >= LARGE else 1


def history_table(people: ir.Table, unit: int) -> pd.DataFrame:
    """Unique (x, recency, age) in days with n."""
    own = people.select("x", recency=rounded(people.recency, unit), age=rounded(people.age, unit))
    return _crossed(own.group_by("x", "recency", "age").aggregate(n=own.count()), ["x", "recency", "age"])


def split_table(people: ir.Table, place: int, unit: int) -> pd.DataFrame:
    """Unique (x, recency, age, y) as of a split with n, and the sums of repeat_value (so far) and value (ahead)."""
    known = people.filter(people[f"x_{place}"] >= 0)
    own = known.select(
        x=known[f"x_{place}"],
        recency=rounded(known[f"recency_{place}"], unit),
        age=rounded(known[f"age_{place}"], unit),
        y=known[f"y_{place}"],
        repeat_value=known[f"repeat_value_{place}"],
        value=known[f"value_{place}"],
    )
    keys = ["x", "recency", "age", "y"]
    summed = own.group_by(*keys).aggregate(n=own.count(), repeat_value=own.repeat_value.sum(), value=own.value.sum())
    return _crossed(summed, keys)


def spend_table(people: ir.Table, count: int, suffix: str = "") -> pd.DataFrame:
    """Repeat customers with a positive mean value: unique (x, mean) with log_mean and n.

    From LARGE customers on, values whose logarithms share one of 200 classes a unit are one row with their own means:
    the likelihood is linear in log_mean, and within half a percent all but linear in the mean.
    """
    x, total = people[f"x{suffix}"], people[f"repeat_value{suffix}"]
    repeat = people.filter(x > 0, total > 0)
    mean = repeat[f"repeat_value{suffix}"] / repeat[f"x{suffix}"]
    own = repeat.select(x=repeat[f"x{suffix}"], mean=mean, log_mean=mean.ln())
    own = own.mutate(place=(own.log_mean * CLASSES_PER_UNIT).round().cast("float64") if count >= LARGE else own["mean"])
    grouped = own.group_by("x", "place").aggregate(n=own.count(), mean=own["mean"].mean(), log_mean=own.log_mean.mean())
    return _crossed(grouped, ["x", "place"]).drop(columns="place")


def weekly_repeats(days: ir.Table) -> pd.DataFrame:
    """Repeat purchase days by calendar day: day, repeats."""
    again = days.filter(days.day > days["first"])
    return _crossed(again.group_by("day").aggregate(repeats=again.count()), ["day"])


def rounded(days: ir.IntegerValue, unit: int) -> ir.IntegerValue:
    """Days rounded to the nearest multiple of the unit; a recency never passes its age by it."""
    if unit == 1:
        return days.cast("int32")
    whole: ir.IntegerValue = (((days + unit // 2) / unit).floor() * unit).cast("int32")
    return whole


def as_histories(table: pd.DataFrame) -> Histories:
    """Unique histories in weeks; rows that differ only in other columns are joined."""
    joined = table.groupby(["x", "recency", "age"], sort=True, as_index=False)["n"].sum()
    x, recency, age, n = (joined[name].to_numpy(np.float64) for name in ("x", "recency", "age", "n"))
    return Histories(x, recency / WEEK, age / WEEK, n)


def as_spends(table: pd.DataFrame) -> Spends:
    """The pairs of repeat purchases and mean value."""
    x, mean, log_mean, n = (table[name].to_numpy(np.float64) for name in ("x", "mean", "log_mean", "n"))
    return Spends(x, mean, log_mean, n)


def _crossed(table: ir.Table, keys: list[str]) -> pd.DataFrame:
    """In the order of its keys, so that sums add up alike on every engine."""
    crossed: pd.DataFrame = table.to_pyarrow().to_pandas()
    return crossed.sort_values(keys, ignore_index=True)
