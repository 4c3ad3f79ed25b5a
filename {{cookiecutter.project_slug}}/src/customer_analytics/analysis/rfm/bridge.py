"""The value bridge: from the revenue of one period to that of the next, customer by customer, exact to the cent."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.rfm.customers import Window
from customer_analytics.analysis.rfm.payments import payments
from customer_analytics.analysis.rfm.resampling import sum_intervals
from customer_analytics.disclosure.hiding import small_groups
from customer_analytics.statistics import Interval
from customer_analytics.tables.store import Tables

Floats = npt.NDArray[np.float64]
UNITS = 10_000  # money is counted in ten-thousandths, as the tables hold it, so that sums are exact
PARTS = ("new", "returned", "upgraded", "downgraded", "lost", "returns_only")
WITHOUT_CUSTOMER, SMALL = "without_customer", "small"


@dataclass(frozen=True)
class Bridge:
    """Net revenue of two periods of equal length that follow each other, and what lies between them.

    `table`: one row a part with customers, revenue_previous, revenue_now, change, low, high (95 % over customers; NaN
    for orders without a customer). Parts: new (first purchase in the data lies in this period), returned (bought now,
    not in the previous period, but before it), upgraded and downgraded (bought in both; now more, or not more), lost
    (bought in the previous period only), returns_only (money without a purchase in either), without_customer.
    `customers`: one row each: customer_id, part, revenue_previous, revenue_now, change.
    """

    previous: Window
    now: Window
    revenue_previous: float
    revenue_now: float
    interval: Interval  # of the change, over customers
    table: pd.DataFrame
    customers: pd.DataFrame

    @property
    def change(self) -> float:
        """Revenue now less revenue before."""
        return _money(_units(self.revenue_now) - _units(self.revenue_previous))

    def part(self, name: str) -> dict[str, float]:
        """The row of a part as plain numbers."""
        (row,) = self.table[self.table["part"] == name].drop(columns="part").to_dict("records")
        return {str(key): float(value) for key, value in row.items()}

    def shown(self, minimum: int) -> pd.DataFrame:
        """The table with the parts of too few customers added up to one, so that the sum stays exact."""
        table = self.table[(self.table["customers"] > 0) | (self.table["change"] != 0)]
        counts = table["customers"].to_numpy()
        hidden = small_groups(np.where(table["part"] == WITHOUT_CUSTOMER, 0, counts), minimum)
        if not hidden.any():
            return table.reset_index(drop=True)
        small = table[hidden]
        money = {name: _money(_units(small[name]).sum()) for name in ("revenue_previous", "revenue_now", "change")}
        folded = {"part": SMALL, "customers": int(small["customers"].sum()), **money, "low": np.nan, "high": np.nan}
        return pd.concat([table[~hidden], pd.DataFrame([folded])], ignore_index=True)


def value_bridge(crossed: pd.DataFrame, previous: Window, now: Window, nameless: tuple[float, float]) -> Bridge:
    """The bridge from the customers of customer_table (with the windows `previous` and `now`).

    `nameless`: net money of orders without a customer in the two periods.
    """
    before, after = (_units(crossed[f"{window.name}_monetary"].fillna(0.0)) for window in (previous, now))
    bought_before, bought_now = (crossed[f"{window.name}_last"].notna().to_numpy() for window in (previous, now))
    is_first = bought_now & (crossed["first_day"].to_numpy() >= now.start)
    both = bought_before & bought_now
    masks = dict(
        zip(
            PARTS,
            (
                is_first, bought_now & ~bought_before & ~is_first, both & (after > before), both & (after <= before),
                bought_before & ~bought_now, ~bought_before & ~bought_now & ((before != 0) | (after != 0)),
            ),
            strict=True,
        )
    )  # fmt: skip
    change = after - before
    place = np.select(list(masks.values()), range(len(PARTS)), default=-1)
    intervals = sum_intervals(change / UNITS, place, len(PARTS))
    (whole,) = sum_intervals(change / UNITS, np.zeros(len(change), dtype=np.int64), 1)
    rows = [
        (name, int(mask.sum()), *(_money(amount[mask].sum()) for amount in (before, after, change)), *interval)
        for (name, mask), interval in zip(masks.items(), intervals, strict=True)
    ]
    everyone = pd.DataFrame(
        {
            "customer_id": crossed["customer_id"].to_numpy(),
            "part": np.array([*PARTS, ""], dtype=object)[place],
            "revenue_previous": before / UNITS,
            "revenue_now": after / UNITS,
            "change": change / UNITS,
        }
    )[place >= 0]
    sold = [_units(amount) for amount in nameless]
    shift = _money(sold[1] - sold[0])  # orders without a customer are as they are: no customer is drawn for them
    rows.append((WITHOUT_CUSTOMER, 0, *nameless, shift, np.nan, np.nan))
    columns = ["part", "customers", "revenue_previous", "revenue_now", "change", "low", "high"]
    return Bridge(
        previous=previous,
        now=now,
        revenue_previous=_money(before.sum() + sold[0]),
        revenue_now=_money(after.sum() + sold[1]),
        interval=Interval(whole.low + shift, whole.high + shift),
        table=pd.DataFrame(rows, columns=columns),
        customers=everyone,
    )


def nameless_money(tables: Tables, previous: Window, now: Window) -> tuple[float, float]:
    """Net money of orders without a customer in each of two periods, added up in the engine."""
    paid = payments(tables["orders"])
    nobody = paid.filter(paid.customer_id.isnull())
    sums = {
        window.name: ibis.coalesce(
            nobody.net.sum(where=(nobody.day >= window.start) & (nobody.day < window.end)), ibis.literal(0)
        ).cast("float64")
        for window in (previous, now)
    }
    row = nobody.aggregate(**sums).to_pandas().iloc[0]
    return _money(_units(float(row[previous.name]))), _money(_units(float(row[now.name])))


def _units(money: pd.Series | Floats | float) -> npt.NDArray[np.int64]:
    return np.rint(np.asarray(money, dtype=np.float64) * UNITS).astype(np.int64)


def _money(units: np.int64 | npt.NDArray[np.int64] | int) -> float:
    return float(units) / UNITS
