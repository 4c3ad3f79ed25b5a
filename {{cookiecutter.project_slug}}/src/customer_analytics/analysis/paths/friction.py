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
from customer_analytics.analysis.paths.rates import SUMS, clustered, clustered_rate
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
        reached=before.goal_number.max().notnull(),
        **{name: flag.fill_null(False).ifelse(1, 0).max() > 0 for name, flag in flags.items()},
    )
    if errors is None:
        return visited.mutate(error=ibis.literal(False))
    marked = errors.mutate(error=ibis.literal(True))
    joined = visited.left_join(marked, ["visit", "place"])
    return joined.select(*visited.columns, error=joined.error.fill_null(False))


def by_place(visited: ir.Table) -> pd.DataFrame:
    """Places before the goal: place, visits, people, reached, rate with interval, ended (visits that end there),
    and the visits with each of KINDS."""
    sums = clustered(visited, ["place"], visited.reached)
    own = visited.group_by("place").aggregate(
        **{name: visited[name].ifelse(1, 0).sum().cast("int64") for name in ("ended", *KINDS)}
    )
    table: pd.DataFrame = sums.inner_join(own, "place").to_pandas()
    return table.sort_values(["visits", "place"], ascending=[False, True], ignore_index=True)


def compared(visited: ir.Table, minimum_base: int) -> pd.DataFrame:
    """Each kind at each place against the visits there without it.

    Columns kind, place, visits, people, rate (of those with it), rate_low, rate_high, others, others_rate, difference,
    low, high (95 %), p, q (Benjamini and Hochberg over every row that is tested). Pairs with fewer than `minimum_base`
    people on a side have no rates. hesitation is judged among visits that moved on: how long the last place of a visit
    was looked at is not known.
    """
    found = []
    for kind in KINDS:
        rows = visited.filter(visited.moved_on) if kind == "hesitation" else visited
        sums = clustered(rows.mutate(has=rows[kind]), ["place", "has"], rows.reached)
        sides: dict[tuple[int, bool], dict[str, float]] = {
            (int(row["place"]), bool(row["has"])): {name: float(row[name]) for name in SUMS}
            for row in sums.to_pandas().to_dict("records")
        }
        for place in sorted({place for place, _ in sides}):
            if (place, True) in sides and (place, False) in sides:
                found.append(_pair(kind, place, sides[place, True], sides[place, False], minimum_base))
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
