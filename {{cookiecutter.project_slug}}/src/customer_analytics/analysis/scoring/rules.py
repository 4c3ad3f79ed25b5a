"""Simple rules that a model has to beat, each turned into a probability by what it saw on earlier cut-offs.

A rule reads a feature, or columns of its own, which stand beside the features under the prefix `rule:`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from scipy.special import expit

from customer_analytics.analysis.scoring.calibrate import Calibrator, learn, newton
from customer_analytics.analysis.scoring.measures import clipped, losses
from customer_analytics.analysis.scoring.result import Floats, Integers, Predictor

PREFIX = "rule:"
CLASSES, LEAST = 20, 80  # of a curve: most classes, and fewest people in one
GRID = 201  # points of a logistic curve
FEWEST = 10  # of each class, below which no logistic curve is drawn
PRECISION = (0.01, 0.1)  # of intercept and slope around 0 and 1 for a number with the spread 1: keeps them finite
SHAPES: tuple[Callable[[Floats], Floats], ...] = (
    np.positive,
    lambda values: np.sign(values) * np.sqrt(np.abs(values)),
    lambda values: np.sign(values) * np.log1p(np.abs(values)),
)
PRIOR = 10.0  # people with the base rate that are added to a class or cell


class Rule(Protocol):
    """A rule before it has seen anything. `columns`: what it reads."""

    @property
    def name(self) -> str:
        """Key of the rule."""

    @property
    def columns(self) -> tuple[str, ...]:
        """What it reads."""

    def fit(self, frame: pd.DataFrame, left: Floats) -> Predictor:
        """Learn from people of earlier cut-offs."""


@dataclass(frozen=True)
class RuleSet:
    """Rules with their inputs: by cut-off a frame with person_id and the columns that the rules read (PREFIX).

    `missing`: rules that can not be had, with the reason's key.
    """

    rules: tuple[Rule, ...] = ()
    inputs: Mapping[int, pd.DataFrame] | None = None
    missing: tuple[tuple[str, str], ...] = ()

    def beside(self, frame: pd.DataFrame, cut: int) -> pd.DataFrame:
        """The frame with the rules' columns; people without any have missing values."""
        columns = list(dict.fromkeys(name for rule in self.rules for name in rule.columns if name.startswith(PREFIX)))
        inputs = (self.inputs or {}).get(cut)
        if not columns or inputs is None:
            return frame.assign(**dict.fromkeys(columns, np.nan))
        found = inputs.set_index("person_id")[columns].reindex(frame["person_id"])
        return pd.concat([frame, found.set_index(frame.index)], axis=1)


@dataclass(frozen=True)
class Curve:
    """Probability by one number: straight lines between points, level beyond them. Missing: a rate of its own."""

    column: str
    points: Floats
    rates: Floats
    unknown: float

    def predict(self, frame: pd.DataFrame) -> Floats:
        """Probability of each row."""
        values = frame[self.column].to_numpy(dtype=np.float64)
        found = np.interp(np.nan_to_num(values), self.points, self.rates)
        return clipped(np.where(np.isnan(values), self.unknown, found))


@dataclass(frozen=True)
class CurveRule:
    """The more of one number, the likelier (`falling`: the less likely), by whichever of a few curves fits best."""

    name: str
    column: str
    falling: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """What it reads."""
        return (self.column,)

    def fit(self, frame: pd.DataFrame, left: Floats) -> Predictor:
        """The curve with the best Bayesian information criterion in the people seen.

        Logistic curves of the number, its root and its logarithm; and the rates of classes of equal numbers of people,
        drawn a little to the base rate and made monotone by pooling.
        """
        values = frame[self.column].to_numpy(dtype=np.float64)
        known = ~np.isnan(values)
        base = float((left.sum() + 0.5) / (len(left) + 1))
        unknown = _shrunk(float(left[~known].sum()), float((~known).sum()), base)
        if not known.any():
            return Curve(self.column, np.zeros(1), np.array([base]), unknown)
        values, left = values[known], left[known]
        curves = [self._classes(values, left, base)]
        if min(left.sum(), len(left) - left.sum()) >= FEWEST:
            curves += [self._logistic(values, left, shape) for shape in SHAPES]
        costs = [
            float(losses(np.interp(values, points, rates), left).sum()) + parameters / 2 * np.log(len(values))
            for points, rates, parameters in curves
        ]
        points, rates, _ = curves[int(np.argmin(costs))]
        return Curve(self.column, points, rates, unknown)

    def _classes(self, values: Floats, left: Floats, base: float) -> tuple[Floats, Floats, int]:
        """Points, rates and how many of these differ."""
        codes = _classes(values)
        n = np.bincount(codes).astype(np.float64)
        points = np.bincount(codes, weights=values) / n
        rates = (np.bincount(codes, weights=left) + PRIOR * base) / (n + PRIOR)
        turned = -non_decreasing(-rates, n) if self.falling else non_decreasing(rates, n)
        return points, turned, len(np.unique(turned))

    def _logistic(self, values: Floats, left: Floats, shape: Callable[[Floats], Floats]) -> tuple[Floats, Floats, int]:
        """A logistic curve, flat where it would bend the wrong way: points and rates."""
        points = np.unique(np.quantile(values, np.linspace(0, 1, GRID)))
        shaped = shape(values)
        centre, spread = float(shaped.mean()), (float(shaped.std()) or 1.0) * (-1 if self.falling else 1)
        (intercept, slope), _ = newton((shaped - centre) / spread, left, np.array(PRECISION))
        if not slope > 0:
            return points, np.full(len(points), float(left.mean())), 1
        return points, np.asarray(expit(intercept + slope * (shape(points) - centre) / spread)), 2


@dataclass(frozen=True)
class CalibratedRule:
    """A probability that somebody else computed, with intercept and slope learned on earlier cut-offs."""

    name: str
    column: str

    @property
    def columns(self) -> tuple[str, ...]:
        """What it reads."""
        return (self.column,)

    def fit(self, frame: pd.DataFrame, left: Floats) -> Predictor:
        """Learn the calibration."""
        values = frame[self.column].to_numpy(dtype=np.float64)
        known = ~np.isnan(values)
        base = float((left.sum() + 0.5) / (len(left) + 1))
        unknown = _shrunk(float(left[~known].sum()), float((~known).sum()), base)
        return _Calibrated(self.column, learn(values[known], left[known]), unknown)


@dataclass(frozen=True)
class _Calibrated:
    column: str
    calibrator: Calibrator
    unknown: float

    def predict(self, frame: pd.DataFrame) -> Floats:
        """Probability of each row."""
        values = frame[self.column].to_numpy(dtype=np.float64)
        missing = np.isnan(values)
        return np.where(missing, self.unknown, self.calibrator(np.where(missing, 0.5, values)))


@dataclass(frozen=True)
class BaseRate:
    """The same probability for everybody."""

    rate: float

    def predict(self, frame: pd.DataFrame) -> Floats:
        """The rate for each row."""
        return clipped(np.full(len(frame), self.rate))


def base_rate(left: Floats) -> BaseRate:
    """Share that left among the people seen."""
    return BaseRate(float((left.sum() + 0.5) / (len(left) + 1)))


def _shrunk(left: float, n: float, base: float) -> float:
    return (left + PRIOR * base) / (n + PRIOR)


def _classes(values: Floats) -> Integers:
    """Class of each value: equal numbers of people, equal values together, at least LEAST people where there are."""
    many = int(np.clip(len(values) // LEAST, 1, CLASSES))
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - counts / 2
    codes = np.minimum((many * middle / len(values)).astype(np.int64), many - 1)
    _, codes = np.unique(codes, return_inverse=True)
    return np.asarray(codes[place], dtype=np.int64)


def non_decreasing(values: Floats, weights: Floats) -> Floats:
    """The nearest non-decreasing sequence in weighted least squares (pool adjacent violators)."""
    means: list[float] = []
    totals: list[float] = []
    lengths: list[int] = []
    for value, weight in zip(values, weights, strict=True):
        means.append(float(value))
        totals.append(float(weight))
        lengths.append(1)
        while len(means) > 1 and means[-2] > means[-1]:
            total = totals[-2] + totals[-1]
            means[-2:] = [(means[-2] * totals[-2] + means[-1] * totals[-1]) / total]
            totals[-2:], lengths[-2:] = [total], [lengths[-2] + lengths[-1]]
    return np.repeat(np.array(means, dtype=np.float64), lengths)
