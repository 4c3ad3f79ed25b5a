"""What the analysis of channels leaves in files."""

from __future__ import annotations

import math
from dataclasses import asdict

import numpy as np
import pandas as pd

from customer_analytics.analysis.attribution.outputs import significant
from customer_analytics.analysis.channels.result import Channels
from customer_analytics.disclosure.hiding import small_groups

OWN = ("channel", "month", "spend", "impressions", "clicks", "click_rate", "click_cost")  # tell of no customer
Metrics = dict[str, float | int | None]


def hidden(found: Channels, minimum_group: int) -> frozenset[str]:
    """Channels with too few customers to be shown by themselves."""
    counts = found.table["customers"].to_numpy(dtype=np.int64)
    return frozenset(found.table["channel"][small_groups(counts, minimum_group)])


def metrics(found: Channels | None, minimum_group: int) -> Metrics:
    """Name -> number: docs/guide/metrics.md."""
    if found is None or found.reason:
        return {}
    small, made = hidden(found, minimum_group), Metrics()
    for row in found.table.to_dict("records"):
        if row["channel"] not in small:
            for name in ("customers", "rate", "worth", "cost", "kept_cost"):
                made[f"channel.{row['channel']}.{name}"] = _known(row[name])
    if found.budget is not None and found.budget.shifts:
        first, half = found.budget.shifts
        made |= {
            "budget.amount": found.budget.amount, "budget.change": first.change, "budget.change_at_half": half.change,
            "budget.even": _known(found.budget.even),
        }  # fmt: skip
    return made


def tables(found: Channels | None, minimum_group: int) -> dict[str, pd.DataFrame]:
    """File name without ending -> the table."""
    if found is None or found.reason:
        return {}
    small = hidden(found, minimum_group)
    table = _without(found.table, found.table["channel"].isin(small))
    made = {"channels": table, "channel_cohorts": _cohorts(found, small, minimum_group)}
    if found.budget is not None:
        made["budget_returns"] = significant(found.budget.returns)
        if found.budget.shifts:
            named = {"from_channel": found.budget.from_channel, "to_channel": found.budget.to_channel}
            rows = [named | {"amount": found.budget.amount} | asdict(shift) for shift in found.budget.shifts]
            made["budget_shift"] = significant(pd.DataFrame(rows))
    return made


def _cohorts(found: Channels, small: frozenset[str], minimum_group: int) -> pd.DataFrame:
    """The cohorts, the small ones of each channel without their numbers: the channel's total is known."""
    table = found.cohorts
    hides = table["channel"].isin(small).to_numpy()
    for channel in found.table["channel"]:
        own = (table["channel"] == channel).to_numpy()
        hides[own] |= small_groups(table.loc[own, "customers"].to_numpy(dtype=np.int64), minimum_group)
    return _without(table, pd.Series(hides, index=table.index))


def _without(table: pd.DataFrame, rows: pd.Series) -> pd.DataFrame:
    shown = significant(table)
    if rows.any():
        columns = [name for name in shown.columns if name not in OWN]
        shown[columns] = shown[columns].astype(object).mask(rows, None)
    return shown


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
