"""The whole retention analysis: tables in, one typed result out."""

from __future__ import annotations

import math
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.retention import daily, early, lifecycle, money, periods, triangle
from customer_analytics.analysis.retention import definition as defining
from customer_analytics.analysis.retention.cohort_steps import (
    Span,
    calendar_steps,
    clock_steps,
    first_activity_steps,
    longest_age,
    periods_of,
)
from customer_analytics.analysis.retention.counts import count_steps, spans
from customer_analytics.analysis.retention.empty import nothing
from customer_analytics.analysis.retention.people import CALENDAR, Way, complete_ages, day_ages, people_table
from customer_analytics.analysis.retention.result import EPOCH, Definition, LeftOut, RetentionResult, as_date
from customer_analytics.analysis.retention.silence import silence_within
from customer_analytics.analysis.retention.steps import has_masks
from customer_analytics.analysis.rfm.lifecycle import Rhythm, rhythm
from customer_analytics.analysis.stream.person_days import has_orders, person_days
from customer_analytics.engagement.parameters import RetentionParameters
from customer_analytics.expressions import utc_of_local_midnight
from customer_analytics.tables.store import Tables


@dataclass(frozen=True)
class _Followed:
    """Who is followed, and how: what the parts of the result are made from."""

    days: ir.Table
    people: ir.Table
    attributes: tuple[str, ...]
    pairs: pd.DataFrame
    gaps: pd.DataFrame
    span: Span
    way: Way


def analyse(tables: Tables, parameters: RetentionParameters) -> RetentionResult:
    """Retention and activity of the people in `tables` up to its as-of date.

    Without dated activity of anybody the result is empty (`enough` is False); nothing is raised for thin data.

    Raises:
        UserError: something is asked for that the data cannot give.
    """
    asked = defining.ask(tables, parameters)
    end = (tables.reference_day - EPOCH).days
    if asked.activity == defining.NONE:
        return nothing(tables, parameters, asked, end)
    names = parameters.return_events
    days = person_days(tables, asked.activity, names, people=asked.people)
    pairs = daily.day_pairs(days)
    if not len(pairs):
        return nothing(tables, parameters, asked, end)
    first = int(pairs["day"].min())
    gaps = daily.gap_table(pairs, end)
    span = Span(first, end, defining.choose_period(parameters.period, first, end, gaps))
    way = Way(asked.activity, names, asked.people, parameters.start, parameters.clock, parameters.groups)
    people, attributes, left = _people(tables, days, way, span, asked)
    definition = Definition(
        activity=asked.activity,
        return_events=names,
        people=asked.people,
        start=parameters.start,
        period=span.period,
        clock=parameters.clock,
        measure=parameters.measure,
        brackets=defining.brackets_of(parameters, span.period),
        first_day=first,
        end=end,
        truncated_until=_truncated_until(parameters, span),
        time_zone=str(tables.zone),
        left_out=left,
    )
    followed = _Followed(days, people, attributes, pairs, gaps, span, way)
    return _result(tables, parameters, definition, followed)


def _truncated_until(parameters: RetentionParameters, span: Span) -> int:
    """The first 30 days hold people who were there before; who is known to have signed up then was not."""
    if parameters.start == "signed_up":
        return periods.first_day(span.first_number, span.period)
    return span.first + defining.TRUNCATED_DAYS


def _people(
    tables: Tables, days: ir.Table, way: Way, span: Span, asked: defining.Asked
) -> tuple[ir.Table, tuple[str, ...], LeftOut]:
    """The people of the cohorts, materialised; their attributes; the count of everything that is left out."""
    until = utc_of_local_midnight(as_date(span.end), tables.zone)
    aged, attributes = people_table(tables, days, way, span.period, span.first)
    by_day = (ibis.literal(span.end) - aged.start_day).cast("int32")
    length = periods.LENGTHS[span.period]
    aged = aged.mutate(
        ages=complete_ages(aged, way.clock, length, span.complete_until, until),
        day_ages=by_day if way.clock == CALENDAR else complete_ages(aged, way.clock, 1, 0, until),
    )
    before = without = 0
    if way.start != "first_activity":
        row = aged.aggregate(before=aged.before.sum(), active=aged.count(where=aged.first_day.notnull())).to_pandas()
        before = int(row["before"].fillna(0).iloc[0])
        without = int(days.person_id.nunique().to_pandas()) - int(row["active"].iloc[0])
    left = LeftOut(asked.rows_without_person, asked.visitors, asked.visitor_rows, before, without)
    if before:
        aged = aged.filter(~aged.before)
    return aged.drop("before"), attributes, left


def _result(
    tables: Tables, parameters: RetentionParameters, definition: Definition, followed: _Followed
) -> RetentionResult:
    days, people, span, way = followed.days, followed.people, followed.span, followed.way
    ages = day_ages(tables, days, people, way)
    longest = longest_age(definition.brackets, span)
    if way.clock == CALENDAR:
        steps = calendar_steps(tables.backend, days, people, way.start, span, longest)
    else:
        ages = ages.cache()
        steps = clock_steps(ages, people, span, longest)
    pace = _pace(followed.gaps, parameters.minimum_base)
    cohorts = _cohorts(steps, span, way, definition, pace, longest)
    moves = _moves(tables, followed, steps)
    bases = early.day_bases(people, people.day_ages)
    early_days, last_ages = _early(ages, people, way)
    table = daily.daily_table(followed.pairs, span.first, span.end)
    payments = money.money_days(tables) if has_orders(tables) else None
    counted = people.aggregate(size=people.count(), customers=people.customer_id.count()).to_pandas().iloc[0]
    return RetentionResult(
        parameters=parameters,
        definition=definition,
        size=int(counted["size"]),
        customers=int(counted["customers"]),
        people=_public(people, definition),
        days=days,
        attributes=followed.attributes,
        cohorts=cohorts,
        curve=triangle.curve_table(cohorts),
        brackets=spans(definition.brackets, steps),
        headline=early.headline(early_days, bases, span.end),
        day_curve=early.day_curve(early_days, last_ages, bases),
        activity=_dated(
            lifecycle.lifecycle_table(moves, span.first_number, span.last_number, span.complete_until), span
        ),
        daily=table,
        stickiness=daily.stickiness(days, table, span.end),
        active_days=daily.active_days(days, span.end),
        next_period=lifecycle.next_period_table(moves, span.first_number, span.complete_until),
        resurrection=lifecycle.resurrection_table(moves, span.complete_until),
        gaps=followed.gaps,
        rhythm=pace,
        silence=silence_within(parameters.silent_days or (pace.lost_days if pace else None), span.end - span.first),
        repurchase=None if payments is None else money.repurchase_table(payments, span.end),
        revenue=None if payments is None else money.revenue_retention(payments, span.end),
        money=None if payments is None else _money(payments, people, cohorts, span, way),
        value_to_day=None if payments is None else money.value_to_day(payments, people, span.end),
    )


def _pace(gaps: pd.DataFrame, minimum: int) -> Rhythm | None:
    """The rhythm of activity: gaps between active days, by the rule that RFM uses for purchase days."""
    returned = gaps[gaps["returned"] > 0]
    return rhythm(returned.rename(columns={"returned": "n"})[["gap", "n"]], minimum)


def _cohorts(
    steps: pd.DataFrame, span: Span, way: Way, definition: Definition, pace: Rhythm | None, longest: int
) -> pd.DataFrame:
    """The triangle, with the ages that have begun."""
    highest = min(span.many - 1, longest) if way.clock == CALENDAR else min(int(steps["ages"].max()), longest)
    counts = count_steps(steps, max(highest, 0))
    if way.clock == CALENDAR:
        begun = pd.Series(span.last_number - counts.cohorts + 1, index=counts.cohorts)
    else:  # a period of somebody always runs
        begun = steps.groupby("cohort")["ages"].max() + 1
    cycle = math.ceil(pace.median_days / periods.LENGTHS[span.period]) if pace else 1
    return triangle.cohort_table(
        counts,
        begun,
        max(cycle, 1),
        lambda number: periods.first_day(number, span.period),
        definition.truncated_until,
    )


def _moves(tables: Tables, followed: _Followed, steps: pd.DataFrame) -> pd.DataFrame:
    """Moves between calendar periods, whatever the cohorts count from."""
    span, way = followed.span, followed.way
    same = way.clock == CALENDAR and way.start == "first_activity" and has_masks(tables.backend, span.many)
    own = steps if same else first_activity_steps(tables.backend, periods_of(followed.days, span), span)
    if own is not None:
        return lifecycle.moves_of_steps(own)
    return lifecycle.moves_of_periods(periods_of(followed.days, span).distinct())


def _early(ages: ir.Table, people: ir.Table, way: Way) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Counts by start day and age, and by last age, over the days that are complete for the person."""
    if way.clock == CALENDAR:  # every day of the data is complete
        late = people.filter(people.last_day >= people.start_day)
        return early.early_counts(ages, people), early.last_ages(late.select(age=late.last_day - late.start_day))
    joined = ages.inner_join(people.select("person_id", "day_ages"), "person_id")
    whole = joined.filter(joined.age < joined.day_ages).select("person_id", "age")
    last = whole.group_by("person_id").aggregate(age=whole.age.max())
    return early.early_counts(whole, people), early.last_ages(last)


def _dated(table: pd.DataFrame, span: Span) -> pd.DataFrame:
    first = [periods.first_day(number, span.period) for number in table["number"].tolist()]
    dates = np.array(first, dtype="datetime64[D]").astype("datetime64[ns]")
    table.insert(0, "period", dates)
    return table.drop(columns="number")


def _public(people: ir.Table, definition: Definition) -> ir.Table:
    """The people with their cohort as the first day of its period."""
    dated = people.mutate(cohort=periods.first_day_column(people.number, definition.period))
    return dated.mutate(truncated=dated.cohort < definition.truncated_until)


def _money(payments: ir.Table, people: ir.Table, cohorts: pd.DataFrame, span: Span, way: Way) -> pd.DataFrame:
    cells = money.money_cells(payments, people, span.period, by_person=way.clock != CALENDAR)
    dates = pd.DatetimeIndex(cohorts["cohort"].unique())
    days = (dates.to_numpy().astype("datetime64[D]") - np.datetime64(EPOCH)).astype(np.int64).tolist()
    numbers = pd.Series([periods.number_of(day, span.period) for day in days], index=dates, dtype=np.int64)
    return money.money_table(cells, cohorts, numbers)
