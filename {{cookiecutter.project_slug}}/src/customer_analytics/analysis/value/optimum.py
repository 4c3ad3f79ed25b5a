"""The maximum of a log-likelihood of positive parameters: several starts, gradient, curvature, and when to refuse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from customer_analytics.statistics import Z95, Interval

Floats = npt.NDArray[np.float64]
Objective = Callable[[Floats], tuple[float, Floats]]
Downhill = Objective  # minus the mean log-likelihood and its slope, by the logarithms of the parameters
LOWEST, HIGHEST = np.log(1e-5), np.log(1e5)  # of a parameter, in the scaled units of the search
AT_EDGE = 1e-2  # distance, in logarithms, at which an optimum counts as lying at the edge
SAME = 1e-3  # log-likelihoods that differ by less are one optimum
FLAT = 1e-6  # derivative a customer by the logarithm of a parameter that counts as zero
STEP = 1e-4  # of the differences of the gradient that give the curvature
WIDEST = 100.0  # half an interval in logarithms, so that its ends stay numbers
NOWHERE = 1e12  # value where the likelihood is no number
MOST_STEPS, LONGEST_STEP, SHORTEST_STEP, ENOUGH = 300, 2.0, 1e-8, 1e-4  # of the search
POLISH = 12  # Newton steps at most after the search


@dataclass(frozen=True)
class Optimum:
    """The best parameters, with the covariance of their logarithms (inverse of the observed information).

    `starts`, `agreeing`: searches made, and how many ended at this optimum; `slope`: largest remaining derivative per
    customer by the logarithm of a parameter. `problem`: "" or why the optimum must not be used: "edge" (a parameter
    runs to zero or infinity), "flat" (the curvature does not determine the parameters), "search" (no start converged).
    """

    parameters: Floats
    log_likelihood: float
    covariance: Floats
    starts: int
    agreeing: int
    slope: float
    problem: str = ""

    @property
    def intervals(self) -> tuple[Interval, ...]:
        """95 % interval of each parameter: normal for its logarithm, from the curvature (Wald)."""
        half = np.minimum(Z95 * np.sqrt(np.maximum(np.diag(self.covariance), 0.0)), WIDEST)
        low, high = self.parameters * np.exp(-half), self.parameters * np.exp(half)
        return tuple(Interval(float(a), float(b)) for a, b in zip(low, high, strict=True))


def maximise(objective: Objective, starts: Sequence[Sequence[float]], weight: float) -> Optimum:
    """Maximise `objective` (value and gradient) over positive parameters; `weight`: customers behind the value.

    The search is in logarithms and on the mean per customer, so that steps and tolerances mean the same at any size.
    """

    def downhill(logs: Floats) -> tuple[float, Floats]:
        parameters = np.exp(logs)
        value, gradient = objective(parameters)
        if not (np.isfinite(value) and np.isfinite(gradient).all()):
            return NOWHERE, np.zeros_like(logs)
        return -value / weight, -gradient * parameters / weight

    ends = [_search(downhill, np.log(np.asarray(start, dtype=np.float64))) for start in starts]
    found = [(value, logs) for value, logs in ends if value < NOWHERE]
    if not found:
        nothing = np.full(len(starts[0]), np.nan)
        return Optimum(nothing, np.nan, np.full((len(nothing),) * 2, np.nan), len(starts), 0, np.nan, "search")
    found.sort(key=lambda pair: pair[0])
    best, logs = found[0]
    agreeing = sum((value - best) * weight < max(SAME, SAME * weight * 1e-4) for value, _ in found)
    if (logs < LOWEST + AT_EDGE).any() or (logs > HIGHEST - AT_EDGE).any():
        return _at(logs, best, weight, len(starts), agreeing, downhill, "edge")
    return _at(_polished(logs, downhill), best, weight, len(starts), agreeing, downhill, "")


def _search(downhill: Downhill, start: Floats) -> tuple[float, Floats]:
    """BFGS with backtracking inside the limits: value and place of a minimum.

    Our own forty lines, since the ready ones call threaded linear algebra on matrices of four by four, which on a busy
    machine takes ten times as long as the likelihood itself.
    """
    logs = np.clip(start, LOWEST, HIGHEST)
    value, slope = downhill(logs)
    inverse = np.eye(len(logs))
    for _ in range(MOST_STEPS):
        inside = np.where(((logs <= LOWEST) & (slope > 0)) | ((logs >= HIGHEST) & (slope < 0)), 0.0, slope)
        if np.abs(inside).max() < 1e-10:
            break
        step = -(inverse * inside).sum(axis=1)
        if (step * inside).sum() >= 0:
            inverse, step = np.eye(len(logs)), -inside
        step *= min(1.0, LONGEST_STEP / np.abs(step).max())
        part = 1.0
        while part > SHORTEST_STEP:
            ahead = np.clip(logs + part * step, LOWEST, HIGHEST)
            new, new_slope = downhill(ahead)
            if new <= value + ENOUGH * ((ahead - logs) * slope).sum():
                break
            part /= 2
        else:
            break
        moved, turned = ahead - logs, new_slope - slope
        curved = (moved * turned).sum()
        if curved > 1e-14:
            left = np.eye(len(logs)) - np.outer(moved, turned) / curved
            inverse = _product(_product(left, inverse), left.T) + np.outer(moved, moved) / curved
        is_still = np.abs(moved).max() < 1e-9
        logs, value, slope = ahead, new, new_slope
        if is_still:
            break
    return value, logs


def _product(one: Floats, other: Floats) -> Floats:
    """Product of two small matrices."""
    return np.asarray((one[:, :, None] * other[None, :, :]).sum(axis=1), dtype=np.float64)


def _polished(logs: Floats, downhill: Downhill) -> Floats:
    """Newton's steps from the end of the search, kept only while they lower the slope."""
    slope = np.abs(downhill(logs)[1]).max()
    for _ in range(POLISH):
        curvature = _curvature(logs, downhill)
        try:
            step = np.linalg.solve(curvature, downhill(logs)[1])
        except np.linalg.LinAlgError:
            return logs
        ahead = logs - step
        if not np.isfinite(ahead).all() or np.abs(step).max() > 1:
            return logs
        new = np.abs(downhill(ahead)[1]).max()
        if new >= slope:
            return logs
        logs, slope = ahead, new
    return logs


def _at(
    logs: Floats,
    fallback: float,
    weight: float,
    starts: int,
    agreeing: int,
    downhill: Downhill,
    problem: str,
) -> Optimum:
    value, gradient = downhill(logs)
    slope = float(np.abs(gradient).max())
    information = _curvature(logs, downhill) * weight
    covariance: Floats = np.full(information.shape, np.nan)
    if np.isfinite(information).all() and (np.linalg.eigvalsh(information) > 0).all():
        covariance = np.asarray(np.linalg.inv(information), dtype=np.float64)
    elif not problem:
        problem = "flat"
    if not problem and slope > FLAT:
        problem = "search"
    return Optimum(np.exp(logs), -min(value, fallback) * weight, covariance, starts, agreeing, slope, problem)


def _curvature(logs: Floats, downhill: Downhill) -> Floats:
    """Second derivatives, as central differences of the analytic gradient."""
    size = len(logs)
    rows = np.empty((size, size))
    for place in range(size):
        step = np.zeros(size)
        step[place] = STEP
        rows[place] = (downhill(logs + step)[1] - downhill(logs - step)[1]) / (2 * STEP)
    return np.asarray((rows + rows.T) / 2, dtype=np.float64)
