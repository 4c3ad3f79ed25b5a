"""Sums over the people at risk at each end: baseline hazard, residuals and robust errors of a fitted Cox model.

Somebody is at risk at t when entry < t <= time: with late entries (contracts that were not seen from their beginning,
covariates that switch) everything here follows them. lifelines fits with late entries, but its baseline hazard leaves
them out and it has no residuals for them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Spells:
    """Time under observation, one entry a row: at risk after `entry` up to `time`; `ended` (0 or 1) at `time`; `x`:
    rows x columns of the covariates; `owner`: number of the customer whom the row belongs to."""

    entry: Floats
    time: Floats
    ended: Floats
    x: Floats
    owner: npt.NDArray[np.int64]

    @property
    def ends(self) -> int:
        """Ends seen."""
        return int(self.ended.sum())

    def rows(self, kept: npt.NDArray[np.bool_]) -> Spells:
        """Only these rows."""
        return Spells(self.entry[kept], self.time[kept], self.ended[kept], self.x[kept], self.owner[kept])


@dataclass(frozen=True)
class RiskSums:
    """At each distinct time of an end, ascending: `ended` (count), `risk` (sum of exp(xb) of those at risk), `mean`
    (their mean covariates, weighted by it; times x columns), `at_risk` (count)."""

    time: Floats
    ended: Floats
    risk: Floats
    mean: Floats
    at_risk: Floats

    @property
    def hazard(self) -> Floats:
        """Increments of the cumulative baseline hazard (Breslow 1974), for covariates of zero."""
        return self.ended / self.risk

    def before(self, time: Floats) -> npt.NDArray[np.int64]:
        """How many of the times are at most `time`: the place in cumulative sums that begin with 0."""
        return np.searchsorted(self.time, time, side="right").astype(np.int64)

    @property
    def cumulative(self) -> Floats:
        """Cumulative baseline hazard, beginning with 0 before the first end."""
        return np.concatenate(([0.0], np.cumsum(self.hazard)))

    @property
    def cumulative_mean(self) -> Floats:
        """Cumulative sum of mean covariates times hazard, beginning with 0; (times + 1) x columns."""
        return np.vstack((np.zeros(self.mean.shape[1]), np.cumsum(self.mean * self.hazard[:, None], axis=0)))

    @property
    def cumulative_variance(self) -> Floats:
        """Cumulative variance of the baseline hazard's increments with known coefficients (Tsiatis 1981)."""
        return np.concatenate(([0.0], np.cumsum(self.ended / self.risk**2)))


def risk_sums(spells: Spells, coefficients: Floats) -> RiskSums:
    """The sums at each time of an end."""
    weight = np.exp(np.clip(spells.x @ coefficients, -50, 50))
    time = np.unique(spells.time[spells.ended > 0])
    ended = np.bincount(np.searchsorted(time, spells.time[spells.ended > 0]), minlength=len(time)).astype(float)
    columns = np.column_stack((np.ones(len(weight)), weight, weight[:, None] * spells.x))
    at_risk = _from(columns, spells.time, time) - _from(columns, spells.entry, time)
    risk = np.maximum(at_risk[:, 1], 1e-300)
    return RiskSums(time, ended, risk, at_risk[:, 2:] / risk[:, None], at_risk[:, 0])


def _from(columns: Floats, at: Floats, times: Floats) -> Floats:
    """Sums of the rows whose `at` is at least each of the times (ascending)."""
    order = np.argsort(at, kind="stable")
    total = np.vstack((np.zeros(columns.shape[1]), np.cumsum(columns[order][::-1], axis=0)))
    return total[len(at) - np.searchsorted(at[order], times, side="left")]


def schoenfeld(spells: Spells, sums: RiskSums, coefficients: Floats) -> tuple[Floats, Floats]:
    """Schoenfeld residuals (1982): of each end, ascending in time, its covariates less their mean over those at risk
    with it; ends at the same time share the mean of Efron's (1977) weights. Returns (times, ends x columns)."""
    ended = spells.ended > 0
    order = np.argsort(spells.time[ended], kind="stable")
    time, x = spells.time[ended][order], spells.x[ended][order]
    place = np.searchsorted(sums.time, time)
    weight = np.exp(np.clip(x @ coefficients, -50, 50))[:, None]
    starts = np.searchsorted(place, np.arange(len(sums.time)))
    tied = np.add.reduceat(np.column_stack((weight, weight * x)), starts, axis=0)[place]
    before = (np.arange(len(time)) - starts[place]) / sums.ended[place]  # share of the ties that went first
    risk = sums.risk[place][:, None] - before[:, None] * tied[:, :1]
    means = (sums.risk[place][:, None] * sums.mean[place] - before[:, None] * tied[:, 1:]) / risk
    shared = np.add.reduceat(means, starts, axis=0) / sums.ended[:, None]
    return time, x - shared[place]


def robust_covariance(spells: Spells, sums: RiskSums, coefficients: Floats, covariance: Floats) -> Floats:
    """Covariance of the coefficients that holds where a customer has several contracts (Lin, Wei 1989): the score
    residuals are added up by customer."""
    weight = np.exp(np.clip(spells.x @ coefficients, -50, 50))[:, None]
    last, first = sums.before(spells.time), sums.before(spells.entry)
    hazard = (sums.cumulative[last] - sums.cumulative[first])[:, None]
    expected = spells.x * hazard - (sums.cumulative_mean[last] - sums.cumulative_mean[first])
    at_end = sums.mean[np.minimum(np.searchsorted(sums.time, spells.time), len(sums.time) - 1)]
    scores = spells.ended[:, None] * (spells.x - at_end) - weight * expected
    owners, place = np.unique(spells.owner, return_inverse=True)
    by_owner = np.zeros((len(owners), scores.shape[1]))
    np.add.at(by_owner, place.reshape(-1), scores)
    return np.asarray(covariance @ (by_owner.T @ by_owner) @ covariance)
