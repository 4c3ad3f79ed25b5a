"""What GA4, Mixpanel, Amplitude and PostHog would count, by the same engine under their rules, and why it differs.

The rules are those that the tools document for a funnel with nothing set (docs/methods/funnel.md cites them):

* GA4, funnel exploration: closed, steps follow each other indirectly, no window beyond the dates of the report.
* GA4, made open: everybody who makes a step counts there.
* Mixpanel: 7 days, every entry is tried (optimised re-entry), loose order.
* Amplitude: the longest attempt, of equals the earliest; events within a second are simultaneous; 30 days unless set.
* PostHog: 14 days, the furthest attempt, in sequence.

All of them count entries whose window is still open as lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.funnel.attempts import match
from customer_analytics.analysis.funnel.counts import Counts, count, counts_of, share, within
from customer_analytics.analysis.funnel.definition import Attempt, Definition, Entry
from customer_analytics.analysis.funnel.matching import keep
from customer_analytics.analysis.funnel.rows import Rows
from customer_analytics.analysis.funnel.settle import DAY

_COLUMNS = ["tool", "place", "rule", "value", "entered", "converted", "rate", "change"]


@dataclass(frozen=True)
class Tool:
    """The rules of a tool where nothing is set. window_days None: as long as the report's dates reach."""

    name: str
    window_days: float | None
    attempt: Attempt
    tolerance_seconds: float
    entry: Entry = "closed"


TOOLS = (
    Tool("ga4", None, "first", 0.0),
    Tool("ga4_open", None, "first", 0.0, "open"),
    Tool("mixpanel", 7.0, "best", 0.0),
    Tool("amplitude", 30.0, "best", 1.0),
    Tool("posthog", 14.0, "best", 0.0),
)


def reconcile(rows: Rows, ours: Counts) -> pd.DataFrame:
    """tool, place, rule, value, entered, converted, rate, change (see FunnelResult.tools)."""
    engine = _Counter(rows, ours)
    lines = []
    for tool in TOOLS:
        before: float | None = None
        for place, (rule, value, entered, converted) in enumerate(_path(engine, rows.definition, tool)):
            rate = share(converted, entered)
            change = 0.0 if before is None else rate - before
            before = rate
            lines.append((tool.name, place, rule, value, entered, converted, rate, change))
    return pd.DataFrame(lines, columns=_COLUMNS)


def _path(engine: _Counter, ours: Definition, tool: Tool) -> Iterator[tuple[str, str, int, int]]:
    """From our rules to the tool's, one at a time; a rule that is the same already is no step."""
    counts = engine.count(ours)
    yield "ours", "", counts.entered, counts.converted
    current = ours
    for rule, change in _changes(tool):
        after, value = change(current)
        if after != current:
            current, counts = after, engine.count(after)
            yield rule, value, counts.entered, counts.converted
    if counts.everyone != counts.reached:
        yield "young", "", counts.everyone[0], counts.everyone[-1]


Change = Callable[[Definition], tuple[Definition, str]]


def _changes(tool: Tool) -> list[tuple[str, Change]]:
    """Each rule by itself, in an order in which every definition on the way makes sense."""
    seconds = None if tool.window_days is None else tool.window_days * DAY

    def order(d: Definition) -> tuple[Definition, str]:
        if d.order == "ordered":
            return d, ""
        return replace(d, order="ordered", entry="closed"), "ordered"

    return [
        ("unit", lambda d: (replace(d, unit="customer", shared_sessions=False), "customer")),
        ("hold", lambda d: (replace(d, hold=()), "")),
        ("exclude", lambda d: (replace(d, exclude=()), "")),
        ("occurrence", lambda d: (replace(d, occurrence="first_matching"), "first_matching")),
        ("order", order),
        ("entry", lambda d: (replace(d, entry="closed"), "closed")),
        ("attempt", lambda d: (replace(d, attempt="first"), "first") if tool.attempt == "first" else (d, "")),
        ("window", lambda d: (replace(d, window_seconds=seconds), "" if seconds is None else f"{tool.window_days:g}")),
        ("tolerance", lambda d: (replace(d, tolerance_seconds=tool.tolerance_seconds), f"{tool.tolerance_seconds:g}")),
        ("attempt", lambda d: (replace(d, attempt=tool.attempt), tool.attempt)),
        ("open", lambda d: (replace(d, entry=tool.entry), tool.entry)),
    ]


class _Counter:
    """Counts definitions, each once; first attempts of one funnel share one run without a window."""

    def __init__(self, rows: Rows, ours: Counts) -> None:
        self._rows = rows
        self._known: dict[Definition, Counts] = {rows.definition: ours}
        self._unlimited: dict[Definition, ir.Table] = {}

    def count(self, definition: Definition) -> Counts:
        """The counts of a definition."""
        if definition not in self._known:
            self._known[definition] = self._count(definition)
        return self._known[definition]

    def _count(self, definition: Definition) -> Counts:
        rows = self._rows.under(definition)
        is_plain = definition.attempt == "first" and definition.entry == "closed" and definition.order == "ordered"
        if not is_plain or definition.exclude:
            return count(rows)
        unlimited = replace(definition, window_seconds=None)
        if unlimited not in self._unlimited:
            own = rows.under(unlimited)
            self._unlimited[unlimited] = keep(match(own), own)
        attempts = self._unlimited[unlimited]
        if definition.window_seconds is None:
            return counts_of(attempts.mutate(mature=attempts.entered_at.notnull()), definition)
        if definition not in self._known:
            windows = [tool.window_days * DAY for tool in TOOLS if tool.window_days is not None]
            for seconds, counts in within(attempts, rows, sorted({*windows, definition.window_seconds})).items():
                self._known.setdefault(replace(definition, window_seconds=seconds), counts)
        return self._known[definition]
