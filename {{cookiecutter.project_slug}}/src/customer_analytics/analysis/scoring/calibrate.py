"""Calibration: probabilities that mean what they say, and how sure that is.

logit(share that left) = intercept + slope * logit(probability). A perfect method has the intercept 0 and the slope 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from customer_analytics.analysis.scoring.measures import clipped, logit
from customer_analytics.analysis.scoring.result import Floats, Integers
from customer_analytics.statistics import Z95

STEPS = 60
ENOUGH = 1e-10
PRIOR_SD = (1.0, 0.5)  # of intercept and slope around 0 and 1: with few leavers probabilities stay nearly as they are
ALIKE = 0.05  # log odds between the lowest and the highest probability, below which there is no slope to see
LARGEST = 30.0  # of a linear predictor


@dataclass(frozen=True)
class Line:
    """Intercept and slope with their covariance (2 x 2), which counts each person once; NaN where not estimable."""

    intercept: float
    slope: float
    covariance: Floats

    def interval(self, place: int) -> tuple[float, float]:
        """95 % interval of the intercept (0) or the slope (1)."""
        value, half = (self.intercept, self.slope)[place], Z95 * float(np.sqrt(max(self.covariance[place, place], 0)))
        return (value - half, value + half) if np.isfinite(value) else (np.nan, np.nan)


MISSING = Line(np.nan, np.nan, np.full((2, 2), np.nan))


@dataclass(frozen=True)
class Calibrator:
    """What turns a method's raw probability into one that held on earlier people."""

    intercept: float = 0.0
    slope: float = 1.0

    def __call__(self, raw: Floats) -> Floats:
        """Calibrated probabilities."""
        return clipped(np.asarray(expit(self.intercept + self.slope * logit(raw))))


def learn(raw: Floats, left: Floats) -> Calibrator:
    """Intercept and slope drawn towards 0 and 1. A slope below 0 (worse than chance on those people) counts as 0."""
    if not len(raw):
        return Calibrator()
    precision = 1 / np.square(np.array(PRIOR_SD))
    line, _ = newton(logit(raw), left, precision)
    if line[1] >= 0:
        return Calibrator(float(line[0]), float(line[1]))
    share = float(clipped(np.array([(left.sum() + 0.5) / (len(left) + 1)]))[0])
    return Calibrator(float(np.log(share / (1 - share))), 0.0)


def learn_slope(raws: Sequence[Floats], lefts: Sequence[Floats]) -> float:
    """The slope that earlier predictions needed, each of their tests with an intercept of its own.

    How many leave differs between cut-offs (a high season); that is no fault of the slope. Drawn towards 1, never
    below 0.
    """
    tests = [(logit(raw), left) for raw, left in zip(raws, lefts, strict=True) if 0 < left.sum() < len(left)]
    if not tests:
        return 1.0
    slope, precision = 1.0, 1 / PRIOR_SD[1] ** 2
    for _ in range(STEPS):
        gradient, curvature = precision * (1 - slope), precision
        for x, left in tests:
            own = balance(slope * x, float(left.mean()))
            mean = expit(own + slope * x)
            weight = mean * (1 - mean)
            centre = float((weight * x).sum() / weight.sum())
            gradient += float(((left - mean) * x).sum())
            curvature += float((weight * np.square(x - centre)).sum())
        step = float(np.clip(gradient / curvature, -0.5, 0.5))
        slope += step
        if abs(step) < 1e-10:
            break
    return max(slope, 0.0)


def balance(linear: Floats, rate: float) -> float:
    """The intercept with which the mean probability is the rate (0 < rate < 1)."""
    low, high = -LARGEST - float(linear.max()), LARGEST - float(linear.min())
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if float(expit(middle + linear).mean()) < rate else (low, middle)
    return (low + high) / 2


def line(probability: Floats, left: Floats, persons: Integers) -> Line:
    """Calibration line of tested probabilities; `persons` numbers the people, who may appear at several cut-offs.

    The covariance is the sandwich over persons. Not estimable with one class, or where all probabilities are alike,
    or where they separate the classes.
    """
    x = logit(probability)
    if not 0 < left.sum() < len(left) or float(np.ptp(x)) < ALIKE:
        return MISSING
    beta, information = newton(x, left, np.zeros(2))
    if not np.isfinite(beta).all() or np.abs(beta).max() > LARGEST or np.linalg.cond(information) > 1e12:
        return MISSING
    design = np.column_stack([np.ones(len(x)), x])
    rest = left - expit(design @ beta)
    scores = np.column_stack([np.bincount(persons, weights=rest * column) for column in design.T])
    inverse = np.linalg.inv(information)
    return Line(float(beta[0]), float(beta[1]), inverse @ (scores.T @ scores) @ inverse)


def level(probability: Floats, left: Floats, persons: Integers) -> Line:
    """The intercept alone, with the slope 1: for probabilities that are all alike. Not estimable with one class."""
    if not 0 < left.sum() < len(left):
        return MISSING
    x, intercept = logit(probability), 0.0
    for _ in range(STEPS):
        mean = expit(intercept + x)
        step = float((left - mean).sum() / (mean * (1 - mean)).sum())
        intercept += float(np.clip(step, -1.0, 1.0))
        if abs(step) < 1e-10:
            break
    mean = expit(intercept + x)
    scores = np.bincount(persons, weights=left - mean)
    variance = float(np.square(scores).sum() / np.square((mean * (1 - mean)).sum()))
    return Line(intercept, 1.0, np.array([[variance, 0.0], [0.0, 0.0]]))


def newton(x: Floats, left: Floats, precision: Floats) -> tuple[Floats, Floats]:
    """Intercept and slope of a logistic line on x, with a normal prior around (0, 1) of this precision."""
    prior = np.array([0.0, 1.0])
    beta = prior.copy()
    information = np.eye(2)
    value = _objective(beta, x, left, precision)
    for _ in range(STEPS):
        mean = expit(beta[0] + beta[1] * x)
        weight = mean * (1 - mean)
        rest = left - mean
        gradient = np.array([rest.sum(), (rest * x).sum()]) - precision * (beta - prior)
        cross = (weight * x).sum()
        information = np.array([[weight.sum(), cross], [cross, (weight * x * x).sum()]]) + np.diag(precision)
        if np.linalg.det(information) <= 0:
            return np.full(2, np.nan), information
        step = np.linalg.solve(information, gradient)
        scale = 1.0
        while scale > 1e-8 and _objective(beta + scale * step, x, left, precision) < value - ENOUGH * abs(value):
            scale /= 2
        beta = beta + scale * step
        reached = _objective(beta, x, left, precision)
        gain, value = reached - value, reached
        if np.abs(beta).max() > 2 * LARGEST:
            return np.full(2, np.nan), information
        if abs(gain) <= ENOUGH * (1 + abs(value)) and float(np.abs(scale * step).max()) < 1e-8:
            break
    return beta, information


def _objective(beta: Floats, x: Floats, left: Floats, precision: Floats) -> float:
    linear = beta[0] + beta[1] * x
    prior = float((precision * np.square(beta - np.array([0.0, 1.0]))).sum())
    return float((left * linear - np.logaddexp(0.0, linear)).sum()) - 0.5 * prior


@dataclass(frozen=True)
class Reliability:
    """How far the share that leaves may lie from a probability, on the scale of log odds.

    `covariance` (2 x 2) of the calibration line of one cut-off around the ideal: its error in the tests, and how much
    the line differs between cut-offs.
    """

    covariance: Floats

    def interval(self, probability: Floats) -> tuple[Floats, Floats]:
        """95 % interval around each probability."""
        x = logit(probability)
        (a, b), (_, d) = self.covariance
        half = Z95 * np.sqrt(np.maximum(a + 2 * b * x + d * x * x, 0.0))
        return np.asarray(expit(x - half)), np.asarray(expit(x + half))


def reliability(lines: list[Line], pooled: Line) -> Reliability:
    """From the calibration lines of the tested cut-offs and of all together; missing lines are left out.

    Between cut-offs: mean square of the lines' distances from the ideal (0, 1) less their own errors, no eigenvalue
    below 0 (the moment estimate of a random-effects model with a known mean).
    """
    if not np.isfinite(pooled.slope):
        return Reliability(np.full((2, 2), np.nan))
    known = [one for one in lines if np.isfinite(one.slope)]
    between = np.zeros((2, 2))
    if len(known) > 1:
        away = np.array([[one.intercept, one.slope - 1] for one in known])
        within = np.mean([one.covariance for one in known], axis=0)
        eigenvalues, vectors = np.linalg.eigh(away.T @ away / len(known) - within)
        between = vectors @ np.diag(np.maximum(eigenvalues, 0.0)) @ vectors.T
    return Reliability(pooled.covariance + between)
