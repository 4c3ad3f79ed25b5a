"""Weeks in which people who were there already came more or less than usual, and the anniversary of the first time.

Both from one table: people active by week of their start and calendar week. A week's factor is how many of the people
who had started earlier were active, over how many their ages let expect, with the effects of age and of the calendar
fitted side by side. The anniversary sets people 51 to 53 weeks after their start against people some weeks younger and
older in the same calendar weeks, so that the season cancels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import ibis.expr.types as ir
import numpy as np
import pandas as pd
from scipy.stats import norm

from customer_analytics.analysis.outlook.triangle import Floats
from customer_analytics.statistics import Interval, benjamini_hochberg

WEEK = 7
ANNIVERSARY = (51, 52, 53)  # weeks after the start
BESIDE = (45, 46, 47, 48, 49, 55, 56, 57, 58, 59)  # weeks that it is set against
LEAST_WEEKS = 16  # calendar weeks with enough people, below which no week can stand out
LEAST_COHORTS = 8
DRAWS = 1000
LEVEL = 0.99  # of the interval of the anniversary: it is looked for in every report, and is rarely there
_ROUNDS = 200
_FALSE = 0.05  # share of false discoveries among the weeks named
_SPREAD = 1.4826  # median absolute deviation to standard deviation


@dataclass(frozen=True)
class Anniversary:
    """`expected`: people active at their anniversary had they come as those beside it did in the same weeks; `interval`
    of the ratio at LEVEL."""

    active: int
    expected: float
    interval: Interval

    @property
    def ratio(self) -> float:
        """Active over expected."""
        return self.active / self.expected


@dataclass(frozen=True)
class Season:
    """`weeks`: first_day (day number), at_risk (people who started in an earlier week), active, factor (1: as usual),
    q (adjusted for all weeks), stands_out. `stretches`: first_day, last_day, factor, year_before (factor of the same
    weeks a year earlier; NaN where there are none), of neighbouring weeks that stand out on the same side."""

    weeks: pd.DataFrame
    stretches: pd.DataFrame
    anniversary: Anniversary | None


@dataclass(frozen=True)
class Weekly:
    """People active, weeks by weeks. Week 0 is the first whole one; the last ends with the data.

    `size`: people who started in each week; `active`: row the week of the start, column the calendar week."""

    first_day: int
    size: Floats
    active: Floats

    @property
    def age(self) -> Floats:
        """Weeks since the start, in each cell; negative before it."""
        weeks = np.arange(len(self.size))
        return (weeks[None, :] - weeks[:, None]).astype(np.float64)


def weekly(days: ir.Table, people: ir.Table, begin: int, end: int) -> Weekly | None:
    """The weekly table of the people who started from day `begin` to day `end`; None below three weeks.

    `days`: person_id, day; `people`: person_id, start_day. Weeks are counted back from `end`.
    """
    weeks = (end - begin + 1) // WEEK
    if weeks < 3:
        return None
    first = end - weeks * WEEK + 1
    own = people.filter(people.start_day >= first, people.start_day <= end)
    own = own.select(person_id=own.person_id, start=((own.start_day - first) / WEEK).floor().cast("int32"))
    seen = days.filter(days.day >= first, days.day <= end)
    seen = seen.select(person_id=seen.person_id, week=((seen.day - first) / WEEK).floor().cast("int32"))
    pairs = seen.inner_join(own, "person_id").select("person_id", "start", "week").distinct()
    counted = pairs.group_by("start", "week").aggregate(n=pairs.count()).to_pyarrow().to_pandas()
    sizes = own.group_by("start").aggregate(n=own.count()).to_pyarrow().to_pandas()
    active, size = np.zeros((weeks, weeks)), np.zeros(weeks)
    active[counted["start"].to_numpy(), counted["week"].to_numpy()] = counted["n"].to_numpy()
    size[sizes["start"].to_numpy()] = sizes["n"].to_numpy()
    return Weekly(first, size, active)


def season(table: Weekly, minimum: int, seed: int = 20_11) -> Season | None:
    """Factors of the calendar weeks and the anniversary; None where neither can be told."""
    weeks = _factors(table, minimum)
    ann = anniversary(table, minimum, seed)
    if weeks is None and ann is None:
        return None
    if weeks is None:
        weeks = pd.DataFrame(columns=["first_day", "at_risk", "active", "factor", "q", "stands_out"])
    return Season(weeks, _stretches(weeks), ann)


def _factors(table: Weekly, minimum: int) -> pd.DataFrame | None:
    inside = table.age >= 1
    at_risk = np.where(inside, table.size[:, None], 0.0)
    active = np.where(inside, table.active, 0.0)
    usable = (at_risk.sum(axis=0) >= minimum) & (active.sum(axis=0) >= minimum)
    if usable.sum() < LEAST_WEEKS:
        return None
    at_risk, active = at_risk * usable[None, :], active * usable[None, :]
    expected, factor = _two_effects(at_risk, active, table.age)
    mean = expected.sum(axis=0)
    # Ages and cohorts leave more scatter than counting alone: the weeks' own spread is the yardstick, and never less
    # than that of the counts.
    logs = np.log(factor[usable])
    middle = float(np.median(logs))
    spread = max(_SPREAD * float(np.median(np.abs(logs - middle))), 1e-9)
    error = np.sqrt(spread**2 + 1 / np.maximum(mean[usable], 1.0))
    q = benjamini_hochberg(2 * norm.sf(np.abs(logs - middle) / error))
    places = np.flatnonzero(usable)
    return pd.DataFrame(
        {
            "first_day": table.first_day + WEEK * places,
            "at_risk": at_risk.sum(axis=0)[usable].astype(np.int64),
            "active": active.sum(axis=0)[usable].astype(np.int64),
            "factor": np.exp(logs - middle),
            "q": q,
            "stands_out": np.asarray(q) < _FALSE,
        }
    )


def _two_effects(at_risk: Floats, active: Floats, age: Floats) -> tuple[Floats, Floats]:
    """Expected people by cell with the calendar's effect taken out, and that effect by calendar week.

    active = at_risk * effect(age) * effect(week), fitted by scaling the margins in turn (the Poisson likelihood).
    """
    weeks = at_risk.shape[1]
    ages = np.clip(age, 0, None).astype(np.int64)
    by_age, by_week = np.full(weeks, active.sum() / at_risk.sum()), np.ones(weeks)
    own = np.bincount(ages.ravel(), active.ravel(), minlength=weeks)
    for _ in range(_ROUNDS):
        base = np.bincount(ages.ravel(), (at_risk * by_week[None, :]).ravel(), minlength=weeks)
        by_age = np.divide(own, base, out=np.zeros(weeks), where=base > 0)
        expected = (at_risk * by_age[ages]).sum(axis=0)
        new = np.divide(active.sum(axis=0), expected, out=np.ones(weeks), where=expected > 0)
        done = float(np.abs(new - by_week).max()) < 1e-7
        by_week = new
        if done:
            break
    return at_risk * by_age[ages], by_week


def anniversary(table: Weekly, minimum: int, seed: int = 20_11) -> Anniversary | None:
    """People at their anniversary against those some weeks off it in the same calendar weeks."""
    parts = _anniversary_parts(table)
    whole = np.ones(len(table.size))
    active, expected = _anniversary_sums(parts, whole)
    cohorts = int((parts[0].sum(axis=1) > 0).sum())
    if expected < minimum or active <= 0 or cohorts < LEAST_COHORTS:
        return None
    generator = np.random.default_rng(seed)
    many = len(table.size)
    ratios = []
    for _ in range(DRAWS):
        weights = np.bincount(generator.integers(0, many, many), minlength=many).astype(np.float64)
        own, other = _anniversary_sums(parts, weights)
        if other > 0:
            ratios.append(own / other)
    low, high = np.quantile(ratios, ((1 - LEVEL) / 2, (1 + LEVEL) / 2)) if ratios else (math.nan, math.nan)
    return Anniversary(int(active), float(expected), Interval(float(low), float(high)))


def _anniversary_parts(table: Weekly) -> tuple[Floats, Floats, Floats, Floats]:
    """By cell: people and active people at their anniversary, and beside it."""
    here, beside = np.isin(table.age, ANNIVERSARY), np.isin(table.age, BESIDE)
    size = np.broadcast_to(table.size[:, None], table.active.shape)
    return (
        np.where(here, size, 0.0), np.where(here, table.active, 0.0),
        np.where(beside, size, 0.0), np.where(beside, table.active, 0.0),
    )  # fmt: skip


def _anniversary_sums(parts: tuple[Floats, Floats, Floats, Floats], weights: Floats) -> tuple[float, float]:
    """Active and expected, over the calendar weeks in which there are people on both sides."""
    people, active, others, others_active = (weights @ part for part in parts)
    usable = (others > 0) & (people > 0)
    rate = np.divide(others_active, others, out=np.zeros_like(others), where=others > 0)
    return float(active[usable].sum()), float((people * rate)[usable].sum())


def _stretches(weeks: pd.DataFrame) -> pd.DataFrame:
    """Neighbouring weeks that stand out on the same side, strongest first."""
    rows = []
    named = weeks[weeks["stands_out"].astype(bool)].assign(up=lambda t: t["factor"] > 1)
    breaks = (named["first_day"].diff() != WEEK) | (named["up"] != named["up"].shift())
    for _, part in named.groupby(breaks.cumsum()):
        first, last = int(part["first_day"].iloc[0]), int(part["first_day"].iloc[-1]) + WEEK - 1
        factor = _mean_factor(part)
        # 52 weeks back are the same weekdays; a year is a day longer.
        before = weeks[weeks["first_day"].between(first - 52 * WEEK, last - 52 * WEEK)]
        rows.append((first, last, factor, _mean_factor(before) if len(before) == len(part) else math.nan))
    made = pd.DataFrame(rows, columns=["first_day", "last_day", "factor", "year_before"])
    order = made["factor"].map(lambda value: -abs(math.log(value))).sort_values(kind="stable").index
    return made.loc[order].reset_index(drop=True)


def _mean_factor(part: pd.DataFrame) -> float:
    return float(np.exp(np.average(np.log(part["factor"].astype(np.float64)), weights=part["at_risk"])))
