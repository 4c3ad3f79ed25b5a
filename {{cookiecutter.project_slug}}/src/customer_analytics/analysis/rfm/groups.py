"""Summaries of the scored customers: segments, grid, types, classes, distributions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.rfm.concentration import share_interval
from customer_analytics.analysis.rfm.segments import EIGHT_TYPES, GRID, SEGMENTS

MEASURES = ("recency_days", "frequency", "monetary")
PLACES = 4  # decimals of money: what the tables hold, and no remainder of binary sums
BARS = 24  # bars of a distribution; the last one holds everything beyond the 99th percentile


@dataclass(frozen=True)
class Distribution:
    """How customers spread over one measure.

    `edges`: len(counts) + 1 values; `last_open`: the last bar also holds everything beyond its edge.
    """

    measure: str
    edges: npt.NDArray[np.float64]
    counts: npt.NDArray[np.int64]
    last_open: bool
    median: float


def segment_table(customers: pd.DataFrame) -> pd.DataFrame:
    """One row a segment, all eleven, in their fixed order.

    segment, customers, share_customers, revenue, share_revenue, share_low, share_high (95 %), orders, order_value,
    revenue_per_customer, recency_median, frequency_median, monetary_median. Shares of revenue are of the customers'
    net money and NaN when that is not above 0.
    """
    table = _group_table(customers, "segment", SEGMENTS)
    whole, own = customers["monetary"].to_numpy(), customers["segment"].to_numpy()
    intervals = [share_interval(np.where(own == segment, whole, 0.0), whole) for segment in SEGMENTS]
    table["share_low"] = [max(interval.low, 0.0) for interval in intervals]
    table["share_high"] = [interval.high for interval in intervals]
    grouped = customers.groupby("segment")
    for measure, name in zip(MEASURES, ("recency", "frequency", "monetary"), strict=True):
        table[f"{name}_median"] = table["segment"].map(grouped[measure].median())
    return table


def type_table(customers: pd.DataFrame) -> pd.DataFrame:
    """The eight types with customers, revenue and their shares."""
    return _group_table(customers, "eight_type", tuple(EIGHT_TYPES.values()))


def class_table(customers: pd.DataFrame) -> pd.DataFrame:
    """Classes A, B, C with customers, revenue and their shares."""
    return _group_table(customers, "abc", ("A", "B", "C"))


def _group_table(customers: pd.DataFrame, by: str, names: tuple[str, ...]) -> pd.DataFrame:
    table = (
        customers.groupby(by)
        .agg(customers=("monetary", "size"), revenue=("monetary", "sum"), orders=("orders", "sum"))
        .reindex(pd.Index(names, name=by), fill_value=0)
        .reset_index()
    )
    table["revenue"] = table["revenue"].round(PLACES)
    total, revenue = len(customers), float(customers["monetary"].sum())
    table["share_customers"] = table["customers"] / total if total else np.nan
    table["share_revenue"] = table["revenue"] / revenue if revenue > 0 else np.nan
    table["order_value"] = table["revenue"] / table["orders"].where(table["orders"] > 0)
    table["revenue_per_customer"] = table["revenue"] / table["customers"].where(table["customers"] > 0)
    return table


def grid_table(customers: pd.DataFrame) -> pd.DataFrame:
    """All 25 cells: recency and value (1..5), segment, customers, revenue, share_customers, share_revenue."""
    cells = pd.MultiIndex.from_product([range(1, GRID + 1), range(1, GRID + 1)], names=["r5", "fm5"])
    table = customers.groupby(["r5", "fm5"])["monetary"].agg(["size", "sum"]).reindex(cells, fill_value=0).reset_index()
    table.columns = pd.Index(["r5", "fm5", "customers", "revenue"])
    table["revenue"] = table["revenue"].round(PLACES)
    revenue = float(customers["monetary"].sum())
    table["share_customers"] = table["customers"] / max(len(customers), 1)
    table["share_revenue"] = table["revenue"] / revenue if revenue > 0 else np.nan
    return table


def distribution(values: npt.NDArray[np.float64], measure: str) -> Distribution:
    """Bars of equal width from the lowest value to the 99th percentile, whole numbers wide; at least one customer."""
    low, high = float(values.min()), float(np.quantile(values, 0.99))
    low = min(low, 0.0) if measure == "monetary" else low
    width = max(np.ceil((high - low + 1) / BARS), 1.0)
    edges = low + width * np.arange(int(np.ceil((high - low + 1) / width)) + 1)
    counts = np.histogram(np.minimum(values, edges[-1] - width / 2), bins=edges)[0]
    return Distribution(measure, edges, counts, bool(values.max() >= edges[-1]), float(np.median(values)))
