"""Which alerts fire, since when, and why others do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from customer_analytics.alerts.history import Measured
from customer_analytics.alerts.rules import Rule
from customer_analytics.analysis.changes.difference import Estimate, difference

_ROUNDING = 1 - 1e-9  # .22 less .20 is a little less than .02


class State(StrEnum):
    """What became of a rule in a run."""

    FIRED = "fired"
    WAITING = "waiting"  # the condition holds, not yet in enough runs
    QUIET = "quiet"
    TOO_FEW = "too_few"  # the base is below minimum_n
    NO_METRIC = "no_metric"  # the run does not hold the metric
    NO_EARLIER = "no_earlier"  # a change, and no earlier run holds the metric


@dataclass(frozen=True)
class Judged:
    """A rule in a run. `runs`: for how many runs in a row it holds; `since`: last day of the first of them."""

    rule: Rule
    group: str | None
    state: State
    now: Estimate | None = None
    before: Estimate | None = None
    day_before: str = ""
    since: str = ""
    runs: int = 0

    @property
    def fired(self) -> bool:
        """Whether somebody has to be told."""
        return self.state is State.FIRED


def judge(rule: Rule, now: Measured, before: Sequence[Measured]) -> Judged:
    """A rule over a run and the runs before it (newest first). A run that lacks the metric ends a row of runs."""
    history = [now, *before]
    estimate = now.estimate(rule.metric)
    if estimate is None:
        return Judged(rule, now.group, State.NO_METRIC)
    previous = _previous(rule, history, 0)
    common = {
        "now": estimate,
        "before": None if previous is None else previous.estimate(rule.metric),
        "day_before": "" if previous is None else previous.day,
    }
    if rule.when.is_change and previous is None:
        return Judged(rule, now.group, State.NO_EARLIER, now=estimate)
    if _too_few(rule, now):
        return Judged(rule, now.group, State.TOO_FEW, **common)  # type: ignore[arg-type]
    row = 0
    while row < len(history) and not _too_few(rule, history[row]) and _holds(rule, history, row):
        row += 1
    if not row:
        return Judged(rule, now.group, State.QUIET, **common)  # type: ignore[arg-type]
    state = State.FIRED if row >= rule.persistence else State.WAITING
    return Judged(rule, now.group, state, since=history[row - 1].day, runs=row, **common)  # type: ignore[arg-type]


def _too_few(rule: Rule, run: Measured) -> bool:
    if rule.base is None:
        return False
    count = run.values.get(rule.base)
    return count is None or count < rule.minimum_n


def _previous(rule: Rule, history: Sequence[Measured], place: int) -> Measured | None:
    """The run before that holds the metric as a number."""
    for run in history[place + 1 :]:
        estimate = run.estimate(rule.metric)
        if estimate is not None and estimate.value is not None:
            return run
    return None


def _holds(rule: Rule, history: Sequence[Measured], place: int) -> bool:
    now = history[place].estimate(rule.metric)
    when = rule.when
    if now is None:
        return False
    if when.missing:
        return now.value is None
    if now.value is None:
        return False
    if when.above is not None:
        return (now.low if rule.sure and now.is_testable and now.low is not None else now.value) > when.above
    if when.below is not None:
        return (now.high if rule.sure and now.is_testable and now.high is not None else now.value) < when.below
    previous = _previous(rule, history, place)
    before = None if previous is None else previous.estimate(rule.metric)
    return before is not None and _moved(rule, before, now)


def _moved(rule: Rule, before: Estimate, now: Estimate) -> bool:
    assert before.value is not None and now.value is not None
    step = rule.when.rises_by or rule.when.falls_by
    assert step is not None
    change = now.value - before.value
    towards = change if rule.when.rises_by is not None else -change
    if towards <= 0 or towards < step.of(before.value) * _ROUNDING:
        return False
    found = difference(before, now) if rule.sure else None
    return found is None or found.low > 0 or found.high < 0
