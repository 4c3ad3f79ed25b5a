"""From activity to lives: when each person came, was last seen, and whether the silence since then means leaving.

Nobody says when they leave. A person counts as gone whose silence at the end of the data is at least as long as all but
few of the returns in these data took (or as long as the parameter says); their life ends on the last active day. All
lives are judged at one day, the end of the data less that silence, so everybody had the same time to come back, and a
life that goes on there is censored there. People who came later than that day are too new to be judged.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

QUARTER = 91  # days: people are compared with those who came in the same quarter


@dataclass(frozen=True)
class Judged:
    """Lives counted. `people` judged, of whom `gone`; `too_new` to judge; `earlier` left out because they began before
    the data do; `day`: the day number at which all are judged."""

    people: int
    gone: int
    too_new: int
    earlier: int
    day: int


def life_counts(
    lives: ir.Table, end: int, silence: int, first: int, by: str | None = None
) -> tuple[pd.DataFrame, Judged]:
    """Lives counted by group, quarter and length.

    Args:
        lives: one row a person with person_id, origin and last_day (day numbers) and the column `by`.
        end: last complete day.
        silence: days without activity that mean leaving.
        first: first day whose newcomers are known to be new; people with an earlier origin are left out.
        by: column of the group, null groups are left out; None: everybody.

    Returns:
        group (text), quarter (of the origin), time (days from the first to the last day, both counted), ended,
        censored, sorted; and how many people were judged.
    """
    cut = end - silence
    group = ibis.literal("") if by is None else lives[by].cast("string")
    if by is not None:
        lives = lives.filter(lives[by].notnull())
    gone = lives.last_day <= cut
    last = ibis.ifelse(gone, lives.last_day, cut)
    shaped = lives.select(
        group=group,
        quarter=((lives.origin - first) // QUARTER).cast("int32"),
        time=ibis.greatest(last - lives.origin + 1, 0).cast("int32"),
        gone=gone.ifelse(1, 0),
        kind=ibis.cases((lives.origin < first, 1), (lives.origin > cut, 2), else_=0),
    )
    counted = shaped.group_by("group", "quarter", "time", "kind").aggregate(ended=shaped.gone.sum(), n=shaped.count())
    table: pd.DataFrame = counted.to_pandas()
    table[["ended", "n"]] = table[["ended", "n"]].astype(np.int64)
    earlier, too_new = (int(table["n"][table["kind"] == kind].sum()) for kind in (1, 2))
    table = table[table["kind"] == 0]
    table = table.assign(censored=table["n"] - table["ended"])
    judged = Judged(int(table["n"].sum()), int(table["ended"].sum()), too_new, earlier, cut)
    columns = ["group", "quarter", "time", "ended", "censored"]
    return table[columns].sort_values(columns[:3], ignore_index=True), judged
