"""Gamma-Gamma: what a repeat purchase brings, from a customer's number of repeat purchases and their mean value.

Each purchase of a customer is gamma(p, nu), and nu differs between customers as gamma(q, v) (Fader and Hardie 2013).
The value of a purchase is taken to be independent of how often the customer buys; `checks` tests that.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, psi

from customer_analytics.analysis.value.optimum import maximise
from customer_analytics.analysis.value.purchases import Floats, dot
from customer_analytics.statistics import Interval

NAMES = ("p", "q", "v")
LEAST_SHAPE = 1e-3  # p x + q must be above 1 for a mean, above 2 for a variance, by so much


@dataclass(frozen=True)
class Spends:
    """Repeat purchases and their mean value, with the number of customers that share them.

    x: repeat purchase days (at least 1); mean: mean value; log_mean: mean logarithm of it; n: customers. Where values
    are grouped (`histories`), `mean` and `log_mean` are those of the group.
    """

    x: Floats
    mean: Floats
    log_mean: Floats
    n: Floats

    @property
    def customers(self) -> int:
        """Customers behind the values."""
        return int(self.n.sum())


@dataclass(frozen=True)
class SpendModel:
    """Gamma-Gamma with its parameters; v is in money."""

    p: float
    q: float
    v: float

    @property
    def population_mean(self) -> float:
        """Mean value of a repeat purchase over all customers; also the forecast for who never made one."""
        return self.p * self.v / (self.q - 1)

    def expected(self, x: Floats, mean: Floats) -> Floats:
        """Expected value of a purchase; `mean` is not read where x is 0."""
        own = np.where(x > 0, x * mean, 0.0)
        value: Floats = self.p * (self.v + own) / np.maximum(self.p * x + self.q - 1, LEAST_SHAPE)
        return value

    def square_of_sum(self, x: Floats, mean: Floats, count_mean: Floats, count_square: Floats) -> Floats:
        """Mean square of the sum of Y purchases, of which the mean and the mean square are given.

        Infinite where p x + q <= 2: then the spread of the values is too wide for an interval.
        """
        shape = self.p * x + self.q
        scale = self.v + np.where(x > 0, x * mean, 0.0)
        finite = shape > 2 + LEAST_SHAPE
        below = np.where(finite, (shape - 1) * (shape - 2), 1.0)
        square = scale**2 / below * (self.p**2 * count_square + self.p * count_mean)
        return np.where(finite, square, np.inf)


@dataclass(frozen=True)
class SpendFit:
    """A fitted Gamma-Gamma, or why there is none.

    `problem`: "", "few_repeaters", "edge", "flat", "search" or "no_mean" (q <= 1: the mean is not finite).
    """

    model: SpendModel | None
    log_likelihood: float
    intervals: dict[str, Interval]
    covariance: Floats  # of the logarithms of p, q, v
    customers: int
    starts: int
    agreeing: int
    problem: str

    @property
    def holds(self) -> bool:
        """Whether the model may be used."""
        return self.model is not None and not self.problem


class Likelihood:
    """Log-likelihood of p, q and v with its gradient."""

    def __init__(self, spends: Spends) -> None:
        self.data = spends

    def value_and_gradient(self, parameters: Floats) -> tuple[float, Floats]:
        """Log-likelihood of the mean values and its derivatives by p, q and v."""
        p, q, v = (float(value) for value in parameters)
        x, n, z = self.data.x, self.data.n, self.data.mean
        shape, scale = p * x + q, np.log(v + x * z)
        log_x, log_z = np.log(x), self.data.log_mean
        value = dot(
            n,
            gammaln(shape) - gammaln(p * x) - gammaln(q) + q * math.log(v) + (p * x - 1) * log_z + p * x * log_x
            - shape * scale
        )  # fmt: skip
        digamma = psi(shape)
        gradient = np.array(
            [
                dot(n, x * (digamma - psi(p * x) + log_z + log_x - scale)),
                dot(n, digamma - psi(q) + math.log(v) - scale),
                dot(n, q / v - shape / (v + x * z)),
            ]
        )
        return value, gradient


def fit_spend(spends: Spends, minimum_base: int) -> SpendFit:
    """Fit Gamma-Gamma by maximum likelihood; money is scaled by its mean during the search."""
    if spends.customers < minimum_base:
        return _nothing(spends, "few_repeaters")
    unit = dot(spends.n, spends.mean) / spends.customers
    scaled = Spends(spends.x, spends.mean / unit, spends.log_mean - math.log(unit), spends.n)
    starts = [(p, q, (q - 1) / p) for p, q in ((1.0, 2.0), (5.0, 4.0), (2.0, 10.0), (20.0, 3.0), (0.5, 1.5))]
    best = maximise(Likelihood(scaled).value_and_gradient, starts, float(spends.customers))
    if best.problem == "search":
        return _nothing(spends, "search")
    p, q, v = (float(value) for value in best.parameters * np.array([1.0, 1.0, unit]))
    intervals = dict(zip(NAMES, best.intervals, strict=True))
    intervals["v"] = Interval(intervals["v"].low * unit, intervals["v"].high * unit)
    problem = best.problem or ("no_mean" if q <= 1 + LEAST_SHAPE else "")
    return SpendFit(
        model=SpendModel(p, q, v),
        log_likelihood=best.log_likelihood - math.log(unit) * float(spends.n.sum()),
        intervals=intervals,
        covariance=best.covariance,
        customers=spends.customers,
        starts=best.starts,
        agreeing=best.agreeing,
        problem=problem,
    )


def _nothing(spends: Spends, problem: str) -> SpendFit:
    missing = {name: Interval(math.nan, math.nan) for name in NAMES}
    return SpendFit(None, math.nan, missing, np.full((3, 3), np.nan), spends.customers, 0, 0, problem)
