"""The retention that keeps the number of active people where it is: growth accounting and its fixed point.

    active(t) = new(t) + resurrecting(t) + returning(t),    returning(t) = kept * active(t - 1).

Active people stay as many where kept = 1 - (new + resurrecting) / active; at constant inflow and constant kept the
number of active people tends to inflow / (1 - kept), whatever it is today.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import t as student

from customer_analytics.analysis.outlook.triangle import Floats
from customer_analytics.statistics import Interval

LEAST_PERIODS = 3
LEAST_FOR_INTERVAL = 6
AHEAD = 12  # periods of the path to the fixed point


@dataclass(frozen=True)
class Need:
    """Over the last `periods` periods, each set against the one before.

    `kept`: share of the people active in a period who were active in the next; `needed`: share that would have kept
    their number; `gap`: kept less needed, which is the growth of a period, with `interval` (Student's t over periods);
    `new`, `resurrecting`: mean people a period; `base`: mean people active in the period before; `now`: people active
    in the last period; `steady`: where their number tends to (infinite where nobody leaves); `new_needed`: new people
    a period that would have kept their number; `path`: step, active (0 is now). `is_year`: the periods are a whole
    year, so that the season cancels.
    """

    first: object
    last: object
    periods: int
    is_year: bool
    kept: float
    needed: float
    gap: float
    interval: Interval
    new: float
    resurrecting: float
    base: float
    now: float
    steady: float
    new_needed: float
    path: pd.DataFrame

    @property
    def tells(self) -> bool:
        """Whether the number of active people grows or shrinks by more than its periods scatter."""
        return self.interval.low > 0 or self.interval.high < 0


def need(activity: pd.DataFrame, year: int, skip: int = 0, *, minimum: int = 30) -> Need | None:
    """Growth accounting of the last `year` periods, or of all there are; None with too few periods or people.

    `activity`: period (ordered), active, new, returning, resurrecting, dormant, one row a complete period. `skip`:
    first periods in which old people look new, because the data begin there. `minimum`: active people a period.
    """
    table = activity.sort_values("period", ignore_index=True)
    before = (table["returning"] + table["dormant"]).astype(np.float64)
    usable = table.index[(table.index > max(skip, 1) - 1) & (before > 0)]
    chosen = usable[-year:]
    if len(chosen) < LEAST_PERIODS or before[chosen].mean() < minimum:
        return None
    rows = table.loc[chosen]
    base: Floats = np.asarray(before[chosen], dtype=np.float64)
    inflow = (rows["new"] + rows["resurrecting"]).to_numpy(dtype=np.float64)
    kept = float(rows["returning"].sum() / base.sum())
    needed = 1 - float(inflow.sum() / base.sum())
    new, back = float(rows["new"].mean()), float(rows["resurrecting"].mean())
    now = float(table["active"].iloc[-1])
    gap = kept - needed
    return Need(
        first=rows["period"].iloc[0],
        last=rows["period"].iloc[-1],
        periods=len(rows),
        is_year=len(rows) == year,
        kept=kept,
        needed=needed,
        gap=gap,
        interval=_interval(np.asarray(rows["active"], dtype=np.float64), base, gap),
        new=new,
        resurrecting=back,
        base=float(base.mean()),
        now=now,
        steady=(new + back) / (1 - kept) if kept < 1 else math.inf,
        new_needed=(1 - kept) * float(base.mean()) - back,
        path=_path(now, new + back, kept),
    )


def _interval(active: Floats, base: Floats, gap: float) -> Interval:
    """Of a ratio of sums over periods: the residuals of active less (1 + gap) times the period before."""
    periods = len(base)
    if periods < LEAST_FOR_INTERVAL:
        return Interval(math.nan, math.nan)
    residuals = active - (1 + gap) * base
    error = math.sqrt(float(residuals @ residuals) / (periods - 1) / periods) / float(base.mean())
    half = float(student.ppf(0.975, periods - 1)) * error
    return Interval(gap - half, gap + half)


def _path(now: float, inflow: float, kept: float) -> pd.DataFrame:
    active = [now]
    for _ in range(AHEAD):
        active.append(inflow + kept * active[-1])
    return pd.DataFrame({"step": range(AHEAD + 1), "active": active})
