"""The censor-aware curve: against lifelines, and against plain shares where nobody is censored."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from customer_analytics.analysis.funnel import curve as curves
from customer_analytics.analysis.funnel.counts import complete
from customer_analytics.analysis.funnel.definition import Definition
from customer_analytics.analysis.funnel.rows import Rows
from customer_analytics.analysis.funnel.steps import read_steps

END = dt.datetime(2024, 5, 1)
DAY = 86_400.0


def tally(times: np.ndarray, length: int) -> np.ndarray:
    return np.bincount(times, minlength=length).astype(float)


def test_survival_and_its_interval_are_those_of_lifelines() -> None:
    lifelines = pytest.importorskip("lifelines")
    random = np.random.default_rng(1)
    times, happened = random.integers(1, 40, 300), random.random(300) < 0.6
    survival, variance, at_risk = curves.kaplan_meier(tally(times[happened], 41), tally(times[~happened], 41))
    fitted = lifelines.KaplanMeierFitter().fit(times, happened, timeline=np.arange(41))
    assert survival == pytest.approx(fitted.survival_function_["KM_estimate"].to_numpy())
    low, high = curves.log_log(survival, variance)
    inside = (survival > 0) & (survival < 1)
    assert low[inside] == pytest.approx(fitted.confidence_interval_.iloc[:, 0].to_numpy()[inside])
    assert high[inside] == pytest.approx(fitted.confidence_interval_.iloc[:, 1].to_numpy()[inside])
    assert list(at_risk[1:4]) == [(times >= place).sum() for place in (1, 2, 3)]


def test_competing_ends_are_those_of_lifelines() -> None:
    lifelines = pytest.importorskip("lifelines")
    random = np.random.default_rng(2)
    times = random.permutation(400)[:250] + 1  # no ties: lifelines moves tied times at random
    kinds = random.integers(0, 3, 250)
    first, second = curves.aalen_johansen(*(tally(times[kinds == kind], 402) for kind in (1, 2, 0)))
    for kind, own in ((1, first), (2, second)):
        fitted = lifelines.AalenJohansenFitter(calculate_variance=False).fit(times, kinds, event_of_interest=kind)
        expected = fitted.cumulative_density_.iloc[:, 0]
        assert own[expected.index.to_numpy().astype(int)] == pytest.approx(expected.to_numpy())


def rows_of(make_tables, people: list[list[tuple[str, float]]], window: float | None) -> Rows:
    """Logs of (event, seconds before the end of the data)."""
    events = [
        {"customer_id": f"p{number}", "event": event, "occurred_at": END - dt.timedelta(seconds=before)}
        for number, log in enumerate(people)
        for event, before in log
    ]
    tables = make_tables(as_of=END.date() - dt.timedelta(days=1), events=events)
    steps = read_steps(tables, ("in", "out"), frozenset({"in", "out", "look"}), "test")
    return Rows(tables, Definition(steps, window_seconds=window))


def test_without_young_entries_the_curve_is_the_plain_share(make_tables) -> None:
    random = np.random.default_rng(3)
    people = []
    for _ in range(200):
        begin = 20 * DAY - random.random() * DAY
        log = [("in", begin)]
        if random.random() < 0.5:
            log.append(("out", begin - random.exponential(1.5 * DAY)))
        if random.random() < 0.4:
            log.append(("look", begin - random.random() * 4 * DAY))
        people.append([(event, before) for event, before in log if before > 0])
    rows = rows_of(make_tables, people, 4 * DAY)
    found = curves.curve(complete(rows), rows)
    waits = [log[0][1] - before for log in people for event, before in log if event == "out"]
    for line in found.frame.to_dict("records"):
        by_then = sum(wait <= line["days"] * DAY * (1 + 1e-9) and wait <= 4 * DAY for wait in waits)
        assert line["converted"] == pytest.approx(by_then / 200, abs=0.011), line
    last = found.frame.iloc[-1]
    assert last["converted"] == pytest.approx(sum(wait <= 4 * DAY for wait in waits) / 200)
    converted, left = silent_by_hand(people, 4 * DAY, 2 * DAY)
    assert (last["converted_first"], last["left"]) == pytest.approx((converted / 200, left / 200))
    assert found.left_after_days == 2.0
    assert (found.frame["converted_first"] <= found.frame["converted"] + 1e-12).all()


def silent_by_hand(people: list[list[tuple[str, float]]], window: float, silence: float) -> tuple[int, int]:
    """How many converted, and how many were silent for `silence` first, looking at each person's clock by itself."""
    converted = left = 0
    for log in people:
        begin = log[0][1]
        ages = sorted(begin - before for _, before in log)
        out = min((begin - before for event, before in log if event == "out"), default=np.inf)
        gone = next(
            age + silence for age, following in zip(ages, [*ages[1:], np.inf], strict=True) if following > age + silence
        )
        if gone <= window and gone < out:
            left += 1
        elif out <= window:
            converted += 1
    return converted, left


def test_who_is_young_is_neither_lost_nor_converted(make_tables) -> None:
    """Half entered an hour ago: a share of the old ones converts, and the young do not lower the curve."""
    old = [[("in", 20 * DAY), ("out", 18 * DAY)] if n < 30 else [("in", 20 * DAY)] for n in range(60)]
    young = [[("in", 3600.0)] for _ in range(60)]
    rows = rows_of(make_tables, old + young, 7 * DAY)
    found = curves.curve(complete(rows), rows)
    assert found.frame["converted"].iloc[-1] == pytest.approx(0.5)
    assert found.median_days == pytest.approx(2.0, rel=0.01)


def test_who_comes_back_after_a_long_silence_has_left_first(make_tables) -> None:
    """Leaving is known when it happens: a later return does not undo it, and the future is not looked into."""
    rows = rows_of(make_tables, [[("in", 20 * DAY), ("out", 15 * DAY)]] * 40, 8 * DAY)
    last = curves.curve(complete(rows), rows).frame.iloc[-1]
    assert (last["converted"], last["converted_first"], last["left"]) == (1.0, 0.0, 1.0)


def test_a_curve_of_nobody_is_no_error(make_tables) -> None:
    rows = rows_of(make_tables, [[("look", 5.0)]], 8 * DAY)
    found = curves.curve(complete(rows), rows)
    assert np.isnan(found.median_days)
    assert (found.frame["converted"] == 0).all()
