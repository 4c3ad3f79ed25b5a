"""Time to convert with young entries censored: Kaplan-Meier, and Aalen-Johansen with leaving as the competing end.

Kaplan and Meier 1958; Greenwood's variance with the log-log interval; Aalen and Johansen 1978. Conversions
count at the next of two thousand moments that follow each other in a fixed ratio, so that the engine hands over a few
thousand lines whatever the number of entries, and minutes are told apart in a window of weeks.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.funnel.matching import with_key
from customer_analytics.analysis.funnel.rows import Rows
from customer_analytics.analysis.funnel.settle import DAY
from customer_analytics.analysis.funnel.times import later, seconds_between
from customer_analytics.statistics import Z95

Floats = npt.NDArray[np.float64]
GRID = 2000  # moments at which the curve is worked out: each is 0.7 % later than the one before, in a window of a week
SHOWN = 150  # of them that the result keeps
SHORTEST = 1.0  # seconds to the first of them
_LEFT_SHARE = 0.5  # of the window: who is silent for so long has left
_WITHOUT_WINDOW = 7.0  # days of silence where there is no window


class Curve(NamedTuple):
    """The curve (see FunnelResult.curve), when half have converted (days, NaN: not reached), and the silence in days
    after which somebody counts as gone."""

    frame: pd.DataFrame
    median_days: float
    left_after_days: float


def curve(attempts: ir.Table, rows: Rows, pieces: int = 1) -> Curve:
    """The curves of all attempts of a funnel, young ones with them; the stream is read in so many pieces of units."""
    grid = _Grid(_horizon(attempts, rows))
    silence = grid.horizon * _LEFT_SHARE if rows.definition.window_seconds is not None else _silence(grid.horizon)
    last = _converted_at(attempts, rows, grid)
    watched = seconds_between(ibis.timestamp(rows.end), attempts.entered_at)
    simple = attempts.select(
        place=ibis.coalesce(grid.by(seconds_between(last, attempts.entered_at)), grid.until(watched)),
        kind=ibis.ifelse(last.notnull(), 1, 0),
    )
    survival, variance, at_risk = kaplan_meier(*_tally(simple, (1, 0)))
    ends = [np.zeros(GRID + 1)] * 3
    for number in range(pieces):
        piece = rows.piece(number, pieces)
        own = _tally(_competing(piece.of_piece(attempts), piece, grid, silence), (1, 2, 0))
        ends = [total + part for total, part in zip(ends, own, strict=True)]
    conversions, leaving = aalen_johansen(*ends)
    chosen = np.unique(np.linspace(0, GRID, SHOWN + 1).round().astype(int))
    low, high = log_log(survival, variance)
    days = grid.moments() / DAY
    frame = pd.DataFrame(
        {
            "days": days[chosen],
            "converted": 1 - survival[chosen],
            "low": 1 - high[chosen],
            "high": 1 - low[chosen],
            "at_risk": at_risk[chosen].astype(int),
            "converted_first": conversions[chosen],
            "left": leaving[chosen],
        }
    )
    half = np.flatnonzero(survival <= 0.5)
    return Curve(frame, float(days[half[0]]) if len(half) else math.nan, silence / DAY)


@dataclass(frozen=True)
class _Grid:
    """Moments since entry: 0, then GRID in a fixed ratio from a second (or less) to the horizon, in seconds."""

    horizon: float

    @property
    def shortest(self) -> float:
        return min(SHORTEST, self.horizon / 10)

    @property
    def step(self) -> float:
        return math.log(self.horizon / self.shortest) / (GRID - 1)

    def moments(self) -> Floats:
        """The moments; place 0 is the entry."""
        places: Floats = self.shortest * np.exp(self.step * np.arange(GRID))
        return np.concatenate(([0.0], places))

    def by(self, seconds: ir.FloatingValue) -> ir.IntegerValue:
        """The place by which something has happened: the next moment of the grid."""
        return self._place(seconds, lambda place: (place - 1e-9).ceil())

    def until(self, seconds: ir.FloatingValue) -> ir.IntegerValue:
        """The last place that was watched to its end."""
        return self._place(seconds, lambda place: (place + 1e-9).floor())

    def _place(self, seconds: ir.FloatingValue, rounded: Callable[[ir.Value], ir.Value]) -> ir.IntegerValue:
        inside = ibis.greatest(ibis.least(seconds, ibis.literal(self.horizon)), ibis.literal(self.shortest))
        place = rounded((inside / self.shortest).ln() / self.step).cast("int32") + 1
        known: ir.IntegerValue = ibis.ifelse(seconds.isnull(), ibis.null("int32"), place)
        return known


def _silence(horizon: float) -> float:
    return min(_WITHOUT_WINDOW * DAY, horizon / 4)


def kaplan_meier(events: Floats, censored: Floats) -> tuple[Floats, Floats, Floats]:
    """Survival, Greenwood's sum d / (n (n - d)), and the number at risk at each place in time; those censored at a
    place were still at risk in it."""
    leaving = events + censored
    at_risk = leaving[::-1].cumsum()[::-1].astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        hazard = np.where(at_risk > 0, events / at_risk, 0.0)
        term = np.where((at_risk > events) & (at_risk > 0), events / (at_risk * (at_risk - events)), 0.0)
    return np.cumprod(1 - hazard), np.cumsum(term), at_risk


def log_log(survival: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """The log-log interval of survival; [S, S] where nothing has happened yet, or all has."""
    inside = (survival > 0) & (survival < 1)
    safe = np.where(inside, survival, 0.5)
    width = Z95 * np.sqrt(variance) / np.log(safe)
    low = np.where(inside, safe ** np.exp(-width), survival)
    high = np.where(inside, safe ** np.exp(width), survival)
    return np.minimum(low, high), np.maximum(low, high)


def aalen_johansen(first: Floats, second: Floats, censored: Floats) -> tuple[Floats, Floats]:
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


def _competing(attempts: ir.Table, rows: Rows, grid: _Grid, silence: float) -> ir.Table:
    """place and kind (1 converted, 2 fell silent first, 0 neither yet) of each attempt.

    Falling silent is a stopping time: it happens when the silence since the last event first reaches `silence`, and is
    known at that moment. Who comes back later has fallen silent first all the same.
    """
    silent = _falling_silent(attempts, rows, grid.horizon, silence)
    table = with_key(attempts, silent, ["unit_id"], {"silent_at": "silent_at"}, "left")
    last = _converted_at(table, rows, grid)
    end = ibis.timestamp(rows.end)
    stopped = (table.silent_at <= end) & (table.silent_at <= later(table.entered_at, grid.horizon))
    is_silent = (stopped & (last.isnull() | (table.silent_at < last))).fill_null(False)
    return table.select(
        place=ibis.cases(
            (is_silent, grid.by(seconds_between(table.silent_at, table.entered_at))),
            (last.notnull(), grid.by(seconds_between(last, table.entered_at))),
            else_=grid.until(seconds_between(end, table.entered_at)),
        ),
        kind=ibis.cases((is_silent, 2), (last.notnull(), 1), else_=0),
    )


def _converted_at(attempts: ir.Table, rows: Rows, grid: _Grid) -> ir.TimestampValue:
    """When the last step was reached within the horizon; null: not. Into an open funnel some enter later."""
    last = attempts[f"at_{rows.definition.length}"]
    within: ir.TimestampValue = ibis.ifelse(
        last <= later(attempts.entered_at, grid.horizon), last, ibis.null("timestamp")
    )
    return within


def _falling_silent(attempts: ir.Table, rows: Rows, horizon: float, silence: float) -> ir.Table:
    """unit_id and silent_at: when the unit's silence after its entry first lasts `silence` seconds."""
    events = rows.stream().rename(of_unit="unit_id")
    entered = attempts.select("unit_id", "entered_at")
    joined = entered.inner_join(events, entered.unit_id == events.of_unit)
    joined = joined.filter(joined["at"] >= joined.entered_at, joined["at"] <= later(joined.entered_at, horizon))
    following = joined["at"].lead().over(ibis.window(group_by=joined.unit_id, order_by=joined["at"]))
    gaps = joined.mutate(next_at=following)
    gaps = gaps.filter(gaps.next_at.isnull() | (gaps.next_at > later(gaps["at"], silence)))
    silent = gaps.group_by("unit_id").aggregate(last_at=gaps["at"].min())
    return silent.select("unit_id", silent_at=later(silent.last_at, silence))


def _tally(table: ir.Table, kinds: tuple[int, ...]) -> list[Floats]:
    """How many attempts of each kind end at each place of the grid."""
    frame = table.group_by("place", "kind").aggregate(n=table.count()).to_pandas()
    tallies = []
    for kind in kinds:
        own = frame[frame["kind"] == kind]
        where = np.clip(own["place"].to_numpy(dtype=np.int64), 0, GRID)
        counted = np.bincount(where, weights=own["n"].to_numpy(dtype=float), minlength=GRID + 1)
        tallies.append(counted.astype(np.float64))
    return tallies
