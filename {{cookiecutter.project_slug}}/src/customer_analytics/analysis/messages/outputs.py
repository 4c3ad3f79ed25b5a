"""What messages leave in files: metrics and tables."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from customer_analytics.analysis.messages.compare import ALL
from customer_analytics.disclosure.hiding import small_groups

if TYPE_CHECKING:
    from customer_analytics.analysis.messages.result import Messages

Metrics = dict[str, float | int | None]


def metrics(result: Messages | None, minimum_base: int) -> Metrics:
    """Name -> number, None where not estimable. Rates over all campaigns and by channel, with 95 % intervals."""
    made: Metrics = {"messages.sent": None, "messages.customers": None, "contact_cap": None, "best_hour": None}
    made |= {f"fatigue.{name}": None for name in ("rise", "rise_low", "rise_high", "p")}
    if result is None or result.reason:
        return made
    told = result.rates[result.rates["dimension"].isin((ALL, "channel"))]
    for row in told.to_dict("records"):
        name = ".".join(("message_rate", *(() if row["dimension"] == ALL else (row["value"],)), row["metric"]))
        values = (row["rate"], row["low"], row["high"]) if row["base"] >= minimum_base else (math.nan,) * 3
        made |= dict(zip((name, f"{name}_low", f"{name}_high"), map(_finite, values), strict=True))
    whole = result.rates[result.rates["dimension"] == ALL]
    made |= {"messages.sent": int(whole["sent"].max()) if len(whole) else 0, "messages.customers": result.customers}
    made["best_hour"] = result.send_time.best_hour
    tired = result.fatigue
    trend = None if tired is None else tired.trend("unsubscribe")
    if tired is not None:
        made["contact_cap"] = tired.cap.value
    if trend is not None:
        made |= {"fatigue.rise": _finite(trend.rise), "fatigue.rise_low": _finite(trend.low)}
        made |= {"fatigue.rise_high": _finite(trend.high), "fatigue.p": _finite(trend.p_adjusted)}
    return made


def tables(result: Messages | None, minimum_group: int) -> dict[str, pd.DataFrame]:
    """File name without ending -> the table; groups of fewer than `minimum_group` are left out so that they cannot be
    found by subtraction."""
    if result is None:
        return {}
    made: dict[str, pd.DataFrame] = {}
    if len(result.rates):
        made["messages"] = _without_small(result.rates, minimum_group)
    tired = result.fatigue
    if tired is not None and len(tired.curve):
        kept = tired.curve["base"] >= minimum_group
        made["fatigue"] = tired.curve[kept].reset_index(drop=True)
    if tired is not None and len(tired.added):
        made["fatigue_added"] = tired.added.reset_index(drop=True)
    if len(result.responders):
        made["responders"] = _told_traits(result.responders, minimum_group)
    return made


def _without_small(rates: pd.DataFrame, minimum_group: int) -> pd.DataFrame:
    """The rates without values of few messages, and without the values that would give them away."""
    parts = []
    for _, own in rates.groupby(["dimension", "campaign"], sort=False):
        sizes = own.groupby("value", sort=True)["sent"].max()
        hidden = sizes.index[small_groups(sizes.to_numpy(np.int64), minimum_group)]
        parts.append(own[~own["value"].isin(hidden)])
    return pd.concat(parts, ignore_index=True) if parts else rates


def _told_traits(traits: pd.DataFrame, minimum_group: int) -> pd.DataFrame:
    parts = []
    for _, own in traits.groupby("trait", sort=False):
        hidden = np.zeros(len(own), dtype=bool)
        for name in ("responders", "others"):
            hidden |= small_groups(own[name].to_numpy(np.int64), minimum_group)
        parts.append(own[~hidden])
    return pd.concat(parts, ignore_index=True).drop(columns="control_responders")


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
