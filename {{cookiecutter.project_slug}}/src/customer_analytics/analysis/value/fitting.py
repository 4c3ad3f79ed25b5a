"""Fitting the purchase models: units, starts, diagnostics, and when there is nothing to estimate."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np

from customer_analytics.analysis.value.optimum import Optimum, maximise
from customer_analytics.analysis.value.purchases import Floats, Histories, Kind, Likelihood, PurchaseModel
from customer_analytics.statistics import Interval

# Shapes of r and of (a, b) at which the searches start; alpha follows from the purchases per week.
STARTS = ((0.3, 0.5, 2.0), (1.0, 1.0, 5.0), (3.0, 2.0, 2.0), (0.6, 0.1, 1.0), (1.0, 0.5, 20.0))
NAMES = ("r", "alpha", "a", "b")
NEVER = (1e-8, 1.0)  # a and b of customers who do not leave
LEAVING = 5.99  # deviance of the model that lets customers leave: 95 % of chi-squared with two degrees of freedom


@dataclass(frozen=True)
class PurchaseFit:
    """A fitted purchase model, or why there is none.

    `problem`: "" when the model may be used, else "few_customers", "few_repeaters", "edge", "flat" or "search".
    `log_likelihood` is of the times in weeks. `covariance`: of the logarithms of r, alpha, a, b.
    """

    kind: Kind
    model: PurchaseModel | None
    log_likelihood: float
    intervals: dict[str, Interval]
    covariance: Floats
    histories: int  # distinct histories that the likelihood ran on
    customers: int
    starts: int
    agreeing: int
    slope: float
    leaving: float  # how much better (deviance) the model is than one in which no customer ever leaves
    stays: bool  # the model is that one: a and b were at the edge, and their intervals are none
    problem: str

    @property
    def leaves(self) -> bool:
        """Whether the data show at all that customers leave; else the probability to be active is none."""
        return not self.stays and self.leaving > LEAVING

    @property
    def holds(self) -> bool:
        """Whether the model may be used."""
        return self.model is not None and not self.problem


def fit(kind: Kind, histories: Histories, minimum_base: int) -> PurchaseFit:
    """Fit a model by maximum likelihood.

    Times are scaled by the mean age during the search, and the result is given in weeks again. Not estimable: fewer
    than `minimum_base` customers or repeat customers, or an optimum at the edge or without curvature.
    """
    problem = ""
    if histories.customers < minimum_base:
        problem = "few_customers"
    elif histories.repeaters < minimum_base:
        problem = "few_repeaters"
    if problem:
        return _nothing(kind, histories, problem)
    unit = float(histories.n @ histories.age) / histories.customers
    if unit <= 0:
        return _nothing(kind, histories, "few_repeaters")
    scaled = Histories(histories.x, histories.recency / unit, histories.age / unit, histories.n)
    rate = float(scaled.n @ scaled.x) / float(scaled.n @ scaled.age)
    likelihood = Likelihood(kind, scaled)
    starts = [(r, r / rate, a, b) for r, a, b in STARTS]
    best = maximise(likelihood.value_and_gradient, starts, float(histories.customers))

    def staying(rates: Floats) -> tuple[float, Floats]:
        value, gradient = likelihood.value_and_gradient(np.array([*rates, *NEVER]))
        return value, gradient[:2]

    stays = maximise(staying, [start[:2] for start in starts[:3]], float(histories.customers))
    leaving = 2 * (best.log_likelihood - stays.log_likelihood)
    # Where nobody visibly leaves, a and b run to the edge together; the model without leaving is then the answer.
    is_nested = bool(best.problem) and not stays.problem and not leaving > LEAVING
    return _in_weeks(kind, histories, _never_leaving(stays) if is_nested else best, unit, leaving, stays=is_nested)


def _never_leaving(rates: Optimum) -> Optimum:
    """The optimum of r and alpha with a and b that let nobody leave, and nothing known about these two."""
    covariance = np.zeros((4, 4))
    covariance[:2, :2] = rates.covariance
    return dataclasses.replace(rates, parameters=np.array([*rates.parameters, *NEVER]), covariance=covariance)


def _in_weeks(
    kind: Kind, histories: Histories, best: Optimum, unit: float, leaving: float, *, stays: bool
) -> PurchaseFit:
    """The optimum with times in weeks: alpha is multiplied, and each purchase carries a density of 1/unit."""
    factors = np.array([1.0, unit, 1.0, 1.0])
    r, alpha, a, b = (float(value) for value in best.parameters * factors)
    intervals = {
        name: Interval(low * float(factor), high * float(factor))
        for name, (low, high), factor in zip(NAMES, best.intervals, factors, strict=True)
    }
    if stays:
        intervals |= dict.fromkeys(("a", "b"), Interval(math.nan, math.nan))
    return PurchaseFit(
        kind=kind,
        model=None if best.problem == "search" else PurchaseModel(kind, r, alpha, a, b),
        log_likelihood=best.log_likelihood - math.log(unit) * float(histories.n @ histories.x),
        intervals=intervals,
        covariance=best.covariance,
        histories=len(histories.x),
        customers=histories.customers,
        starts=best.starts,
        agreeing=best.agreeing,
        slope=best.slope,
        leaving=leaving,
        stays=stays,
        problem=best.problem,
    )


def _nothing(kind: Kind, histories: Histories, problem: str) -> PurchaseFit:
    missing = {name: Interval(math.nan, math.nan) for name in NAMES}
    return PurchaseFit(
        kind=kind,
        model=None,
        log_likelihood=math.nan,
        intervals=missing,
        covariance=np.full((4, 4), np.nan),
        histories=len(histories.x),
        customers=histories.customers,
        starts=0,
        agreeing=0,
        slope=math.nan,
        leaving=math.nan,
        stays=False,
        problem=problem,
    )
