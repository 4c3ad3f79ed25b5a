"""Counts and rates of the cohorts from counted steps (see steps.py): every measure, in one pass of numpy.

A person with `ages` complete periods is in the base of the ages 0 to ages - 1, and of no later one: what is not yet
observed is not in any denominator.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.statistics import Z95

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Counts:
    """People by cohort (rows, ascending) and age (columns 0 to longest).

    eligible: whose period is complete. active (bounded), unbounded, on_or_before (from 1 on; at 0 it is active),
    continued (active in this period and the one before) and previous (active in the one before) count eligible people
    only; so_far counts whoever was active, in a running period too.
    """

    cohorts: Integers
    size: Integers
    eligible: Integers
    active: Integers
    unbounded: Integers
    on_or_before: Integers
    continued: Integers
    previous: Integers
    so_far: Integers


def count_steps(steps: pd.DataFrame, longest: int) -> Counts:
    """All measures from steps with the columns cohort, ages, age, next, n."""
    cohorts, row = np.unique(steps["cohort"].to_numpy(np.int64), return_inverse=True)
    ages, age, following, n = (steps[name].to_numpy(np.int64) for name in ("ages", "age", "next", "n"))
    shape = (len(cohorts), longest + 2)
    begins = age < 0
    known = (following >= 0) & (following < ages)  # the next active period is there, and complete
    returns = known & (age <= 0) & (following >= 1)
    last = np.minimum(ages, longest + 1)
    size = np.zeros(len(cohorts), dtype=np.int64)
    np.add.at(size, row[begins], n[begins])
    active = _at(shape, row, following, n, known)
    on_or_before = _between(shape, row, following, last, n, returns)
    on_or_before[:, 0] = active[:, 0]
    cut = slice(0, longest + 1)
    return Counts(
        cohorts=cohorts,
        size=size,
        eligible=_between(shape, row, np.zeros_like(last), last, n, begins)[:, cut],
        active=active[:, cut],
        unbounded=_between(shape, row, age + 1, following + 1, n, known)[:, cut],
        on_or_before=on_or_before[:, cut],
        continued=_at(shape, row, following, n, known & (age >= 0) & (following == age + 1))[:, cut],
        previous=_at(shape, row, age + 1, n, (age >= 0) & (age + 1 < ages))[:, cut],
        so_far=_at(shape, row, following, n, following >= 0)[:, cut],
    )


def count_bracket(steps: pd.DataFrame, first: int, last: int) -> tuple[int, int]:
    """(active at least once in the ages first to last, people whose ages up to last are complete)."""
    ages, age, following, n = (steps[name].to_numpy(np.int64) for name in ("ages", "age", "next", "n"))
    seen = ages > last
    active = int(n[seen & (age < first) & (first <= following) & (following <= last)].sum())
    return active, int(n[seen & (age < 0)].sum())


def _at(shape: tuple[int, int], row: Integers, place: Integers, n: Integers, which: npt.NDArray[np.bool_]) -> Integers:
    """n added up by row and place; places beyond the table share its last column, which is cut off."""
    table = np.zeros(shape, dtype=np.int64)
    np.add.at(table, (row[which], np.minimum(place[which], shape[1] - 1)), n[which])
    return table


def _between(
    shape: tuple[int, int],
    row: Integers,
    first: Integers,
    end: Integers,
    n: Integers,
    which: npt.NDArray[np.bool_],
) -> Integers:
    """n added to each place from `first` up to but not including `end`."""
    which = which & (first < end)
    table = np.zeros((shape[0], shape[1] + 1), dtype=np.int64)
    limit = shape[1]
    np.add.at(table, (row[which], np.minimum(first[which], limit)), n[which])
    np.subtract.at(table, (row[which], np.minimum(end[which], limit)), n[which])
    return np.cumsum(table, axis=1)[:, : shape[1]]


def rates(active: npt.ArrayLike, eligible: npt.ArrayLike) -> Floats:
    """active / eligible; NaN without a base."""
    base = np.asarray(eligible, dtype=np.float64)
    share: Floats = np.divide(
        np.asarray(active, dtype=np.float64), base, out=np.full(base.shape, np.nan), where=base > 0
    )
    return share


def wilson_limits(active: npt.ArrayLike, eligible: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Wilson's 95 % limits of many proportions at once; NaN without a base (statistics.wilson has the formula)."""
    x, n = np.asarray(active, dtype=np.float64), np.asarray(eligible, dtype=np.float64)
    base = np.where(n > 0, n, np.nan)
    share, spread = x / base, 1 + Z95**2 / base
    centre = (share + Z95**2 / (2 * base)) / spread
    half = Z95 / spread * np.sqrt(share * (1 - share) / base + Z95**2 / (4 * base**2))
    return np.where(x == 0, 0.0, centre - half) + 0 * base, np.where(x == n, 1.0, centre + half) + 0 * base


def mean_limits(shares: Floats, low: Floats, high: Floats) -> tuple[float, float]:
    """95 % limits of the simple mean of independent proportions, from the limits of each.

    The distances to the single limits are added in squares (MOVER; Zou, Donner 2008), which keeps the mean within 0 and
    1 and does not call a mean of zeros certain.
    """
    many = len(shares)
    if not many:
        return float("nan"), float("nan")
    mean = float(shares.mean())
    down = float(np.sqrt(((shares - low) ** 2).sum())) / many
    up = float(np.sqrt(((high - shares) ** 2).sum())) / many
    return mean - down, mean + up


def with_ages(steps: pd.DataFrame, complete_until: int) -> pd.DataFrame:
    """Steps of calendar cohorts with their `ages`: the same for everybody of a cohort."""
    return steps.assign(ages=np.maximum(complete_until - steps["cohort"].to_numpy(np.int64) + 1, 0))


def spans(brackets: Sequence[tuple[int, int]], steps: pd.DataFrame) -> pd.DataFrame:
    """bracket, from, to, active, eligible, rate, low, high of each bracket, all cohorts together."""
    rows = [(first, last, *count_bracket(steps, first, last)) for first, last in brackets]
    table = pd.DataFrame(rows, columns=["from", "to", "active", "eligible"]).astype(np.int64)
    names = [str(first) if first == last else f"{first}-{last}" for first, last in brackets]
    table.insert(0, "bracket", pd.Series(names, dtype=object))
    table["rate"] = rates(table["active"], table["eligible"])
    table["low"], table["high"] = wilson_limits(table["active"], table["eligible"])
    return table
