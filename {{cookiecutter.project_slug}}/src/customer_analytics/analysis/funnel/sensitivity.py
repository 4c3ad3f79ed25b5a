"""How much the conversion depends on the rules: the window, the order of the steps, which attempt counts."""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd

from customer_analytics.analysis.funnel.counter import Counter
from customer_analytics.analysis.funnel.counts import Counts, share
from customer_analytics.analysis.funnel.definition import Attempt, Definition, Order
from customer_analytics.analysis.funnel.settle import DAY
from customer_analytics.statistics import wilson

WINDOWS = (1.0, 3.0, 7.0, 14.0, 30.0, 90.0)
_ORDERS: tuple[Order, ...] = ("strict", "ordered", "any")
_ATTEMPTS: tuple[Attempt, ...] = ("first", "best")


def sensitivity(counter: Counter, definition: Definition) -> pd.DataFrame:
    """rule, value, seconds, entered, converted, rate, low, high, chosen: one rule changed at a time.

    `seconds`: of a window; NaN for the other rules. Windows in which nobody is mature are left out.
    """
    varied = variants(definition)
    counter.prepare([other for *_, other in varied])
    lines = [
        _line(rule, value, seconds, counter.count(other), other == definition)
        for rule, value, seconds, other in varied
        if rule != "window" or counter.count(other).entered or other == definition
    ]
    return pd.DataFrame(lines)


def variants(definition: Definition) -> list[tuple[str, str, float | None, Definition]]:
    """(rule, value, seconds of a window, definition) with one rule changed, our own among them."""
    own = definition.window_seconds
    windows: list[float | None] = [*sorted({*(days * DAY for days in WINDOWS), *([] if own is None else [own])})]
    windows += [None] if own is None else []
    varied: list[tuple[str, str, float | None, Definition]] = []
    varied += [("window", _days(limit), limit, replace(definition, window_seconds=limit)) for limit in windows]
    others: list[tuple[str, str, Definition | None]] = []
    others += [("order", order, changed(definition, order=order)) for order in _ORDERS]
    others += [("attempt", attempt, changed(definition, attempt=attempt)) for attempt in _ATTEMPTS]
    return varied + [(rule, value, None, other) for rule, value, other in others if other is not None]


def changed(definition: Definition, *, order: Order | None = None, attempt: Attempt | None = None) -> Definition | None:
    """The definition with another order or attempt; None where it would contradict itself."""
    other = replace(definition, order=order or definition.order, attempt=attempt or definition.attempt)
    if order is not None and order != definition.order:  # each order with the entry that goes with it
        other = replace(other, entry="open" if order == "any" else "closed")
    if other.order == "any" and len({(step.names, str(step.condition)) for step in other.steps}) < other.length:
        return None
    if other.attempt == "best" and (
        other.occurrence == "first_ever" or (other.entry == "open" and other.order != "any")
    ):
        return None
    return other


def _days(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds / DAY:g}"


def _line(rule: str, value: str, seconds: float | None, counts: Counts, is_chosen: bool) -> dict[str, object]:
    interval = wilson(counts.converted, counts.entered)
    return {
        "rule": rule,
        "value": value,
        "seconds": math.nan if seconds is None else seconds,
        "entered": counts.entered,
        "converted": counts.converted,
        "rate": share(counts.converted, counts.entered),
        "low": interval.low,
        "high": interval.high,
        "chosen": is_chosen,
    }
