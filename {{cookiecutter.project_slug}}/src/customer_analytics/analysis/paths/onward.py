"""What those did next who left the funnel: where they went from the step they got to, and where their visit ended."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.paths.places import NONE
from customer_analytics.statistics import wilson


@dataclass(frozen=True)
class Onward:
    """What drop-offs did, by the last step that they reached.

    `steps`: step, name, dropped (mature entries that got to this step and no further), traced (those whose visit is
    known), left (traced ones who did nothing more in that visit), back_later (of the dropped, seen again at least a
    visit's silence later, within the data). `next`: step, place (0: nothing more), units, share (of the traced), low,
    high (Wilson). `last`: the same for the place where the visit ended.
    """

    steps: pd.DataFrame
    next: pd.DataFrame
    last: pd.DataFrame


def onward(attempts: ir.Table, labels: tuple[str, ...], stops: ir.Table, gap_seconds: int) -> Onward | None:
    """What the mature attempts did that stopped short of the last step; None where none did.

    Args:
        attempts: unit_id, person_id, at_1 …, furthest, mature, last_seen_at, as FunnelResult has them.
        stops: the stops of all visits.
        gap_seconds: silence after which somebody counts as having come back.
    """
    dropped = attempts.filter(attempts.mature, attempts.furthest >= 1, attempts.furthest < len(labels))
    at = ibis.coalesce(
        *[
            ibis.ifelse(dropped.furthest == step, dropped[f"at_{step}"], ibis.null("timestamp"))
            for step in range(1, len(labels))
        ]
    )
    dropped = dropped.select("unit_id", "person_id", "last_seen_at", step=dropped.furthest.cast("int16"), stopped_at=at)
    dropped = dropped.filter(dropped.stopped_at.notnull())
    seen = dropped.last_seen_at.epoch_seconds() - dropped.stopped_at.epoch_seconds()
    counted: pd.DataFrame = (
        dropped.group_by("step")
        .aggregate(dropped=dropped.count(), back_later=(seen > gap_seconds).fill_null(False).ifelse(1, 0).sum())
        .to_pandas()
    )
    if not len(counted):
        return None
    known = traced(dropped, stops).cache()
    following, last = (_shares(known, column) for column in ("following", "ended"))
    steps = counted.astype("int64").sort_values("step", ignore_index=True)
    steps["name"] = [labels[step - 1] for step in steps["step"]]
    totals = following.groupby("step")["units"].sum()
    gone = following[following["place"] == NONE].set_index("step")["units"]
    for column, known in (("traced", totals), ("left", gone)):
        steps[column] = known.reindex(steps["step"]).fillna(0).astype("int64").to_numpy()
    return Onward(steps[["step", "name", "dropped", "traced", "left", "back_later"]], following, last)


def traced(dropped: ir.Table, stops: ir.Table) -> ir.Table:
    """Each drop-off with the place after the stop at which it happened, and the last place of that visit.

    Of the stops that the person was at in that moment the latest counts; a stop without a following one has no end.
    """
    last = stops.filter(stops.following == NONE).select(last_visit="visit", ended="place")
    known = stops.select("visit", "number", "following", "following_at", who="person_id", stop_at="at")
    during = (dropped.stopped_at >= known.stop_at) & (
        (known.following_at > dropped.stopped_at) | known.following_at.isnull()
    )
    near = dropped.inner_join(known, [dropped.person_id == known.who, during])
    latest = ibis.window(group_by=near.unit_id, order_by=[near.stop_at.desc(), near.number.desc(), near.visit])
    one = near.mutate(place_in_order=ibis.row_number().over(latest)).filter(ibis._.place_in_order == 0)
    joined = one.inner_join(last, one.visit == last.last_visit)
    return joined.select("unit_id", "step", "following", "ended")


def _shares(traced: ir.Table, column: str) -> pd.DataFrame:
    counted: pd.DataFrame = (
        traced.group_by("step", place=traced[column]).aggregate(units=traced.count()).to_pandas().astype("int64")
    )
    table = counted.sort_values(["step", "units", "place"], ascending=[True, False, True], ignore_index=True)
    base = table.groupby("step")["units"].transform("sum")
    bounds = [wilson(n, of) for n, of in zip(table["units"], base, strict=True)]
    return table.assign(
        share=table["units"] / base, low=[each.low for each in bounds], high=[each.high for each in bounds]
    )
