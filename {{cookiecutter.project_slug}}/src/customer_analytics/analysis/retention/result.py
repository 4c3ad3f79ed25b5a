"""What the retention analysis returns: typed, documented, without words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.retention.silence import Silence
from customer_analytics.analysis.rfm.lifecycle import Rhythm
from customer_analytics.engagement.parameters import RetentionParameters
from customer_analytics.statistics import Interval, wilson

EPOCH = dt.date(1970, 1, 1)


def as_date(day: int) -> dt.date:
    """The calendar day of a number of days since 1970-01-01."""
    return EPOCH + dt.timedelta(days=int(day))


@dataclass(frozen=True)
class LeftOut:
    """What is not in the figures, and why."""

    rows_without_person: int  # events and orders that name neither a customer nor a visitor
    visitors: int  # visitors without a customer id, where only customers are followed
    visitor_rows: int  # their events
    started_before: int  # people whose start lies before the first day of the data: their first periods are unseen
    without_start: int  # people with activity but without the start that was asked for


@dataclass(frozen=True)
class Definition:
    """The definition in force: what was asked for, with every `auto` decided."""

    activity: str  # any, events, orders or purchases; none where the data hold no dated activity of anybody
    return_events: tuple[str, ...]  # empty: all
    people: str  # customers or everyone (customers and anonymous visitors)
    start: str  # first_activity, signed_up or first_purchase
    period: str  # day, week (from Monday) or month; with the 24-hour clock 1, 7 or 30 times 24 hours
    clock: str  # calendar or 24h
    measure: str
    brackets: tuple[tuple[int, int], ...]  # first and last period of each, both included
    first_day: int  # first day with activity, days since 1970-01-01
    end: int  # the reference day: the first day that does not count
    truncated_until: int  # cohorts that begin before this day may hold people who were there before the data begin
    time_zone: str
    left_out: LeftOut

    @property
    def first_date(self) -> dt.date:
        """First day with activity."""
        return as_date(self.first_day)

    @property
    def last_date(self) -> dt.date:
        """Last complete day."""
        return as_date(self.end - 1)

    @property
    def span_days(self) -> int:
        """Length of the data in days."""
        return self.end - self.first_day


class Rate(NamedTuple):
    """`active` of `eligible` people, with the 95 % Wilson interval; NaN without a base."""

    active: int
    eligible: int
    rate: float
    low: float
    high: float

    @classmethod
    def of(cls, active: int, eligible: int) -> Rate:
        """From the two counts."""
        interval = wilson(active, eligible)
        return cls(active, eligible, active / eligible if eligible else float("nan"), *interval)


@dataclass(frozen=True)
class Stickiness:
    """Mean over `days` days of DAU / MAU, MAU on the trailing 28 days; 95 % interval over people.

    `growth`: MAU on the last of these days over MAU on the first, less 1: growth lowers DAU / MAU, shrinking raises it.
    """

    value: float
    interval: Interval
    days: int
    growth: float


@dataclass(frozen=True)
class RevenueRetention:
    """Net money of the people who paid in the base window, in a window of the same length after it (D5.10).

    grr = sum of min(later, base) / sum of base; nrr = sum of later / sum of base. People without net money above 0 in
    the base window are not in it.
    """

    days: int  # length of both windows
    base_from: int  # first day of the base window
    later_from: int  # first day of the later window, which is the day after the base window
    people: int
    base: float
    later: float
    kept: float  # sum of min(later, base)
    grr: float
    grr_interval: Interval
    nrr: float
    nrr_interval: Interval


@dataclass(frozen=True)
class RetentionResult:
    """Everything that the retention analysis found. Rates are fractions; an unobserved rate is NaN, never 0.

    `people` (Ibis, materialised): one row a person of the cohorts. person_id, customer_id (null for visitors),
    start_day, first_day, last_day, signed_up (days since 1970, null where unknown), active_days, purchase_days, net
    (decimal), cohort (first day of the start's period, days since 1970), number (that period's running number), ages
    and day_ages (complete periods and days since the start), truncated (the cohort begins within the first 30 days of
    data), and the attributes as text, null where unknown: where the data have them channel, campaign, region, device,
    store, first_category and first_product, or those asked for in `groups`. `attributes`: their names.

    `days` (Ibis, materialised): person_id, day, events, orders, purchases, net: everybody's active days, also of people
    without the start that was asked for.

    `cohorts`: a row for each cohort and age that has begun. cohort (datetime64, first day), period (0 = the start's
    own), size, eligible (people whose period is complete), active, rate, low, high (bounded, Wilson); so_far (active
    people up to now, also in periods that still run); unbounded, unbounded_rate, unbounded_firm (False for the last
    periods, where it must fall towards bounded); on_or_before, on_or_before_rate; continued (active in this period
    and the one before), previous (eligible people active in the one before), period_over_period (active / previous),
    continued_rate (continued / previous); complete, truncated. Counts of an age that is not observed are NaN.

    `curve`: a row for each age: period, cohorts, eligible, and for bounded, unbounded, on_or_before the weighted mean
    over eligible people (name, name_low, name_high), the simple mean over cohorts (name_simple, name_simple_low,
    name_simple_high), period_over_period, continued_rate, settled (bounded without the truncated cohorts, weighted),
    settled_eligible.

    `brackets`: bracket (text), from, to, active, eligible, rate, low, high.

    `headline`: day (1, 7, 30), active, eligible, rate, low, high; recent_* and earlier_* (active, eligible, rate) of
    the later and the earlier half of the starts in the last 90 (180 for day 30) days, or in fewer where the data are
    shorter, difference, difference_low, difference_high. First-time, bounded, by the clock in force.

    `day_curve`: age in days 0 to 90, eligible, active, rate, low, high, unbounded, unbounded_rate.

    `activity`: period (datetime64, first day), active, new, returning, resurrecting, dormant, quick_ratio (inf where
    nobody fell away), complete, first (True for the first period: who is new cannot be told).

    `daily`: day (datetime64), dau, wau (7 days), mau (28 days), new (first active day ever), wau and mau NaN until
    their window is full.

    `active_days`: days (1 to 28), people: on how many of the last 28 days those active in them were active.

    `next_period`: state (new, returning, resurrecting), people, active, rate, low, high: who of them was active in
    the period after, over complete periods, without the first.

    `resurrection`: silent (whole periods without activity), at_risk, returned, rate, low, high: who came back in the
    next period.

    `gaps`: gap (days between consecutive active days), returned (how many gaps were that long), waiting (people silent
    for that long at the end).

    `repurchase`: within_days, eligible, repeated, rate, low, high of a second purchase day after the first; None
    without orders. `revenue`: GRR and NRR; None without money or time. `money`: cohort, period, size, eligible, net,
    per_person, cumulative_per_person; None without money. `value_to_day`: day, eligible, net, per_person, low, high.
    """

    parameters: RetentionParameters
    definition: Definition
    size: int  # people in the cohorts
    customers: int  # of them with a customer id
    people: ir.Table
    days: ir.Table
    attributes: tuple[str, ...]
    cohorts: pd.DataFrame
    curve: pd.DataFrame
    brackets: pd.DataFrame
    headline: pd.DataFrame
    day_curve: pd.DataFrame
    activity: pd.DataFrame
    daily: pd.DataFrame
    stickiness: Stickiness | None
    active_days: pd.DataFrame
    next_period: pd.DataFrame
    resurrection: pd.DataFrame
    gaps: pd.DataFrame
    rhythm: Rhythm | None
    silence: Silence | None  # from which a person counts as gone; None where nothing says so
    repurchase: pd.DataFrame | None
    revenue: RevenueRetention | None
    money: pd.DataFrame | None
    value_to_day: pd.DataFrame | None

    @property
    def enough(self) -> bool:
        """Whether anybody was followed for a whole period."""
        return bool(self.size) and bool((self.cohorts["eligible"] > 0).any())

    @property
    def silent_days(self) -> int | None:
        """Days of silence from which a person counts as gone; None where nothing says so."""
        return None if self.silence is None else self.silence.days
