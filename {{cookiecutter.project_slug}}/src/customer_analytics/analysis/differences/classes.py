"""The groups that effects are compared by: ranges of what was known before the start, or columns of the client.

They are fixed before any outcome is looked at. The cut-offs of recency follow from the parameter `before_days`, those
of frequency stand here, those of value are thirds of the customers with money, rounded.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.campaigns.campaign import Campaigns
from customer_analytics.analysis.differences.result import BUILT_IN, DEFAULT, FREQUENCY, KNOWN, RECENCY, VALUE
from customer_analytics.engagement.parameters import CampaignEvaluationParameters

FREQUENCIES = (0.0, 1.0, 2.0, 5.0)  # orders before: none, one, two to four, five and more
COLUMNS = {RECENCY: "recency_days", FREQUENCY: "orders_before", VALUE: "revenue_before", KNOWN: "days_known"}
YEAR = 365.0
PREFIX = "g_"


@dataclass(frozen=True)
class Ranges:
    """A group of ranges: `cuts` are the lower bounds of its levels, ascending, the first one included in all."""

    name: str
    column: str
    cuts: tuple[float, ...]

    def place(self, table: ir.Table) -> ir.IntegerValue:
        """Place of each row's level: 0 up in the order of the cuts; the last one for nothing known."""
        column = table[self.column]
        branches = [(column < cut, place) for place, cut in enumerate(self.cuts[1:])]
        last: int = len(self.cuts) - 1
        inside = ibis.cases(*branches, else_=last) if branches else ibis.literal(last)
        place: ir.IntegerValue = column.isnull().ifelse(last + 1, inside).cast("int32")
        return place

    def bounds(self, place: int) -> tuple[float, float]:
        """Lower bound, included, and upper one, excluded; NaN: open. Both NaN: nothing known."""
        if place >= len(self.cuts):
            return math.nan, math.nan
        return self.cuts[place], self.cuts[place + 1] if place + 1 < len(self.cuts) else math.nan


def ranges(campaigns: Campaigns, parameters: CampaignEvaluationParameters) -> tuple[Ranges, ...]:
    """The built-in groups that are asked for and that the data know something of."""
    wanted = [name for name in BUILT_IN if name in (parameters.groups or DEFAULT)]
    wanted = [name for name in wanted if campaigns.has_orders or name == KNOWN]
    found = []
    for name in wanted:
        if COLUMNS[name] not in campaigns.units.columns:
            continue
        cuts = _cuts(name, campaigns.units, parameters.before_days)
        if len(cuts) > 1:
            found.append(Ranges(name, COLUMNS[name], cuts))
    return tuple(found)


def columns(campaigns: Campaigns) -> tuple[str, ...]:
    """The client's own columns that are asked for, as `units` names them."""
    return tuple(f"{PREFIX}{name}" for name in campaigns.groups if name not in BUILT_IN)


def _cuts(name: str, units: ir.Table, before_days: int) -> tuple[float, ...]:
    if name == RECENCY:
        return (0.0, before_days / 2, float(before_days), 2.0 * before_days)
    if name == KNOWN:
        return (0.0, *sorted({float(before_days), YEAR}))
    if name == FREQUENCY:
        return FREQUENCIES
    money = units.revenue_before.cast("float64")
    has_money = money > 0
    thirds = units.aggregate(low=money.quantile(1 / 3, where=has_money), high=money.quantile(2 / 3, where=has_money))
    low, high = (float(value) for value in thirds.to_pandas().iloc[0].fillna(math.nan))
    if math.isnan(low):
        return (0.0,)
    return tuple(sorted({0.0, rounded(low), rounded(high)}))


def rounded(value: float) -> float:
    """A number with two significant digits."""
    return round(value, 1 - math.floor(math.log10(abs(value)))) if value else 0.0
