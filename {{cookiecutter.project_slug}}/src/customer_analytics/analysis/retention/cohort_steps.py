"""The counted steps of the cohorts (see steps.py) by either clock, over the days of the data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.retention import periods
from customer_analytics.analysis.retention.counts import with_ages
from customer_analytics.analysis.retention.steps import (
    has_masks,
    mask_cohorts,
    masks,
    start_masks,
    steps_of_masks,
    steps_of_periods,
)

LONGEST = 100  # ages that are followed singly where they do not fit into one integer, unless a bracket reaches further


@dataclass(frozen=True)
class Span:
    """The days of the data and the calendar periods over them."""

    first: int  # first day with activity, days since 1970-01-01
    end: int  # first day that does not count
    period: str

    @property
    def first_number(self) -> int:
        """The period of the first day."""
        return periods.number_of(self.first, self.period)

    @property
    def last_number(self) -> int:
        """The period of the last day, which may still run."""
        return periods.number_of(self.end - 1, self.period)

    @property
    def complete_until(self) -> int:
        """The last complete period."""
        return periods.last_complete(self.end, self.period)

    @property
    def many(self) -> int:
        """Periods from the first to the last."""
        return self.last_number - self.first_number + 1


def first_activity_steps(backend: ibis.BaseBackend | None, active: ir.Table, span: Span) -> pd.DataFrame | None:
    """Steps of cohorts by the first activity, from rows of person_id, period, any number of them; None where the
    periods do not fit into one integer.

    One aggregate over the rows, then counts of equal masks: what the report needs of ten million rows crosses as a few
    thousand.
    """
    if not has_masks(backend, span.many):
        return None
    counted = mask_cohorts(masks(active, span.first_number), span.first_number)
    return with_ages(steps_of_masks(counted, span.many - 1), span.complete_until)


def periods_of(days: ir.Table, span: Span) -> ir.Table:
    """person_id, period of each row of person_id, day."""
    return days.select("person_id", period=periods.number_column(days.day, span.period))


def calendar_steps(
    backend: ibis.BaseBackend | None, days: ir.Table, people: ir.Table, start: str, span: Span, longest: int
) -> pd.DataFrame:
    """Steps of calendar cohorts. `days`: person_id, day; `people`: person_id, number (period of the start), ages."""
    active = periods_of(days, span)
    if start == "first_activity":
        steps = first_activity_steps(backend, active, span)
        if steps is not None:
            return steps
    if has_masks(backend, span.many):
        own = people.select("person_id", cohort="number")
        counted = start_masks(masks(active, span.first_number), own, span.first_number)
        return with_ages(steps_of_masks(counted, span.many - 1), span.complete_until)
    known = active.distinct().inner_join(people.select("person_id", cohort="number"), "person_id")
    ages = known.select("person_id", age=(known.period - known.cohort).cast("int32"))
    return steps_of_periods(ages, people.select("person_id", cohort="number", ages="ages"), longest)


def clock_steps(day_ages: ir.Table, people: ir.Table, span: Span, longest: int) -> pd.DataFrame:
    """Steps by the 24-hour clock. `day_ages`: person_id, age in whole spans of 24 hours."""
    length = periods.LENGTHS[span.period]
    ages = day_ages.select("person_id", age=(day_ages.age // length).cast("int32")).distinct()
    return steps_of_periods(ages, people.select("person_id", cohort="number", ages="ages"), longest)


def longest_age(brackets: Sequence[tuple[int, int]], span: Span) -> int:
    """The highest age that is followed singly."""
    return min(span.end - span.first, max(LONGEST, *(last for _, last in brackets)))
