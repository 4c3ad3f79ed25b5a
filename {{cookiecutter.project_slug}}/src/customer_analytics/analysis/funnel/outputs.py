"""What the funnel leaves for machines: metrics and the tables behind the charts. Names are a contract."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from customer_analytics.analysis.funnel.result import FunnelResult
from customer_analytics.disclosure.hiding import small_groups

Metrics = dict[str, float | int | None]
_RATES = ["rate", "low", "high"]


def metrics(result: FunnelResult) -> Metrics:
    """Flat name -> number; None where not estimable: no rate below the minimum base."""
    least = result.minimum_base
    numbers: Metrics = {
        "entered": result.entered,
        "immature": result.immature,
        "conversion": _known(result.conversion.value) if result.enough else None,
        "conversion.low": _known(result.conversion.interval.low) if result.enough else None,
        "conversion.high": _known(result.conversion.interval.high) if result.enough else None,
    }
    base = result.entered
    for row in result.steps.to_dict("records"):
        number = int(row["step"])
        numbers[f"step.{number}.reached"] = int(row["reached"])
        numbers[f"step.{number}.rate"] = _known(row["rate"]) if base >= least else None
        base = int(row["reached"])
    for row in result.ever.to_dict("records"):
        numbers[f"ever.{int(row['step'])}"] = int(row["units"])
    whole = result.times.iloc[-1] if len(result.times) else None
    timed = whole is not None and whole["converters"] >= least
    for name in ("p25", "p50", "p75", "p90"):
        numbers[f"time_to_convert.{name}"] = _known(whole[name]) if timed and whole is not None else None
    numbers["converted_by_window"] = _known(result.curve["converted"].iloc[-1]) if result.enough else None
    numbers["people"] = result.silent.people
    numbers["people_without_step"] = result.silent.without
    numbers["rows_without_person"] = result.unknown_rows
    for tool, lines in result.tools.groupby("tool", sort=False):
        last = lines.iloc[-1]
        numbers[f"tool.{tool}.conversion"] = _known(last["rate"]) if last["entered"] >= least else None
    return numbers


def tables(result: FunnelResult, minimum_group: int) -> dict[str, pd.DataFrame]:
    """The tables of the funnel as they go to CSV. Rates on fewer entries than the minimum base are empty; weeks with
    fewer entries than `minimum_group` keep their number of entries only, and so does one more where the steps of a
    single one would follow from the others."""
    least = result.minimum_base
    steps = result.steps.copy()
    base = [result.entered, *steps["reached"][:-1]]
    steps.loc[[n < least for n in base], ["rate", "rate_low", "rate_high"]] = math.nan
    if not result.enough:
        steps["overall"] = math.nan
    trend = result.trend.copy()
    trend.loc[trend["entered"] < least, _RATES] = math.nan
    weeks = trend[trend["step"] == 1]
    few = weeks["week"][small_groups(weeks["entered"].to_numpy(np.int64), minimum_group)]
    hidden = trend["week"].isin(few) & (trend["step"] > 1)
    trend["reached"] = trend["reached"].astype("Int64").mask(hidden)
    trend.loc[hidden, _RATES] = math.nan
    return {
        "steps": steps,
        "steps_moved": result.moved,
        "steps_ever": result.ever,
        "trend": trend,
        "time_to_convert": result.times,
        "conversion_curve": result.curve if result.enough else result.curve.iloc[:0],
        "sensitivity": _rated(result.sensitivity, least),
        "reconciliation": _rated(result.tools, least, ["rate", "change"]),
        "parts": _rated(result.parts, least),
    }


def _rated(frame: pd.DataFrame, least: int, columns: list[str] | None = None) -> pd.DataFrame:
    shown = frame.copy()
    if len(shown):
        shown.loc[shown["entered"] < least, columns or _RATES] = math.nan
    return shown


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
