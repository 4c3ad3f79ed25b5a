"""What customers bring in their first days, by the period in which they were won; only what has been observed."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.rfm.customers import as_date, day_number
from customer_analytics.statistics import Z95, Interval

HORIZONS = (30, 90, 180, 365, 730)  # days from the first purchase, that day included as the first
MOST_COHORTS = 18
MONTHS = (1, 3, 6, 12, 24, 60)  # possible lengths of a cohort


@dataclass(frozen=True)
class Cohorts:
    """Net money a head within so many days of the first purchase.

    `table`: one row a cohort and horizon that all its customers have completed: cohort (its first day), customers,
    days, revenue, mean, low, high (95 %, normal, over customers). `months`: length of a cohort. `seen_before`: cohorts
    that began so soon after the first day of the data that they hold customers who had bought earlier, unseen.
    """

    months: int
    table: pd.DataFrame
    seen_before: frozenset[dt.date]

    @property
    def comparison(self) -> Comparison | None:
        """The earlier against the later half of the cohorts whose first purchases are truly first, at one horizon."""
        table = self.table[~self.table["cohort"].isin(self.seen_before)]
        for days in sorted(table["days"].unique(), reverse=True):
            here = table[table["days"] == days].sort_values("cohort")
            if len(here) >= 2:
                half = len(here) // 2
                return _compared(int(days), here.iloc[:half], here.iloc[len(here) - half :])
        return None


@dataclass(frozen=True)
class Comparison:
    """Mean money a head within `days` of an earlier and a later group of cohorts, and their difference (Welch)."""

    days: int
    first: tuple[dt.date, dt.date]  # begin of the first and of the last cohort of the earlier group
    last: tuple[dt.date, dt.date]
    customers: tuple[int, int]
    mean: tuple[float, float]
    interval: Interval  # of later less earlier


def cohort_months(first: dt.date, last: dt.date) -> int:
    """Months a cohort so that there are at most MOST_COHORTS."""
    span = (last.year - first.year) * 12 + last.month - first.month + 1
    return next((months for months in MONTHS if span <= months * MOST_COHORTS), MONTHS[-1])


def cohort_sums(days: ir.Table, span: int) -> pd.DataFrame:
    """By day of the first purchase: first_day, customers, and for each horizon h sum_h and square_h of money a head.

    Only horizons shorter than the `span` of the data in days. Two groupings in the engine; one row a day crosses. Money
    before the first purchase (a stray return) counts in.
    """
    horizons = [horizon for horizon in HORIZONS if horizon <= span]
    first = days.filter(days.bought).group_by("customer_id").aggregate(first_day=lambda t: t.day.min())
    joined = days.join(first, "customer_id")
    money = {h: joined.net.sum(where=joined.day < joined.first_day + h) for h in horizons}
    heads = joined.group_by("customer_id", "first_day").aggregate(
        **{f"money_{h}": one.cast("float64") for h, one in money.items()}
    )
    columns = {h: heads[f"money_{h}"].fill_null(0.0) for h in horizons}
    sums = {f"sum_{h}": one.sum() for h, one in columns.items()}
    squares = {f"square_{h}": (one * one).sum() for h, one in columns.items()}
    table: pd.DataFrame = heads.group_by("first_day").aggregate(customers=heads.count(), **sums, **squares).to_pandas()
    return table.sort_values("first_day", ignore_index=True)


def cohorts(sums: pd.DataFrame, first: int, end: int, mixed_for: int, minimum: int) -> Cohorts | None:
    """Cohorts from the sums by first day; None where no cohort of at least `minimum` customers has a completed horizon.

    `first` and `end`: first day of the data and day after the last. `mixed_for`: days after `first` during which first
    purchases in the data need not be first purchases at all.
    """
    if not len(sums):
        return None
    month = sums["first_day"].map(lambda day: as_date(day).year * 12 + as_date(day).month - 1)
    begin, last = int(month.min()), int(month.max())
    months = cohort_months(_month(begin), _month(last))
    start = begin - begin % months if 12 % months == 0 else begin
    grouped = sums.drop(columns="first_day").groupby(start + (month - start) // months * months).sum()
    rows = []
    for number, row in zip(grouped.index.to_list(), grouped.to_dict("records"), strict=True):
        n, until = int(row["customers"]), day_number(_month(int(number) + months)) - 1
        for days in HORIZONS:
            if f"sum_{days}" in grouped and n >= max(minimum, 2) and until + days <= end:
                mean = float(row[f"sum_{days}"]) / n
                variance = max(float(row[f"square_{days}"]) - n * mean**2, 0.0) / (n - 1)
                half = Z95 * math.sqrt(variance / n)
                rows.append(
                    (_month(int(number)), n, days, round(float(row[f"sum_{days}"]), 4), mean, mean - half, mean + half)
                )
    if not rows:
        return None
    table = pd.DataFrame(rows, columns=["cohort", "customers", "days", "revenue", "mean", "low", "high"])
    mixed = frozenset(day for day in table["cohort"] if day_number(day) < first + mixed_for)
    return Cohorts(months, table, mixed)


def _month(number: int) -> dt.date:
    return dt.date(number // 12, number % 12 + 1, 1)


def _compared(days: int, first: pd.DataFrame, last: pd.DataFrame) -> Comparison:
    means, errors, sizes = [], [], []
    for group in (first, last):
        n = group["customers"].to_numpy(dtype=np.float64)
        weights = n / n.sum()
        means.append(float(weights @ group["mean"]))
        error = (group["high"] - group["mean"]).to_numpy() / Z95
        errors.append(float((weights**2 * error**2).sum()))
        sizes.append(int(n.sum()))
    half, change = Z95 * math.sqrt(sum(errors)), means[1] - means[0]
    spans = [(group["cohort"].min(), group["cohort"].max()) for group in (first, last)]
    return Comparison(
        days, spans[0], spans[1], (sizes[0], sizes[1]), (means[0], means[1]), Interval(change - half, change + half)
    )
