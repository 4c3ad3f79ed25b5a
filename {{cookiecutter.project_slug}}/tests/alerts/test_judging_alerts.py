"""When an alert fires: limits, changes, intervals, bases, runs in a row."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.alerts.history import Measured
from customer_analytics.alerts.judging import Judged, State, judge
from customer_analytics.alerts.rules import Rule

RATE, LOW, HIGH, BASE = "churn.base_rate", "churn.base_rate_low", "churn.base_rate_high", "churn.customers"


def rule(when: dict[str, Any], **settings: Any) -> Rule:
    return Rule.model_validate({"name": "a", "metric": RATE, "when": when} | settings)


def run(day: str, value: float | None, half: float | None = None, people: float | None = 1000) -> Measured:
    values: dict[str, float | None] = {RATE: value, BASE: people}
    if half is not None and value is not None:
        values |= {LOW: value - half, HIGH: value + half}
    return Measured("r", day, None, values)


def judged(a_rule: Rule, *values: tuple[float | None, float | None]) -> Judged:
    """The newest value comes last; a month between two."""
    runs = [run(f"2026-{month:02}-28", value, half) for month, (value, half) in enumerate(values, start=1)]
    return judge(a_rule, runs[-1], runs[-2::-1])


@pytest.mark.parametrize(
    ("when", "value", "half", "sure", "fires"),
    [
        ({"above": 0.2}, 0.25, None, True, True),
        ({"above": 0.2}, 0.20, None, True, False),
        ({"above": 0.2}, 0.25, 0.04, True, True),
        ({"above": 0.2}, 0.25, 0.06, True, False),
        ({"above": 0.2}, 0.25, 0.06, False, True),
        ({"below": 0.2}, 0.15, 0.04, True, True),
        ({"below": 0.2}, 0.15, 0.06, True, False),
        ({"below": 0.2}, None, None, True, False),
        ({"missing": True}, None, None, True, True),
        ({"missing": True}, 0.1, None, True, False),
    ],
)
def test_limits(when: dict[str, Any], value: float | None, half: float | None, sure: bool, fires: bool) -> None:
    assert judged(rule(when, sure=sure), (value, half)).fired is fires


@pytest.mark.parametrize(
    ("when", "before", "now", "fires"),
    [
        ({"rises_by": "10%"}, (0.20, None), (0.22, None), True),
        ({"rises_by": "10%"}, (0.20, None), (0.219, None), False),
        ({"rises_by": 0.05}, (0.20, None), (0.26, None), True),
        ({"rises_by": "10%"}, (0.20, None), (0.10, None), False),
        ({"falls_by": "10%"}, (0.20, None), (0.10, None), True),
        ({"rises_by": 0}, (0.20, None), (0.20, None), False),
        ({"rises_by": "10%"}, (0.20, 0.05), (0.25, 0.05), False),  # the intervals leave no change possible
        ({"rises_by": "10%"}, (0.20, 0.02), (0.25, 0.02), True),
        ({"falls_by": "10%"}, (-100.0, None), (-105.0, None), False),
        ({"falls_by": "10%"}, (-100.0, None), (-111.0, None), True),
    ],
)
def test_changes(when: dict[str, Any], before: tuple[float, float], now: tuple[float, float], fires: bool) -> None:
    assert judged(rule(when), before, now).fired is fires


def test_the_first_run_and_a_metric_that_is_not_there_fire_nothing() -> None:
    assert judged(rule({"rises_by": "10%"}), (0.5, None)).state is State.NO_EARLIER
    nothing = Measured("r", "2026-01-31", None, {})
    assert judge(rule({"above": 0}), nothing, []).state is State.NO_METRIC
    assert judge(rule({"missing": True}), nothing, []).state is State.NO_METRIC


def test_a_small_base_is_silent_and_an_unknown_one_too() -> None:
    small = rule({"above": 0.1}, base=BASE, minimum_n=100)
    assert judge(small, run("2026-01-31", 0.5, people=99), []).state is State.TOO_FEW
    assert judge(small, run("2026-01-31", 0.5, people=None), []).state is State.TOO_FEW
    assert judge(small, run("2026-01-31", 0.5, people=100), []).fired


def test_persistence_counts_runs_in_a_row() -> None:
    patient = rule({"above": 0.2}, persistence=3)
    assert judged(patient, (0.3, None), (0.3, None)).state is State.WAITING
    assert judged(patient, (0.3, None), (0.1, None), (0.3, None), (0.3, None)).state is State.WAITING
    fired = judged(patient, (0.1, None), (0.3, None), (0.3, None), (0.3, None))
    assert (fired.fired, fired.runs, fired.since) == (True, 3, "2026-02-28")


def test_a_change_persists_only_while_it_goes_on() -> None:
    again = rule({"rises_by": "10%"}, persistence=2)
    assert judged(again, (0.1, None), (0.2, None), (0.3, None)).fired
    assert judged(again, (0.1, None), (0.1, None), (0.3, None)).state is State.WAITING


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(0, 5))
def test_rising_and_falling_are_mirrors_and_never_both(before: float, now: float, step: float) -> None:
    rises = judged(rule({"rises_by": step}), (before, None), (now, None)).fired
    falls = judged(rule({"falls_by": step}), (-before, None), (-now, None)).fired
    assert rises == falls
    assert not (rises and judged(rule({"falls_by": step}), (before, None), (now, None)).fired)


def test_names_of_intervals() -> None:
    values = {
        "rfm.clv.mean": 1.0, "funnel.conversion": 0.1, "funnel.conversion.low": 0.0, "funnel.conversion.high": 0.2,
        "campaign_evaluation.effect.a.b.c": 2.0, "campaign_evaluation.effect_low.a.b.c": 1.0,
        "campaign_evaluation.effect_high.a.b.c": 3.0,
    }  # fmt: skip
    measured = Measured("r", "2026-01-31", None, values)
    for metric, low in (("funnel.conversion", 0.0), ("campaign_evaluation.effect.a.b.c", 1.0), ("rfm.clv.mean", None)):
        estimate = measured.estimate(metric)
        assert estimate is not None and estimate.low == low
