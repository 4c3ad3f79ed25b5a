"""Hazard by tenure: when do they leave? Ends for each unit of time under observation, in stretches of age.

Constant within a stretch, so the rate is ends over time at risk, with the exact interval of a Poisson count (Garwood
1936). Whether it changes at all: likelihood ratio of the stretches against one rate.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import chdtrc
from scipy.stats import chi2

Floats = npt.NDArray[np.float64]
DAY_EDGES = (0, 30, 90, 180, 365, 730, 1095, 1825)
MONTH = 30
OWN_STRETCHES = 5  # where the unit is the export's own
LEAST_ENDS = 5  # of a stretch; fewer are joined to the stretch before


def hazard_by_tenure(counts: pd.DataFrame, unit: str) -> pd.DataFrame:
    """Rates from counts with time, ended, censored and, for late entries, entered.

    Returns:
        from, until (ages; the last until is the oldest age seen), ended, exposure (units of time at risk), rate, low,
        high: ends for each 30 days, or for each unit of tenure, under observation.
    """
    by_time = counts.groupby("time", as_index=False)[[c for c in ("ended", "censored", "entered") if c in counts]].sum()
    seen = by_time[by_time["ended"] + by_time["censored"] > 0]
    if not len(seen) or not seen["ended"].sum():
        return pd.DataFrame(columns=["from", "until", "ended", "exposure", "rate", "low", "high"])
    last = int(seen["time"].max())
    edges = _edges(seen, unit, last)
    rows = []
    for start, stop in pairwise(edges):
        inside = (seen["time"] > start) | (start == 0)
        count = int(seen.loc[inside & (seen["time"] <= stop), "ended"].sum())
        rows.append((start, stop, count, _exposure(by_time, start, stop)))
    table = pd.DataFrame(_joined(rows), columns=["from", "until", "ended", "exposure"])
    per = MONTH if unit == "days" else 1
    exposure = np.maximum(table["exposure"].to_numpy(float), 1e-12) / per
    ended = table["ended"].to_numpy(float)
    table["rate"] = ended / exposure
    table["low"] = np.where(ended > 0, chi2.ppf(0.025, 2 * np.maximum(ended, 0.5)) / 2, 0.0) / exposure
    table["high"] = chi2.ppf(0.975, 2 * (ended + 1)) / 2 / exposure
    return table


def changes_with_tenure(table: pd.DataFrame) -> float:
    """p of one rate at all ages (likelihood ratio); NaN with a single stretch."""
    if len(table) < 2:
        return float("nan")
    ended, exposure = table["ended"].to_numpy(float), table["exposure"].to_numpy(float)
    expected = exposure * ended.sum() / exposure.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.where(ended > 0, ended * np.log(ended / expected), 0.0)
    return float(chdtrc(len(table) - 1, max(2 * float(parts.sum()), 0.0)))


def _edges(seen: pd.DataFrame, unit: str, last: int) -> list[int]:
    if unit == "days":
        inside = [edge for edge in DAY_EDGES if edge < last]
    else:
        times = np.repeat(seen["time"].to_numpy(np.int64), seen["ended"].to_numpy(np.int64))
        inside = sorted({0, *(int(np.quantile(times, k / OWN_STRETCHES)) for k in range(1, OWN_STRETCHES))} - {last})
    return [*inside, last]


def _exposure(by_time: pd.DataFrame, start: int, stop: int) -> float:
    """Time at risk between two ages."""
    time = by_time["time"].to_numpy(float)
    gone = (by_time["ended"] + by_time["censored"]).to_numpy(float)
    total = float((gone * np.clip(time - start, 0, stop - start)).sum())
    if "entered" in by_time:
        total -= float((by_time["entered"].to_numpy(float) * np.clip(time - start, 0, stop - start)).sum())
    return total


def _joined(rows: list[tuple[int, int, int, float]]) -> list[tuple[int, int, int, float]]:
    made: list[tuple[int, int, int, float]] = []
    for start, stop, ended, exposure in rows:
        if made and (ended < LEAST_ENDS or made[-1][2] < LEAST_ENDS):
            made[-1] = (made[-1][0], stop, made[-1][2] + ended, made[-1][3] + exposure)
        else:
            made.append((start, stop, ended, exposure))
    return made
