"""How much the conversion depends on the rules: the window, the order of the steps, which attempt counts."""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd

from customer_analytics.analysis.funnel.attempts import match
from customer_analytics.analysis.funnel.counts import Counts, count, share, within
from customer_analytics.analysis.funnel.definition import Attempt, Definition, Order
from customer_analytics.analysis.funnel.matching import keep
from customer_analytics.analysis.funnel.rows import Rows
from customer_analytics.analysis.funnel.settle import DAY
from customer_analytics.statistics import wilson

WINDOWS = (1.0, 3.0, 7.0, 14.0, 30.0, 90.0)
_ORDERS: tuple[Order, ...] = ("strict", "ordered", "any")
_ATTEMPTS: tuple[Attempt, ...] = ("first", "best")


def sensitivity(rows: Rows, chosen: Counts) -> pd.DataFrame:
    """rule, value, seconds, entered, converted, rate, low, high, chosen: one rule changed at a time.

    `seconds`: of a window; NaN for the other rules.
    """
    definition = rows.definition
    lines = []
    for seconds, counts in _by_window(rows, chosen).items():
        is_chosen = seconds == definition.window_seconds
        lines.append(_line("window", _days(seconds), seconds, counts, is_chosen))
    for order in _ORDERS:
        other = changed(definition, order=order)
        if other is not None:
            counts = chosen if order == definition.order else count(rows.under(other))
            lines.append(_line("order", order, None, counts, order == definition.order))
    for attempt in _ATTEMPTS:
        other = changed(definition, attempt=attempt)
        if other is not None:
            counts = chosen if attempt == definition.attempt else count(rows.under(other))
            lines.append(_line("attempt", attempt, None, counts, attempt == definition.attempt))
    return pd.DataFrame(lines)


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


def _by_window(rows: Rows, chosen: Counts) -> dict[float | None, Counts]:
    """The counts by window in seconds, None: without one; only windows in which somebody is mature."""
    definition = rows.definition
    own = definition.window_seconds
    others = [days * DAY for days in WINDOWS if days * DAY != own]
    is_cut = definition.attempt == "first" and definition.entry == "closed" and definition.order == "ordered"
    if is_cut:
        unlimited = rows.under(replace(definition, window_seconds=None))
        counted = within(keep(match(unlimited), unlimited), unlimited, others)
    else:
        counted = {seconds: count(rows.under(replace(definition, window_seconds=seconds))) for seconds in others}
    found: dict[float | None, Counts] = {own: chosen}
    for seconds, counts in counted.items():
        found[seconds] = counts
    found = {seconds: counts for seconds, counts in found.items() if counts.entered}
    return dict(sorted(found.items(), key=lambda item: math.inf if item[0] is None else item[0]))


def _days(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds / DAY:g}"


def _line(rule: str, value: str, seconds: float | None, counts: Counts, is_chosen: bool) -> dict[str, object]:
    interval = wilson(counts.converted, counts.entered)
    return {
        "rule": rule,
        "value": value,
        "seconds": seconds,
        "entered": counts.entered,
        "converted": counts.converted,
        "rate": share(counts.converted, counts.entered),
        "low": interval.low,
        "high": interval.high,
        "chosen": is_chosen,
    }
