"""The engine's counts against the slow and obvious ones, on generated logs (acceptance 1 and 4)."""

from __future__ import annotations

import copy
import datetime as dt
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
import retention_reference as slow
from hypothesis import given, settings
from hypothesis import strategies as st
from retention_logs import ZONES, Log, MakeTables, logs, many_histories

from customer_analytics.analysis.retention import analyse, daily, lifecycle, periods
from customer_analytics.analysis.retention.cohort_steps import Span, calendar_steps, first_activity_steps, periods_of
from customer_analytics.analysis.retention.counts import count_bracket, count_steps
from customer_analytics.analysis.retention.periods import first_day, number_of
from customer_analytics.analysis.retention.result import EPOCH, RetentionResult, as_date
from customer_analytics.analysis.stream.person_days import person_days
from customer_analytics.engagement.parameters import RetentionParameters
from customer_analytics.tables.store import Tables

PERIODS = ("day", "week", "month")
COUNTS = ("size", "eligible", "active", "unbounded", "on_or_before", "continued", "previous", "so_far")


def day_number(day: dt.date) -> int:
    return (day - EPOCH).days


def expected_of(log: Log, period: str, clock: str = "calendar") -> tuple[list[slow.Person], dt.date]:
    first = min(slow.local_day(moment, log.time_zone) for person in log.people.values() for moment in person.moments)
    people = copy.deepcopy(list(log.people.values()))
    return slow.prepare(people, log.time_zone, period, clock, log.as_of, first), first


def steps_by_both_routes(tables: Tables, span: Span) -> list[pd.DataFrame]:
    days = person_days(tables, "events")
    starts = days.group_by("person_id").aggregate(start_day=days.day.min())
    people = starts.mutate(number=periods.number_column(starts.start_day, span.period))
    people = people.mutate(ages=span.complete_until - people.number + 1)
    bits = first_activity_steps(tables.backend, periods_of(days, span), span)
    windows = calendar_steps(None, days, people, "first_activity", span, 400)
    return [windows] if bits is None else [bits, windows]


def check_cohorts(tables: Tables, people: list[slow.Person], span: Span) -> None:
    longest = min(span.many - 1, 100)
    expected = slow.triangle(people, longest)
    for steps in steps_by_both_routes(tables, span):
        counts = count_steps(steps, longest)
        assert len(counts.cohorts) == len({cohort for cohort, _ in expected})
        for row, number in enumerate(counts.cohorts.tolist()):
            for age in range(longest + 1):
                cell = expected[as_date(first_day(number, span.period)), age]
                found = {name: getattr(counts, name)[row, age] for name in COUNTS if name != "size"}
                found["size"] = counts.size[row]
                assert found == cell, (span.period, age)
        for first, last in ((1, 1), (0, 3), (2, 5), (1, 30)):
            assert count_bracket(steps, first, last) == slow.bracket(people, first, last)
        assert (counts.unbounded >= counts.active).all()
        assert (counts.on_or_before[:, 1:] >= counts.active[:, 1:]).all()
        last_age = (counts.eligible > 0).sum(axis=1) - 1
        for row, age in enumerate(last_age.tolist()):  # nothing is known beyond the last complete period
            assert age < 0 or counts.unbounded[row, age] == counts.active[row, age]


@given(log=logs(), period=st.sampled_from(PERIODS))
@settings(max_examples=60)
def test_cohorts_equal_the_slow_ones_by_bits_and_by_windows(make_tables: MakeTables, log: Log, period: str) -> None:
    if not log.people:
        return
    people, first = expected_of(log, period)
    tables = make_tables(log.as_of, log.zone, events=log.events)
    check_cohorts(tables, people, Span(day_number(first), day_number(log.as_of) + 1, period))


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("zone", ZONES)
def test_thousands_of_histories_have_the_slow_cohorts(make_tables: MakeTables, zone: str, period: str) -> None:
    """Fifteen logs of 400 histories each; with days there are more periods than an integer has bits."""
    log = many_histories(zone, 400, seed=len(zone) * 100 + len(period))
    people, first = expected_of(log, period)
    tables = make_tables(log.as_of, log.zone, events=log.events)
    check_cohorts(tables, people, Span(day_number(first), day_number(log.as_of) + 1, period))


@given(log=logs(), period=st.sampled_from(PERIODS))
@settings(max_examples=40)
def test_lifecycle_equals_the_slow_one_and_its_identities_hold(make_tables: MakeTables, log: Log, period: str) -> None:
    histories = slow.days_of(log.people.values(), log.time_zone)
    if not histories:
        return
    tables = make_tables(log.as_of, log.zone, events=log.events)
    first = min(days[0] for days in histories)
    span = Span(day_number(first), day_number(log.as_of) + 1, period)
    days = person_days(tables, "events")
    routes = [lifecycle.moves_of_periods(periods_of(days, span).distinct())]
    bits = first_activity_steps(tables.backend, periods_of(days, span), span)
    routes += [] if bits is None else [lifecycle.moves_of_steps(bits)]
    expected = slow.lifecycle(histories, period, log.as_of)
    for moves in routes:
        table = lifecycle.lifecycle_table(moves, span.first_number, span.last_number, span.complete_until)
        found = {
            as_date(first_day(row["number"], period)): {name: row[name] for name in expected[begin]}
            for row, begin in zip(table.to_dict("records"), expected, strict=True)
        }
        assert found == expected
        assert (table["active"] == table[["new", "returning", "resurrecting"]].sum(axis=1)).all()
        before = table["active"].shift(1)[1:]
        assert (before == table["returning"][1:] + table["dormant"][1:]).all()
        states = lifecycle.next_period_table(moves, span.first_number, span.complete_until)
        counted = {row["state"]: (row["people"], row["active"]) for row in states.to_dict("records")}
        assert counted == slow.next_period(histories, period, log.as_of)
        silences = lifecycle.resurrection_table(moves, span.complete_until)
        counted_silences = {row["silent"]: (row["at_risk"], row["returned"]) for row in silences.to_dict("records")}
        assert counted_silences == slow.resurrection(histories, period, log.as_of)


@given(log=logs())
@settings(max_examples=30)
def test_activity_by_day_equals_the_slow_one(make_tables: MakeTables, log: Log) -> None:
    histories = slow.days_of(log.people.values(), log.time_zone)
    if not histories:
        return
    days = person_days(make_tables(log.as_of, log.zone, events=log.events), "events")
    first, end = day_number(min(own[0] for own in histories)), day_number(log.as_of) + 1
    pairs = daily.day_pairs(days)
    table = daily.daily_table(pairs, first, end)
    expected = slow.daily(histories, log.as_of)
    assert table["day"].dt.date.tolist() == list(expected)
    for place, row in enumerate(table.to_dict("records")):
        dau, wau, mau, new = expected[row["day"].date()]
        assert (row["dau"], row["new"]) == (dau, new)
        assert np.isnan(row["wau"]) if place < 6 else row["wau"] == wau
        assert np.isnan(row["mau"]) if place < 27 else row["mau"] == mau
    recent = daily.active_days(days, end)
    spans = [sum(day > log.as_of - dt.timedelta(days=28) for day in own) for own in histories]
    assert recent["people"].tolist() == [spans.count(number) for number in range(1, 29)]
    gaps = daily.gap_table(pairs, end).set_index("gap")
    returned = [(late - early).days for own in histories for early, late in pairwise(own)]
    waiting = [(log.as_of - own[-1]).days for own in histories]
    assert gaps["returned"].to_dict() == {gap: returned.count(gap) for gap in gaps.index}
    assert gaps["waiting"].to_dict() == {gap: waiting.count(gap) for gap in gaps.index}
    assert set(returned) | set(waiting) == set(gaps.index)


def check_whole(result: RetentionResult, people: list[slow.Person], period: str) -> None:
    """The frames of a whole result against the slow counts of its people."""
    expected = slow.triangle(people, int(result.cohorts["period"].max()))
    assert result.size == len(people)
    for row in result.cohorts.to_dict("records"):
        cell = expected.pop((row["cohort"].date(), row["period"]))
        assert (row["size"], row["eligible"], row["so_far"]) == (cell["size"], cell["eligible"], cell["so_far"])
        for name in ("active", "unbounded", "on_or_before", "continued", "previous"):
            unknown = not cell["eligible"] or (row["period"] == 0 and name in ("continued", "previous"))
            assert np.isnan(row[name]) if unknown else row[name] == cell[name], name
        if cell["eligible"]:
            assert row["rate"] == pytest.approx(cell["active"] / cell["eligible"])
        else:
            assert np.isnan(row["rate"])
    assert not any(cell["so_far"] or cell["eligible"] for cell in expected.values())  # nothing observed is left out
    for row in result.brackets.to_dict("records"):
        assert (row["active"], row["eligible"]) == slow.bracket(people, row["from"], row["to"])
    for row in result.curve.to_dict("records"):
        eligible = sum(person.complete > row["period"] for person in people)
        active = sum(person.complete > row["period"] and row["period"] in person.ages for person in people)
        assert (row["eligible"], row["bounded"]) == (eligible, pytest.approx(active / eligible))


@given(
    log=logs(most=24),
    period=st.sampled_from(PERIODS),
    clock=st.sampled_from(("calendar", "24h")),
    start=st.sampled_from(("first_activity", "signed_up")),
    data=st.data(),
)
@settings(max_examples=12)
def test_the_whole_analysis_equals_the_slow_one(
    make_tables: MakeTables, log: Log, period: str, clock: str, start: str, data: st.DataObject
) -> None:
    log = copy.deepcopy(log)
    if not log.people:
        return
    customers = []
    if start == "signed_up":
        for (kind, name), person in log.people.items():
            if kind == "customer":
                offset = data.draw(st.integers(-40, 20))
                person.start = min(person.moments) + dt.timedelta(days=offset, seconds=data.draw(st.integers(0, 3)))
                customers.append({"customer_id": name, "signed_up_at": person.start})
        end = dt.datetime.combine(log.as_of + slow.DAY, dt.time(), tzinfo=log.time_zone).astimezone(dt.UTC)
        quiet = data.draw(st.integers(0, 30))
        if quiet and (signed := slow_moment(quiet)) < end.replace(tzinfo=None):
            customers.append({"customer_id": "never active", "signed_up_at": signed})
            log.people["customer", "never active"] = slow.Person([], signed)
        customers = [row for row in customers if row["signed_up_at"] < end.replace(tzinfo=None)]
        if not customers:
            return
    made = {"events": log.events} | ({"customers": customers} if customers else {})
    tables = make_tables(log.as_of, log.zone, **made)
    parameters = RetentionParameters(period=period, clock=clock, start=start, people="everyone")
    result = analyse(tables, parameters)
    active = {who: person for who, person in log.people.items() if person.moments}
    first = min(slow.local_day(moment, log.time_zone) for person in active.values() for moment in person.moments)
    assert result.definition.first_date == first
    counted = [person for person in log.people.values() if start == "first_activity" or person.start is not None]
    known = {row["customer_id"] for row in customers}
    if start == "signed_up":
        counted = [log.people["customer", name] for name in sorted(known)]
    people = slow.prepare(copy.deepcopy(counted), log.time_zone, period, clock, log.as_of, first)
    assert result.definition.left_out.started_before == len(counted) - len(people)
    if people:
        check_whole(result, people, period)
    by_day = slow.prepare(copy.deepcopy(counted), log.time_zone, "day", clock, log.as_of, first)
    for row in result.headline.to_dict("records"):
        seen = [person for person in by_day if person.complete > row["day"]]
        found = (row["active"], row["eligible"])
        assert found == (sum(row["day"] in person.ages for person in seen), len(seen))
    for row in result.day_curve.to_dict("records"):
        seen = [person for person in by_day if person.complete > row["age"]]
        later = sum(any(row["age"] <= age < person.complete for age in person.ages) for person in seen)
        found = (row["eligible"], row["active"], row["unbounded"])
        assert found == (len(seen), sum(row["age"] in person.ages for person in seen), later)
    histories = slow.days_of(log.people.values(), log.time_zone)
    table = slow.lifecycle(histories, period, log.as_of)
    dated = {
        row["period"].date(): {name: row[name] for name in table[first_begin(period, first)]}
        for row in result.activity.to_dict("records")
    }
    assert dated == table


def first_begin(period: str, day: dt.date) -> dt.date:
    return slow.begin_of(day, period)


def slow_moment(days: int) -> dt.datetime:
    return dt.datetime(2025, 3, 20, 23, 59, 59) + dt.timedelta(days=days)


def test_period_numbers_go_forth_and_back() -> None:
    for day in range(-800, 40_000, 3):
        for period in PERIODS:
            begin = first_day(number_of(day, period), period)
            assert as_date(begin) == slow.begin_of(as_date(day), period)
