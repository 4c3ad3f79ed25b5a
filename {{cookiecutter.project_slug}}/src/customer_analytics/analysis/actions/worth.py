"""What it is worth that a customer stays: net money of the next twelve months of one who stays, less that of one who
leaves.

Measured on past cut-offs. Whoever stayed within the horizon brought so much in the twelve months from the cut-off on;
whoever did not may have come back later, and that money would have come anyway. Both are lines on the money of the
time before (weighted least squares with a variance in proportion to the money, since large customers vary more); their
difference is the value. The chance of leaving is not in it: value at risk = probability x value counts the leaving
once. What is lost later by customers who stay now is in it, because the twelve months are those that really followed.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal

import ibis
import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.actions.moments import YEAR, has_money, money
from customer_analytics.analysis.value.margin import margin
from customer_analytics.statistics import Z95
from customer_analytics.tables.store import Tables

Floats = npt.NDArray[np.float64]
TAIL = 30  # days beyond the horizon that must be seen, before they are carried forward to a year
LEAST = 30  # customers who stayed, and who left, that a line is fitted to
PERIODS = ((re.compile(r"year|annual|年"), 1), (re.compile(r"quarter|季"), 4), (re.compile(r"week|周|週"), 52))
MONTHS = 12  # periods a year where the plan does not say otherwise
Source = Literal["orders", "price"]


@dataclass(frozen=True)
class Line:
    """Money ahead = level + slope x money before, with the covariance of the two; n customers."""

    level: float
    slope: float
    covariance: tuple[tuple[float, float], tuple[float, float]]
    n: int

    def at(self, past: Floats) -> Floats:
        """Money ahead of customers with this money before."""
        ahead: Floats = self.level + self.slope * past
        return ahead


@dataclass(frozen=True)
class Worth:
    """How the value of staying was found.

    `source`: orders or the price of contracts; `share`: margin as a share of revenue, and `is_margin` whether it is
    known (else money is revenue); `before`, `after`: days of money before and after a cut-off, the latter scaled to a
    year; `cuts`: past cut-offs that it was measured on; `stayed`, `left`: the two lines (None for prices; `left` None:
    too few left, and they are taken to bring nothing).
    """

    source: Source
    share: float
    is_margin: bool
    before: int = YEAR
    after: int = YEAR
    cuts: tuple[int, ...] = ()
    stayed: Line | None = None
    left: Line | None = None

    def values(self, past: Floats) -> Floats:
        """Value of staying of customers with this money before; never below nothing."""
        ahead = self.stayed.at(past) if self.stayed is not None else past
        anyway = np.maximum(self.left.at(past), 0.0) if self.left is not None else 0.0
        worth: Floats = np.maximum(ahead - anyway, 0.0)
        return worth

    def relative_error(self, weight: Floats, past: Floats) -> float:
        """Standard error of the weighted sum of the values, as a share of it; 0 for prices."""
        total = float(weight @ self.values(past))
        if total <= 0:
            return 0.0
        slopes = np.array([weight.sum(), weight @ past])
        lines = [line for line in (self.stayed, self.left) if line is not None]
        variance = sum(float(slopes @ np.array(line.covariance) @ slopes) for line in lines)
        return math.sqrt(max(variance, 0.0)) / total


def worth_from_orders(
    tables: Tables, people: pd.DataFrame, first: int, now: int, reach: int, margin_share: float | None
) -> Worth | None:
    """The value of staying from what past customers brought; None where too few can be followed.

    Args:
        tables: with orders that say what they came to.
        people: cut, person_id, left of the past cut-offs.
        first: first day of the data.
        now: first day that is not known.
        reach: days from a cut-off to the end of its label.
        margin_share: the engagement's own, or None.
    """
    cuts = sorted({int(cut) for cut in people["cut"]})
    if not cuts or not has_money(tables):
        return None
    # The longest look back and ahead at once: up to a year each. Other cut-offs with as much of both take part.
    best = max(cuts, key=lambda cut: (min(now - cut, YEAR) * min(cut - first, YEAR), cut))
    before, after = min(best - first, YEAR), min(now - best, YEAR)
    if after < min(reach + TAIL, YEAR) or before < 1:
        return None
    used = tuple(cut for cut in cuts if cut + after <= now and cut - before >= first)
    own = people[people["cut"].isin(used)].reset_index(drop=True)
    seen = money(tables, own, before, after)
    known = None if margin_share is not None else margin(tables)
    # Rounded: engines add floats in any order, and the same inputs are to give the same scores.
    share = margin_share if margin_share is not None else round(known.share, 9) if known is not None else 1.0
    is_margin = margin_share is not None or known is not None
    past = np.maximum(seen["past"].to_numpy(), 0.0) * share
    later = _of_a_year(tables, own, seen, before, after, reach) * share
    left = own["left"].to_numpy() == 1
    if (~left).sum() < LEAST or not later[~left].sum() > 0:
        return None
    gone = _line(past[left], later[left]) if left.sum() >= LEAST else None
    return Worth("orders", share, is_margin, before, after, used, _line(past[~left], later[~left]), gone)


def _of_a_year(tables: Tables, own: pd.DataFrame, seen: pd.DataFrame, before: int, after: int, reach: int) -> Floats:
    """Money of the year after each cut-off, where `after` days of it have been seen.

    Whoever stayed has bought within the horizon by definition, so these days are better than those that follow. They
    count once, as they were; only the money of the days beyond them is carried forward to the end of the year.
    """
    later: Floats = seen["later"].to_numpy()
    if after >= YEAR:
        return later
    near: Floats = money(tables, own, before, reach)["later"].to_numpy()
    return near + (later - near) * ((YEAR - reach) / (after - reach))


def past_money(tables: Tables, worth: Worth, moments: pd.DataFrame) -> Floats:
    """Money before of each moment, as Worth.values takes it: for prices, what a year of the contract comes to."""
    if worth.source == "orders":
        seen = money(tables, moments, worth.before, 0)["past"].to_numpy()
        past: Floats = np.maximum(seen, 0.0) * worth.share
        return past
    yearly = _yearly_prices(tables)
    found = moments["person_id"].astype(str).map(yearly).to_numpy(dtype=np.float64)
    prices: Floats = np.nan_to_num(found) * worth.share
    return prices


def worth_from_prices(tables: Tables, margin_share: float | None) -> Worth | None:
    """The value of a contract that goes on: its price for a year; None where prices are not known.

    A price is that of a month, unless the plan's name speaks of a year, a quarter or a week.
    """
    if not tables.has("subscriptions", "customer_id", "price"):
        return None
    if not len(_yearly_prices(tables)):
        return None
    return Worth("price", margin_share or 1.0, margin_share is not None)


def _yearly_prices(tables: Tables) -> pd.Series:
    """Price of a year by person, of the running contracts added up where the data say which run."""
    rows = tables["subscriptions"]
    plan = rows.plan.cast("string") if "plan" in rows.columns else ibis.null("string")
    running = rows.customer_id.notnull()
    if "ended_on" in rows.columns:
        running = running & rows.ended_on.isnull()
    elif "ended" in rows.columns:
        running = running & ~rows.ended.fill_null(False)
    kept = rows.filter(rows.price.notnull()).mutate(plan_name=plan, runs=running)
    counted = kept.group_by(person_id=kept.customer_id.cast("string"), plan_name=kept.plan_name).aggregate(
        price=kept.price.cast("float64").sum(where=kept.runs), any_price=kept.price.cast("float64").max()
    )
    frame: pd.DataFrame = counted.to_pandas()
    factor = frame["plan_name"].map({plan: periods(plan) for plan in frame["plan_name"].unique()}).astype(float)
    frame["yearly"] = frame["price"].fillna(frame["any_price"]).astype(float) * factor.to_numpy()
    summed: pd.Series = frame.groupby("person_id")["yearly"].sum().round(4)
    return summed[summed > 0]


def periods(plan: object) -> int:
    """Periods a year that a price stands for, by the plan's name; twelve where it says nothing."""
    name = str(plan).lower() if isinstance(plan, str) else ""
    return next((many for pattern, many in PERIODS if pattern.search(name)), MONTHS)


def _line(past: Floats, later: Floats) -> Line:
    """Weighted least squares of later on past, with a covariance that does not trust the weights (White 1980)."""
    weight = 1 / (past + max(float(past.mean()), 1e-9))
    columns = np.stack([np.ones(len(past)), past])
    if not np.ptp(past) > 0:  # nothing to learn a slope from
        mean, error = float(later.mean()), float(later.var() / max(len(later) - 1, 1))
        return Line(mean, 0.0, ((error, 0.0), (0.0, 0.0)), len(past))
    bread = np.linalg.inv((columns * weight) @ columns.T)
    level, slope = bread @ ((columns * weight) @ later)
    rest = later - level - slope * past
    meat = (columns * (weight * rest) ** 2) @ columns.T
    covariance = bread @ meat @ bread
    a, b, c, d = (float(one) for one in covariance.ravel())
    return Line(float(level), float(slope), ((a, b), (c, d)), len(past))


def line_interval(line: Line, past: float) -> tuple[float, float]:
    """95 % interval of the mean money ahead of customers with this money before."""
    at = np.array([1.0, past])
    half = Z95 * math.sqrt(max(float(at @ np.array(line.covariance) @ at), 0.0))
    ahead = line.level + line.slope * past
    return ahead - half, ahead + half
