"""What the funnel analysis returns: frames of report size, and the attempts in the engine."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.funnel.definition import Definition
from customer_analytics.analysis.funnel.properties import with_property
from customer_analytics.statistics import Interval
from customer_analytics.tables.store import Tables

Attribution = Literal["first", "last", "step", "all"]


class Rate(NamedTuple):
    """A share: who reached, of whom, and the 95 % Wilson interval; NaN where nobody could."""

    reached: int
    base: int
    value: float
    interval: Interval


class Silent(NamedTuple):
    """The silent majority. `people`: everybody seen in the period; `entered`: who entered the funnel; `some_step`: who
    made any of its steps, entered or not; `without`: who made none."""

    people: int
    entered: int
    some_step: int
    without: int


@dataclass(frozen=True)
class FunnelResult:
    """A funnel, counted.

    All rates are of *mature* entries: those whose whole window lies before the end of the data.

    definition: the rules.
    first_day, last_day: local days of the first and the last mature entry; None where there is none.
    entered: mature entries. immature: entries whose window is still open; nowhere in the rates.
    conversion: mature entries that reached the last step.
    steps: step, name, reached, rate, rate_low, rate_high, overall, lost. `rate`: of those who reached the step before
        (NaN for the first step of a closed funnel); `overall`: of all entries. In an open funnel `reached` counts
        everybody who made the step, and `rate` is the share of the step before that went on in time.
    moved: step, entered_here, went_on, reached_so_far: entries at that step (open funnels; else all at the first), how
        many of the step before went on to it, and how far the immature entries have come.
    ever: step, name, units: who made the step at all in the period, in whatever order and at whatever distance.
    trend: week (its Monday), step, entered, reached, rate, low, high, immature: by week of entry in the client's zone;
        rate = reached / entered over mature entries, NaN for weeks without any.
    times: step, from_step, name, converters, p25, p50, p75, p90 (seconds) among those who reached the step within the
        window; the last row (from_step 1) is the whole way.
    curve: days, converted, low, high, at_risk, converted_first, left: share converted by then, 1 - Kaplan-Meier over
        all entries, young ones censored at the end of the data; and the two sides of Aalen-Johansen: converted
        first, or silent for `left_after_days` first (who comes back after that has left all the same).
    median_days: when half of all entries have converted, by that curve; NaN where they have not ("not reached").
    sensitivity: rule ("window", "order", "attempt"), value, seconds, entered, converted, rate, low, high, chosen.
    tools: tool, place, rule, value, entered, converted, rate, change: each tool's number, reached from ours by
        changing one rule at a time (place 0 is ours); the changes add up to the whole gap.
    parts: part, from_step, to_step, entered, reached, rate, low, high, p50: the funnel cut into visit, order, payment.
    silent: people who match no funnel.
    unknown_rows: rows of events that name nobody, left out.
    no_window: no window is set: every entry counts, as far as the data reach.
    watched_days: how long the latest entry has been watched; without a window everybody was watched at least so long.
    attempts: materialised, one row a unit: unit_id, person_id, entered_at, at_1 … at_K (naive UTC, null: not reached),
        furthest (steps reached), mature, last_seen_at (last event of the person in the data), held_1 … where something
        is held constant; in open funnels went_on_2 … went_on_K; with best attempts furthest_ever, by any attempt.
    """

    definition: Definition
    first_day: dt.date | None
    last_day: dt.date | None
    entered: int
    immature: int
    conversion: Rate
    steps: pd.DataFrame
    moved: pd.DataFrame
    ever: pd.DataFrame
    trend: pd.DataFrame
    times: pd.DataFrame
    curve: pd.DataFrame
    left_after_days: float
    median_days: float
    sensitivity: pd.DataFrame
    tools: pd.DataFrame
    parts: pd.DataFrame
    silent: Silent
    unknown_rows: int
    no_window: bool
    watched_days: float
    minimum_base: int
    attempts: ir.Table = field(repr=False)
    tables: Tables = field(repr=False)

    @property
    def enough(self) -> bool:
        """Whether there are enough mature entries for rates."""
        return self.entered >= self.minimum_base

    def with_property(self, name: str, attribution: Attribution = "first") -> ir.Table:
        """The mature attempts with a property of the events, orders or customers that they are made of.

        Args:
            name: a column, for example "device", "channel" or "region"; "customers.region" names its table.
            attribution: whose value counts. first: at entry; last: at the last step reached; step: at each step reached
                (a row a step); all: every value at any step reached (a row a value: units may count twice, so that no
                total may be printed).

        Returns:
            unit_id, person_id, furthest, step (the step that the value is from; 0 with "all"), property (text; null
            where unknown).

        Raises:
            UserError: no table has such a column.
        """
        return with_property(self.tables, self.definition, self.attempts, name, attribution)
