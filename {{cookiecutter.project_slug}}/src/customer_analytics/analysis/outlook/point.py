"""What one point more of retention after the first month goes with: orders and money, from one's own people.

People who were active in their second thirty days (days 30 to 59) are set against those who were not, by what they
ordered from day 30 on. The two differ before that already, so they are compared within groups that were alike in their
first thirty days (active days, money, channel), and the groups are weighted as those who did not come back: of them one
point more would have to come. It remains a comparison of people who chose, not of people who were made to come back.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.statistics import Z95, Interval, wilson

MONTH = 30  # days
SPANS = (12, 6, 3)  # months that the money is followed: the longest that enough people have lived through
LEAST_ARM = 10  # people who came back, and who did not, in a group that is compared by itself
YEAR = 365
_CHANNELS = 6  # the largest by themselves, the others together
_POINT = 0.01
_SUMS = ["n", "orders", "net", "orders_squares", "net_squares"]


@dataclass(frozen=True)
class Measure:
    """Of orders or of money, a person, from day 30 to the end of the span. `factor` is applied (margin).

    `returned` and `others`: plain means of those who came back and those who did not; `difference`: within like groups,
    with `interval`; `month`: what those who came back brought in that month alone; `total`: mean of everybody over the
    whole span, the first thirty days included; `a_year`: what one point more goes with in a year's intake, with
    `a_year_interval`; `floor`: what it would be if the point brought that one month and nothing after it; `relative`:
    a_year as a share of what the intake brings in the span.
    """

    returned: float
    others: float
    difference: float
    interval: Interval
    month: float
    total: float
    a_year: float
    a_year_interval: Interval
    floor: float
    relative: float
    relative_interval: Interval


@dataclass(frozen=True)
class Point:
    """`months`: the span; `people` who have lived through it, `returned` of them active in days 30 to 59; `rate`:
    their share, with `rate_interval`; `intake`: new people a year, by those of the last `intake_days` days (0 where
    there were hardly any: then `intake` is `people`); `groups`: like groups compared; `used`: share of
    those who did not come back that have a like group; `first` and `last`: first days of these people (day numbers);
    `money` is None where nothing was paid.
    """

    months: int
    people: int
    returned: int
    rate_interval: Interval
    intake: float
    intake_days: int
    groups: int
    used: float
    first: int
    last: int
    orders: Measure
    money: Measure | None

    @property
    def rate(self) -> float:
        """Share active in days 30 to 59."""
        return self.returned / self.people

    @property
    def multiple(self) -> float:
        """Percent of money (else of orders) that one percent (not point) more people retained goes with."""
        measure = self.money or self.orders
        return measure.relative * self.rate / _POINT


def value_of_a_point(
    days: ir.Table, people: ir.Table, begin: int, end: int, factor: float, minimum: int
) -> Point | None:
    """None where too few people have lived through three months, or nobody ordered.

    Args:
        days: person_id, day, active (whether the day counts as activity), purchases, net.
        people: person_id, start_day (what their time is counted from) and, where known, channel.
        begin: first start day that counts (people there before the data began look new in them).
        end: last day number.
        factor: what is kept of net money (margin), 1 for revenue.
        minimum: people who came back, and who did not, below which nothing is said.
    """
    for months in SPANS:
        last = end - months * MONTH + 1
        if last < begin:
            continue
        table = _groups(days, people, begin, last, months)
        back = table["returned"] == 1
        if min(table.loc[back, "n"].sum(), table.loc[~back, "n"].sum()) >= minimum:
            break
    else:
        return None
    if not table["orders"].sum() > 0:
        return None
    intake_days = min(YEAR, end - begin + 1)
    since = end - intake_days + 1
    newcomers = int(people.filter(people.start_day >= since, people.start_day <= end).count().to_pyarrow().as_py())
    n, returned = int(table["n"].sum()), int(table.loc[table["returned"] == 1, "n"].sum())
    intake = newcomers * YEAR / intake_days
    if newcomers < minimum:  # data of people who all began long ago: what the point is worth is said of those
        intake, intake_days = float(n), 0
    pairs = _pairs(table)
    others = int(table.loc[table["returned"] == 0, "n"].sum())
    return Point(
        months=months,
        people=n,
        returned=returned,
        rate_interval=wilson(returned, n),
        intake=intake,
        intake_days=intake_days,
        groups=len(pairs),
        used=float(pairs["n_0"].sum() / others),
        first=begin,
        last=last,
        orders=_measure(table, pairs, "orders", 1.0, intake),
        money=_measure(table, pairs, "net", factor, intake) if table["net_total"].sum() > 0 else None,
    )


def _groups(days: ir.Table, people: ir.Table, begin: int, last: int, months: int) -> pd.DataFrame:
    """People by what they were like in their first thirty days and whether they came back in the next.

    Columns channel, often (0 to 2: active days), spent (0 to 2: money), returned, n, and for orders and net: the sum
    and the sum of squares from day 30 on, the sum in days 30 to 59 (_month) and over the whole span (_total).
    """
    has_channel = "channel" in people.columns
    known = people.filter(people.start_day >= begin, people.start_day <= last)
    known = known.select(
        person_id=known.person_id,
        start_day=known.start_day,
        channel=known.channel.cast("string") if has_channel else ibis.null("string"),
    )
    joined = days.select("person_id", "day", "active", "purchases", "net").inner_join(known, "person_id")
    age = joined.day - joined.start_day
    joined = joined.mutate(age=age).filter(age >= 0, age < months * MONTH)
    early, month, later = joined.age < MONTH, joined.age.between(MONTH, 2 * MONTH - 1), joined.age >= MONTH
    net, orders = joined.net.cast("float64").fill_null(0.0), joined.purchases.cast("float64").fill_null(0.0)
    each = joined.group_by("person_id").aggregate(
        channel=joined.channel.max(),
        early_days=(early & joined.active).ifelse(1, 0).sum(),
        early_net=early.ifelse(net, 0.0).sum(),
        returned=(month & joined.active).ifelse(1, 0).max(),
        orders=later.ifelse(orders, 0.0).sum(),
        net=later.ifelse(net, 0.0).sum(),
        orders_month=month.ifelse(orders, 0.0).sum(),
        net_month=month.ifelse(net, 0.0).sum(),
        orders_total=orders.sum(),
        net_total=net.sum(),
    )
    each = each.cache()  # read twice: for the median, and to be grouped
    middle = each.filter(each.early_net > 0).early_net.median().to_pyarrow().as_py()
    often = ibis.cases((each.early_days <= 1, 0), (each.early_days <= 3, 1), else_=2)
    spent = ibis.cases((each.early_net <= 0, 0), (each.early_net <= (middle or 0.0), 1), else_=2)
    sums = {
        name: each[name].sum() for name in ("orders", "net", "orders_month", "net_month", "orders_total", "net_total")
    }
    sums |= {f"{name}_squares": (each[name] * each[name]).sum() for name in ("orders", "net")}
    grouped = each.mutate(often=often.cast("int32"), spent=spent.cast("int32")).group_by(
        "channel", "often", "spent", "returned"
    )
    crossed: pd.DataFrame = grouped.aggregate(n=lambda t: t.count(), **sums).to_pyarrow().to_pandas()
    crossed["channel"] = crossed["channel"].fillna("")
    return crossed.sort_values(["channel", "often", "spent", "returned"], ignore_index=True)


def _pairs(table: pd.DataFrame) -> pd.DataFrame:
    """Like groups, side by side (suffix _0: did not come back, _1: did), with at least LEAST_ARM people on both sides.

    People whose group is too small by channel, active days and money are compared without the channel, what then is
    still too small without the money too, and what is left by nothing at all.
    """
    sizes = table.groupby("channel")["n"].sum().sort_values(ascending=False, kind="stable")
    rest = table.assign(channel=table["channel"].where(table["channel"].isin(sizes.index[:_CHANNELS]), ""), all=0)
    parts = []
    for names in (["channel", "often", "spent"], ["often", "spent"], ["often"], ["all"]):
        summed = rest.groupby([*names, "returned"], as_index=False)[_SUMS].sum()
        sides = [summed[summed["returned"] == side].drop(columns="returned") for side in (0, 1)]
        pairs = sides[0].merge(sides[1], on=names, suffixes=("_0", "_1"))
        pairs = pairs[(pairs["n_0"] >= LEAST_ARM) & (pairs["n_1"] >= LEAST_ARM)]
        parts.append(pairs.drop(columns=names))
        rest = rest.merge(pairs[names], on=names, how="left", indicator=True)
        rest = rest[rest["_merge"] == "left_only"].drop(columns="_merge")
    return pd.concat(parts, ignore_index=True)


def _measure(table: pd.DataFrame, pairs: pd.DataFrame, name: str, factor: float, intake: float) -> Measure:
    sides = [table[table["returned"] == side] for side in (1, 0)]
    returned, others = (factor * float(side[name].sum() / side["n"].sum()) for side in sides)
    month = factor * float(sides[0][f"{name}_month"].sum() / sides[0]["n"].sum())
    total = factor * float(table[f"{name}_total"].sum() / table["n"].sum())
    difference, error = _within(pairs, name)
    difference, half = factor * difference, factor * Z95 * error
    interval = Interval(difference - half, difference + half)
    scale, part = _POINT * intake, _POINT / total if total > 0 else math.nan
    return Measure(
        returned=returned,
        others=others,
        difference=difference,
        interval=interval,
        month=month,
        total=total,
        a_year=scale * difference,
        a_year_interval=Interval(scale * interval.low, scale * interval.high),
        floor=scale * month,
        relative=part * difference,
        relative_interval=Interval(part * interval.low, part * interval.high),
    )


def _within(pairs: pd.DataFrame, name: str) -> tuple[float, float]:
    """Mean difference over the groups, weighted by those who did not come back, and its standard error."""
    if not len(pairs):
        return math.nan, math.nan
    weight = pairs["n_0"].to_numpy(dtype=np.float64)
    weight /= weight.sum()
    means, squares = [], []
    for side in ("_1", "_0"):
        columns = (f"n{side}", f"{name}{side}", f"{name}_squares{side}")
        n, total, square = (pairs[column].to_numpy(dtype=np.float64) for column in columns)
        mean = total / n
        means.append(mean)
        squares.append(np.maximum(square - n * mean**2, 0.0) / (n - 1) / n)
    return float(weight @ (means[0] - means[1])), float(np.sqrt(weight**2 @ (squares[0] + squares[1])))
