"""The result where the data hold no dated activity of anybody: every frame is there, without rows."""

from __future__ import annotations

import ibis
import numpy as np
import pandas as pd

from customer_analytics.analysis.retention import daily, lifecycle
from customer_analytics.analysis.retention.counts import count_steps, spans
from customer_analytics.analysis.retention.definition import Asked, brackets_of, choose_period
from customer_analytics.analysis.retention.early import day_curve, headline
from customer_analytics.analysis.retention.result import Definition, LeftOut, RetentionResult
from customer_analytics.analysis.retention.steps import COLUMNS
from customer_analytics.analysis.retention.triangle import cohort_table, curve_table
from customer_analytics.analysis.rfm.payments import MONEY
from customer_analytics.analysis.stream.person_days import no_days
from customer_analytics.engagement.parameters import RetentionParameters
from customer_analytics.tables.store import Tables

_PEOPLE = {
    "person_id": "string",
    "start_day": "int32",
    "first_day": "int32",
    "last_day": "int32",
    "active_days": "int32",
    "purchase_days": "int32",
    "net": MONEY,
    "signed_up": "int32",
    "customer_id": "string",
    "number": "int32",
    "ages": "int32",
    "day_ages": "int32",
    "cohort": "int32",
    "truncated": "boolean",
}


def nothing(tables: Tables, parameters: RetentionParameters, asked: Asked, end: int) -> RetentionResult:
    """The result without anybody."""
    pairs = pd.DataFrame({name: pd.Series(dtype=np.int64) for name in ("day", "next", "first", "n")})
    gaps = daily.gap_table(pairs, end).iloc[:0]
    period = choose_period(parameters.period, end, end, gaps)
    definition = Definition(
        activity=asked.activity,
        return_events=parameters.return_events,
        people=asked.people,
        start=parameters.start,
        period=period,
        clock=parameters.clock,
        measure=parameters.measure,
        brackets=brackets_of(parameters, period),
        first_day=end,
        end=end,
        truncated_until=end,
        time_zone=str(tables.zone),
        left_out=LeftOut(asked.rows_without_person, asked.visitors, asked.visitor_rows, 0, 0),
    )
    steps = pd.DataFrame({name: pd.Series(dtype=np.int64) for name in COLUMNS})
    cohorts = cohort_table(count_steps(steps, 0), pd.Series(dtype=np.int64), 1, int, end)
    moves = pd.DataFrame({name: pd.Series(dtype=np.int64) for name in ("period", "kind", "next", "n")})
    activity = lifecycle.lifecycle_table(moves, 0, -1, -1).rename(columns={"number": "period"})
    none = pd.DataFrame({name: pd.Series(dtype=np.int64) for name in ("start_day", "age", "ages", "n")})
    return RetentionResult(
        parameters=parameters,
        definition=definition,
        size=0,
        customers=0,
        people=ibis.memtable([], schema=_PEOPLE),
        days=no_days(),
        attributes=(),
        cohorts=cohorts,
        curve=curve_table(cohorts),
        brackets=spans(definition.brackets, steps),
        headline=headline(none, none, 0),
        day_curve=day_curve(none, none, none),
        activity=activity.astype({"period": "datetime64[ns]"}),
        daily=daily.daily_table(pairs, end, end),
        stickiness=None,
        active_days=pd.DataFrame({"days": np.arange(1, daily.MAU_DAYS + 1), "people": 0}),
        next_period=lifecycle.next_period_table(moves, 0, -1),
        resurrection=lifecycle.resurrection_table(moves, -1),
        gaps=gaps,
        rhythm=None,
        silence=None,
        repurchase=None,
        revenue=None,
        money=None,
        value_to_day=None,
    )
