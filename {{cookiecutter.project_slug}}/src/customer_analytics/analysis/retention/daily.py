"""Activity by day: DAU, WAU, MAU, new people, gaps between active days, and how sticky the use is.

All of it follows from counted pairs (day, next active day of the same person): a person is in the trailing window of w
days of each day from an active day d to d + w - 1, but only until the next active day begins a window of its own.
"""

from __future__ import annotations

import math

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.retention.result import Stickiness
from customer_analytics.statistics import Z95, Interval

WAU_DAYS, MAU_DAYS = 7, 28  # MAU on 28 days: every weekday four times
NOWHERE = -1
PLACES = 10
Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def day_pairs(days: ir.Table) -> pd.DataFrame:
    """day, next (-1 after a person's last active day), first (1 on a person's first one), n: how many people."""
    own = ibis.window(group_by=days.person_id, order_by=days.day)
    pairs = days.select(
        day=days.day,
        next=days.day.lead().over(own).fill_null(NOWHERE).cast("int32"),
        first=days.day.lag().over(own).isnull().ifelse(1, 0).cast("int8"),
    )
    table: pd.DataFrame = pairs.group_by("day", "next", "first").aggregate(n=lambda t: t.count()).to_pandas()
    return table.astype(np.int64).sort_values(["day", "next", "first"], ignore_index=True)


def daily_table(pairs: pd.DataFrame, first: int, end: int) -> pd.DataFrame:
    """day, dau, wau, mau, new for each day from `first` to before `end`; WAU and MAU are NaN until their window lies
    within the data."""
    length = end - first
    table = pd.DataFrame({"day": (np.arange(first, end)).astype("datetime64[D]").astype("datetime64[ns]")})
    table["dau"] = covered(pairs, first, length, 1)
    for name, window in (("wau", WAU_DAYS), ("mau", MAU_DAYS)):
        people = covered(pairs, first, length, window).astype(np.float64)
        people[: window - 1] = np.nan
        table[name] = people
    new = np.zeros(length, dtype=np.int64)
    begins = pairs[pairs["first"] == 1]
    np.add.at(new, begins["day"].to_numpy(np.int64) - first, begins["n"].to_numpy(np.int64))
    return table.assign(new=new)


def covered(pairs: pd.DataFrame, first: int, length: int, window: int) -> Integers:
    """People active within the `window` days that end with each day."""
    day, following, n = (pairs[name].to_numpy(np.int64) for name in ("day", "next", "n"))
    until = np.where(following >= 0, np.minimum(day + window, following), day + window)
    change = np.zeros(length + 1, dtype=np.int64)
    np.add.at(change, day - first, n)
    np.subtract.at(change, np.minimum(until - first, length), n)
    return np.cumsum(change)[:length]


def gap_table(pairs: pd.DataFrame, end: int) -> pd.DataFrame:
    """gap (days), returned (people-gaps that ended after so long), waiting (people silent for so long at the end)."""
    day, following, n = (pairs[name].to_numpy(np.int64) for name in ("day", "next", "n"))
    over = following >= 0
    longest = int(max((following - day)[over].max(initial=0), (end - 1 - day)[~over].max(initial=0)))
    returned = np.bincount((following - day)[over], weights=n[over], minlength=longest + 1)
    waiting = np.bincount((end - 1 - day)[~over], weights=n[~over], minlength=longest + 1)
    table = pd.DataFrame({"gap": np.arange(longest + 1), "returned": returned, "waiting": waiting}).astype(np.int64)
    return table[(table["returned"] > 0) | (table["waiting"] > 0)].reset_index(drop=True)


def stickiness(days: ir.Table, daily: pd.DataFrame, end: int) -> Stickiness | None:
    """Mean of DAU / MAU over the last 28 days on which both are known, in whole weeks; None without one such week.

    The interval is the design interval over people: each person's influence on the mean is
    sum over days of (active / MAU - member of MAU * DAU / MAU^2), and the variance is the sum of their squares.
    """
    known = daily[daily["mau"] > 0]
    last = min(len(known), MAU_DAYS) // 7 * 7
    if not last:
        return None
    recent = known.iloc[-last:]
    ratio = recent["dau"].to_numpy(np.float64) / recent["mau"].to_numpy(np.float64)
    value = float(ratio.mean())
    half = Z95 * math.sqrt(_squared_influence(days, recent, end)) / last
    growth = float(recent["mau"].iloc[-1] / recent["mau"].iloc[0] - 1)
    half = round(half, PLACES)  # the engine adds floats in no fixed order
    return Stickiness(value, Interval(max(value - half, 0.0), min(value + half, 1.0)), last, growth)


def _squared_influence(days: ir.Table, recent: pd.DataFrame, end: int) -> float:
    """Sum over people of the square of (sum of 1 / MAU on active days - sum of DAU / MAU^2 on days of membership)."""
    first = end - len(recent)
    mau, dau = recent["mau"].to_numpy(np.float64), recent["dau"].to_numpy(np.float64)
    summed = np.concatenate([np.zeros(MAU_DAYS), np.cumsum(dau / mau**2)])
    base = first - MAU_DAYS  # summed[i] belongs to day base + i
    weights = ibis.memtable(
        {
            "at": np.arange(base, end, dtype=np.int32),
            "share": np.concatenate([np.zeros(MAU_DAYS), 1 / mau]),
            "summed": summed,
        }
    )
    own = ibis.window(group_by="person_id", order_by="day")
    late = days.filter(days.day > base).mutate(following=ibis._.day.lead().over(own))
    until = ibis.least(late.day + MAU_DAYS, late.following.fill_null(end), end) - 1
    late = late.select("person_id", before=late.day - 1, day=late.day, until=until)
    at_day = weights.select(day="at", share="share")
    at_begin = weights.select(before="at", gone="summed")
    at_end = weights.select(until="at", reached="summed")
    joined = late.inner_join(at_day, "day").inner_join(at_begin, "before").inner_join(at_end, "until")
    influence = joined.group_by("person_id").aggregate(
        one=lambda t: t.share.sum() - (t.reached - t.gone).sum(),
    )
    found = influence.aggregate(squares=(influence.one * influence.one).sum()).to_pandas()["squares"].iloc[0]
    return float(found) if found is not None and not pd.isna(found) else 0.0


def active_days(days: ir.Table, end: int) -> pd.DataFrame:
    """days (1 to 28), people: on how many of the last 28 days those active in them were active."""
    recent = days.filter(days.day >= end - MAU_DAYS)
    own = recent.group_by("person_id").aggregate(days=lambda t: t.count())
    table = own.group_by("days").aggregate(people=lambda t: t.count()).to_pandas()
    counted = pd.Series(table["people"].to_numpy(np.int64), index=table["days"].to_numpy(np.int64))
    filled = counted.reindex(np.arange(1, MAU_DAYS + 1), fill_value=0)
    return pd.DataFrame({"days": filled.index.to_numpy(np.int64), "people": filled.to_numpy(np.int64)})
