"""Contracts as cohorts: how many of those begun in a month were still running after one month, two, three …

Here leaving is seen and final, so the cohort table is one of survivors and the shifted beta-geometric holds as it was
published.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.rfm.customers import as_date, day_number
from customer_analytics.tables.store import Tables

MONTH = 30  # days of a month of a contract
LONGEST = 60  # months followed


def contract_cohorts(tables: Tables) -> pd.DataFrame | None:
    """cohort (first day of the calendar month of the begin), period (whole months of thirty days since the begin),
    size, eligible, active (contracts that run on at that age). A cell counts once all of its cohort have reached the
    age. None without contracts that say when they began.
    """
    if not tables.has("subscriptions", "started_at", "started_on", "ended_at", "ended_on"):
        return None
    rows = tables["subscriptions"]
    end = day_number(tables.as_of)
    begun, ended = rows.started_on.epoch_days(), rows.ended_on.epoch_days()
    # An end after the as-of day is not known yet. A contract that ends with the last day of its first month was not
    # renewed: it is not there at age 1.
    lasted = ibis.cases((ended <= end, ended - begun), else_=None)
    table = rows.select(begun=begun.cast("int32"), months=(lasted / MONTH).floor().cast("int32"))
    table = table.filter(table.begun.notnull(), table.begun <= end)
    counted = _counted(table)
    if not len(counted):
        return None
    counted["cohort"] = [as_date(day).replace(day=1) for day in counted["begun"]]
    parts = [_cohort(cohort, own, end) for cohort, own in counted.groupby("cohort", sort=True)]
    return pd.concat(parts, ignore_index=True)


def _counted(table: ir.Table) -> pd.DataFrame:
    """begun (day number), months (the age up to which it ran, -1 while it runs), n."""
    grouped = table.mutate(months=table.months.fill_null(-1)).group_by("begun", "months")
    counted: pd.DataFrame = grouped.aggregate(n=lambda t: t.count()).to_pyarrow().to_pandas()
    return counted.sort_values(["begun", "months"], ignore_index=True)


def _cohort(cohort: object, own: pd.DataFrame, end: int) -> pd.DataFrame:
    """All ages of one cohort that all of its contracts have reached."""
    size = int(own["n"].sum())
    reached = min((end - int(own["begun"].max()) + 1) // MONTH, LONGEST)
    ages = np.arange(max(reached, 0) + 1)
    over = own[own["months"] >= 0]
    gone = [int(over.loc[over["months"] < age, "n"].sum()) for age in ages]
    return pd.DataFrame(
        {"cohort": cohort, "period": ages, "size": size, "eligible": size, "active": size - np.array(gone)}
    )
