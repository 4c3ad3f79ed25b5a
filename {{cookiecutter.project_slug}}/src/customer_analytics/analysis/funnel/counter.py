"""Counting one funnel under many rules: each definition once, many at a time, and large data in pieces.

Counts add up over units. Where the rows of the steps are many, the units are divided by a hash of their number, and all
definitions are counted on one piece before the next is read: memory stays that of a piece.
"""

from __future__ import annotations

import gc
import math
from collections.abc import Iterable
from dataclasses import replace

from customer_analytics.analysis.funnel.attempts import match
from customer_analytics.analysis.funnel.counts import Counts, count
from customer_analytics.analysis.funnel.definition import Definition
from customer_analytics.analysis.funnel.rows import Rows
from customer_analytics.analysis.funnel.windows import best_within, within

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
        """Count several definitions together; ordered attempts that differ in their windows share one run without."""
        missing = [each for each in dict.fromkeys(definitions) if each not in self._known]
        windows: dict[Definition, list[Definition]] = {}
        for each in missing:
            if each.entry == "closed" and each.order == "ordered":
                windows.setdefault(replace(each, window_seconds=None), []).append(each)
        others = [each for each in missing if each.entry != "closed" or each.order != "ordered"]
        for number in range(self._pieces if missing else 0):
            piece = self._rows if self._pieces == 1 else self._rows.piece(number, self._pieces).keep()
            found = {each: count(piece.under(each)) for each in others}
            for unlimited, limited in windows.items():
                found |= _by_window(piece.under(unlimited), limited)
            for each, counts in found.items():
                self._known[each] = counts if number == 0 else self._known[each] + counts
            if self._pieces > 1:
                del piece
                gc.collect()  # expressions refer to each other: their tables would stay in the engine a while longer


def _by_window(rows: Rows, limited: list[Definition]) -> dict[Definition, Counts]:
    """The counts of definitions that differ in their windows; `rows`: without one."""
    by_seconds = {each.window_seconds: each for each in limited}
    if rows.definition.attempt == "best":
        counted = best_within(rows, list(by_seconds))
    else:
        counted = within(match(rows), rows, list(by_seconds))
    return {by_seconds[seconds]: counts for seconds, counts in counted.items()}
