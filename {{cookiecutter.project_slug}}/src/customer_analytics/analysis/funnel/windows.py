"""The counts within several windows from one run without a window.

The moments of an attempt do not depend on the window: it only cuts them off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.funnel.attempts import attempts_of_entries
from customer_analytics.analysis.funnel.counts import Counts, row_of
from customer_analytics.analysis.funnel.matching import is_mature
from customer_analytics.analysis.funnel.rows import Rows
from customer_analytics.analysis.funnel.times import later


def within(attempts: ir.Table, rows: Rows, windows: Sequence[float | None]) -> dict[float | None, Counts]:
    """The counts within several windows (seconds; None: without one), from first attempts without one, in one query."""
    numbers = range(1, rows.definition.length + 1)
    measures: dict[str, ir.Value] = {}
    for place, seconds in enumerate(windows):
        mature = _mature(attempts, rows, seconds)
        for number in numbers:
            is_reached = _reached(attempts, number, seconds)
            measures[f"all_{place}_{number}"] = is_reached.sum()
            measures[f"mature_{place}_{number}"] = (is_reached & mature).sum()
    row = row_of(attempts.aggregate(**measures)) if measures else {}
    return {seconds: _counts(row, place, rows) for place, seconds in enumerate(windows)}


def best_within(rows: Rows, windows: Sequence[float | None]) -> dict[float | None, Counts]:
    """The same for best attempts: of each unit the furthest mature one, and of all the furthest."""
    numbers = range(1, rows.definition.length + 1)
    entries = attempts_of_entries(rows)
    furthest: dict[str, ir.Value] = {}
    for place, seconds in enumerate(windows):
        steps: ir.IntegerValue = ibis.literal(0, "int16")
        for number in numbers:
            steps = steps + _reached(entries, number, seconds).cast("int16")
        furthest[f"all_{place}"] = steps.max()
        furthest[f"mature_{place}"] = steps.max(where=_mature(entries, rows, seconds))
    units = entries.group_by("unit_id").aggregate(**furthest)
    measures = {
        f"{kind}_{place}_{number}": (units[f"{kind}_{place}"] >= number).sum()
        for place in range(len(windows))
        for kind in ("all", "mature")
        for number in numbers
    }
    row = row_of(units.aggregate(**measures))
    return {seconds: _counts(row, place, rows) for place, seconds in enumerate(windows)}


def _reached(attempts: ir.Table, number: int, seconds: float | None) -> ir.BooleanValue:
    moment = attempts[f"at_{number}"]
    is_reached = moment.notnull() if seconds is None else moment <= later(attempts.entered_at, seconds)
    found: ir.BooleanValue = is_reached.fill_null(False)
    return found


def _mature(attempts: ir.Table, rows: Rows, seconds: float | None) -> ir.BooleanValue:
    limited = rows.under(replace(rows.definition, window_seconds=seconds))
    return is_mature(limited, attempts.entered_at)


def _counts(row: dict[str, Any], place: int, rows: Rows) -> Counts:
    numbers = range(1, rows.definition.length + 1)
    reached = tuple(int(row[f"mature_{place}_{number}"] or 0) for number in numbers)
    everyone = tuple(int(row[f"all_{place}_{number}"] or 0) for number in numbers)
    return Counts(reached[0], everyone[0] - reached[0], reached, reached, everyone)
