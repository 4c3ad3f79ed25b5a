"""Leads: from the first contact over being qualified to closing, and how long that takes.

A lead is a person with a contact event. Stages are recognised by the names of events; qualified and closed count where
they come after the contact. Leads differ in age: the share that closed within so many days comes from a Kaplan-Meier
curve in which young leads are followed as far as the data reach.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import reduce

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.paths.rates import weighted_quantile
from customer_analytics.analysis.stream.events import event_stream, own_names
from customer_analytics.expressions import utc_of_local_midnight
from customer_analytics.statistics import Z95, Interval, wilson
from customer_analytics.tables.store import Tables

STAGES = ("contact", "qualified", "closed")
_WORDS = {
    "contact": r"contact|\blead|lead_|enquir|inquir|form_submit|request_demo|demo_request|留资|线索|询盘|咨询",
    "qualified": r"qualif|\bmql\b|\bsql\b|opportunit|quote|quotation|proposal|offer_sent|trial_start|商机|报价|方案",
    "closed": r"closed?_?won|deal_won|\bwon\b|contract_signed|signed_contract|quote_accepted|deal_closed|"
    r"成交|签约|签单|赢单",
}  # a name of a later stage is not one of an earlier: quote_accepted closes
_LOST = re.compile(r"lost|unqualif|disqualif|reject|cancel|丢单|流失|取消", re.IGNORECASE)
DAYS = (7, 30, 90, 180)
DAY = 1_440  # minutes


@dataclass(frozen=True)
class Leads:
    """Leads and how they go on.

    `events`: stage -> names of events. `stages`: stage, people (leads that got there), share, low, high (of the leads,
    as far as the data reach), p25, p50, p75, p90 (days since the contact, among those who got there).
    `closed_within`: days, share, low, high (Kaplan-Meier, log-log interval), at_risk; only ages that somebody reached.
    `leads`, `median_days`: when half of the leads have closed by that curve; NaN where it does not come so far.
    """

    events: dict[str, tuple[str, ...]]
    stages: pd.DataFrame
    closed_within: pd.DataFrame
    leads: int
    median_days: float


def stage_of(name: str) -> str:
    """The stage of a lead that an event's name tells of; "" for none."""
    lowered = name.lower()
    if _LOST.search(lowered):
        return ""
    return next((stage for stage in reversed(STAGES) if re.search(_WORDS[stage], lowered)), "")


def leads_of(tables: Tables) -> Leads | None:
    """How leads go on; None without events of a contact and of one later stage."""
    if not tables.has("events", "event", "occurred_at"):
        return None
    named: dict[str, list[str]] = {stage: [] for stage in STAGES}
    for name in sorted(own_names(tables)):
        if stage := stage_of(name):
            named[stage].append(name)
    if not named["contact"] or not (named["qualified"] or named["closed"]):
        return None
    return _followed(tables, {stage: tuple(names) for stage, names in named.items()})


def _followed(tables: Tables, events: dict[str, tuple[str, ...]]) -> Leads | None:
    stream = event_stream(tables, [name for names in events.values() for name in names])
    at = {stage: stream.at.min(where=_among(stream, names)) for stage, names in events.items() if names}
    first = stream.group_by("person_id").aggregate(contact=at["contact"])
    first = first.filter(first.contact.notnull())
    joined = stream.inner_join(first, "person_id")
    # Later stages count after the contact only: a customer of old who asks anew is a new lead.
    later = {
        stage: joined.at.min(where=_among(joined, names) & (joined.at >= joined.contact))
        for stage, names in events.items()
        if names and stage != "contact"
    }
    people = joined.group_by("person_id").aggregate(contact=joined.contact.min(), **later)
    end = ibis.timestamp(utc_of_local_midnight(tables.reference_day, tables.zone))
    seconds = {stage: people[stage].epoch_seconds() - people.contact.epoch_seconds() for stage in later}
    minutes = people.select(
        age=_minutes(end.epoch_seconds() - people.contact.epoch_seconds()),
        **{stage: _minutes(value) for stage, value in seconds.items()},
    )
    crossed: pd.DataFrame = minutes.group_by(*minutes.columns).aggregate(n=minutes.count()).to_pandas()
    if not len(crossed):
        return None
    total = int(crossed["n"].sum())
    rows = [("contact", total, 1.0, math.nan, math.nan, *[math.nan] * 4)]
    for stage in later:
        there = crossed[crossed[stage].notna()]
        got = int(there["n"].sum())
        times = [weighted_quantile(there[stage], there["n"], q) / DAY for q in (0.25, 0.5, 0.75, 0.9)]
        rows.append((stage, got, got / total, *wilson(got, total), *times))
    columns = ["stage", "people", "share", "low", "high", "p25", "p50", "p75", "p90"]
    target = "closed" if "closed" in later else "qualified"
    within, median = _curve(crossed, target)
    return Leads(events, pd.DataFrame(rows, columns=columns), within, total, median)


def _minutes(seconds: ir.NumericValue) -> ir.IntegerValue:
    """Whole minutes up to two days, then whole hours: what a report can tell, in few rows."""
    by_minute = (seconds / 60).floor()
    by_hour = (seconds / 3_600).floor() * 60
    minutes: ir.IntegerValue = ibis.ifelse(seconds < 2 * 86_400, by_minute, by_hour).cast("int64")
    return minutes


def _among(table: ir.Table, names: tuple[str, ...]) -> ir.BooleanValue:
    tests: list[ir.BooleanValue] = [table.event == name for name in names]
    return reduce(lambda a, b: a | b, tests)


def _curve(crossed: pd.DataFrame, target: str) -> tuple[pd.DataFrame, float]:
    """Share closed within some days, and the days until half have: Kaplan, Meier 1958; Greenwood, log-log interval."""
    closed = crossed[target].notna()
    time = crossed[target].where(closed, crossed["age"]).to_numpy(float)
    weight, event = crossed["n"].to_numpy(float), closed.to_numpy()
    survival, variance, median = 1.0, 0.0, math.nan
    steps: list[tuple[float, float, float]] = [(0.0, 1.0, 0.0)]
    for moment in np.unique(time[event]):
        risk, ends = weight[time >= moment].sum(), weight[(time == moment) & event].sum()
        survival *= 1 - ends / risk
        variance += ends / (risk * (risk - ends)) if risk > ends else 0.0
        steps.append((float(moment), survival, variance))
        if survival <= 0.5 and math.isnan(median):
            median = float(moment) / DAY
    rows = []
    for days in DAYS:
        at_risk = int(weight[time >= days * DAY].sum())
        if at_risk == 0 and not (time[event] >= days * DAY).any():
            continue
        _, left, greenwood = next(step for step in reversed(steps) if step[0] <= days * DAY)
        rows.append((days, 1 - left, *_log_log(left, greenwood), at_risk))
    return pd.DataFrame(rows, columns=["days", "share", "low", "high", "at_risk"]), median


def _log_log(survival: float, greenwood: float) -> Interval:
    """Interval of 1 - survival (Kalbfleisch, Prentice 1980); NaN where survival is 0 or 1."""
    if not 0 < survival < 1:
        return Interval(math.nan, math.nan)
    spread = Z95 * math.sqrt(greenwood) / abs(math.log(survival))
    return Interval(1 - survival ** math.exp(-spread), 1 - survival ** math.exp(spread))
