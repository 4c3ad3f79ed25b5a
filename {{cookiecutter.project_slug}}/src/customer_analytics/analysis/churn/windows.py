"""The windows of a cut-off: what is looked back on, what is left free to act, and what is predicted.

A cut-off T is the first day that is not known. Features come from [T - observation, T), the label from
[T + gap, T + gap + horizon). Past cut-offs lie a horizon apart, so that no day is a label twice, and the label of each
is complete; `now` is the cut-off whose label nobody knows yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

USUAL = (7, 14, 30, 60, 90, 180, 365)
RETURNED_SHARE = 0.85  # of the returns that came at all, within the horizon: later ones are rare enough to be a loss
LEAST_SHARE = 0.5  # a horizon that misses more of them measures the rhythm and not the leaving
WANTED = (4, 3, 2, 1)  # cut-offs: four make three tests


@dataclass(frozen=True)
class Windows:
    """Days: `observation_days` (0: everything before the cut-off), `gap_days`, `horizon_days`, `active_days` (silence
    up to which somebody of unknown rhythm counts as here; study.thresholds has the rhythms). `cuts`: day numbers of the
    past cut-offs, oldest first; `now`: the first day that is not known; `first`: first day of the data."""

    observation_days: int
    gap_days: int
    horizon_days: int
    active_days: int
    cuts: tuple[int, ...]
    now: int
    first: int

    def observed(self, cut: int) -> tuple[int, int]:
        """First and last day (excluded) that features look at."""
        start = cut - self.observation_days if self.observation_days else self.first
        return max(start, self.first), cut

    def label(self, cut: int) -> tuple[int, int]:
        """First and last day (excluded) of the label."""
        return cut + self.gap_days, cut + self.gap_days + self.horizon_days


def returned_within(gaps: pd.DataFrame, days: int) -> float:
    """Share of the gaps (columns gap, n) of at most so many days; NaN without gaps."""
    total = float(gaps["n"].sum())
    return float(gaps.loc[gaps["gap"] <= days, "n"].sum()) / total if total else float("nan")


def possible_cuts(first: int, now: int, gap: int, horizon: int, most: int) -> tuple[int, ...]:
    """Cut-offs a horizon apart with a complete label and at least a horizon of history, oldest first."""
    latest = now - gap - horizon
    cuts = [latest - number * horizon for number in range(most)]
    return tuple(sorted(cut for cut in cuts if cut - first >= horizon))


def choose_horizon(gaps: pd.DataFrame, first: int, now: int, gap: int, most: int) -> int | None:
    """The usual length that fits the rhythm: the shortest within which 85 % of the returns came.

    Where the data are too short for three tests of it, the longest that allows them and still holds half of the
    returns; else fewer tests. None where nothing fits at all.
    """
    if not len(gaps):
        return None
    shares = {days: returned_within(gaps, days) for days in USUAL}
    fitting = [days for days in USUAL if shares[days] >= RETURNED_SHARE]
    rhythm = fitting[0] if fitting else USUAL[-1]
    candidates = [days for days in reversed(USUAL) if days <= rhythm]
    for least in (LEAST_SHARE, 0.0):
        for wanted in WANTED:
            for days in candidates:
                enough = len(possible_cuts(first, now, gap, days, most)) >= min(wanted, most)
                if enough and shares[days] >= least:
                    return days
    return None


def gap_counts(spells: pd.DataFrame) -> pd.DataFrame:
    """Tidy counts of gaps: gap and n as whole numbers, sorted."""
    return spells.astype(np.int64).sort_values("gap", ignore_index=True)


def keep_cuts(cuts: Sequence[int], enough: Sequence[int]) -> tuple[int, ...]:
    """The cut-offs that have enough people, oldest first."""
    wanted = set(enough)
    return tuple(cut for cut in cuts if cut in wanted)
