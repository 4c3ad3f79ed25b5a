"""What the sentences share: the result with its language, small groups folded together, the usual phrases."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from customer_analytics.analysis.rfm import RfmResult
from customer_analytics.analysis.value import ValueResult
from customer_analytics.disclosure.hiding import small_groups
from customer_analytics.language import Language, Text
from customer_analytics.narrative.rfm.exhibits import How, Row
from customer_analytics.narrative.rfm.names import segment_name
from customer_analytics.statistics import Interval, wilson

RISK = ("cant_lose_them", "at_risk")  # bought much, and have stopped


def by_segment(table: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Rows of a table with a column segment, by segment."""
    return {str(row["segment"]): {str(key): value for key, value in row.items()} for row in table.to_dict("records")}


class Group(NamedTuple):
    """One row of a table of groups; key "small" is the hidden ones together."""

    key: str
    customers: int
    share_customers: float
    revenue: float
    share_revenue: float
    orders: int


@dataclass(frozen=True)
class View:
    """The result as this report may show it.

    `minimum_group`: groups with fewer customers are folded together; `time_zone`: zone of the calendar days; `worth`:
    customer value, where it was computed.
    """

    result: RfmResult
    language: Language
    minimum_group: int
    time_zone: str = "UTC"
    worth: ValueResult | None = None

    @property
    def n(self) -> int:
        """Scored customers."""
        return len(self.result.customers)

    @property
    def minimum_base(self) -> int:
        """Base below which no rate is printed."""
        return self.result.parameters.minimum_base

    @property
    def enough(self) -> bool:
        """Whether shares of the customers may be printed at all."""
        large = self.n >= self.minimum_base and self.n >= self.minimum_group
        return large and self.result.revenue > 0 and self.top is not None

    @property
    def why_not(self) -> Text:
        """Why there is not enough."""
        if self.n < max(self.minimum_base, self.minimum_group):
            return self.not_estimable(self.n)
        if self.result.revenue <= 0:
            return self.language.say("no net revenue remains after refunds and returns")
        least = self.language.number(self.minimum_group)
        return self.language.say("not shown: no segment has {least} customers", least=least)

    @functools.cached_property
    def segments(self) -> dict[str, dict[str, Any]]:
        """The rows of the segment table by segment."""
        return by_segment(self.result.segments)

    @functools.cached_property
    def hidden(self) -> frozenset[str]:
        """Segments too small to be shown by themselves."""
        mask = small_groups(self.result.segments["customers"].to_numpy(), self.minimum_group)
        return frozenset(self.result.segments["segment"][mask])

    @functools.cached_property
    def groups(self) -> tuple[Group, ...]:
        """Segments with customers, by revenue, the small ones folded together at the end."""
        return fold(self.result.segments, "segment", self.minimum_group, by_revenue=True)

    @functools.cached_property
    def top(self) -> Group | None:
        """The shown segment with the most revenue."""
        return next((group for group in self.groups if group.key != "small"), None)

    @property
    def one_time_share(self) -> float:
        """Share of customers with one purchase."""
        return self.result.one_time / self.n if self.n else math.nan

    @property
    def mean_spend(self) -> float:
        """Net money per customer."""
        return self.result.revenue / self.n if self.n else math.nan

    def name(self, segment: str) -> Text:
        """Name of a segment."""
        return segment_name(self.language, segment)

    def interval(self, interval: Interval, decimals: int = 0) -> Text:
        """An interval of a share, for a bracket; with one decimal where both ends would read the same."""
        low, high = self.bounds(interval, decimals)
        return self.language.say("interval {low} to {high}", low=low, high=high)

    def between(self, interval: Interval, decimals: int = 0) -> Text:
        """An interval of a share, for a cell."""
        low, high = self.bounds(interval, decimals)
        return self.language.say("{low} to {high}", low=low, high=high)

    def bounds(self, interval: Interval, decimals: int = 0) -> tuple[str, str]:
        """Both ends of an interval of a share; with one decimal where they would read the same."""
        percent = self.language.percent
        if percent(interval.low, decimals) == percent(interval.high, decimals):
            decimals = max(decimals, 1)
        return percent(interval.low, decimals), percent(interval.high, decimals)

    def points(self, change: float) -> str:
        """A change of a share in percentage points with its sign, without the word."""
        return self.language.signed(100 * change, 1)

    def share_of_customers(self, count: int) -> Interval:
        """Wilson interval of a count of customers."""
        return wilson(count, self.n)

    def not_estimable(self, n: int) -> Text:
        """The words instead of a rate."""
        return self.language.say("not estimable: n = {n}", n=self.language.number(n))

    @property
    def period(self) -> Text:
        """First to last day that counts."""
        window, language = self.result.window, self.language
        return language.say(
            "{first} to {last}", first=language.date(window.first_day), last=language.date(window.last_day)
        )

    @property
    def source(self) -> Text:
        """The source line of a figure."""
        number = self.language.number
        return self.language.say(
            "Source: orders, {period}; {orders} paid orders, {customers} customers.",
            period=self.period, orders=number(self.result.orders), customers=number(self.n),
        )  # fmt: skip

    def how(self, *own: tuple[Text, Text], window: Text | None = None) -> How:
        """The "How it was computed" box: own lines, then what holds for every table; `window` where it is another."""
        language = self.language
        say = language.say
        return (
            *own,
            (
                say("Window"),
                say("{period}, calendar days in {zone}", period=window or self.period, zone=self.time_zone),
            ),
            (
                say("Money"),
                say("Paid orders less refunds and returns, in {currency}", currency=language.currency_name),
            ),
            (
                say("Left out"),
                say(
                    "{orders} orders that brought nothing (unpaid, cancelled, free or refunded in full) and "
                    "{without} purchases without a customer",
                    orders=language.number(self.result.totals.nothing),
                    without=language.number(self.result.totals.without_customer),
                ),
            ),
        )


def fold(table: pd.DataFrame, by: str, minimum: int, *, by_revenue: bool = False) -> tuple[Group, ...]:
    """Rows of a group table with customers; those too small to show are one row with the key "small" at the end."""
    hidden = small_groups(table["customers"].to_numpy(), minimum)
    orders = table["orders"] if "orders" in table else pd.Series(0, index=table.index)
    rows = [
        Group(str(key), int(customers), float(share), float(revenue), float(part), int(count))
        for key, customers, share, revenue, part, count in zip(
            table[by], table["customers"], table["share_customers"], table["revenue"], table["share_revenue"], orders,
            strict=True,
        )
    ]  # fmt: skip
    shown = [row for row, small in zip(rows, hidden, strict=True) if row.customers > 0 and not small]
    if by_revenue:
        shown.sort(key=lambda row: -row.revenue)
    small = [row for row, is_small in zip(rows, hidden, strict=True) if is_small]
    if small:
        sums = [sum(values) for values in list(zip(*small, strict=True))[1:]]
        shown.append(Group("small", int(sums[0]), sums[1], sums[2], float(np.nansum([sums[3]])), int(sums[4])))
    return tuple(shown)


def group_cells(view: View, group: Group) -> Row:
    """Customers and net revenue of a group with their shares, as four cells."""
    language = view.language
    return (
        (language.number(group.customers), group.customers),
        (language.percent(group.share_customers), group.share_customers),
        (language.money(group.revenue), group.revenue),
        (language.percent(group.share_revenue), group.share_revenue),
    )


def decimals(value: float) -> int:
    """Decimals that a median needs: none when it is whole."""
    return 0 if float(value).is_integer() else 1
