"""Before and after a release: how many of those who began then came back, and, with a comparison group, whether the
change is larger than the change elsewhere (difference in differences).

Two windows of the same length: people who began from the release on, and people who began so long before it that their
days of return were over when it came. With a comparison group the same difference between the two windows before is
taken as well: groups that moved apart already then would have done so without the release.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
from scipy.special import ndtr

from customer_analytics.statistics import Z95, Interval, newcombe

RETURN_DAYS = (30, 14, 7)  # the longest in which enough people after the release are complete
LONGEST = 91  # days of a window of beginnings
SHORTEST = 7
BEFORE, AFTER, EARLIER = 0, 1, -1


UNKNOWN = Interval(math.nan, math.nan)


class Side(NamedTuple):
    """People who began in a window, and how many came back."""

    people: int
    back: int

    @property
    def rate(self) -> float:
        """Share who came back."""
        return self.back / self.people if self.people else math.nan


@dataclass(frozen=True)
class Release:
    """The comparison.

    `day`: day number of the release; `within`: days of age 1 to within in which a return counts; `window`: days of
    beginnings on either side. `before`, `after`: everybody, or those the release was for where a comparison group
    exists (`control_before`, `control_after`). `change`: after less before; `effect`: change beyond the control's,
    None without one; `drift`: the same between the two windows before the release, None where they are not complete.
    """

    day: int
    within: int
    window: int
    before: Side
    after: Side
    change: float
    change_interval: Interval
    control_before: Side | None = None
    control_after: Side | None = None
    effect: float | None = None
    effect_interval: Interval = UNKNOWN
    effect_p: float = math.nan
    drift: float | None = None
    drift_interval: Interval = UNKNOWN

    @property
    def drifted(self) -> bool:
        """Whether the groups moved apart before the release already."""
        return self.drift is not None and (self.drift_interval.low > 0 or self.drift_interval.high < 0)


def windows(day: int, first: int, end: int, within: int) -> int:
    """Length of the two windows around a release for returns within so many days; 0 where there is no room."""
    after = end - within - day + 1
    before = day - within - first
    room = min(after, before, LONGEST)
    return room if room >= SHORTEST else 0


def return_counts(
    days: ir.Table, lives: ir.Table, day: int, within: int, window: int, treated: ir.BooleanValue | None
) -> pd.DataFrame:
    """People by window (1 after, 0 before, -1 the one before that), group (1 treated, 0 not) and return."""
    start = day - within - window
    place = ibis.cases(
        ((lives.origin >= day) & (lives.origin < day + window), AFTER),
        ((lives.origin >= start) & (lives.origin < day - within), BEFORE),
        ((lives.origin >= start - window) & (lives.origin < start), EARLIER),
        else_=None,
    )
    group = ibis.literal(1) if treated is None else treated.fill_null(False).ifelse(1, 0)
    came = lives.select("person_id", "origin", place=place, group=group)
    came = came.filter(came.place.notnull())
    joined = days.select("person_id", "day").inner_join(came.select("person_id", "origin"), "person_id")
    age = joined.day - joined.origin
    back = joined.filter((age >= 1) & (age <= within)).select("person_id").distinct().mutate(back=ibis.literal(1))
    flagged = came.left_join(back, "person_id").select("place", "group", "back")
    table = flagged.group_by("place", "group").aggregate(people=flagged.count(), back=flagged.back.sum()).to_pandas()
    counts: pd.DataFrame = table.fillna(0).astype(np.int64)
    return counts.sort_values(["place", "group"], ignore_index=True)


def compare_release(
    counts: pd.DataFrame, day: int, within: int, window: int, *, has_control: bool, minimum: int
) -> Release | None:
    """The comparison from return_counts; None with fewer than `minimum` people on a side that is needed."""
    rows = counts[["place", "group", "people", "back"]].to_numpy(int).tolist()
    sides = {(place, group): Side(people, back) for place, group, people, back in rows}
    nobody = Side(0, 0)
    before, after = sides.get((BEFORE, 1), nobody), sides.get((AFTER, 1), nobody)
    if min(before.people, after.people) < minimum:
        return None
    change = after.rate - before.rate
    interval = newcombe(after.back, after.people, before.back, before.people)
    control = sides.get((BEFORE, 0), nobody), sides.get((AFTER, 0), nobody)
    if not has_control or min(side.people for side in control) < minimum:
        return Release(day, within, window, before, after, change, interval)
    effect, error = _double_difference(before, after, *control)
    earlier = sides.get((EARLIER, 1), nobody), sides.get((EARLIER, 0), nobody)
    known = min(side.people for side in earlier) >= minimum
    drift, drift_error = _double_difference(earlier[0], before, earlier[1], control[0]) if known else (None, math.nan)
    return Release(
        day, within, window, before, after, change, interval, *control, effect, _interval(effect, error),
        float(2 * ndtr(-abs(effect) / error)) if error else math.nan, drift,
        UNKNOWN if drift is None else _interval(drift, drift_error),
    )  # fmt: skip


def _double_difference(before: Side, after: Side, control_before: Side, control_after: Side) -> tuple[float, float]:
    """The change less the control's change, and its standard error (four independent shares)."""
    difference = (after.rate - before.rate) - (control_after.rate - control_before.rate)
    sides = (before, after, control_before, control_after)
    return difference, math.sqrt(sum(side.rate * (1 - side.rate) / side.people for side in sides))


def _interval(value: float, error: float) -> Interval:
    return Interval(value - Z95 * error, value + Z95 * error)
