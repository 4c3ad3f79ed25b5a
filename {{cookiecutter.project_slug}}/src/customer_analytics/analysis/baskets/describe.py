"""What baskets are like: how many products, what they are worth, what is in most of them, what is bought again."""

from __future__ import annotations

import math
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.baskets.basket import PLACES, Baskets
from customer_analytics.statistics import Z95, Interval, wilson

CLASSES = ((1, 1), (2, 2), (3, 3), (4, 5), (6, 10), (11, 20), (21, None))  # products of a basket taken together
ITEM_COLUMNS = [
    "item", "key", "label", "level", "category", "baskets", "share", "low", "high", "units", "revenue", "revenue_share",
    "buyers", "repeat_buyers", "repeat", "repeat_low", "repeat_high",
]  # fmt: skip


@dataclass(frozen=True)
class Measure:
    """A measure of baskets: mean with its 95 % interval (over customers where they are known), median, P90."""

    mean: float
    low: float
    high: float
    median: float
    p90: float
    n: int


@dataclass(frozen=True)
class Description:
    """What baskets are like.

    size: different products of a basket. value: money of its products, None without money. one_item: baskets of one
        product.
    sizes: size, baskets, value (mean of those baskets), one row a size. classes: low, high (products, high -1: open),
        baskets, share, value, revenue, revenue_share.
    items: one row an item, the one in most baskets first: item, key, label, level, category, baskets, share of all
        baskets with low and high (Wilson), units, revenue and its share (NaN where unknown), buyers and repeat_buyers
        (customers with it in one and in several baskets), repeat (their share) with low and high.
    months: month (YYYY-MM), baskets, size, value (means); empty without dates. clustered: whether intervals of means
        are over customers.
    """

    size: Measure
    value: Measure | None
    one_item: int
    sizes: pd.DataFrame
    classes: pd.DataFrame
    items: pd.DataFrame
    months: pd.DataFrame
    revenue: float
    clustered: bool

    def one_item_share(self) -> tuple[float, Interval]:
        """Share of baskets with one product, and its interval."""
        return self.one_item / self.size.n, wilson(self.one_item, self.size.n)


def describe(found: Baskets) -> Description | None:
    """What the baskets are like; None where there are none."""
    if found.is_empty:
        return None
    sizes = _sizes(found)
    revenue = round(float(sizes["revenue"].sum()), PLACES) if found.has_money else math.nan
    return Description(
        size=_measure(found, "size"),
        value=_measure(found, "value") if found.has_money else None,
        one_item=int(sizes.loc[sizes["size"] == 1, "baskets"].sum()),
        sizes=sizes.assign(value=sizes["revenue"] / sizes["baskets"])[["size", "baskets", "value"]],
        classes=_classes(sizes, found.n, revenue),
        items=_items(found, revenue),
        months=_months(found),
        revenue=revenue,
        clustered=found.has_people and found.unit != "customer",
    )


def _sizes(found: Baskets) -> pd.DataFrame:
    """size, baskets, revenue."""
    heads = found.heads
    table = (
        heads.group_by("size")
        .aggregate(baskets=heads.count(), revenue=heads.value.sum().round(PLACES))
        .order_by("size")
    )
    frame: pd.DataFrame = table.to_pandas().astype({"size": "int64", "baskets": "int64", "revenue": "float64"})
    return frame


def _measure(found: Baskets, name: str) -> Measure:
    """Mean over baskets; its interval from the linearised ratio over customers, nameless baskets each by itself."""
    heads = found.heads.filter(found.heads[name].notnull())
    number = heads[name].cast("float64")
    row = heads.aggregate(
        n=heads.count(), mean=number.mean(), median=number.quantile(0.5), p90=number.quantile(0.9)
    ).to_pyarrow().to_pylist()[0]  # fmt: skip
    n, mean = int(row["n"]), float(row["mean"])
    error = math.sqrt(_variance(heads, number, mean, n))
    low, high = (mean - Z95 * error, mean + Z95 * error) if n > 1 else (math.nan, math.nan)
    steady = [_steady(one) for one in (mean, low, high, row["median"], row["p90"])]
    return Measure(steady[0], steady[1], steady[2], steady[3], steady[4], n)


def _steady(number: float) -> float:
    """A sum of floats without its last digits, which depend on the order in which the engine adds."""
    return float(f"{number:.12g}")


def _variance(heads: ir.Table, number: ir.FloatingValue, mean: float, n: int) -> float:
    """Variance of the mean: squared sums of the deviations of each cluster, with k / (k - 1) for k clusters."""
    cluster = ibis.coalesce(heads.person, -1 - heads.basket)  # a person is numbered from 0 on
    deviations = heads.select(cluster=cluster, deviation=number - mean)
    sums = deviations.group_by("cluster").aggregate(total=deviations.deviation.sum())
    row = sums.aggregate(k=sums.count(), squares=(sums.total * sums.total).sum()).to_pyarrow().to_pylist()[0]
    k = int(row["k"])
    return float(row["squares"]) / n**2 * k / (k - 1) if k > 1 else math.nan


def _classes(sizes: pd.DataFrame, n: int, revenue: float) -> pd.DataFrame:
    rows = []
    for low, high in CLASSES:
        own = sizes[(sizes["size"] >= low) & (sizes["size"] <= (math.inf if high is None else high))]
        baskets, money = int(own["baskets"].sum()), float(own["revenue"].sum()) if revenue == revenue else math.nan
        if baskets:
            share = money / revenue if revenue > 0 else math.nan
            rows.append((low, -1 if high is None else high, baskets, baskets / n, money / baskets, money, share))
    return pd.DataFrame(rows, columns=["low", "high", "baskets", "share", "value", "revenue", "revenue_share"])


def _items(found: Baskets, revenue: float) -> pd.DataFrame:
    items = found.items.copy()
    items["share"] = items["baskets"] / found.n
    intervals = [wilson(count, found.n) for count in items["baskets"]]
    items["low"], items["high"] = [one.low for one in intervals], [one.high for one in intervals]
    items = items.join(_sums(found), on="item").join(_repeats(found), on="item")
    items["revenue_share"] = items["revenue"] / revenue if revenue > 0 else np.nan
    items["repeat"] = items["repeat_buyers"] / items["buyers"]
    again = [wilson(one, of) for one, of in zip(items["repeat_buyers"], items["buyers"], strict=True)]
    items["repeat_low"], items["repeat_high"] = [one.low for one in again], [one.high for one in again]
    return items.sort_values(["baskets", "item"], ascending=[False, True], ignore_index=True)[ITEM_COLUMNS]


def _sums(found: Baskets) -> pd.DataFrame:
    """item -> units and revenue; those of a category are the sums of its products."""
    sold = found.sold
    frame: pd.DataFrame = (
        sold.group_by("item").aggregate(units=sold.units.sum().round(PLACES), revenue=sold.amount.sum().round(PLACES))
        .order_by("item").to_pandas().set_index("item").astype("float64")
    )  # fmt: skip
    parents = found.parents.reindex(frame.index)
    if not parents.notna().any():
        return frame
    above = frame[parents.notna()].groupby(parents[parents.notna()].astype("int64")).sum(min_count=1)
    whole: pd.DataFrame = pd.concat([frame, above])
    return whole


def _repeats(found: Baskets) -> pd.DataFrame:
    """item -> buyers (customers with the item) and repeat_buyers (in several baskets); NaN without customers."""
    if not found.has_people or found.unit == "customer":
        return pd.DataFrame({"buyers": np.nan, "repeat_buyers": np.nan}, index=found.items["item"])
    people = found.heads.filter(found.heads.person.notnull()).select("basket", "person")
    bought = found.lines.inner_join(people, "basket")
    times = bought.group_by("item", "person").aggregate(times=bought.count())
    frame: pd.DataFrame = (
        times.group_by("item").aggregate(buyers=times.count(), repeat_buyers=(times.times > 1).sum())
        .order_by("item").to_pandas().set_index("item")
    )  # fmt: skip
    return frame.reindex(found.items["item"]).fillna(0.0).astype("float64")


def _months(found: Baskets) -> pd.DataFrame:
    """month, baskets, size, value."""
    empty = pd.DataFrame({"month": pd.Series(dtype=object)}).assign(baskets=0, size=0.0, value=0.0)
    if not found.dated or found.unit == "customer":
        return empty
    heads = found.heads.filter(found.heads.day.notnull())
    days: pd.DataFrame = (
        heads.group_by("day")
        .aggregate(baskets=heads.count(), size=heads["size"].sum(), value=heads.value.sum().round(PLACES))
        .order_by("day").to_pandas()
    )  # fmt: skip
    days["month"] = (np.datetime64("1970-01-01") + days["day"].to_numpy().astype("timedelta64[D]")).astype("M8[M]")
    days["month"] = days["month"].astype("M8[s]").dt.strftime("%Y-%m")
    months = days.groupby("month", sort=True)[["baskets", "size", "value"]].sum().reset_index()
    months["baskets"] = months["baskets"].astype("int64")
    return months.assign(
        size=months["size"] / months["baskets"],
        value=months["value"].astype("float64") / months["baskets"] if found.has_money else np.nan,
    )
