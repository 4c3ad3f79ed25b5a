"""Survival from counts: Kaplan-Meier curve, restricted mean, log-rank test. For any lives: customers, contracts, leads.

Everything works on a table of counts by time, so the engine counts and nothing person by person is held here. Times are
whole units (days as a rule), at least 0; within one time, ends come before censorings, as Kaplan and Meier (1958) have
it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import chdtrc, ndtr

from customer_analytics.statistics import Z95, Interval

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """A Kaplan-Meier curve.

    One entry a time at which somebody ends or is censored, ascending. `at_risk`: under observation just before;
    `survival`: share who last beyond that time; `low`, `high`: pointwise 95 % interval (Greenwood's variance on the
    log-log scale), NaN where not estimable.
    """

    time: npt.NDArray[np.int64]
    at_risk: Floats
    ended: Floats
    survival: Floats
    low: Floats
    high: Floats

    @property
    def n(self) -> int:
        """Lives at the beginning (with late entries: the most that were under observation at once)."""
        return int(self.at_risk.max()) if len(self.at_risk) else 0

    @property
    def ends(self) -> int:
        """Ends seen."""
        return int(self.ended.sum())

    def at(self, time: float) -> float:
        """Share who last beyond `time`; NaN after the last observed time."""
        if not len(self.time) or time > self.time[-1]:
            return math.nan
        place = int(np.searchsorted(self.time, time, side="right")) - 1
        return float(self.survival[place]) if place >= 0 else 1.0

    def interval_at(self, time: float) -> Interval:
        """The interval of that share; NaN after the last observed time."""
        if not len(self.time) or time > self.time[-1]:
            return Interval(math.nan, math.nan)
        place = int(np.searchsorted(self.time, time, side="right")) - 1
        return Interval(float(self.low[place]), float(self.high[place])) if place >= 0 else Interval(1.0, 1.0)

    def under_observation(self, time: float) -> int:
        """Lives under observation at `time`."""
        place = int(np.searchsorted(self.time, time, side="left"))
        return int(self.at_risk[place]) if place < len(self.time) else 0

    def median(self) -> float | None:
        """First time at which no more than half last; None where the curve does not come down to half."""
        below = np.flatnonzero(self.survival <= 0.5)
        return float(self.time[below[0]]) if len(below) else None


class Mean(NamedTuple):
    """A restricted mean: the mean time up to a limit, with its standard error."""

    value: float
    error: float

    @property
    def interval(self) -> Interval:
        """95 % interval."""
        return Interval(self.value - Z95 * self.error, self.value + Z95 * self.error)


class Test(NamedTuple):
    """A test with its chi-square, degrees of freedom and p-value; NaN where not estimable."""

    chi_square: float
    degrees: int
    p: float


def kaplan_meier(counts: pd.DataFrame) -> Curve:
    """The curve of counts with columns time, ended, censored and, for late entries, entered (lives that come under
    observation just after that time; without the column all do at the start).

    Variance: Greenwood (1926); interval on the log-log scale (Kalbfleisch, Prentice 1980), which stays within 0 and 1.
    """
    table = _by_time(counts)
    risk = at_risk(table)
    seen = (table["ended"] + table["censored"] > 0).to_numpy() & (risk > 0)
    time, ended, risk = table["time"].to_numpy(np.int64)[seen], table["ended"].to_numpy(float)[seen], risk[seen]
    survival = np.asarray(np.cumprod(1 - ended / risk), dtype=np.float64)
    low, high = _log_log(survival, _greenwood(ended, risk))
    return Curve(time, risk, ended, survival, low, high)


def at_risk(table: pd.DataFrame) -> Floats:
    """Lives under observation just before each time of a table sorted by time."""
    gone = (table["ended"] + table["censored"]).to_numpy(float)
    if "entered" in table:
        come = np.concatenate(([0.0], np.cumsum(table["entered"].to_numpy(float))[:-1]))
        return np.asarray(come - np.concatenate(([0.0], np.cumsum(gone)[:-1])))
    return np.asarray(gone[::-1].cumsum()[::-1])


def _by_time(counts: pd.DataFrame) -> pd.DataFrame:
    names = [name for name in ("ended", "censored", "entered") if name in counts]
    time, place = np.unique(counts["time"].to_numpy(), return_inverse=True)
    sums = {name: np.bincount(place, counts[name].to_numpy(np.float64), len(time)) for name in names}
    return pd.DataFrame({"time": time, **sums})


def _greenwood(ended: Floats, risk: Floats) -> Floats:
    """Sum of d / (n (n - d)): infinite once the curve is at 0."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.cumsum(np.where(ended > 0, ended / (risk * np.maximum(risk - ended, 0.0)), 0.0)))


def _log_log(survival: Floats, greenwood: Floats) -> tuple[Floats, Floats]:
    low, high = np.full(len(survival), np.nan), np.full(len(survival), np.nan)
    inside = (survival > 0) & (survival < 1)
    logs = np.log(survival[inside])
    half = Z95 * np.sqrt(greenwood[inside]) / np.abs(logs)
    low[inside], high[inside] = np.exp(logs * np.exp(half)), np.exp(logs * np.exp(-half))
    low[survival >= 1] = high[survival >= 1] = 1.0
    return low, high


def restricted_mean(curve: Curve, limit: float) -> Mean:
    """Mean time up to `limit`: the area under the curve (Royston, Parmar 2013), with the variance of Irwin (1949)."""
    if not len(curve.time) or limit <= 0:
        return Mean(math.nan, math.nan)
    inside = curve.time < limit
    edges = np.concatenate(([0.0], curve.time[inside], [limit]))
    levels = np.concatenate(([1.0], curve.survival[inside]))
    areas = levels * np.diff(edges)
    beyond = areas[::-1].cumsum()[::-1][1:]  # area from each time of an end to the limit
    ended, risk = curve.ended[inside], curve.at_risk[inside]
    left = risk - ended
    parts = np.where((ended > 0) & (left > 0), beyond**2 * ended / (risk * np.maximum(left, 1e-300)), 0.0)
    return Mean(float(areas.sum()), math.sqrt(float(parts.sum())))


def mean_difference(first: Mean, second: Mean) -> tuple[Mean, float]:
    """Difference of two independent restricted means, first minus second, and its two-sided p (normal)."""
    error = math.hypot(first.error, second.error)
    difference = Mean(first.value - second.value, error)
    if math.isnan(error) or error == 0:
        return difference, math.nan
    return difference, float(2 * ndtr(-abs(difference.value) / error))


def log_rank(groups: Sequence[pd.DataFrame]) -> Test:
    """Log-rank test of groups, each a table as kaplan_meier takes it (Mantel 1966; Peto, Peto 1972)."""
    return stratified_log_rank([groups])


def stratified_log_rank(strata: Sequence[Sequence[pd.DataFrame]]) -> Test:
    """Log-rank test within strata: every stratum gives the tables of the same groups, an empty one where it has none.

    Observed minus expected ends and their covariance are summed over the strata; the test is on all groups but one.
    """
    width = len(strata[0]) if strata else 0
    excess, spread = np.zeros(width), np.zeros((width, width))
    for groups in strata:
        above, covariance = _excess(groups)
        excess, spread = excess + above, spread + covariance
    usable = np.flatnonzero(np.diag(spread) > 1e-12)
    if len(usable) < 2:
        return Test(math.nan, 0, math.nan)
    kept = usable[:-1]
    chi_square = float(excess[kept] @ np.linalg.pinv(spread[np.ix_(kept, kept)]) @ excess[kept])
    return Test(chi_square, len(kept), float(chdtrc(len(kept), chi_square)))


def _excess(groups: Sequence[pd.DataFrame]) -> tuple[Floats, Floats]:
    """Observed minus expected ends of each group, and their covariance."""
    times = np.unique(np.concatenate([group["time"].to_numpy(np.int64) for group in groups]))
    ended, come, gone = (np.zeros((len(groups), len(times))) for _ in range(3))
    for row, group in enumerate(groups):
        place = np.searchsorted(times, group["time"].to_numpy(np.int64))
        np.add.at(ended[row], place, group["ended"].to_numpy(float))
        np.add.at(gone[row], place, (group["ended"] + group["censored"]).to_numpy(float))
        if "entered" in group:
            np.add.at(come[row], place, group["entered"].to_numpy(float))
    at_once = np.array([[0.0 if "entered" in group else gone[row].sum()] for row, group in enumerate(groups)])
    before = np.cumsum(come - gone, axis=1) - (come - gone)
    risk = at_once + before
    all_risk, all_ended = risk.sum(axis=0), ended.sum(axis=0)
    here = (all_ended > 0) & (all_risk > 1)
    ended, risk, all_risk, all_ended = ended[:, here], risk[:, here], all_risk[here], all_ended[here]
    share = risk / all_risk
    factor = all_ended * (all_risk - all_ended) / (all_risk - 1)
    covariance = -(share * factor) @ share.T
    covariance[np.diag_indices(len(groups))] += (share * factor).sum(axis=1)
    return np.asarray((ended - share * all_ended).sum(axis=1)), np.asarray(covariance)
