"""What people did in their first days, and whether they were active in the days after: the exposure ends before the
outcome begins, so nothing that is told of can be a consequence of having stayed."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

MOST_DAYS, MOST_TIMES = 5, 5  # active days and repetitions are told apart up to here
UNKNOWN = ""


@dataclass(frozen=True)
class Windows:
    """Days of age: things done before `short` and before `long` days count; the outcome is any activity from `long`
    up to `until` (excluded)."""

    short: int
    long: int
    until: int


def windows_for(span: int) -> Windows | None:
    """The windows for data of so many days; None: too short for an exposure and an outcome after it."""
    for least, windows in ((365, Windows(7, 30, 120)), (91, Windows(7, 14, 45)), (28, Windows(1, 7, 14))):
        if span >= least:
            return windows
    return None


def exposed_people(days: ir.Table, lives: ir.Table, windows: Windows, first: int, end: int, by: str | None) -> ir.Table:
    """People whose windows are complete: person_id, origin, half (0 search, 1 test), short and long (active days in
    the windows, up to five), channel (text of the column `by`, "" unknown), back (0 or 1)."""
    came = lives.filter((lives.origin >= first) & (lives.origin + windows.until - 1 <= end))
    channel = ibis.literal(UNKNOWN) if by is None else came[by].cast("string").fill_null(UNKNOWN)
    came = came.select("person_id", "origin", half=(came.block % 2).cast("int32"), channel=channel)
    joined = days.select("person_id", "day").inner_join(came.select("person_id", "origin"), "person_id")
    age = joined.day - joined.origin
    aged = joined.select("person_id", age=age).filter(ibis._.age >= 0)
    done = aged.group_by("person_id").aggregate(
        short=(aged.age < windows.short).ifelse(1, 0).sum(),
        long=(aged.age < windows.long).ifelse(1, 0).sum(),
        back=((aged.age >= windows.long) & (aged.age < windows.until)).ifelse(1, 0).max(),
    )
    people = came.left_join(done, "person_id")
    return people.select(
        "person_id", "origin", "half", "channel",
        **{
            name: ibis.least(people[name].fill_null(0), MOST_DAYS).cast("int32") for name in ("short", "long")
        },
        back=people.back.fill_null(0).cast("int32"),
    )  # fmt: skip


STRATA = ("half", "channel", "short", "long", "back")


def people_counts(people: ir.Table) -> pd.DataFrame:
    """People by stratum and outcome: half, channel, short, long, back, n."""
    return _sorted(people.group_by(STRATA).aggregate(n=people.count()).to_pandas())


def deed_times(people: ir.Table, deeds: ir.Table, windows: Windows) -> ir.Table:
    """How often each person did each deed in both windows: person_id, deed, times_short, times_long.

    `deeds`: person_id, deed (text) and day (day number), one row each time. Only who did it in the long window.
    """
    joined = deeds.inner_join(people.select("person_id", "origin"), "person_id")
    aged = joined.select("person_id", "deed", age=joined.day - joined.origin)
    aged = aged.filter((aged.age >= 0) & (aged.age < windows.long))
    return aged.group_by("person_id", "deed").aggregate(
        times_long=aged.count(), times_short=(aged.age < windows.short).ifelse(1, 0).sum()
    )


def deed_counts(people: ir.Table, times: ir.Table) -> pd.DataFrame:
    """People by what they did (as deed_times has it), stratum and outcome.

    Columns: deed, times_short, times_long (up to five), half, channel, short, long, back, n.
    """
    capped = times.select(
        "person_id", "deed",
        **{name: ibis.least(times[name], MOST_TIMES).cast("int32") for name in ("times_short", "times_long")},
    )  # fmt: skip
    joined = capped.inner_join(people.select("person_id", *STRATA), "person_id")
    keys = ["deed", "times_short", "times_long", *STRATA]
    return _sorted(joined.group_by(keys).aggregate(n=joined.count()).to_pandas())


def _sorted(table: pd.DataFrame) -> pd.DataFrame:
    keys = [name for name in table.columns if name != "n"]
    return table.assign(n=table["n"].astype(np.int64)).sort_values(keys, ignore_index=True)
