"""Who dropped off where: customers whose latest visit or attempt ended before the last step, for a list to act on."""

from __future__ import annotations

import datetime as dt

import ibis
import pandas as pd

from customer_analytics.analysis.dropoff.units import Units
from customer_analytics.analysis.stream.people import is_visitor

EPOCH = dt.date(1970, 1, 1)


def dropped_off(units: Units, as_of: dt.date) -> pd.DataFrame:
    """One row a customer whose latest unit reached at least the second step but not the last.

    Returns:
        customer_id, step, step_name (the last that was reached), next_step (the one that was not), entered_on,
        days_ago; the latest first. Visitors without a customer are nobody's list; who reached the last step in the
        latest unit has not dropped off.
    """
    table = units.table.filter(units.table.person_id.notnull() & ~is_visitor(units.table.person_id))
    order = [table.entered_at.desc(), table.furthest.desc(), table.unit_id.asc()]
    placed = table.mutate(place=ibis.row_number().over(ibis.window(group_by=table.person_id, order_by=order)))
    latest = placed.filter(placed.place == 0, placed.furthest >= min(2, units.last - 1), placed.furthest < units.last)
    crossed = latest.select(customer_id="person_id", step=latest.furthest.cast("int64"), day="day")
    found: pd.DataFrame = crossed.order_by(ibis.desc("day"), "customer_id").to_pyarrow().to_pandas()
    today = (as_of - EPOCH).days
    return pd.DataFrame(
        {
            "customer_id": found["customer_id"],
            "step": found["step"],
            "step_name": [units.steps[step - 1] for step in found["step"]],
            "next_step": [units.steps[step] for step in found["step"]],
            "entered_on": found["day"].to_numpy().astype("datetime64[D]"),
            "days_ago": today - found["day"],
        }
    )
