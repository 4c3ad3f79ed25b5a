"""What the people of the cohorts spend: revenue retention, money by cohort and age, repeat purchases.

Money is net (refunds taken off) of every order, whatever the activity counts.
"""

from __future__ import annotations

import math

import ibis
import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.retention.counts import rates, wilson_limits
from customer_analytics.analysis.retention.daily import PLACES
from customer_analytics.analysis.retention.periods import LENGTHS, number_column
from customer_analytics.analysis.retention.result import RevenueRetention
from customer_analytics.analysis.rfm.payments import MONEY
from customer_analytics.analysis.stream.person_days import order_rows
from customer_analytics.statistics import Z95, Interval
from customer_analytics.tables.store import Tables

WINDOWS = (365, 182, 91, 30)  # days; the longest that fits twice
HORIZONS = (30, 60, 90, 180, 365)  # days after the start


def money_days(tables: Tables) -> ir.Table:
    """person_id, day, purchases, net of every order; materialised."""
    rows = order_rows(tables)
    days = rows.group_by("person_id", "day").aggregate(
        purchases=rows.purchases.sum().cast("int32"), net=rows.net.sum().cast(MONEY)
    )
    return days.cache()


def revenue_retention(money: ir.Table, end: int) -> RevenueRetention | None:
    """GRR and NRR over the longest window that fits twice into the days with money; None without one."""
    first = money.aggregate(first=money.day.min(where=money.net != 0)).to_pandas()["first"].iloc[0]
    if pd.isna(first):
        return None
    length = next((days for days in WINDOWS if end - 2 * days >= int(first)), None)
    if length is None:
        return None
    begin, middle = end - 2 * length, end - length
    own = (
        money.filter(money.day >= begin)
        .group_by("person_id")
        .aggregate(
            base=lambda t: t.net.sum(where=t.day < middle).fill_null(0).cast(MONEY),
            later=lambda t: t.net.sum(where=t.day >= middle).fill_null(0).cast(MONEY),
        )
    )
    own = own.filter(own.base > 0).mutate(kept=ibis.least(ibis._.later, ibis._.base))
    squares = {
        f"{one}_{other}": (own[one].cast("float64") * own[other].cast("float64")).sum()
        for one, other in (("base", "base"), ("later", "later"), ("kept", "kept"), ("base", "later"), ("base", "kept"))
    }
    sums = {name: own[name].sum().cast("float64") for name in ("base", "later", "kept")}
    row = own.aggregate(people=own.count(), **sums, **squares).to_pandas().fillna(0.0).iloc[0]
    if not row["people"]:
        return None
    grr, grr_interval = _ratio(row, "kept")
    nrr, nrr_interval = _ratio(row, "later")
    base, later, kept = (round(float(row[name]), 4) for name in sums)
    return RevenueRetention(
        days=length,
        base_from=begin,
        later_from=middle,
        people=int(row["people"]),
        base=base,
        later=later,
        kept=kept,
        grr=grr,
        grr_interval=grr_interval,
        nrr=nrr,
        nrr_interval=nrr_interval,
    )


def _ratio(row: pd.Series, name: str) -> tuple[float, Interval]:
    """Sum over sum with its design interval over people: var = n / (n - 1) * sum (y - R x)^2 / (sum x)^2."""
    n, base = float(row["people"]), float(row["base"])
    ratio = float(row[name]) / base
    if n < 2:
        return ratio, Interval(math.nan, math.nan)
    squared = row[f"{name}_{name}"] - 2 * ratio * row[f"base_{name}"] + ratio**2 * row["base_base"]
    half = Z95 * math.sqrt(max(float(squared), 0.0) * n / (n - 1)) / base
    half = round(half, PLACES)  # the engine adds floats in no fixed order
    return ratio, Interval(ratio - half, ratio + half)


def money_cells(money: ir.Table, people: ir.Table, period: str, *, by_person: bool) -> pd.DataFrame:
    """cohort (number), age, net of the days from the start on.

    `by_person`: ages are spans of days since the person's start (1, 7 or 30), else periods of the calendar.
    """
    rows = money.select("person_id", "day", "net")
    joined = rows.inner_join(people.select("person_id", "start_day", cohort="number"), "person_id")
    joined = joined.filter(joined.day >= joined.start_day)
    if by_person:
        age = (joined.day - joined.start_day) // LENGTHS[period]
    else:
        age = number_column(joined.day, period) - joined.cohort
    cells = joined.select(cohort=joined.cohort, age=age.cast("int32"), net=joined.net)
    table: pd.DataFrame = (
        cells.group_by("cohort", "age").aggregate(net=lambda t: t.net.sum().cast("float64")).to_pandas()
    )
    return table


def money_table(cells: pd.DataFrame, cohorts: pd.DataFrame, numbers: pd.Series) -> pd.DataFrame:
    """cohort, period, size, eligible, net, per_person, cumulative_per_person for each cell of the triangle.

    `numbers`: first day of a cohort -> its number. An age that is not complete has NaN.
    """
    table = cohorts[["cohort", "period", "size", "eligible"]].copy()
    table["number"] = table["cohort"].map(numbers)
    known = cells.rename(columns={"cohort": "number", "age": "period"})
    table = table.merge(known, on=["number", "period"], how="left").drop(columns="number")
    seen = table["eligible"] == table["size"]
    table["net"] = table["net"].fillna(0.0).where(seen)
    table["per_person"] = table["net"] / table["size"]
    table["cumulative_per_person"] = table.groupby("cohort")["per_person"].cumsum().where(seen)
    return table


def value_to_day(money: ir.Table, people: ir.Table, end: int) -> pd.DataFrame:
    """day, eligible, net, per_person, low, high: mean money of the first `day` days of those who have had them."""
    joined = people.select("person_id", "start_day").left_join(
        money.select(payer="person_id", day="day", net="net"), [("person_id", "payer")]
    )
    since = joined.day - joined.start_day
    own = joined.group_by("person_id", "start_day").aggregate(
        **{
            f"net_{days}": joined.net.sum(where=(since >= 0) & (since < days)).fill_null(0).cast(MONEY)
            for days in HORIZONS
        }
    )
    measures: dict[str, ir.Value] = {}
    for days in HORIZONS:
        seen, net = own.start_day + days <= end, own[f"net_{days}"]
        measures |= {
            f"n_{days}": own.count(where=seen),
            f"sum_{days}": net.sum(where=seen).cast("float64"),
            f"squares_{days}": (net.cast("float64") * net.cast("float64")).sum(where=seen),
        }
    row = own.aggregate(**measures).to_pandas().fillna(0.0).iloc[0]
    rows = []
    for days in HORIZONS:
        n, total, squares = (float(row[f"{name}_{days}"]) for name in ("n", "sum", "squares"))
        if n:
            mean = total / n
            half = round(Z95 * math.sqrt(max(squares / n - mean**2, 0.0) / (n - 1)), PLACES) if n > 1 else math.nan
            rows.append((days, int(n), round(total, 4), mean, mean - half, mean + half))
    return pd.DataFrame(rows, columns=["day", "eligible", "net", "per_person", "low", "high"])


def repurchase_table(money: ir.Table, end: int) -> pd.DataFrame:
    """within_days, eligible, repeated, rate, low, high: who bought again on a later day within so many days.

    Base: everybody whose first purchase day is so long ago that the days are complete.
    """
    bought = money.filter(money.purchases > 0)
    own = ibis.window(group_by=bought.person_id, order_by=bought.day)
    path = bought.mutate(place=ibis.row_number().over(own), following=bought.day.lead().over(own))
    first = path.filter(path.place == 0).mutate(gap=ibis._.following - ibis._.day)
    measures: dict[str, ir.Value] = {}
    for days in HORIZONS:
        seen = first.day + days < end
        measures |= {
            f"eligible_{days}": first.count(where=seen),
            f"repeated_{days}": first.count(where=seen & (first.gap <= days).fill_null(False)),
        }
    row = first.aggregate(**measures).to_pandas().iloc[0]
    table = pd.DataFrame(
        {
            "within_days": HORIZONS,
            "eligible": [int(row[f"eligible_{days}"]) for days in HORIZONS],
            "repeated": [int(row[f"repeated_{days}"]) for days in HORIZONS],
        }
    )
    table = table[table["eligible"] > 0].reset_index(drop=True)
    low, high = wilson_limits(table["repeated"], table["eligible"])
    return table.assign(rate=rates(table["repeated"], table["eligible"]), low=low, high=high)
