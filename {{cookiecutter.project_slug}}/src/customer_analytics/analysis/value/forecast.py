"""What each unique history is expected to buy in the coming months, by the model or by the rule that beat it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from customer_analytics.analysis.value.histories import WEEK
from customer_analytics.analysis.value.purchases import Counts, Floats, PurchaseModel
from customer_analytics.analysis.value.rules import Rule

MONTH = 365.25 / 12  # days
MONTHS = (3, 6, 12)  # told beside the horizon
STEP = 1e-4  # of the differences by the logarithm of a parameter


@dataclass(frozen=True)
class Unique:
    """Unique histories in days, and for each customer the place of its own among them."""

    x: Floats
    recency: Floats
    age: Floats
    place: npt.NDArray[np.int64]

    @classmethod
    def of(cls, x: Floats, recency: Floats, age: Floats) -> Unique:
        """Find the unique histories of customers. One number stands for the three: sorting numbers is fast."""
        wide = float(max(age.max(initial=0), recency.max(initial=0))) + 1
        code = (x * wide + recency) * wide + age
        distinct, place = np.unique(code, return_inverse=True)
        rest, own_age = np.divmod(distinct, wide)
        own_x, own_recency = np.divmod(rest, wide)
        return cls(own_x, own_recency, own_age, place)


@dataclass(frozen=True)
class Forecast:
    """Forecasts by unique history. `counts`: months ahead -> number of purchases; `discount`: mean discount factor of
    the purchases within the horizon; `slopes`: derivatives of the mean at the horizon by the logarithms of the model's
    parameters, one row a parameter (none for a rule).
    """

    alive: Floats
    counts: Mapping[int, Counts]
    discount: Floats
    slopes: Floats


def by_model(model: PurchaseModel, unique: Unique, horizon: int, yearly_rate: float) -> Forecast:
    """Forecast with a fitted model."""
    x, recency, age = unique.x, unique.recency / WEEK, unique.age / WEEK
    counts = {months: model.counts(x, recency, age, _weeks(months)) for months in sorted({*MONTHS, horizon})}
    reached = np.stack([model.expected(x, recency, age, _weeks(month)) for month in range(1, horizon + 1)])
    slopes = []
    for place in range(4):
        ends = []
        for sign in (1, -1):
            values = list(model.values)
            values[place] *= np.exp(sign * STEP)
            moved = PurchaseModel(model.kind, *values)
            ends.append(moved.expected(x, recency, age, _weeks(horizon)))
        slopes.append((ends[0] - ends[1]) / (2 * STEP))
    alive = model.probability_alive(x, recency, age)
    return Forecast(alive, counts, _discount(reached, yearly_rate), np.stack(slopes))


def by_rule(rule: Rule, spread: float, alive: Floats, unique: Unique, horizon: int, yearly_rate: float) -> Forecast:
    """Forecast with a rule: its rate goes on. `spread`: variance over mean, as seen in the held-out days."""
    rate = rule.per_day(unique.x, unique.recency, unique.age)
    counts = {months: _spread_counts(rate * MONTH * months, spread) for months in sorted({*MONTHS, horizon})}
    reached = np.stack([rate * MONTH * month for month in range(1, horizon + 1)])
    return Forecast(alive, counts, _discount(reached, yearly_rate), np.zeros((4, len(rate))))


def _weeks(months: int) -> float:
    return months * MONTH / WEEK


def _discount(reached: Floats, yearly_rate: float) -> Floats:
    """Mean factor over the months: purchases of month m are worth (1 + yearly rate) ^ (-m / 12)."""
    steps = np.diff(reached, axis=0, prepend=0.0)
    factors = (1 + yearly_rate) ** (-np.arange(1, len(reached) + 1) / 12)
    total = reached[-1]
    factor: Floats = np.where(total > 0, factors @ steps / np.where(total > 0, total, 1.0), 1.0)
    return factor


def _spread_counts(mean: Floats, spread: float) -> Counts:
    """Negative binomial counts with the given mean and ratio of variance to mean."""
    from scipy.stats import nbinom

    ratio = max(spread, 1 + 1e-6)
    size = np.maximum(mean / (ratio - 1), 1e-12)
    low, high = (nbinom.ppf(part, size, 1 / ratio) for part in (0.025, 0.975))
    none = np.exp(-size * np.log(ratio))
    is_empty = mean <= 0
    return Counts(
        np.where(is_empty, 1.0, none), mean, ratio * mean, np.where(is_empty, 0.0, low), np.where(is_empty, 0.0, high)
    )
