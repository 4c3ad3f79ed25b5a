"""The engine's funnel equals the slow and obvious one, under every combination of rules, on thousands of logs."""

from __future__ import annotations

import datetime as dt
import itertools
import zlib
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_analytics.analysis.funnel.attempts import match
from customer_analytics.analysis.funnel.counts import count, counts_and_times, counts_of
from customer_analytics.analysis.funnel.definition import Definition
from customer_analytics.analysis.funnel.matching import is_mature
from customer_analytics.analysis.funnel.rows import Rows
from customer_analytics.analysis.funnel.steps import read_steps

EVENTS = ("A", "B", "C", "X", "other")
STEPS = {
    "plain": ("A", "B", "C"),
    "shared": ("A", "A | B", "B where page = 'p'", "C"),
    "again": ("A", "B", "A"),
}
START = dt.datetime(
    2024, 3, 30, 23, 59, 40
)  # the window crosses midnight; in Berlin the clock is put forward that night
END = dt.date(2024, 3, 31)
COLUMNS = {"events": ("customer_id", "visitor_id", "session_id", "order_id", "event", "occurred_at", "page", "item")}
COMBINATIONS = [
    case
    for case in itertools.product(
        ("ordered", "strict", "any"),
        ("customer", "session", "order"),
        (None, "item"),
        ("first", "best"),
        ("closed", "open"),
    )
    if not (case[3] == "best" and case[4] == "open" and case[0] != "any")
]


def logs(random: np.random.Generator, units: int) -> list[dict[str, Any]]:
    """Many short logs: half-second steps that tie, duplicates, re-entries, one-event units, in no order."""
    rows = []
    for unit in range(units):
        length = int(random.integers(1, 14))
        spread = int(random.choice([4, 20, 60]))
        late = 0 if random.random() < 0.8 else 86_380  # near the end of the data, where windows are still open
        for _ in range(length):
            at = START + dt.timedelta(seconds=late + float(random.integers(0, spread)) / 2)
            who = f"u{unit}"
            rows.append(
                {
                    "customer_id": who if random.random() < 0.9 else None,
                    "visitor_id": who if random.random() < 0.9 else None,
                    "session_id": f"s{unit}-{random.integers(0, 2)}" if random.random() < 0.9 else None,
                    "order_id": f"o{unit}" if random.random() < 0.95 else None,
                    "event": str(random.choice(EVENTS, p=(0.3, 0.25, 0.2, 0.05, 0.2))),
                    "occurred_at": at,
                    "page": str(random.choice(["p", "q"])),
                    "item": None if random.random() < 0.1 else str(random.choice(["i", "j"])),
                }
            )
            if random.random() < 0.1:
                rows.append(dict(rows[-1]))  # the same event twice
    order = random.permutation(len(rows))
    return [rows[place] for place in order]


def in_reference(rows: list[dict[str, Any]], unit: str) -> list[dict[str, Any]]:
    """The rows as the reference reads them: with the unit that each belongs to."""
    read = []
    for row in rows:
        visitor = None if row["visitor_id"] is None else " " + row["visitor_id"]
        whose = {"customer": row["customer_id"] or visitor, "session": row["session_id"], "order": row["order_id"]}[
            unit
        ]
        read.append({**row, "unit": whose, "at": row["occurred_at"]})
    return read


def rules_of(reference: Any, definition: Definition, rows: Rows) -> Any:
    def parts(steps: Any) -> Any:
        return tuple((frozenset(step.names), "p" if step.condition is not None else None) for step in steps)

    seconds = definition.window_seconds
    return reference.Rules(
        steps=parts(definition.steps),
        order=definition.order,
        attempt=definition.attempt,
        entry=definition.entry,
        occurrence=definition.occurrence,
        exclude=parts(definition.exclude),
        hold=definition.hold[0] if definition.hold else None,
        window=None if seconds is None else dt.timedelta(seconds=seconds),
        tolerance=dt.timedelta(seconds=definition.tolerance_seconds),
        begin=None if definition.entry_from is None else dt.datetime.combine(definition.entry_from, dt.time()),
        end=rows.end,
    )


def must_agree(
    reference: Any,
    make_tables: Any,
    data: list[dict[str, Any]],
    definition: Definition,
    texts: Any,
    *,
    counted: bool = True,
) -> None:
    tables = make_tables(as_of=END, events=data, columns=COLUMNS)
    steps = read_steps(tables, texts, frozenset(EVENTS), "test")
    exclude = read_steps(tables, ("X",), frozenset(EVENTS), "test") if definition.exclude else ()
    definition = replace(definition, steps=steps, exclude=exclude)
    rows = Rows(tables, definition)
    expected = reference.funnel(in_reference(data, definition.unit), rules_of(reference, definition, rows))
    found = {row["unit_id"]: row for row in match(rows).to_pyarrow().to_pylist()}
    assert sorted(found) == sorted(expected)
    numbers = range(1, len(steps) + 1)
    for unit, attempt in expected.items():
        row = found[unit]
        assert row["entered_at"] == attempt.entered, (unit, row, attempt)
        assert [row[f"at_{number}"] for number in numbers] == attempt.reached, (unit, row, attempt)
        assert row["last_entry_at"] == attempt.latest_entry
        if definition.hold:
            assert row["held_1"] == attempt.held, (unit, row, attempt)
        if attempt.went_on:
            assert [row[f"went_on_{number}"] for number in numbers if number > 1] == attempt.went_on[1:], (unit, row)
    mature = [
        attempt
        for attempt in expected.values()
        if definition.window_seconds is None
        or attempt.latest_entry + dt.timedelta(seconds=definition.window_seconds) <= rows.end
    ]
    if not counted:
        return
    counts = count(rows)
    assert counts.entered == len(mature)
    assert counts.entered + counts.immature == len(expected)
    reached = [sum(attempt.reached[place] is not None for attempt in mature) for place in range(len(steps))]
    assert list(counts.reached) == reached
    kept = rows.keep()
    assert kept.kept is not None
    attempts = match(kept)  # of few units from their lists, where the rules allow it
    attempts = attempts.mutate(mature=is_mature(kept, attempts.last_entry_at))
    assert counts == counts_of(attempts, definition)
    assert counts == count(kept)
    assert counts == counts_and_times(attempts, definition)[0]


@pytest.mark.parametrize(("order", "unit", "hold", "attempt", "entry"), COMBINATIONS)
def test_the_engine_counts_as_the_slow_funnel_does(
    reference, make_tables, order: str, unit: str, hold: str | None, attempt: str, entry: str
) -> None:
    name = f"{order} {unit} {hold} {attempt} {entry}"
    random = np.random.default_rng(zlib.crc32(name.encode()))
    kinds = ["plain", "shared"] if order == "any" else list(STEPS)
    definition = Definition(
        steps=(),
        order=order,
        unit=unit,
        window_seconds=[None, 2.0, 7.0, 20.5][random.integers(0, 4)],
        attempt=attempt,
        entry=entry,
        occurrence="first_ever" if attempt == "first" and random.random() < 0.3 else "first_matching",
        exclude=(1,) if random.random() < 0.6 else (),
        hold=() if hold is None else (hold,),
        tolerance_seconds=[0.0, 0.5, 1.0][random.integers(0, 3)],
        entry_from=dt.date(2024, 3, 31) if random.random() < 0.3 else None,
    )
    steps = STEPS[kinds[random.integers(0, len(kinds))]]
    must_agree(reference, make_tables, logs(random, 70), definition, steps, counted=unit == "customer")


rows_of_a_log = st.lists(
    st.fixed_dictionaries(
        {
            "customer_id": st.sampled_from(["u1", "u2", None]),
            "visitor_id": st.sampled_from(["u1", None]),
            "session_id": st.sampled_from(["s1", "s2", None]),
            "order_id": st.sampled_from(["o1", "o2", None]),
            "event": st.sampled_from(EVENTS),
            "occurred_at": st.integers(0, 24).map(lambda half: START + dt.timedelta(seconds=half / 2)),
            "page": st.sampled_from(["p", "q"]),
            "item": st.sampled_from(["i", "j", None]),
        }
    ),
    min_size=1,
    max_size=14,
)
definitions = st.builds(
    Definition,
    steps=st.just(()),
    order=st.sampled_from(["ordered", "strict", "any"]),
    unit=st.sampled_from(["customer", "session", "order"]),
    window_seconds=st.sampled_from([None, 1.0, 4.5, 10.0]),
    attempt=st.sampled_from(["first", "best"]),
    entry=st.sampled_from(["closed", "open"]),
    occurrence=st.sampled_from(["first_matching", "first_ever"]),
    exclude=st.sampled_from([(), (1,)]),
    hold=st.sampled_from([(), ("item",)]),
    tolerance_seconds=st.sampled_from([0.0, 0.5, 1.0, 3.0]),
    entry_from=st.sampled_from([None, dt.date(2024, 3, 31)]),
)


@settings(max_examples=20)
@given(data=rows_of_a_log, definition=definitions, kind=st.sampled_from(sorted(STEPS)))
def test_no_log_is_found_on_which_they_differ(reference, make_tables, data, definition, kind: str) -> None:
    if definition.order == "any" and kind == "again":
        kind = "shared"
    if definition.attempt == "best" and definition.entry == "open" and definition.order != "any":
        definition = replace(definition, entry="closed")
    must_agree(reference, make_tables, data, definition, STEPS[kind], counted=False)


def test_the_best_attempt_is_that_of_another_algorithm(reference, make_tables) -> None:
    """Not only another program: the one-pass algorithm that ClickHouse documents for windowFunnel."""
    random = np.random.default_rng(4)
    data, logs_of = [], {}
    for unit in range(400):
        log = [(float(random.integers(0, 40)), int(random.integers(0, 4))) for _ in range(random.integers(1, 16))]
        logs_of[f"u{unit}"] = log
        for at, step in log:
            moment = START + dt.timedelta(seconds=at)
            data.append({"customer_id": f"u{unit}", "event": "ABCD"[step], "occurred_at": moment})
    tables = make_tables(events=data)
    steps = read_steps(tables, tuple("ABCD"), frozenset("ABCD"), "test")
    definition = Definition(steps, attempt="best", window_seconds=15.0, tolerance_seconds=0.0)
    rows = match(Rows(tables, definition)).select("unit_id", "furthest").to_pyarrow().to_pylist()
    expected = {unit: reference.window_funnel(log, 15.0, 4) for unit, log in logs_of.items()}
    assert {row["unit_id"]: row["furthest"] for row in rows} == {unit: far for unit, far in expected.items() if far}
    assert 40 < sum(far >= 3 for far in expected.values()) < 360  # the logs tell something
