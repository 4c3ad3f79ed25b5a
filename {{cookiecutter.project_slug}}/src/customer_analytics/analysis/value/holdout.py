"""Held-out days: what the model, fitted on what was known before them, expected, and what came; against naive rules."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from customer_analytics.analysis.value.fitting import PurchaseFit
from customer_analytics.analysis.value.histories import WEEK
from customer_analytics.analysis.value.purchases import Floats, added
from customer_analytics.analysis.value.rules import Rule
from customer_analytics.analysis.value.spend import SpendFit
from customer_analytics.statistics import Z95, Interval

TENTHS = 10
MOST_REPEATS = 7  # last row of the table by calibration frequency: so many repeat purchases and more
TOP = 0.2  # customers with the highest forecasts, whose share of the purchases is told


@dataclass(frozen=True)
class Score:
    """How one forecast did: bias = sum expected / sum actual - 1 with its interval, errors per customer, capture.

    `capture`: share of all purchases made by the fifth of customers with the highest forecasts; `better_by`: how much
    smaller its mean squared error is than the model's, with its 95 % interval (paired by customer; 0 for the model).
    """

    name: str
    bias: float
    bias_interval: Interval
    absolute_error: float
    squared_error: float
    capture: float
    better_by: float
    better_interval: Interval

    @property
    def wins(self) -> bool:
        """Whether it beats the model by more than chance explains."""
        return self.better_interval.low > 0


@dataclass(frozen=True)
class ValueHoldout:
    """Forecasts for the `days` after `cut` (a day number) against what came.

    `scores`: the model first. `by_repeats`: repeats (7: and more), customers, actual, expected, low, high (95 % of the
    actual mean). `tenths`: tenth (1: highest forecasts), actual, expected, low, high. `spread`: sum of squared errors
    over the sum of the forecasts, per forecast by name, for the intervals of a rule.
    """

    cut: int
    days: int
    customers: int
    fit: PurchaseFit
    scores: tuple[Score, ...]
    by_repeats: pd.DataFrame
    tenths: pd.DataFrame
    actual: float
    expected: float
    money_actual: float
    money_expected: float
    spread: dict[str, float]

    @property
    def model(self) -> Score:
        """The model's own score."""
        return self.scores[0]

    @property
    def winner(self) -> str:
        """Name of the forecast to use: the model unless a rule beats it; of several, the one with least error."""
        winners = [score for score in self.scores[1:] if score.wins]
        return min(winners, key=lambda score: score.squared_error).name if winners else self.model.name

    @property
    def money_bias(self) -> float:
        """Expected over actual money of the held-out days, less one; NaN without either."""
        if not self.money_actual > 0 or math.isnan(self.money_expected):
            return math.nan
        return self.money_expected / self.money_actual - 1


def evaluate(
    table: pd.DataFrame, cut: int, days: int, fitted: PurchaseFit, spend: SpendFit | None, rules: tuple[Rule, ...]
) -> ValueHoldout:
    """Score the fitted model and the rules on `histories.split_table`; the model must hold."""
    assert fitted.model is not None
    names = ("x", "recency", "age", "y", "n", "repeat_value", "value")
    x, recency, age, y, n, repeat_value, value = (table[name].to_numpy(np.float64) for name in names)
    model = fitted.model.expected(x, recency / WEEK, age / WEEK, days / WEEK)
    forecasts: dict[str, Floats] = {fitted.kind: model}
    forecasts |= {rule.name: rule.per_day(x, recency, age) * days for rule in rules}
    money = math.nan
    if spend is not None and spend.model is not None and spend.holds:
        # The expected value of a purchase is linear in the mean value, so the sum over customers needs only their sum.
        p, q, v = spend.model.p, spend.model.q, spend.model.v
        money = float((model * p * (n * v + repeat_value) / (p * x + q - 1)).sum())
    return ValueHoldout(
        cut=cut,
        days=days,
        customers=int(n.sum()),
        fit=fitted,
        scores=tuple(_score(name, expected, model, y, n) for name, expected in forecasts.items()),
        by_repeats=_by_repeats(x, y, model, n),
        tenths=_tenths(y, model, n),
        actual=float(n @ y),
        expected=float(n @ model),
        money_actual=float(value.sum()),
        money_expected=money,
        spread={
            name: float(n @ (y - expected) ** 2) / max(float(n @ expected), 1e-9)
            for name, expected in forecasts.items()
        },
    )


def _score(name: str, expected: Floats, model: Floats, y: Floats, n: Floats) -> Score:
    customers, total = float(n.sum()), float(n @ y)
    error = expected - y
    ratio = float(n @ expected) / total if total > 0 else math.nan
    half = Z95 * math.sqrt(float(n @ (expected - ratio * y) ** 2)) / total if total > 0 else math.nan
    gain = (model - y) ** 2 - error**2
    mean = float(n @ gain) / customers
    spread = Z95 * math.sqrt(max(float(n @ gain**2) / customers - mean**2, 0.0) / customers)
    return Score(
        name=name,
        bias=ratio - 1,
        bias_interval=Interval(ratio - 1 - half, ratio - 1 + half),
        absolute_error=float(n @ np.abs(error)) / customers,
        squared_error=float(n @ error**2) / customers,
        capture=_capture(expected, y, n),
        better_by=mean,
        better_interval=Interval(mean - spread, mean + spread),
    )


def _capture(expected: Floats, y: Floats, n: Floats) -> float:
    """Share of the purchases made by the top fifth; customers with equal forecasts share the cut in proportion."""
    total = float(n @ y)
    if total <= 0:
        return math.nan
    _, customers, purchases, _ = _by_forecast(expected, y, n)
    inside = np.clip((TOP * n.sum() - (np.cumsum(customers) - customers)) / customers, 0.0, 1.0)
    return float(inside @ purchases) / total


def _by_forecast(expected: Floats, y: Floats, n: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Distinct forecasts from the highest down: forecast, customers, purchases, sum of squared purchases."""
    distinct, place = np.unique(np.round(-expected, 12), return_inverse=True)
    customers, purchases, squares = (added(place, weights) for weights in (n, n * y, n * y**2))
    return -distinct, customers, purchases, squares


def _tenths(y: Floats, expected: Floats, n: Floats) -> pd.DataFrame:
    forecast, customers, purchases, squares = _by_forecast(expected, y, n)
    ends = np.cumsum(customers)
    rows = []
    for tenth in range(TENTHS):
        low, high = ends[-1] * tenth / TENTHS, ends[-1] * (tenth + 1) / TENTHS
        part = np.clip((np.minimum(ends, high) - np.maximum(ends - customers, low)) / customers, 0.0, 1.0)
        count = float(part @ customers)
        actual = float(part @ purchases) / count
        half = _half(count, actual, float(part @ squares))
        mean = float(part @ (customers * forecast)) / count
        rows.append((tenth + 1, count, actual, mean, max(actual - half, 0.0), actual + half))
    return pd.DataFrame(rows, columns=["tenth", "customers", "actual", "expected", "low", "high"])


def _by_repeats(x: Floats, y: Floats, expected: Floats, n: Floats) -> pd.DataFrame:
    rows = []
    for repeats in range(MOST_REPEATS + 1):
        here = x >= repeats if repeats == MOST_REPEATS else x == repeats
        count = float(n[here].sum())
        if count == 0:
            rows.append((repeats, 0, math.nan, math.nan, math.nan, math.nan))
            continue
        actual = float(n[here] @ y[here]) / count
        half = _half(count, actual, float(n[here] @ y[here] ** 2))
        mean = float(n[here] @ expected[here]) / count
        rows.append((repeats, int(count), actual, mean, max(actual - half, 0.0), actual + half))
    return pd.DataFrame(rows, columns=["repeats", "customers", "actual", "expected", "low", "high"])


def _half(count: float, mean: float, squares: float) -> float:
    """Half the 95 % interval of a mean from its sum of squares."""
    if count < 2:
        return math.nan
    return Z95 * math.sqrt(max(squares / count - mean**2, 0.0) / (count - 1))
