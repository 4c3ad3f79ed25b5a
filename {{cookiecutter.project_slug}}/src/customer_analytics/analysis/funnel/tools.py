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

from collections.abc import Callable
from dataclasses import dataclass, replace

import pandas as pd

from customer_analytics.analysis.funnel.counter import Counter
from customer_analytics.analysis.funnel.counts import share
from customer_analytics.analysis.funnel.definition import Attempt, Definition, Entry
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


def reconcile(counter: Counter, ours: Definition) -> pd.DataFrame:
    """tool, place, rule, value, entered, converted, rate, change (see FunnelResult.tools)."""
    paths = {tool.name: path_to(tool, ours) for tool in TOOLS}
    counter.prepare([definition for path in paths.values() for _, _, definition in path])
    lines = []
    for name, path in paths.items():
        counted = [(rule, value, counter.count(definition)) for rule, value, definition in path]
        numbers = [(rule, value, counts.entered, counts.converted) for rule, value, counts in counted]
        last = counted[-1][2]
        if last.everyone != last.reached:
            numbers.append(("young", "", last.everyone[0], last.everyone[-1]))
        before: float | None = None
        for place, (rule, value, entered, converted) in enumerate(numbers):
            rate = share(converted, entered)
            lines.append((name, place, rule, value, entered, converted, rate, 0.0 if before is None else rate - before))
            before = rate
    return pd.DataFrame(lines, columns=_COLUMNS)


def path_to(tool: Tool, ours: Definition) -> list[tuple[str, str, Definition]]:
    """(rule, value, definition) from our rules to the tool's, one at a time; a rule that is the same is no step."""
    path = [("ours", "", ours)]
    for rule, change in _changes(tool):
        after, value = change(path[-1][2])
        if after != path[-1][2]:
            path.append((rule, value, after))
    return path


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
