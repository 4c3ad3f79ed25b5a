"""From orders to one row per customer, in the engine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.rfm.payments import MONEY, payments
from customer_analytics.tables.store import Tables

EPOCH = dt.date(1970, 1, 1)
COUNTS = ("orders", "purchases", "without_customer", "returns", "nothing", "unknown_status")
MONEYS = ("revenue", "revenue_without_customer", "returned_money", "refunded_money")
LADDER_STEPS = 6  # purchases followed in the repeat ladder


@dataclass(frozen=True)
class Window:
    """Days that count, as days since 1970-01-01: start included, end (the reference day) excluded."""

    name: str
    start: int
    end: int

    @property
    def first_day(self) -> dt.date:
        """First day that counts."""
        return as_date(self.start)

    @property
    def last_day(self) -> dt.date:
        """Last day that counts."""
        return as_date(self.end - 1)

    @property
    def days(self) -> int:
        """Length in days."""
        return self.end - self.start


@dataclass(frozen=True)
class Totals:
    """Counts and net money over all orders in the window, so that everything left out is accounted for."""

    first_day: int | None  # first day with money, in all history
    orders: int  # rows of the orders table in the window
    purchases: int  # paid, net above 0
    revenue: float  # net money of all orders
    without_customer: int  # purchases that name no customer
    revenue_without_customer: float
    returns: int  # orders with a negative net
    returned_money: float  # negative
    refunded_money: float  # taken off by refund columns or the status refunded, positive
    nothing: int  # orders that brought nothing: unpaid, cancelled, free or fully refunded
    unknown_status: int


def day_number(day: dt.date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def as_date(number: int) -> dt.date:
    """The calendar day of a day number."""
    return EPOCH + dt.timedelta(days=int(number))


def totals(tables: Tables, start: int | None) -> Totals:
    """One row about all orders; `start` limits the money and the counts, not the first day."""
    paid = payments(tables["orders"])
    inside = ibis.literal(True) if start is None else paid.day >= start
    no_name, back = paid.customer_id.isnull(), paid.net < 0
    row = (
        paid.aggregate(
            first_day=paid.day.min(where=paid.net != 0),
            orders=paid.count(where=inside),
            purchases=paid.count(where=inside & paid.bought),
            revenue=paid.net.sum(where=inside).cast("float64"),
            without_customer=paid.count(where=inside & paid.bought & no_name),
            revenue_without_customer=paid.net.sum(where=inside & no_name).cast("float64"),
            returns=paid.count(where=inside & back),
            returned_money=paid.net.sum(where=inside & back).cast("float64"),
            refunded_money=(paid.amount - paid.net).sum(where=inside & paid.bought).cast("float64"),
            nothing=paid.count(where=inside & (paid.net == 0)),
            unknown_status=paid.count(where=inside & paid.unknown_status),
        )
        .to_pandas()
        .iloc[0]
    )
    first = row["first_day"]
    row = row.fillna(0)
    numbers: dict[str, Any] = {name: int(row[name]) for name in COUNTS} | {name: float(row[name]) for name in MONEYS}
    return Totals(first_day=None if pd.isna(first) else int(first), **numbers)


def customer_days(tables: Tables) -> ir.Table:
    """One row per customer and day with an order, and for purchase days their number and the day of the next one.

    Columns: customer_id, day, net, purchases (0 on a day without a purchase), bought, ordinal (1 = first purchase day),
    next_day (null after the last) and begun (the first). The window functions run within one customer, never over the
    whole table.
    """
    paid = payments(tables["orders"])
    paid = paid.filter(paid.customer_id.notnull())
    days = paid.group_by("customer_id", "day").aggregate(
        net=paid.net.sum().cast(MONEY), purchases=paid.bought.ifelse(1, 0).sum().cast("int32")
    )
    days = days.mutate(bought=days.purchases > 0)
    within = ibis.window(group_by=[days.customer_id, days.bought], order_by=days.day)
    return days.mutate(
        ordinal=(ibis.row_number().over(within) + 1).cast("int32"),
        next_day=days.day.lead().over(within),
        begun=days.day.first().over(within),
    )


def gap_table(days: ir.Table) -> pd.DataFrame:
    """How many purchase days were followed by the next one after how many days: columns step, gap, n.

    step = which purchase day it was, up to LADDER_STEPS. A few thousand rows whatever the size of the data.
    """
    followed = days.filter(days.bought, days.next_day.notnull())
    followed = followed.mutate(step=_step(followed), gap=(followed.next_day - followed.day).cast("int32"))
    table: pd.DataFrame = followed.group_by("step", "gap").aggregate(n=followed.count()).to_pandas()
    return table.astype(np.int64).sort_values(["step", "gap"], ignore_index=True)


def ladder_counts(days: ir.Table, end: int, horizon: int) -> pd.DataFrame:
    """For each step: how many customers stood on it at least `horizon` days ago, how many took the next within it.

    Columns step, reached (whenever), base, taken. Customers who had less than the horizon's time are not in the base.
    """
    bought = days.filter(days.bought, days.ordinal <= LADDER_STEPS)
    in_time = bought.day + horizon < end
    taken = in_time & (bought.next_day - bought.day <= horizon).fill_null(False)
    table: pd.DataFrame = (
        bought.mutate(step=bought.ordinal, in_time=in_time.ifelse(1, 0), taken=taken.ifelse(1, 0))
        .group_by("step")
        .aggregate(reached=lambda t: t.count(), base=lambda t: t.in_time.sum(), taken=lambda t: t.taken.sum())
        .to_pandas()
    )
    return table.astype(np.int64).sort_values("step", ignore_index=True)


def _step(days: ir.Table) -> ir.IntegerValue:
    return ibis.least(days.ordinal, LADDER_STEPS).cast("int32")


def customer_table(
    days: ir.Table,
    windows: Sequence[Window],
    *,
    landing_after: int,
    future: Window | None,
    periods: Sequence[Window] = (),
) -> pd.DataFrame:
    """One row per customer with any order in the data, sorted by customer_id: the crossing into pandas.

    For each window w: w_last (day number of the last purchase, NaN without one), w_days, w_orders, w_monetary.
    Beside them first_day, last_day, lifetime (purchase days in all history), longest_gap (longest silence that ended
    on or after `landing_after`) and, with `future`, future_monetary and future_orders in it and before_lifetime
    (purchase days before it). Of the `periods` only w_last and w_monetary.
    """
    columns: dict[str, Any] = {
        "first_day": days.day.min(where=days.bought),
        "last_day": days.day.max(where=days.bought),
        "lifetime": days.bought.ifelse(1, 0).sum(),
        "longest_gap": (days.next_day - days.day).max(where=days.bought & (days.next_day >= landing_after)),
    }
    for window in (*windows, *periods):
        name = window.name
        inside = (days.day >= window.start) & (days.day < window.end)
        bought = inside & days.bought
        columns[f"{name}_last"] = days.day.max(where=bought)
        columns[f"{name}_monetary"] = days.net.sum(where=inside)
        if window not in periods:
            columns[f"{name}_orders"] = days.purchases.sum(where=inside)
            columns[f"{name}_days"] = bought.ifelse(1, 0).sum()
    if future is not None:
        later = (days.day >= future.start) & (days.day < future.end)
        columns["future_monetary"] = days.net.sum(where=later)
        columns["future_orders"] = days.purchases.sum(where=later)
        columns["before_lifetime"] = (days.bought & (days.day < future.start)).ifelse(1, 0).sum()
    # Sums of integers come as wide decimals from some engines: floats cross ten times faster and are exact here.
    floats = {name: column.cast("float64") for name, column in columns.items()}
    crossed = days.group_by("customer_id").aggregate(**floats).order_by("customer_id")
    table: pd.DataFrame = crossed.to_pyarrow().to_pandas()
    return table


def measures(crossed: pd.DataFrame, window: Window, unit: Literal["days", "orders"]) -> pd.DataFrame:
    """Recency, frequency and money in one window, for customers with a purchase in it.

    Columns customer_id, recency_days, frequency (purchase days or orders), purchase_days, orders, monetary.
    """
    name = window.name
    here = crossed[crossed[f"{name}_last"].notna()]
    return pd.DataFrame(
        {
            "customer_id": here["customer_id"],
            "recency_days": (window.end - here[f"{name}_last"]).astype(np.int64),
            "frequency": here[f"{name}_{unit}"].astype(np.int64),
            "purchase_days": here[f"{name}_days"].astype(np.int64),
            "orders": here[f"{name}_orders"].astype(np.int64),
            "monetary": here[f"{name}_monetary"].fillna(0.0).round(4),
        }
    )


def never_ordered(tables: Tables) -> int:
    """Customers in the customer table without any order row; 0 where there is no customer table."""
    if not tables.has("customers", "customer_id"):
        return 0
    listed, orders = tables["customers"].select("customer_id"), tables["orders"].select("customer_id")
    return int(listed.anti_join(orders, "customer_id").count().to_pandas())
