"""Activity drawn person by person, and the tables that the analyses read."""

from __future__ import annotations

import ibis.expr.types as ir
import numpy as np
import pandas as pd
from any_engine import connect

END = 20_000  # last day that counts, days since 1970-01-01


def as_tables(days: pd.DataFrame, people: pd.DataFrame) -> tuple[ir.Table, ir.Table]:
    """Both as tables of an engine, rows in no particular order."""
    backend = connect()
    shuffled = [frame.sample(frac=1, random_state=3).reset_index(drop=True) for frame in (days, people)]
    whole = ("day", "start_day", "purchases")
    made = [frame.astype({name: "int32" for name in whole if name in frame}) for frame in shuffled]
    return backend.create_table("days", made[0]), backend.create_table("people", made[1])


def draw(
    n: int, seed: int, *, span: int = 500, effect: float = 0.0, channel_effect: float = 0.0
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """People of two kinds, keen and not, who each come back in days 30 to 59 by chance, and order later.

    Whether somebody comes back depends on the kind, which shows in the first thirty days. Orders after day 59 depend on
    the kind, and by `effect` orders on having come back. Returns days (person_id, day, active, purchases, net) and
    people (person_id, start_day, channel).
    """
    generator = np.random.default_rng(seed)
    rows, people = [], []
    for person in range(n):
        start = int(END - generator.integers(0, span))
        keen = generator.random() < 0.4
        people.append((f"p{person}", start, "search" if person % 3 else "deals"))
        rows.append((start, 0, 1))
        if keen:
            rows += [(start, offset, 1) for offset in (3, 6, 9, 12)]
        back = generator.random() < (0.6 if keen else 0.2)
        if back:
            rows.append((start, int(generator.integers(30, 60)), 1))
        later = generator.poisson((3.0 if keen else 0.5) + effect * back)
        rows += [(start, int(offset), 1) for offset in generator.integers(60, 360, later)]
        rows = [(*row[:3], f"p{person}") if len(row) == 3 else row for row in rows]
    days = pd.DataFrame(rows, columns=["start", "offset", "purchases", "person_id"])
    days = days.assign(day=days["start"] + days["offset"], active=True, net=20.0)
    days = days[days["day"] <= END].groupby(["person_id", "day", "active"], as_index=False)[["purchases", "net"]].sum()
    return days, pd.DataFrame(people, columns=["person_id", "start_day", "channel"])
