"""Hazard of leaving where nobody says that they leave: only purchases (or visits) are seen.

Whoever buys seldom looks gone long before they are; who left lately does not look gone yet. A Cox model on "silent, so
gone" takes the one for the other and draws every effect towards none. So leaving and buying are estimated together: a
person buys at a rate of their own (gamma distributed over people, its mean depending on the same covariates) until they
leave, with a hazard that is constant within stretches of age, times exp(xb). It is the model of Schmittlein, Morrison
and Colombo (1987) with proportional hazards in the place of the exponential life. A person's likelihood needs the
number of later active days x, the age of the last one and the age now:

    L = integral over the age of leaving u of f(u) Gamma(r + x) / Gamma(r) a^r / (a + u)^(r + x) + S(T) (same at T)

The integral is a sum over a grid from the last active day to now; the gradient is exact, errors are robust (sandwich).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import digamma, gammaln

Floats = npt.NDArray[np.float64]
EDGES = (0, 30, 90, 180, 270, 365, 545, 730, 1095, 1825, 3650)  # days of age between which the hazard is constant
GRID = 24  # steps of the integral, finer just after the last active day
ROUNDS = 300
STEP = 1e-4  # of the finite differences for the second derivatives
LEAST_PEOPLE = 200


@dataclass(frozen=True)
class Histories:
    """What is seen of people who have bought: one entry a person, in days.

    `began`: age at the first active day (0 where age counts from it); `last`: days from the first to the last active
    day; `until`: days from the first active day to now; `repeats`: active days after the first.
    """

    began: Floats
    last: Floats
    until: Floats
    repeats: Floats

    def __len__(self) -> int:
        return len(self.began)


@dataclass(frozen=True)
class Dropout:
    """The fitted model. `coefficients`: log hazard ratios with their robust `covariance`; `edges` and `hazards`:
    stretches of age in days and the hazard a day in each at covariates of zero; `rate`: mean active days a day while
    here, at covariates of zero; `rate_coefficients`: logarithms of its ratios; `shape`: of the rates' distribution."""

    coefficients: Floats
    covariance: Floats
    edges: Floats
    hazards: Floats
    rate: float
    shape: float
    rate_coefficients: Floats
    log_likelihood: float
    people: int


@dataclass(frozen=True)
class _Frame:
    """What does not change between evaluations: grid of ages, exposure of each to the stretches, covariates."""

    x: Floats
    repeats: Floats
    until: Floats
    middle: Floats
    exposure: Floats

    @property
    def width(self) -> int:
        return int(self.x.shape[1])

    @property
    def stretches(self) -> int:
        return int(self.exposure.shape[2])


def fit_dropout(histories: Histories, x: Floats) -> Dropout | None:
    """Fit the model; None with too few people, or where the likelihood has no maximum within reason."""
    if len(histories) < LEAST_PEOPLE or histories.repeats.sum() < LEAST_PEOPLE:
        return None
    centre, spread = x.mean(axis=0), x.std(axis=0)
    edges = _edges(histories)
    frame = _frame(histories, (x - centre) / spread, edges)
    start = np.concatenate(
        ([0.0, np.log(max(float(np.median(histories.until)), 10.0) / 4)], np.zeros(frame.width),
         np.full(frame.stretches, -np.log(max(float(np.mean(histories.until)) * 2, 10.0))), np.zeros(frame.width))
    )  # fmt: skip
    found = minimize(
        lambda p: _objective(p, frame), start, jac=True, method="L-BFGS-B", bounds=[(-12.0, 12.0)] * len(start),
        options={"maxiter": ROUNDS, "maxcor": 30},
    )  # fmt: skip
    value, scores = _likelihood(found.x, frame)
    covariance = _sandwich(found.x, frame, scores)
    if covariance is None or not np.isfinite(value):
        return None
    width, stretches = frame.width, frame.stretches
    beta = found.x[2 + width + stretches :] / spread
    gamma = found.x[2 : 2 + width] / spread
    place = slice(2 + width + stretches, None)
    shape = float(np.exp(found.x[0]))
    return Dropout(
        beta, covariance[place, place] / np.outer(spread, spread), edges,
        np.exp(found.x[2 + width : 2 + width + stretches] - centre @ beta),
        float(shape * np.exp(-found.x[1] - centre @ gamma)), shape, gamma, value, len(histories),
    )  # fmt: skip


def _edges(histories: Histories) -> Floats:
    """Stretches of age, the last one closed by the oldest age; those that hardly anybody reaches are joined."""
    oldest = histories.began + histories.until
    reached = [edge for edge in EDGES if edge == 0 or (oldest > edge).mean() > 0.05]
    return np.array([*reached, max(float(oldest.max()), reached[-1] + 1.0)])


def _frame(histories: Histories, x: Floats, edges: Floats) -> _Frame:
    first, last = histories.last[:, None], histories.until
    grid = first + (last[:, None] - first) * np.linspace(0, 1, GRID + 1) ** 2
    width = np.diff(edges)

    def stretches(age: Floats) -> Floats:
        return np.clip(age[..., None] - edges[:-1], 0, width)

    exposure = stretches(histories.began[:, None] + grid) - stretches(histories.began)[:, None, :]
    return _Frame(x, histories.repeats, last, (grid[:, 1:] + grid[:, :-1]) / 2, exposure)


def _objective(parameters: Floats, frame: _Frame) -> tuple[float, Floats]:
    value, scores = _likelihood(parameters, frame)
    return -value / len(frame.x), -scores.sum(axis=0) / len(frame.x)


def _likelihood(parameters: Floats, frame: _Frame) -> tuple[float, Floats]:
    """Log likelihood and each person's score: people x parameters (log r, log a, rate, log hazards, hazard ratios)."""
    width, stretches = frame.width, frame.stretches
    shape = np.exp(parameters[0])
    scale = np.exp(parameters[1] - frame.x @ parameters[2 : 2 + width])
    hazards = np.exp(parameters[2 + width : 2 + width + stretches])
    relative = np.exp(np.clip(frame.x @ parameters[2 + width + stretches :], -30, 30))
    total = shape + frame.repeats
    here = np.exp(-(frame.exposure @ hazards) * relative[:, None])  # people x grid: share still here
    ratio = np.log((scale + frame.until)[:, None] / (scale[:, None] + frame.middle))
    silent = np.exp(np.minimum(total[:, None] * ratio, 700))  # likelihood of the silence since, against being here
    left = (here[:, :-1] - here[:, 1:]) * silent
    whole = np.maximum(left.sum(axis=1) + here[:, -1], 1e-300)
    value = (
        gammaln(total) - gammaln(shape) + shape * np.log(scale) - total * np.log(scale + frame.until) + np.log(whole)
    )
    steps = np.diff(silent, axis=1, prepend=0.0)
    weights = here * np.concatenate((steps, 1.0 - silent[:, -1:]), axis=1) / whole[:, None]
    by_stretch = -np.einsum("ik,iks->is", weights, frame.exposure) * (hazards * relative[:, None])
    inside = 1 / (scale + frame.until)[:, None] - 1 / (scale[:, None] + frame.middle)
    by_scale = shape / scale - total / (scale + frame.until) + (left * total[:, None] * inside).sum(axis=1) / whole
    by_shape = digamma(total) - digamma(shape) + np.log(scale) - np.log(scale + frame.until)
    by_shape = by_shape + (left * ratio).sum(axis=1) / whole
    scores = np.column_stack(
        (by_shape * shape, by_scale * scale, -(by_scale * scale)[:, None] * frame.x, by_stretch,
         by_stretch.sum(axis=1)[:, None] * frame.x)
    )  # fmt: skip
    return float(value.sum()), scores


def _sandwich(parameters: Floats, frame: _Frame, scores: Floats) -> Floats | None:
    """Robust covariance: second derivatives by differences of the exact gradient; None where they are singular."""
    second = np.empty((len(parameters), len(parameters)))
    here = scores.sum(axis=0)
    for place in range(len(parameters)):
        step = np.zeros(len(parameters))
        step[place] = STEP
        second[place] = (_likelihood(parameters + step, frame)[1].sum(axis=0) - here) / STEP
    information = -(second + second.T) / 2
    values, vectors = np.linalg.eigh(information)
    if values[0] <= 1e-8 * values[-1]:
        kept = values > 1e-8 * values[-1]  # a stretch in which nobody leaves has no finite hazard; the rest has
        values, vectors = values[kept], vectors[:, kept]
    if not len(values):
        return None
    inverse = (vectors / values) @ vectors.T
    return np.asarray(inverse @ (scores.T @ scores) @ inverse)
