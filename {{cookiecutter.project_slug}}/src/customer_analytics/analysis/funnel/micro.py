"""The funnel cut into its parts: looking around, ordering, paying, coming back. Each is a funnel of its own."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from customer_analytics.analysis.funnel.attempts import match
from customer_analytics.analysis.funnel.counts import counts_and_times, share
from customer_analytics.analysis.funnel.definition import Step
from customer_analytics.analysis.funnel.known import PARTS
from customer_analytics.analysis.funnel.matching import is_mature
from customer_analytics.analysis.funnel.rows import Rows
from customer_analytics.statistics import wilson

_COLUMNS = ["part", "from_step", "to_step", "entered", "reached", "rate", "low", "high", "p50"]


def parts_table(rows: Rows) -> pd.DataFrame:
    """part ("visit", "order", "payment", "again"), from_step, to_step (numbers of the whole funnel), entered, reached,
    rate, low, high, p50 (median seconds): everybody who makes the part's first step enters it, wherever they came from.
    Empty where the names of the steps do not tell the parts, or there is one part only.
    """
    definition = rows.definition
    lines = []
    for part, begin, end in spans(definition.steps):
        own = rows.cut(begin, end)
        own = own.under(replace(own.definition, order="ordered", entry="closed"))
        attempts = match(own)
        attempts = attempts.mutate(mature=is_mature(own, attempts.last_entry_at))
        counts, times = counts_and_times(attempts, own.definition)
        interval = wilson(counts.converted, counts.entered)
        lines.append(
            {
                "part": part,
                "from_step": begin,
                "to_step": end,
                "entered": counts.entered,
                "reached": counts.converted,
                "rate": share(counts.converted, counts.entered),
                "low": interval.low,
                "high": interval.high,
                "p50": float(times["p50"].iloc[-1]),
            }
        )
    return pd.DataFrame(lines, columns=_COLUMNS)


def spans(steps: tuple[Step, ...]) -> list[tuple[str, int, int]]:
    """(part, first step, last step): each part runs from the last step of the one before to its own last step."""
    parts = [PARTS.get(step.stage, "") for step in steps]
    if "" in parts or len(set(parts)) < 2:
        return []
    runs: list[tuple[str, int]] = []  # part and its last step
    for number, part in enumerate(parts, 1):
        if runs and runs[-1][0] == part:
            runs[-1] = (part, number)
        else:
            runs.append((part, number))
    if len({part for part, _ in runs}) < len(runs):
        return []  # a part that comes twice is no part
    found, begin = [], 1
    for part, end in runs:
        if end > begin:
            found.append((part, begin, end))
        begin = end
    return found
