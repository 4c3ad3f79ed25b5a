"""When new customers have brought what they cost, by the channel that won them and the quarter in which it did.

The same people, money and spend as in customer value by channel (analysis.value.acquisition), cut by quarter: a channel
that paid back once need not do so today.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.rfm.customers import as_date, day_number
from customer_analytics.analysis.value.acquisition import PERIOD, new_customers
from customer_analytics.statistics import Z95
from customer_analytics.tables.store import Tables

LONGEST = 24  # steps of PERIOD days followed


@dataclass(frozen=True)
class Payback:
    """New customers by channel and quarter, where both they and their cost are known.

    `table`: channel, quarter (its first day), customers, spend, cost (a new customer), first (brought in
    the first thirty days, a head), steps (of thirty days that the
    last of them have lived through), worth (brought by then, a head), low, high (95 %), payback (step by which the mean
    customer had brought the cost; NaN: not yet), paid (True or False where the interval of the worth lies above or
    below the cost, else missing).
    """

    table: pd.DataFrame


def payback(tables: Tables, days: ir.Table, factor: float, minimum: int) -> Payback | None:
    """None where no channel or no spend is known.

    Args:
        tables: the canonical tables.
        days: customer_id, day, value: net money by purchase day.
        factor: what is kept of it (margin), 1 for revenue.
        minimum: new customers below which a quarter of a channel is not judged.
    """
    if not tables.has("customers", "customer_id", "acquisition_channel") or not tables.has(
        "spend", "channel", "cost", "day"
    ):
        return None
    spend = _spend(tables)
    if not len(spend):
        return None
    people = new_customers(tables, days).cache()
    end = day_number(tables.as_of)
    first = people.won.min().to_pyarrow().as_py()
    if first is None:
        return None
    quarters = _quarters(int(first), end)
    curves, heads = _crossed(people, days, end, quarters)
    rows = []
    for (key, place), own in heads.groupby(["key", "quarter"], sort=True):
        here = curves[(curves["key"] == key) & (curves["quarter"] == place)]
        quarter = quarters[int(str(place))]
        rows.append((key, quarter.begin, *_row(own, here, quarter.steps, factor, minimum)))
    names = ["key", "quarter", "channel", "customers", "steps", "worth", "low", "high", "curve"]
    table = pd.DataFrame(rows, columns=names).merge(spend, on=["key", "quarter"], how="left")
    table["cost"] = np.where(table["customers"] >= minimum, table["spend"] / table["customers"], math.nan)
    table["first"] = [curve[0] if curve else math.nan for curve in table["curve"]]
    table["payback"] = [_step(curve, cost) for curve, cost in zip(table["curve"], table["cost"], strict=True)]
    verdicts = [_verdict(*values) for values in zip(table["cost"], table["low"], table["high"], strict=True)]
    table["paid"] = pd.array(verdicts, dtype="boolean")
    order = [
        "channel",
        "quarter",
        "customers",
        "spend",
        "cost",
        "first",
        "steps",
        "worth",
        "low",
        "high",
        "payback",
        "paid",
    ]
    made = table[table["cost"].notna()].sort_values(["channel", "quarter"], ignore_index=True)[order]
    return Payback(made) if len(made) else None


def _spend(tables: Tables) -> pd.DataFrame:
    """key, quarter, spend."""
    spend = tables["spend"]
    spend = spend.filter(spend.cost.notnull(), spend.day.notnull(), spend.channel.notnull())
    summed = spend.mutate(quarter=spend.day.cast("date").truncate("Q")).group_by("channel", "quarter")
    table: pd.DataFrame = summed.aggregate(spend=lambda t: t.cost.sum().cast("float64")).to_pyarrow().to_pandas()
    table["key"] = [_key(channel) for channel in table["channel"]]
    table["quarter"] = pd.to_datetime(table["quarter"]).dt.date
    return table.groupby(["key", "quarter"], as_index=False)[["spend"]].sum()


class _Quarter(NamedTuple):
    begin: dt.date
    first: int  # day numbers
    last: int
    steps: int  # that whoever bought first within it has lived through


def _quarters(first: int, end: int) -> list[_Quarter]:
    """The calendar quarters from the one that holds `first` to the one that holds `end`."""
    begin = as_date(first)
    begin = dt.date(begin.year, 3 * ((begin.month - 1) // 3) + 1, 1)
    made = []
    while day_number(begin) <= end:
        after = dt.date(begin.year + (begin.month > 9), (begin.month + 2) % 12 + 1, 1)
        last = day_number(after) - 1
        made.append(_Quarter(begin, day_number(begin), last, max(min((end - last) // PERIOD, LONGEST), 0)))
        begin = after
    return made


def _crossed(people: ir.Table, days: ir.Table, end: int, quarters: list[_Quarter]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What crosses, by key (the channel without regard to case) and quarter (its place in `quarters`).

    First: step, reached (whole steps since the first purchase), money. Second: channel, reached, n (people), and of
    what each of them has brought in the steps of the quarter the sum and the sum of squares.
    """
    place = ibis.cases(*((people.won <= one.last, number) for number, one in enumerate(quarters)), else_=0)
    steps = ibis.cases(*((people.won <= one.last, one.steps) for one in quarters), else_=0)
    base = people.select(
        "customer_id", "channel", "first",
        quarter=place.cast("int32"), steps=steps.cast("int32"),
        reached=((ibis.literal(end) - people["first"]) / PERIOD).floor().cast("int32"),
    )  # fmt: skip
    bought = days.select("customer_id", "day", "value").inner_join(base, "customer_id")
    bought = bought.mutate(
        step=((bought.day - bought["first"]) / PERIOD).floor().cast("int32"), money=bought.value.cast("float64")
    )
    whole = bought.filter(bought.step < bought.reached, bought.step < LONGEST)
    by_step = whole.group_by("channel", "quarter", "reached", "step").aggregate(money=whole.money.sum())
    inside = ((bought.step < bought.steps) & (bought.reached >= bought.steps)).ifelse(bought.money, 0.0)
    each = bought.group_by("customer_id", "channel", "quarter", "reached").aggregate(money=inside.sum())
    heads = each.group_by("channel", "quarter", "reached").aggregate(
        n=each.count(), money=each.money.sum(), squares=(each.money * each.money).sum()
    )
    curves, counted = (
        table.to_pyarrow().to_pandas().assign(key=lambda t: [_key(channel) for channel in t["channel"]])
        for table in (by_step, heads)
    )
    return curves, counted.sort_values(["key", "quarter", "reached", "channel"], ignore_index=True)


def _key(channel: object) -> str:
    return str(channel).strip().casefold()


def _row(
    heads: pd.DataFrame, curves: pd.DataFrame, steps: int, factor: float, minimum: int
) -> tuple[str, int, int, float, float, float, tuple[float, ...]]:
    """channel, customers, steps, worth, low, high, curve of one channel and quarter."""
    reached, n_by = (heads[name].to_numpy(dtype=np.int64) for name in ("reached", "n"))
    lived = np.array([n_by[reached > step].sum() for step in range(LONGEST)])
    inside = curves[curves["step"] < curves["reached"]]
    brought = np.bincount(inside["step"].to_numpy(dtype=np.int64), inside["money"].to_numpy(), minlength=LONGEST)
    length = int((np.cumsum(lived < minimum) == 0).sum())
    curve = np.cumsum(factor * brought[:length] / lived[:length])
    seen = heads[heads["reached"] >= steps]
    n = int(seen["n"].sum())
    worth = low = high = math.nan
    if steps and n >= max(minimum, 2):
        worth = factor * float(seen["money"].sum()) / n
        square = factor**2 * float(seen["squares"].sum())
        half = Z95 * math.sqrt(max(square - n * worth**2, 0.0) / (n - 1) / n)
        low, high = worth - half, worth + half
    return str(heads["channel"].iloc[0]), int(heads["n"].sum()), steps, worth, low, high, tuple(map(float, curve))


def _step(curve: tuple[float, ...], cost: float) -> float:
    """First step by which the mean customer had brought the cost, and did not fall below it again; NaN: not yet."""
    if math.isnan(cost) or not curve:
        return math.nan
    below = [place for place, worth in enumerate(curve) if worth < cost]
    first = below[-1] + 1 if below else 0
    return float(first + 1) if first < len(curve) else math.nan


def _verdict(cost: float, low: float, high: float) -> bool | None:
    if math.isnan(cost) or math.isnan(low):
        return None
    if low >= cost:
        return True
    return False if high < cost else None
