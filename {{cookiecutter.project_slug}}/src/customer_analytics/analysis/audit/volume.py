"""Volume per day: what is missing, too much or too little, after the calendar has been allowed for.

A day is compared with the same weekday in the weeks around it, on a logarithmic scale, so that growth and season are
no faults. The robust z-score is the distance from that median in units of 1.4826 x the median absolute deviation of
all days (the standard deviation, were the logs normal), with a floor for the scatter that counting alone brings.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from enum import StrEnum

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.audit.calendar import closed_weekdays, is_holiday, runs
from customer_analytics.analysis.audit.measures import money, person, total
from customer_analytics.tables.store import Tables

NEIGHBOURS = 8  # the same weekday in so many weeks before and after
LEAST_NEIGHBOURS = 3
ROBUST = 1.4826
STEADY = 0.7  # share of days with rows from which an empty one is an exception
FIRST_DAY = dt.date(1900, 1, 1)  # days before it stand for "unknown"; the span would be hundreds of thousands of days
SILENCE = 7  # days in a row without anything
SURE_OF_SOME = 10.0  # expecting so many rows, none at all is no chance (Poisson: 5 in 100,000)
EARLY_END = 0.9  # the last day stops short of nine tenths of where days usually end


class Mark(StrEnum):
    """What a day is, apart from ordinary."""

    CLOSED = "closed"  # a weekday on which the business never trades
    HOLIDAY = "holiday"  # no or little volume, and a public holiday explains it
    GAP = "gap"  # nothing, although the weekday is normally open
    COLLAPSE = "collapse"  # far too little
    SPIKE = "spike"  # far too much
    INCOMPLETE = "incomplete"  # the last day, cut off


@dataclass(frozen=True)
class Volume:
    """One fact table by day.

    `days`: date, rows, money, people, expected (rows, NaN where not estimable), z, mark ("" for an ordinary day).
    `closed`: weekdays that never trade, Monday 0.
    """

    table: str
    days: pd.DataFrame
    closed: frozenset[int]

    def marked(self, *marks: Mark) -> pd.DataFrame:
        """The days that carry one of the marks, in order."""
        return self.days[self.days["mark"].isin([str(mark) for mark in marks])]

    @property
    def incomplete_last_day(self) -> dt.date | None:
        """The last day, when the data stops in the middle of it."""
        cut = self.marked(Mark.INCOMPLETE)
        return None if cut.empty else cut["date"].iloc[-1]


def volumes(tables: Tables, *, threshold: float) -> list[Volume]:
    """Volume per day of orders (or their lines) and of events, where they are dated.

    Args:
        tables: the loaded tables.
        threshold: robust z-score from which a day is a spike or a collapse.
    """
    trade = "orders" if tables.has("orders", "ordered_on") else "order_lines"
    made = [
        volume_of(tables, name, day, threshold=threshold)
        for name, day in ((trade, "ordered_on"), ("events", "occurred_on"))
        if tables.has(name, day)
    ]
    return [volume for volume in made if volume is not None]


def volume_of(tables: Tables, name: str, day_column: str, *, threshold: float) -> Volume | None:
    """The volume of one table; None when no row is dated."""
    table = tables[name]
    moment = tables.local(table[f"{day_column[:-3]}_at"])
    amount, who = money(name, table), person(table)
    rows = table.select(
        date=table[day_column],
        second=moment.hour() * 3600 + moment.minute() * 60 + moment.second(),
        money=ibis.literal(0.0) if amount is None else amount,
        person=ibis.null("string") if who is None else who,
    )
    daily = by_day(rows.filter(rows.date >= ibis.date(FIRST_DAY))).execute()
    if daily.empty:
        return None
    daily["date"] = pd.to_datetime(daily["date"]).dt.date
    days = _every_day(daily)
    closed = closed_weekdays(dict(zip(days["date"], days["rows"], strict=True)))
    days = _expected(days, closed)
    days["mark"] = [
        _mark(row, closed, threshold, tables)
        for row in days[["date", "rows", "expected", "z", "steady"]].itertuples(index=False)
    ]
    if _last_day_cut(days):
        days.loc[days.index[-1], "mark"] = str(Mark.INCOMPLETE)
    return Volume(name, days.drop(columns=["last_second", "steady"]), closed)


def by_day(rows: ir.Table) -> ir.Table:
    """Rows, money, people and the latest second of each dated day."""
    dated = rows.filter(rows.date.notnull())
    grouped = dated.group_by("date").aggregate(
        rows=dated.count(),
        money=total(dated.money),
        people=dated.person.nunique(),
        last_second=dated.second.max(),
    )
    return grouped.order_by("date")


def _every_day(daily: pd.DataFrame) -> pd.DataFrame:
    """The whole span, days without a row included as zero."""
    span = pd.date_range(daily["date"].iloc[0], daily["date"].iloc[-1], freq="D").date
    days = daily.set_index("date").reindex(span).rename_axis("date").reset_index()
    counts = ["rows", "money", "people"]
    days[counts] = days[counts].fillna(0)
    days[["rows", "people"]] = days[["rows", "people"]].astype("int64")
    return days


def _expected(days: pd.DataFrame, closed: frozenset[int]) -> pd.DataFrame:
    """Expected rows and the robust z-score of each open day."""
    weekdays = np.array([day.weekday() for day in days["date"]])
    rows = days["rows"].to_numpy(dtype=float)
    expected = np.full(len(days), math.nan)
    steady = np.full(len(days), False)
    for index in range(len(days)):
        if weekdays[index] in closed:
            continue
        around = [index + 7 * step for step in range(-NEIGHBOURS, NEIGHBOURS + 1) if step]
        known = [rows[other] for other in around if 0 <= other < len(days)]
        if len(known) >= LEAST_NEIGHBOURS:
            expected[index] = float(np.median(known))
            steady[index] = np.count_nonzero(known) >= STEADY * len(known)
    residual = np.log1p(rows) - np.log1p(expected)
    usable = residual[~np.isnan(residual) & (rows > 0)]
    spread = ROBUST * float(np.median(np.abs(usable - np.median(usable)))) if usable.size else math.nan
    counting = 1 / np.sqrt(np.maximum(expected, 1))
    return days.assign(
        expected=expected, z=residual / np.maximum(spread, counting), steady=steady | _silences(days, closed)
    )


def _silences(days: pd.DataFrame, closed: frozenset[int]) -> np.ndarray:
    """Days inside a silence of a week or more, where most open days have rows: neighbours would be silent too."""
    silent = days["rows"].to_numpy() == 0
    is_open = np.array([day.weekday() not in closed for day in days["date"]])
    inside = np.full(len(days), False)
    if not is_open.any() or (~silent[is_open]).mean() < STEADY:
        return inside
    for first, last in runs(list(days.loc[silent, "date"])):
        if (last - first).days + 1 >= SILENCE:
            inside |= ((days["date"] >= first) & (days["date"] <= last)).to_numpy() & is_open
    return inside


def _mark(
    row: tuple[dt.date, int, float, float, bool], closed: frozenset[int], threshold: float, tables: Tables
) -> str:
    day, rows, expected, z, steady = row
    quiet = rows == 0 or z <= -threshold
    if rows == 0 and day.weekday() in closed:
        return Mark.CLOSED
    if quiet and is_holiday(day, tables.zone):
        return Mark.HOLIDAY
    if rows == 0 and steady and not 0 < expected < SURE_OF_SOME:
        return Mark.GAP
    if rows and z <= -threshold:
        return Mark.COLLAPSE
    return Mark.SPIKE if z >= threshold else ""


def _last_day_cut(days: pd.DataFrame) -> bool:
    """Whether the last day ends long before days usually end, and is smaller than expected."""
    seconds = days["last_second"].dropna()
    if len(seconds) <= LEAST_NEIGHBOURS or seconds.max() == 0:
        return False
    usual = float(seconds.iloc[:-1].quantile(0.05))
    last = days.iloc[-1]
    fewer = math.isnan(last["expected"]) or last["rows"] < last["expected"]
    return bool(float(seconds.iloc[-1]) < EARLY_END * usual and fewer)
