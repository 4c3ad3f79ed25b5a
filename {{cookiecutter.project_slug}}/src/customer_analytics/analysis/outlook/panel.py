"""The same people over the same days under several definitions of thirty-day retention, and why they differ.

The people are those whose first activity lies in one stretch of days and who have had sixty whole days since. Each
definition sorts the same people into retained and not; the gap between two definitions is the people whom only the one
counts less the people whom only the other counts, an identity and not an estimate.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.statistics import Interval, wilson

DAY = 30  # the day that is asked about
INTAKE = 30  # days of first activities that are taken, the last ones that have been followed long enough
FOLLOWED = 2 * DAY  # whole days needed after the first
DEFINITIONS = ("on_day", "hours", "next_thirty", "within", "unbounded")


@dataclass(frozen=True)
class Definition:
    """One definition. `retained` of the panel's people; against the first definition of the panel, on_day: `added`
    are the people whom only this one counts, `dropped` those whom only on_day counts."""

    name: str
    retained: int
    rate: float
    interval: Interval
    added: int
    dropped: int


@dataclass(frozen=True)
class Panel:
    """`first` and `last`: first days of the people (day numbers); `followed_to`: last day of the data; `definitions` in
    the order of DEFINITIONS (hours only where moments are known); `all_active` and `again`: everybody active in the
    thirty days before the last thirty, new or not, and how many of them were active in the last thirty."""

    first: int
    last: int
    followed_to: int
    people: int
    definitions: tuple[Definition, ...]
    all_active: int
    again: int

    @property
    def again_rate(self) -> float:
        """Share of everybody active in thirty days who were active in the next thirty; NaN without anybody."""
        return self.again / self.all_active if self.all_active else float("nan")


def panel(
    days: ir.Table, people: ir.Table, begin: int, end: int, minimum: int, moments: ir.Table | None = None
) -> Panel | None:
    """None where fewer than `minimum` people had their first activity from `begin` on and sixty days since.

    Args:
        days: person_id, day (day number), one row a person and active day.
        people: person_id, start_day.
        begin: first day number of which a first activity counts as one.
        end: last day number of the data.
        minimum: people below which nothing is said.
        moments: person_id, at (naive UTC) of each activity, for the definition by 24 hours.
    """
    last = end - FOLLOWED + 1
    chosen = _intake(people, begin, last, minimum)
    if chosen is None:
        return None
    first, base = chosen
    flags = _flags(days, base, end, moments)
    n = int(flags["n"].sum())
    reference = flags["on_day"] == 1
    made = []
    for name in DEFINITIONS:
        if name not in flags:
            continue
        mine = flags[name] == 1
        retained = int(flags.loc[mine, "n"].sum())
        made.append(
            Definition(
                name,
                retained,
                retained / n,
                wilson(retained, n),
                int(flags.loc[mine & ~reference, "n"].sum()),
                int(flags.loc[reference & ~mine, "n"].sum()),
            )
        )
    return Panel(first, last, end, n, tuple(made), *_everybody(days, end))


def _intake(people: ir.Table, begin: int, last: int, minimum: int) -> tuple[int, ir.Table] | None:
    """The last thirty days of first activities, or more where they hold too few people; their first day, and them."""
    by_day: pd.DataFrame = (
        people.filter(people.start_day >= begin, people.start_day <= last)
        .group_by("start_day")
        .aggregate(n=lambda t: t.count())
        .to_pyarrow()
        .to_pandas()
    )
    for length in (INTAKE, 3 * INTAKE, last - begin + 1):
        first = max(last - length + 1, begin)
        if by_day.loc[by_day["start_day"] >= first, "n"].sum() >= minimum:
            return first, people.filter(people.start_day >= first, people.start_day <= last)
    return None


def _flags(days: ir.Table, base: ir.Table, end: int, moments: ir.Table | None) -> pd.DataFrame:
    """How many people each combination of the definitions holds of: a column a definition (0 or 1), and n."""
    own = base.select("person_id", "start_day")
    joined = days.select("person_id", "day").inner_join(own, "person_id")
    age = joined.day - joined.start_day
    joined = joined.mutate(age=age).filter(age >= 0, joined.day <= end)

    def ever(condition: ir.BooleanValue) -> ir.IntegerValue:
        found: ir.IntegerValue = condition.ifelse(1, 0).max().cast("int32")
        return found

    flags = joined.group_by("person_id").aggregate(
        on_day=ever(joined.age == DAY),
        next_thirty=ever(joined.age.between(DAY, 2 * DAY - 1)),
        within=ever(joined.age.between(1, DAY)),
        unbounded=ever(joined.age >= DAY),
    )
    names = ["on_day", "next_thirty", "within", "unbounded"]
    if moments is not None:
        flags = flags.left_join(_hours(moments, own), "person_id").drop("person_id_right")
        flags = flags.mutate(hours=flags.hours.fill_null(0).cast("int32"))
        names.append("hours")
    counted: pd.DataFrame = flags.group_by(*names).aggregate(n=lambda t: t.count()).to_pyarrow().to_pandas()
    return counted.astype(np.int64).sort_values(names, ignore_index=True)


def _hours(moments: ir.Table, own: ir.Table) -> ir.Table:
    """person_id, hours: 1 where active from 30 times 24 hours after the first moment on, for 24 hours."""
    mine = moments.select("person_id", "at").semi_join(own, "person_id")
    begun = mine.group_by("person_id").aggregate(begun=mine["at"].min())
    joined = mine.inner_join(begun, "person_id")
    inside = (joined["at"] >= joined.begun + ibis.interval(days=DAY)) & (
        joined["at"] < joined.begun + ibis.interval(days=DAY + 1)
    )
    return joined.group_by("person_id").aggregate(hours=inside.ifelse(1, 0).max())


def _everybody(days: ir.Table, end: int) -> tuple[int, int]:
    """People active in the thirty days before the last thirty, and how many of them in the last thirty."""
    recent = days.filter(days.day > end - 2 * DAY, days.day <= end)
    later = recent.day > end - DAY
    each = recent.group_by("person_id").aggregate(now=later.ifelse(1, 0).max(), before=(~later).ifelse(1, 0).max())
    row = each.aggregate(before=each.before.sum(), again=(each.before * each.now).sum()).to_pyarrow().to_pylist()[0]
    return int(row["before"] or 0), int(row["again"] or 0)
