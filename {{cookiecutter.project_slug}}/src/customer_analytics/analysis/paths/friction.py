"""What goes with giving up: retries, going back and forth, hesitation, errors, each against visits without it.

Only what happens before the goal counts, and only visits that came to the same place are compared. The difference is
a description: who hesitates may have other reasons to leave.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.paths.places import NONE
from customer_analytics.analysis.paths.rates import SUMS, clustered_rate
from customer_analytics.analysis.paths.visits import before_goal
from customer_analytics.statistics import benjamini_hochberg

HESITATION_SECONDS = 60  # a shorter wait is none, however quick the others are
KINDS = ("retry", "back_and_forth", "hesitation", "error")


def at_places(stops: ir.Table, errors: ir.Table | None, slow: Mapping[int, float]) -> ir.Table:
    """One row a visit and place before the goal: visit, person_id, place, reached, moved_on, ended, and KINDS as flags.

    retry: the same place again at once. back_and_forth: back at the place with one other between. hesitation: the next
    place came later than `slow` seconds, by place (never less than HESITATION_SECONDS). error: an action there carried
    an error (`errors`: visit, place).
    """
    before = stops.filter(before_goal(stops))
    wait = before.following_at.epoch_seconds() - before.at.epoch_seconds()
    limits = [(before.place == place, max(float(limit), HESITATION_SECONDS)) for place, limit in sorted(slow.items())]
    limit = ibis.cases(*limits, else_=float(HESITATION_SECONDS)) if limits else ibis.literal(float(HESITATION_SECONDS))
    flags = {
        "retry": before.repeats > 1,
        "back_and_forth": before.before_previous == before.place,
        "hesitation": wait > limit,
        "moved_on": before.following != NONE,
        "ended": before.following == NONE,
    }
    visited = before.group_by("visit", "place").aggregate(
        person_id=before.person_id.max(),
        reached=before.goal_position.max().notnull(),
        **{name: flag.fill_null(False).any() for name, flag in flags.items()},
    )
    if errors is None:
        return visited.mutate(error=ibis.literal(False))
    marked = errors.mutate(error=ibis.literal(True))
    joined = visited.left_join(marked, ["visit", "place"])
    return joined.select(*visited.columns, error=joined.error.fill_null(False))


def sums_by_place(visited: ir.Table) -> pd.DataFrame:
    """Everything about the places that is told, in one pass: a row a place, and a row for each of its sets of visits.

    Columns place, set, ended and rates.SUMS. set: "all", a kind (visits with that sign) or "no " and a kind (those
    without it; for hesitation only visits that moved on: how long the last place was looked at is not known).
    """
    reached, moved = visited.reached, visited.moved_on
    people = visited.group_by("place", "person_id").aggregate(
        n=visited.count(),
        y=visited.count(where=reached),
        ended=visited.count(where=visited.ended),
        n_moved=visited.count(where=moved),
        y_moved=visited.count(where=moved & reached),
        **{f"n_{kind}": visited.count(where=visited[kind]) for kind in KINDS},
        **{f"y_{kind}": visited.count(where=visited[kind] & reached) for kind in KINDS},
    )
    sets = {"all": (people.n, people.y)}
    for kind in KINDS:
        own = (people[f"n_{kind}"], people[f"y_{kind}"])
        base = (people.n_moved, people.y_moved) if kind == "hesitation" else (people.n, people.y)
        sets |= {kind: own, f"no {kind}": (base[0] - own[0], base[1] - own[1])}
    columns: dict[str, ir.Value] = {"ended": people.ended.sum().cast("float64")}
    for number, (n, y) in enumerate(sets.values()):
        n, y = n.cast("float64"), y.cast("float64")
        moments = (n.sum(), y.sum(), people.count(where=n > 0), (n * n).sum(), (n * y).sum(), (y * y).sum())
        columns |= {f"{name}_{number}": value.cast("float64") for name, value in zip(SUMS, moments, strict=True)}
    crossed: pd.DataFrame = people.group_by("place").aggregate(**columns).to_pandas()
    found = []
    for number, name in enumerate(sets):
        own_columns = {f"{each}_{number}": each for each in SUMS}
        found.append(crossed[["place", "ended", *own_columns]].rename(columns=own_columns).assign(set=name))
    whole = ["place", "visits", "reached", "people", "ended"]
    return pd.concat(found, ignore_index=True).astype(dict.fromkeys(whole, "int64"))


def by_place(sums: pd.DataFrame) -> pd.DataFrame:
    """Places before the goal: place, visits, reached, people, nn, ny, yy, ended (visits that end there), and the visits
    with each of KINDS."""
    table = sums[sums["set"] == "all"].drop(columns="set")
    for kind in KINDS:
        own = sums[sums["set"] == kind].set_index("place")["visits"]
        table = table.assign(**{kind: own.reindex(table["place"]).to_numpy()})
    return table.sort_values(["visits", "place"], ascending=[False, True], ignore_index=True)


def compared(sums: pd.DataFrame, minimum_base: int) -> pd.DataFrame:
    """Each kind at each place against the visits there without it.

    Columns kind, place, visits, people, rate (of those with it), rate_low, rate_high, others, others_rate, difference,
    low, high (95 %), p, q (Benjamini and Hochberg over every row that is tested). Pairs with fewer than `minimum_base`
    people on a side have no rates.
    """
    sides = {(str(row["set"]), int(row["place"])): row for row in sums.to_dict("records")}
    found = []
    for kind in KINDS:
        for place in sorted({place for _, place in sides}):
            own, rest = ({name: float(sides[which, place][name]) for name in SUMS} for which in (kind, f"no {kind}"))
            if own["visits"] and rest["visits"]:
                found.append(_pair(kind, place, own, rest, minimum_base))
    table = pd.DataFrame(found, columns=COLUMNS)
    tested = table["p"].notna().to_numpy()
    q = np.full(len(table), math.nan)
    if tested.any():
        q[tested] = benjamini_hochberg(table.loc[tested, "p"].to_numpy(float))
    return table.assign(q=q)


COLUMNS = [
    "kind", "place", "visits", "people", "rate", "rate_low", "rate_high", "others", "others_rate", "difference", "low",
    "high", "p",
]  # fmt: skip


def _pair(kind: str, place: int, own: dict[str, float], rest: dict[str, float], minimum: int) -> list[object]:
    counts = [kind, place, int(own["visits"]), int(own["people"])]
    if min(own["people"], rest["people"]) < minimum:
        return [*counts, math.nan, math.nan, math.nan, int(rest["visits"]), *[math.nan] * 5]
    rate, others = own["reached"] / own["visits"], rest["reached"] / rest["visits"]
    low, high = clustered_rate(own)
    other_low, other_high = clustered_rate(rest)
    difference = rate - others
    # Newcombe's square-and-add of the two intervals; the test from the two variances under no difference.
    bounds = (
        difference - math.hypot(rate - low, other_high - others),
        difference + math.hypot(high - rate, others - other_low),
    )
    p = _p_value(own, rest)
    return [*counts, rate, low, high, int(rest["visits"]), others, difference, *bounds, p]


def _p_value(own: dict[str, float], rest: dict[str, float]) -> float:
    """Two-sided p of a difference of two shares of visits, people as the unit: z with the pooled share."""
    pooled = (own["reached"] + rest["reached"]) / (own["visits"] + rest["visits"])
    if not 0 < pooled < 1:
        return 1.0
    variance = 0.0
    for side in (own, rest):
        spread = side["yy"] - 2 * pooled * side["ny"] + pooled * pooled * side["nn"]
        variance += max(float(spread), pooled * (1 - pooled) * side["visits"]) / side["visits"] ** 2
    difference = own["reached"] / own["visits"] - rest["reached"] / rest["visits"]
    return math.erfc(abs(difference) / math.sqrt(variance) / math.sqrt(2))
