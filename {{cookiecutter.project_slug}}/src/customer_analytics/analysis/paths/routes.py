"""Which ways people take: from the first place on, towards the goal, and from place to place."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.paths.places import NONE
from customer_analytics.analysis.paths.rates import clustered, weighted_quantile, with_rates
from customer_analytics.analysis.paths.visits import FIRSTS, before_goal, unpacked

PATHS, WAYS = 40, 20  # rows that leave the engine
DWELL_CAP = 1_800  # seconds; a longer stay at a place is counted as this one
_FIRST = tuple(f"first_{number}" for number in range(1, FIRSTS + 1))


def first_paths(visits: ir.Table, most: int = PATHS) -> pd.DataFrame:
    """The most frequent beginnings of visits: path (places), visits, reached, people, share, rate with its interval.

    A path is the first FIRSTS stops, up to the goal. Shares are of all visits.
    """
    total = int(visits.count().to_pyarrow().as_py())
    sums = clustered(visits, _FIRST, visits.goal_number.notnull())
    top: pd.DataFrame = sums.order_by(ibis.desc("visits"), *_FIRST).limit(most).to_pandas()
    paths = [tuple(int(place) for place in row if place != NONE) for row in top[list(_FIRST)].itertuples(index=False)]
    table = with_rates(top.drop(columns=list(_FIRST)).assign(path=pd.Series(paths, dtype=object)))
    return table.assign(share=table["visits"] / max(total, 1))


def ways_to_goal(visits: ir.Table, most: int = WAYS) -> pd.DataFrame:
    """The most frequent last stops before the goal: path (ends with the goal), visits, people, share (of those)."""
    there = visits.filter(visits.goal_number.notnull())
    total = int(there.count().to_pyarrow().as_py())
    ways = there.group_by("way_to_goal").aggregate(visits=there.count(), people=there.person_id.nunique())
    top: pd.DataFrame = ways.order_by(ibis.desc("visits"), "way_to_goal").limit(most).to_pandas()
    paths = [unpacked(int(trail)) for trail in top["way_to_goal"]]
    return top.drop(columns="way_to_goal").assign(
        path=pd.Series(paths, dtype=object), share=top["visits"] / max(total, 1)
    )


def flows(visits: ir.Table, columns: int = FIRSTS) -> pd.DataFrame:
    """Visits from stop to stop: stop (1 …), source, target (0: it ends, or the goal was reached), visits, people."""
    found = []
    for number in range(1, columns):
        pair = visits.filter(visits[f"first_{number}"] != NONE)
        counted = pair.group_by(source=pair[f"first_{number}"], target=pair[f"first_{number + 1}"]).aggregate(
            visits=pair.count(), people=pair.person_id.nunique()
        )
        found.append(counted.mutate(stop=ibis.literal(number, type="int16")))
    table: pd.DataFrame = ibis.union(*found).to_pandas()
    return table.astype("int64").sort_values(["stop", "source", "target"], ignore_index=True)


def entries(visits: ir.Table) -> pd.DataFrame:
    """By first place: place, visits, reached, people, ended (visits of this one stop that did not reach), rate."""
    sums = clustered(visits, ["first_1"], visits.goal_number.notnull())
    alone = visits.filter(visits.stops == 1, visits.goal_number.isnull())
    ended = alone.group_by("first_1").aggregate(ended=alone.count())
    table: pd.DataFrame = sums.left_join(ended, "first_1").drop("first_1_right").to_pandas()
    table = table.assign(ended=table["ended"].astype("float64").fillna(0)).rename(columns={"first_1": "place"})
    whole = ["place", "visits", "reached", "people", "ended"]
    return with_rates(table.astype(dict.fromkeys(whole, "int64"))).sort_values(
        ["visits", "place"], ascending=[False, True], ignore_index=True
    )


def transitions(stops: ir.Table) -> pd.DataFrame:
    """Steps from place to place up to the goal: source (0: the visit begins), target (0: it ends there), moves, back
    (moves to where one was before: A, B, A)."""
    table: pd.DataFrame = moves(stops).to_pandas()
    return table.astype("int64").sort_values(["source", "target"], ignore_index=True)


def moves(stops: ir.Table) -> ir.Table:
    """The same in the engine, in no order."""
    inside = stops.filter(before_goal(stops, and_goal=True))
    into = inside.group_by(source=inside.previous, target=inside.place).aggregate(
        moves=inside.count(), back=(inside.before_previous == inside.place).ifelse(1, 0).sum().cast("int64")
    )
    last = stops.filter(stops.following == NONE, stops.goal_position.isnull())
    out = last.group_by(source=last.place).aggregate(moves=last.count())
    nowhere = {"target": ibis.literal(NONE, type="int16"), "back": ibis.literal(0, type="int64")}
    out = out.mutate(**nowhere).select("source", "target", "moves", "back")
    return ibis.union(into, out)


def dwell(stops: ir.Table) -> pd.DataFrame:
    """Time at each place before the next one: place, timed (stops that were followed), dwell_p50, dwell_p75 (seconds).

    A stay counts as DWELL_CAP at most; how long the last place of a visit was looked at is not known, and not in it.
    """
    timed = stops.filter(stops.following != NONE)
    seconds = timed.following_at.epoch_seconds() - timed.at.epoch_seconds()
    timed = timed.select("place", seconds=ibis.least(seconds, DWELL_CAP).cast("int32"))
    counted: pd.DataFrame = timed.group_by("place", "seconds").aggregate(n=timed.count()).to_pandas()
    by_place = {place: counted[counted["place"] == place] for place in sorted({int(one) for one in counted["place"]})}
    rows = [
        (place, int(own["n"].sum()), *(weighted_quantile(own["seconds"], own["n"], share) for share in (0.5, 0.75)))
        for place, own in by_place.items()
    ]
    return pd.DataFrame(rows, columns=["place", "timed", "dwell_p50", "dwell_p75"])
