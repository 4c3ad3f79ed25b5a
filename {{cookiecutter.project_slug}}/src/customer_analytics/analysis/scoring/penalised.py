"""Logistic regression with a squared penalty, at several strengths in one go.

The strengths lie close together, so that the solution of one is nearly that of the next, and the curvature of one
serves the next: the first fit computes the matrix of second derivatives, the others start from it and correct it as
they go (Broyden, Fletcher, Goldfarb, Shanno; Nocedal and Wright 2006, Numerical Optimization, section 6.1). Gradients
are exact throughout, so that the answer is that of any other way to the same minimum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.special import expit

from customer_analytics.analysis.scoring.result import Floats

STEPS = 200
ENOUGH = 1e-15  # half the squared distance from the minimum, in units of the mean loss of a person
REFRESH = 6  # steps after which the second derivatives are computed anew
SLIGHT = 1e-4  # of the promised gain that a step must bring
ROUNDING = 1e-14  # of the loss, below which two values cannot be told apart


@dataclass(frozen=True)
class Linear:
    """Log odds as intercept + matrix @ weights."""

    weights: Floats
    intercept: float

    def log_odds(self, matrix: Floats) -> Floats:
        """Of each row."""
        return np.asarray(matrix @ self.weights + self.intercept)


def fit_path(matrix: Floats, left: Floats, weights: Floats | None, inverse: Sequence[float]) -> list[Linear]:
    """Minimise sum of weights x log loss + |slopes|^2 / (2 x inverse) for each inverse penalty, in their order.

    Args:
        matrix: rows by columns, without intercept (which is not penalised).
        left: 0 or 1 a row, both seen.
        weights: of the rows; None: all 1.
        inverse: inverse strengths of the penalty.
    """
    problem = _Problem(matrix, left, weights)
    found: dict[float, Linear] = {}
    point = problem.start()
    curvature = problem.curvature(point)
    for value in sorted(set(inverse)):  # the strongest penalty first: its solution is the nearest to the start
        point, curvature = problem.minimum(point, curvature, 1 / value)
        found[value] = Linear(point[:-1].copy(), float(point[-1]))
    return [found[value] for value in inverse]


class _Problem:
    """Mean loss, its gradient and its second derivatives; points hold the slopes, then the intercept."""

    def __init__(self, matrix: Floats, left: Floats, weights: Floats | None) -> None:
        self.matrix = np.ascontiguousarray(matrix)
        self.left = left
        own = np.ones(len(left)) if weights is None else weights
        self.total = float(own.sum())
        self.share = own / self.total

    def start(self) -> Floats:
        """No slopes, and the intercept of the weighted rate."""
        rate = float(self.share @ self.left)
        return np.append(np.zeros(self.matrix.shape[1]), np.log(rate / (1 - rate)))

    def value(self, point: Floats, penalty: float) -> tuple[float, Floats]:
        """Loss with the penalty, and its gradient."""
        linear = self.matrix @ point[:-1] + point[-1]
        rest = self.share * (expit(linear) - self.left)
        loss = float(self.share @ (np.logaddexp(0.0, linear) - self.left * linear))
        slopes = point[:-1]
        gradient = np.append(rest @ self.matrix + penalty * slopes, rest.sum())
        return loss + 0.5 * penalty * float(slopes @ slopes), gradient

    def curvature(self, point: Floats) -> Floats:
        """Second derivatives of the loss without the penalty."""
        mean = expit(self.matrix @ point[:-1] + point[-1])
        weight = self.share * mean * (1 - mean)
        scaled = self.matrix * np.sqrt(weight)[:, None]
        made = np.empty((len(point), len(point)))
        made[:-1, :-1] = scaled.T @ scaled
        made[:-1, -1] = made[-1, :-1] = weight @ self.matrix
        made[-1, -1] = weight.sum()
        return made

    def minimum(self, point: Floats, curvature: Floats, strength: float) -> tuple[Floats, Floats]:
        """The minimum for one penalty, from a point and second derivatives near it; and these, as last computed."""
        penalty = strength / self.total
        inverse = _inverse(curvature, penalty)
        value, gradient = self.value(point, penalty)
        for step in range(1, STEPS + 1):
            move = -inverse @ gradient
            slope = float(gradient @ move)
            if -slope <= 2 * ENOUGH:
                break
            length = 1.0
            reached, ahead = self.value(point + move, penalty)
            while reached > value + SLIGHT * length * slope + ROUNDING * abs(value) and length > 1e-6:
                length /= 2
                reached, ahead = self.value(point + length * move, penalty)
            turned = ahead - gradient
            point, value, gradient = point + length * move, reached, ahead
            if step % REFRESH == 0:
                curvature = self.curvature(point)
                inverse = _inverse(curvature, penalty)
            else:
                _learn(inverse, length * move, turned)
        return point, curvature


def _inverse(curvature: Floats, penalty: float) -> Floats:
    """Inverse of the second derivatives with the penalty, which the intercept does not bear."""
    whole = curvature.copy()
    places = np.arange(len(whole) - 1)
    whole[places, places] += penalty
    whole[-1, -1] += 1e-12
    return np.asarray(cho_solve(cho_factor(whole, lower=True), np.eye(len(whole))))


def _learn(inverse: Floats, moved: Floats, turned: Floats) -> None:
    """Correct an inverse, in place, so that it explains how the gradient turned over the last move."""
    product = float(moved @ turned)
    if product <= 1e-10 * float(np.linalg.norm(moved) * np.linalg.norm(turned)):
        return
    ahead = inverse @ turned
    inverse += np.outer(moved, moved) * ((product + float(turned @ ahead)) / product**2)
    crossed = np.outer(ahead, moved) / product
    inverse -= crossed + crossed.T
