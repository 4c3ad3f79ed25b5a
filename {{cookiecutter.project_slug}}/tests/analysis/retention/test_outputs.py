"""The contract: names, columns, what is empty, what must not be shown; and plain Ibis for every engine."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import pandas as pd
import pytest
from retention_logs import MakeTables

from customer_analytics.analysis.retention import RetentionResult, analyse, customer_tables, metrics, tables
from customer_analytics.analysis.retention.cohort_steps import Span, calendar_steps, periods_of
from customer_analytics.analysis.retention.counts import count_steps
from customer_analytics.analysis.retention.people import Way, day_ages, microseconds
from customer_analytics.analysis.retention.steps import masks
from customer_analytics.analysis.stream.person_days import event_rows, person_days
from customer_analytics.engagement.parameters import RetentionParameters
from customer_analytics.tables.store import Tables

AS_OF = dt.date(2025, 5, 15)
SIZES = {1: 40, 2: 5, 3: 12, 4: 60}  # people who begin in each month


def seen(person: str, month: int, day: int = 3) -> dict[str, Any]:
    return {"customer_id": person, "event": "view", "occurred_at": dt.datetime(2025, month, day, 12)}


@pytest.fixture(scope="module")
def result(make_tables: MakeTables) -> RetentionResult:
    events = []
    for month, size in SIZES.items():
        for person in range(size):
            own = [later for later in range(month, 6) if later == month or person % (later - month + 1) == 0]
            events += [seen(f"m{month}p{person}", later) for later in own]
    return analyse(make_tables(AS_OF, events=events), RetentionParameters(period="month"))


def test_the_tables_have_the_columns_of_the_contract(result: RetentionResult) -> None:
    made = tables(result, 1)
    assert list(made["cohorts"].columns[:6]) == ["cohort", "period", "size", "eligible", "active", "rate"]
    assert list(made["activity"].columns[:6]) == ["period", "active", "new", "returning", "resurrecting", "dormant"]
    assert made["cohorts"]["cohort"].iloc[0] == "2025-01-01"
    names = {"cohorts", "day_1", "day_7", "day_30", "dau", "wau", "mau", "stickiness", "grr", "nrr"}
    names |= {f"active.{state}" for state in ("new", "returning", "resurrecting", "dormant")}
    assert names <= metrics(result).keys()
    assert all(value is None or value == value for value in metrics(result).values())


def test_an_unobserved_cell_is_empty_and_never_zero(result: RetentionResult) -> None:
    table = tables(result, 1)["cohorts"]
    month = pd.to_datetime(table["cohort"]).dt.month + table["period"]
    runs = month == 5  # May is over on the 31st
    assert table.loc[runs, ["active", "rate", "low", "unbounded_rate"]].isna().all(axis=None)
    assert (table.loc[runs, "eligible"] == 0).all()
    assert (table.loc[runs, "so_far"] > 0).any()
    assert table.loc[~runs, ["active", "rate"]].notna().all(axis=None)
    assert (month <= 5).all()


def test_small_cohorts_are_hidden_and_cannot_be_found_by_subtraction(result: RetentionResult) -> None:
    table = tables(result, 10)["cohorts"]
    hidden = table[table["size"].isna()]["cohort"].unique().tolist()
    assert hidden == ["2025-02-01", "2025-03-01"]  # five people, and the next smallest that would give them away
    assert table[table["cohort"].isin(hidden)][["active", "rate", "so_far", "on_or_before_rate"]].isna().all(axis=None)


def test_the_mean_curve_does_not_tell_of_the_small_cohort_that_is_left_alone(result: RetentionResult) -> None:
    """February (5 people) is hidden with March (12): at age 2 only February of the two is complete, and all cohorts
    less the shown ones would be its people."""
    made = tables(result, 10)
    shown, curve = made["cohorts"].dropna(subset=["size"]), made["retention_curve"].set_index("period")
    for period in (0, 1, 3):
        left = curve.loc[period, "eligible"] - shown.loc[shown["period"] == period, "eligible"].sum()
        assert left == 0 or left >= 10
    assert curve.drop(columns="cohorts").loc[2].isna().all() and curve.loc[1, "bounded"] > 0


def test_a_rate_below_the_minimum_base_is_no_metric(result: RetentionResult) -> None:
    assert metrics(result)["day_1"] == 0.0
    few = result.parameters.model_copy(update={"minimum_base": 1000})
    strict = RetentionResult(**{**vars(result), "parameters": few})
    assert metrics(strict)["day_1"] is None
    assert metrics(strict)["period_1.bounded"] is None


def test_the_list_of_states_is_the_lifecycle_of_each_customer(result: RetentionResult) -> None:
    (states,) = customer_tables(result).values()
    assert len(states) == sum(SIZES.values())
    for column in ("2025-01-01", "2025-02-01", "2025-03-01", "2025-04-01"):
        row = result.activity[result.activity["period"] == column].iloc[0]
        counted = states[column].value_counts()
        for state in ("new", "returning", "resurrecting", "dormant"):
            assert counted.get(state, 0) == row[state]


def test_without_anybody_every_frame_is_there(make_tables: MakeTables) -> None:
    nobody = [{"customer_id": None, "event": "view", "occurred_at": dt.datetime(2025, 1, 1)}]
    for made in (make_tables(AS_OF), make_tables(AS_OF, events=nobody)):
        empty = analyse(made, RetentionParameters())
        assert not empty.enough
        assert metrics(empty)["day_1"] is None
        assert all(isinstance(table, pd.DataFrame) for table in tables(empty, 10).values())
        assert customer_tables(empty) == {}
        assert empty.people.count().to_pandas() == 0


def test_one_event_of_one_person_is_enough_for_a_page(make_tables: MakeTables) -> None:
    result = analyse(make_tables(AS_OF, events=[seen("a", 5, 15)]), RetentionParameters())
    assert result.size == 1
    assert metrics(result)["dau"] == 1
    assert result.cohorts["so_far"].tolist() == [1]
    assert tables(result, 10)["cohorts"]["size"].isna().all()


def test_ages_beyond_the_longest_are_cut_and_the_rest_stays_right(make_tables: MakeTables) -> None:
    events = [{"customer_id": "a", "event": "view", "occurred_at": dt.datetime(2025, 1, day)} for day in (1, 3, 9, 20)]
    events.append({"customer_id": "b", "event": "view", "occurred_at": dt.datetime(2025, 1, 30)})
    days = person_days(make_tables(dt.date(2025, 1, 31), events=events), "events")
    span = Span(20089, 20089 + 31, "day")
    starts = days.group_by("person_id").aggregate(number=days.day.min())
    people = starts.mutate(ages=span.complete_until - starts.number + 1)
    counts = count_steps(calendar_steps(None, days, people, "first_activity", span, 5), 5)
    assert counts.active[0].tolist() == [1, 0, 1, 0, 0, 0]
    assert counts.unbounded[0].tolist() == [1, 1, 1, 1, 1, 1]  # the days after the cut still count as later
    assert counts.eligible[1].tolist() == [1, 1, 0, 0, 0, 0]


COLUMNS = {"customer_id": "string", "visitor_id": "string", "occurred_at": "timestamp", "occurred_on": "date"}


@pytest.mark.parametrize("engine", ["duckdb", "pyspark", "postgres"])
def test_the_heavy_expressions_compile_for_every_engine(engine: str) -> None:
    events = ibis.table(COLUMNS, name="events")
    data = Tables(None, AS_OF, ZoneInfo("UTC"), {"events": events})
    rows = event_rows(data)
    days = rows.group_by("person_id", "day").aggregate(events=rows.count())
    first = days.group_by("person_id").aggregate(start_day=days.day.min())
    people = first.mutate(number=first.start_day, start_at=first.start_day.cast("int64"))
    active = periods_of(days, Span(20000, 20400, "month"))
    own = ibis.window(group_by=active.person_id, order_by=active.period)
    path = active.mutate(next=active.period.lead().over(own))
    ages = day_ages(data, days, people, Way("events", (), "everyone", "first_activity", "calendar", ()))
    moment = microseconds(data, events.occurred_at).name("at").as_table()
    for expression in (path, ages, moment):
        assert "SELECT" in str(ibis.to_sql(expression, dialect=engine))
    if engine != "pyspark":  # it has no aggregate of bits: windows are taken there
        assert "BIT_OR" in str(ibis.to_sql(masks(active, 20), dialect=engine))
