"""Counting one funnel under many rules: each definition once, many at a time, and large data in pieces.

Counts add up over units. Where the rows of the steps are many, the units are divided by a hash of their number, and all
definitions are counted on one piece before the next is read: memory stays that of a piece.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from customer_analytics.analysis.funnel.attempts import match
from customer_analytics.analysis.funnel.counts import Counts, count, counts_of, within
from customer_analytics.analysis.funnel.definition import Definition
from customer_analytics.analysis.funnel.matching import keep
from customer_analytics.analysis.funnel.rows import Rows

MOST_KEPT = 2_000_000  # rows of the steps that are kept in the engine at a time


def pieces_for(rows_of_steps: int) -> int:
    """Into how many pieces the units are divided."""
    return max(1, math.ceil(rows_of_steps / MOST_KEPT))


class Counter:
    """Counts of definitions of one client's data.

    Args:
        rows: the rows under our own rules.
        ours: what our own rules come to.
        pieces: into how many pieces the units are divided.
    """

    def __init__(self, rows: Rows, ours: Counts, pieces: int = 1) -> None:
        self._rows, self._pieces = rows, pieces
        self._known: dict[Definition, Counts] = {rows.definition: ours}

    def count(self, definition: Definition) -> Counts:
        """The counts of a definition."""
        self.prepare([definition])
        return self._known[definition]

    def prepare(self, definitions: Iterable[Definition]) -> None:
        """Count several definitions together. First attempts that differ in their windows share one run without any."""
        missing = [each for each in dict.fromkeys(definitions) if each not in self._known]
        windows: dict[Definition, list[Definition]] = {}
        for each in missing:
            if _is_plain(each):
                windows.setdefault(replace(each, window_seconds=None), []).append(each)
        others = [each for each in missing if not _is_plain(each)]
        for number in range(self._pieces if missing else 0):
            piece = self._rows if self._pieces == 1 else self._rows.piece(number, self._pieces).keep()
            found = {each: count(piece.under(each)) for each in others}
            for unlimited, limited in windows.items():
                found |= _by_window(piece.under(unlimited), limited)
            for each, counts in found.items():
                self._known[each] = counts if number == 0 else self._known[each] + counts


def _is_plain(definition: Definition) -> bool:
    return definition.attempt == "first" and definition.entry == "closed" and definition.order == "ordered"


def _by_window(rows: Rows, limited: list[Definition]) -> dict[Definition, Counts]:
    """The counts of definitions that differ in their windows; `rows`: without one."""
    attempts = keep(match(rows), rows)
    windows = {each.window_seconds: each for each in limited}
    seconds = [window for window in windows if window is not None]
    found = {windows[window]: counts for window, counts in within(attempts, rows, seconds).items()}
    if None in windows:
        found[windows[None]] = counts_of(attempts.mutate(mature=attempts.entered_at.notnull()), rows.definition)
    return found
