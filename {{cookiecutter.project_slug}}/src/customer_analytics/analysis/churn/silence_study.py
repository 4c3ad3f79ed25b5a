"""How likely somebody comes back who has been silent for d days, by the rhythm that was their own until then.

Every silence counts, not only the last of each person: one that began on day L is under study at d if nothing happened
on the d - 1 days after L, and if the horizon that starts on day L + d lies within the data. It returned if something
happened within that horizon. A person has several silences, so intervals take the person as the unit.
"""

from __future__ import annotations

from functools import partial

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.features.life import part_of
from customer_analytics.statistics import wilson

FIRST, FASTEST, FAST, SLOW, SLOWEST = "first", "week", "month", "quarter", "slower"
RHYTHMS = (FIRST, FASTEST, FAST, SLOW, SLOWEST)
BOUNDS = (7, 30, 90)  # days of the own mean gap: up to a week, a month, a quarter, more
ALL = "all"
GRID = (1, 7, 14, 21, 30, 45, 60, 75, 90, 120, 150, 180, 210, 240, 270, 300, 365, 455, 545, 730)
MOST_SILENCES = 400_000  # looked at for what one is worth
SILENCE_COLUMNS = ("rhythm", "silent_days", "people", "silences", "returned", "rate", "low", "high")

Floats = npt.NDArray[np.float64]


def rhythm_of(ordinal: ir.IntegerValue, span: ir.IntegerValue) -> ir.StringValue:
    """Rhythm class of a person with so many days, the last of them `span` days after the first."""
    mean = span.cast("float64") / (ordinal - 1).nullif(0).cast("float64")
    week, month, quarter = BOUNDS
    named: ir.StringValue = ibis.cases(
        (ordinal <= 1, FIRST), (mean <= week, FASTEST), (mean <= month, FAST), (mean <= quarter, SLOW), else_=SLOWEST
    )
    return named


def silences(spells: ir.Table, now: int, horizon: int) -> ir.Table:
    """One row a silence that can be judged: person_id, rhythm, upto and back.

    `upto`: last d at which it is under study (it ended then, or a longer one has no complete horizon); `back`: first d
    from which it counts as returned, up to `upto`; null if it never does.
    """
    gap = spells.next_day - spells.day
    known = (ibis.literal(now - horizon) - spells.day).cast("int32")
    upto = ibis.least(gap.fill_null(2**30), known).cast("int32")
    begun = ibis.greatest(gap.fill_null(2**30) - horizon + 1, 1)  # engines differ on the greatest of nothing and 1
    shaped = spells.select(
        person_id=spells.person_id, rhythm=rhythm_of(spells.ordinal, spells.day - spells.begun), upto=upto,
        back=ibis.ifelse(begun <= upto, begun, None).cast("int32"),
    )  # fmt: skip
    return shaped.filter(shaped.upto >= 1)


def daily_counts(table: ir.Table) -> pd.DataFrame:
    """rhythm, upto, back (0: none), n: the silences counted; the result grows with the days of data only."""
    shaped = table.mutate(back=table.back.fill_null(0))
    counted: pd.DataFrame = shaped.group_by("rhythm", "upto", "back").aggregate(n=shaped.count()).to_pandas()
    counted[["upto", "back", "n"]] = counted[["upto", "back", "n"]].astype(np.int64)
    return counted.sort_values(["rhythm", "upto", "back"], ignore_index=True)


def curves(counts: pd.DataFrame) -> tuple[Floats, Floats]:
    """Silences under study and those that returned, for d = 0 (empty), 1, 2, …"""
    longest = int(counts["upto"].max()) if len(counts) else 0
    at_risk, returned = np.zeros(longest + 2), np.zeros(longest + 2)
    n = counts["n"].to_numpy(np.float64)
    upto, back = counts["upto"].to_numpy(), counts["back"].to_numpy()
    at_risk[1] += n.sum()
    np.subtract.at(at_risk, upto + 1, n)
    there = back > 0
    np.add.at(returned, back[there], n[there])
    np.subtract.at(returned, upto[there] + 1, n[there])
    return at_risk.cumsum()[:-1], returned.cumsum()[:-1]


def grid_sums(table: ir.Table, days: tuple[int, ...], *, by_rhythm: bool) -> pd.DataFrame:
    """rhythm, silent_days, n, y, nn, ny, yy: sums over people of their silences n and returns y at each d, and of
    their products."""
    keys = ["person_id", "rhythm"] if by_rhythm else ["person_id"]
    back = table.back.fill_null(2**30)
    each = {f"n{d}": (table.upto >= d).ifelse(1, 0).sum() for d in days}
    each |= {f"y{d}": ((table.upto >= d) & (back <= d)).ifelse(1, 0).sum() for d in days}
    people = table.group_by(keys).aggregate(**{name: value.cast("int64") for name, value in each.items()})
    sums: dict[str, ir.Value] = {}
    for d in days:
        n, y = people[f"n{d}"], people[f"y{d}"]
        parts = {"n": n, "y": y, "nn": n * n, "ny": n * y, "yy": y * y}
        sums |= {f"{name}_{d}": value.sum().cast("float64") for name, value in parts.items()}
    wide = (people.group_by("rhythm").aggregate(**sums) if by_rhythm else people.aggregate(**sums)).to_pandas()
    rows = [
        {"rhythm": row.get("rhythm", ALL), "silent_days": d}
        | {name: row[f"{name}_{d}"] for name in ("n", "y", "nn", "ny", "yy")}
        for row in wide.to_dict("records")
        for d in days
    ]
    return pd.DataFrame(rows, columns=["rhythm", "silent_days", "n", "y", "nn", "ny", "yy"]).fillna(0.0)


def people_under_study(table: ir.Table, *, by_rhythm: bool) -> pd.DataFrame:
    """rhythm, upto, people: people counted by the longest d at which one of their silences is under study."""
    keys = ["person_id", "rhythm"] if by_rhythm else ["person_id"]
    longest = table.group_by(keys).aggregate(upto=table.upto.max())
    named = longest if by_rhythm else longest.mutate(rhythm=ibis.literal(ALL))
    counted: pd.DataFrame = named.group_by("rhythm", "upto").aggregate(people=named.count()).to_pandas()
    counted[["upto", "people"]] = counted[["upto", "people"]].astype(np.int64)
    return counted


def worth_of_one(row: pd.Series) -> float:
    """How many independent silences one silence is worth, at most 1, from the variance of a ratio of sums over people;
    NaN where everybody returned or nobody did."""
    if not row["n"]:
        return float("nan")
    rate = row["y"] / row["n"]
    squares = row["yy"] - 2 * rate * row["ny"] + rate**2 * row["nn"]
    plain = rate * (1 - rate)
    return min(plain * row["n"] / squares, 1.0) if squares > 0 and plain > 0 else float("nan")


def silence_table(table: ir.Table, minimum: int, counts: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return rate after d silent days: rhythm ("all" and the classes), silent_days, people, silences, returned, rate,
    low, high (Wilson's interval on the number of independent silences that these are worth). No rate for fewer than
    `minimum` people. `counts`: daily_counts, where they are known already.

    What one silence is worth comes from all people, or from so many that four hundred thousand silences are looked at.
    """
    counts = daily_counts(table) if counts is None else counts
    pieces = max(1, -(-int(counts["n"].sum()) // MOST_SILENCES))
    looked_at = table if pieces == 1 else table.filter(part_of(table.person_id, pieces) == 0)
    worth, people = (
        pd.concat([made(by_rhythm=False), made(by_rhythm=True)], ignore_index=True)
        for made in (partial(grid_sums, looked_at, GRID), partial(people_under_study, table))
    )
    each = worth.set_index(["rhythm", "silent_days"]).apply(worth_of_one, axis=1)
    rows = []
    for name in (ALL, *RHYTHMS):
        at_risk, returned = curves(counts if name == ALL else counts[counts["rhythm"] == name])
        own = people[people["rhythm"] == name]
        for d in (day for day in GRID if day < len(at_risk)):
            n, y, persons = int(at_risk[d]), int(returned[d]), int(own.loc[own["upto"] >= d, "people"].sum())
            if not n:
                continue
            rate, low, high = np.nan, np.nan, np.nan
            if persons >= max(minimum, 1):
                share = float(each.get((name, d), np.nan))
                independent = persons if np.isnan(share) else n * share
                rate, (low, high) = y / n, wilson(y / n * independent, independent)
            rows.append((name, d, persons, n, y, rate, low, high))
    return pd.DataFrame(rows, columns=list(SILENCE_COLUMNS))


def threshold(at_risk: Floats, returned: Floats, probability: float, minimum: int) -> tuple[int, bool, float]:
    """The smallest d with a return rate below `probability`, whether one was reached, and the rate there.

    Where none is reached: the longest d with `minimum` silences under study, and False; 0 where there is none.
    """
    enough = at_risk[1:] >= max(minimum, 1)
    known = int(np.argmin(enough)) if not enough.all() else len(enough)  # at_risk falls with d
    if known == 0:
        return 0, False, float("nan")
    rates = returned[1 : known + 1] / at_risk[1 : known + 1]
    below = np.flatnonzero(rates < probability)
    if len(below):
        return int(below[0]) + 1, True, float(rates[below[0]])
    return known, False, float(rates[-1])


def thresholds(counts: pd.DataFrame, probability: float, minimum: int) -> pd.DataFrame:
    """rhythm, people (silences under study at their first day), silent_days, reached, rate: after how many silent days
    each rhythm counts as gone; "all" first. A rhythm that cannot be judged has silent_days 0."""
    rows = []
    for name in (ALL, *RHYTHMS):
        own = counts if name == ALL else counts[counts["rhythm"] == name]
        at_risk, returned = curves(own)
        days, reached, rate = threshold(at_risk, returned, probability, minimum)
        rows.append((name, int(own["n"].sum()), days, reached, rate))
    return pd.DataFrame(rows, columns=["rhythm", "silences", "silent_days", "reached", "rate"])
