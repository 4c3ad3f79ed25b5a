"""Time to convert with young entries censored: Kaplan-Meier, and Aalen-Johansen with leaving as the competing end.

Kaplan and Meier 1958; Greenwood's variance with the log-log interval; Aalen and Johansen 1978. Times are rounded down
to two thousandths of the window, so that the engine hands over a few thousand lines whatever the number of entries.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.funnel.rows import Rows
from customer_analytics.analysis.funnel.settle import DAY
from customer_analytics.analysis.funnel.times import later, seconds_between
from customer_analytics.statistics import Z95

GRID = 2000
SHOWN = 120  # points that the result keeps
_LEFT_SHARE = 0.5  # of the window: silent for so long, gone for good
_WITHOUT_WINDOW = 7.0  # days of silence where there is no window


class Curve(NamedTuple):
    """The curve (see FunnelResult.curve), when half have converted (days, NaN: not reached), and the silence in days
    after which somebody counts as gone."""

    frame: pd.DataFrame
    median_days: float
    left_after_days: float


def curve(attempts: ir.Table, rows: Rows) -> Curve:
    """The curves of all attempts of a funnel, young ones with them."""
    end = ibis.timestamp(rows.end)
    horizon = _horizon(attempts, rows)
    silence = (
        horizon * _LEFT_SHARE if rows.definition.window_seconds is not None else min(_WITHOUT_WINDOW * DAY, horizon / 4)
    )
    step = max(horizon / GRID, 1e-3)
    last = attempts[f"at_{rows.definition.length}"]
    converted = _places(seconds_between(last, attempts.entered_at), step)
    watched = ibis.least(seconds_between(end, attempts.entered_at), ibis.literal(horizon))
    simple = attempts.select(
        place=ibis.coalesce(converted, _places(watched, step)), kind=ibis.ifelse(last.notnull(), 1, 0)
    )
    places = np.arange(GRID + 2)
    survival, variance, at_risk = kaplan_meier(*_tally(simple, places))
    shown = _competing(attempts, rows, horizon, silence, step)
    conversions, leaving = aalen_johansen(*_tally(shown, places, kinds=(1, 2, 0)))
    chosen = np.unique(np.linspace(0, GRID, SHOWN + 1).round().astype(int))
    low, high = log_log(survival, variance)
    frame = pd.DataFrame(
        {
            "days": chosen * step / DAY,
            "converted": 1 - survival[chosen],
            "low": 1 - high[chosen],
            "high": 1 - low[chosen],
            "at_risk": at_risk[chosen].astype(int),
            "converted_first": conversions[chosen],
            "left": leaving[chosen],
        }
    )
    half = np.flatnonzero(survival[: GRID + 1] <= 0.5)
    return Curve(frame, float(half[0] * step / DAY) if len(half) else math.nan, silence / DAY)


def kaplan_meier(events: np.ndarray, censored: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Survival, Greenwood's sum d / (n (n - d)), and the number at risk at each place in time; those censored at a
    place were still at risk in it."""
    leaving = events + censored
    at_risk = leaving[::-1].cumsum()[::-1].astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        hazard = np.where(at_risk > 0, events / at_risk, 0.0)
        term = np.where((at_risk > events) & (at_risk > 0), events / (at_risk * (at_risk - events)), 0.0)
    return np.cumprod(1 - hazard), np.cumsum(term), at_risk


def log_log(survival: np.ndarray, variance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The log-log interval of survival; [S, S] where nothing has happened yet, or all has."""
    inside = (survival > 0) & (survival < 1)
    safe = np.where(inside, survival, 0.5)
    width = Z95 * np.sqrt(variance) / np.log(safe)
    low = np.where(inside, safe ** np.exp(-width), survival)
    high = np.where(inside, safe ** np.exp(width), survival)
    return np.minimum(low, high), np.maximum(low, high)


def aalen_johansen(first: np.ndarray, second: np.ndarray, censored: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cumulative incidence of two competing ends at each place in time."""
    total = first + second + censored
    at_risk = total[::-1].cumsum()[::-1].astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        hazard = np.where(at_risk > 0, (first + second) / at_risk, 0.0)
        one = np.where(at_risk > 0, first / at_risk, 0.0)
        two = np.where(at_risk > 0, second / at_risk, 0.0)
    before = np.concatenate(([1.0], np.cumprod(1 - hazard)[:-1]))
    return np.cumsum(before * one), np.cumsum(before * two)


def _horizon(attempts: ir.Table, rows: Rows) -> float:
    """The window in seconds; without one the longest time that any entry was watched."""
    if rows.definition.window_seconds is not None:
        return rows.definition.window_seconds
    begin = attempts.aggregate(begin=attempts.entered_at.min()).to_pyarrow().to_pylist()[0]["begin"]
    return max((rows.end - begin).total_seconds(), 1.0) if begin is not None else DAY


def _competing(attempts: ir.Table, rows: Rows, horizon: float, silence: float, step: float) -> ir.Table:
    """place and kind (1 converted, 2 left, 0 neither yet) of each attempt, as far as it was known `silence` before the
    end of the data: by then it shows who has left."""
    known = later(ibis.timestamp(rows.end), -silence)
    last = attempts[f"at_{rows.definition.length}"]
    watched = ibis.least(seconds_between(known, attempts.entered_at), ibis.literal(horizon))
    converted = last.notnull() & (last <= known)
    gone = seconds_between(attempts.last_seen_at, attempts.entered_at)
    left = last.isnull() & (attempts.last_seen_at <= known) & (gone < horizon)
    table = attempts.filter(attempts.entered_at <= known)
    return table.select(
        place=ibis.cases(
            (converted, _places(seconds_between(last, attempts.entered_at), step)),
            (left, _places(ibis.greatest(gone, ibis.literal(0.0)), step)),
            else_=_places(watched, step),
        ),
        kind=ibis.cases((converted, 1), (left, 2), else_=0),
    )


def _places(seconds: ir.FloatingValue, step: float) -> ir.IntegerValue:
    place: ir.IntegerValue = (seconds / step).floor().cast("int32")
    return place


def _tally(table: ir.Table, places: np.ndarray, kinds: tuple[int, ...] = (1, 0)) -> list[np.ndarray]:
    """How many attempts of each kind end at each place."""
    frame = table.group_by("place", "kind").aggregate(n=table.count()).to_pandas()
    tallies = []
    for kind in kinds:
        own = frame[frame["kind"] == kind]
        where = np.clip(own["place"].to_numpy(dtype=np.int64), 0, len(places) - 1)
        tallies.append(np.bincount(where, weights=own["n"].to_numpy(dtype=float), minlength=len(places)))
    return tallies
