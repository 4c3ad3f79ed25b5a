"""High, medium and low: from the base rate and from where a contact pays.

Low: less likely to leave than everybody together. High: the odds of leaving are at least twice those of everybody,
and the risk is one at which a contact of a customer of mean value pays, where money is known and such risks occur.
Medium: between. Where nothing predicts leaving there are no tiers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.statistics import wilson

Floats = npt.NDArray[np.float64]
HIGH, MEDIUM, LOW, UNRANKED = "high", "medium", "low", "unranked"
TIERS = (HIGH, MEDIUM, LOW)
ODDS = 2.0  # times the odds of everybody, from which a risk is high
TESTED = ("tier", "n", "expected", "left", "rate", "low", "high")


@dataclass(frozen=True)
class Bounds:
    """Probabilities from which a customer is medium and high; `from_profit`: whether the upper one is the break-even
    rate. NaN for both where nothing predicts leaving."""

    medium: float
    high: float
    from_profit: bool

    def of(self, probability: Floats) -> npt.NDArray[np.object_]:
        """Tier of each probability."""
        if math.isnan(self.medium):
            return np.full(len(probability), UNRANKED, dtype=object)
        names = np.select([probability >= self.high, probability >= self.medium], [HIGH, MEDIUM], default=LOW)
        tier: npt.NDArray[np.object_] = names.astype(object)
        return tier


def bounds(base_rate: float, break_even: float, probability: Floats, minimum: int) -> Bounds:
    """Where the tiers begin.

    Args:
        base_rate: share that left in the tests.
        break_even: share of leaving customers from which a contact pays; NaN where money is not known.
        probability: predicted in the tests; the break-even rate counts only if `minimum` of them reach it.
        minimum: customers.
    """
    odds = ODDS * base_rate / (1 - base_rate) if base_rate < 1 else math.inf
    doubled = odds / (1 + odds) if math.isfinite(odds) else 1.0
    reached = not math.isnan(break_even) and int((probability >= break_even).sum()) >= minimum
    if reached and break_even > doubled:
        return Bounds(base_rate, break_even, True)
    return Bounds(base_rate, doubled, False)


def tested(tier: npt.NDArray[np.object_], probability: Floats, left: Floats, minimum: int) -> pd.DataFrame:
    """Expected and seen at the last tested cut-off: tier, n, expected (mean probability), left, rate, low, high. No
    rate for fewer than `minimum` customers."""
    rows = []
    for name in TIERS:
        own = tier == name
        n, gone = int(own.sum()), int(left[own].sum())
        known = n >= max(minimum, 1)
        low, high = wilson(gone, n) if known else (math.nan, math.nan)
        expected = float(probability[own].mean()) if known else math.nan
        rows.append((name, n, expected, gone, gone / n if known else math.nan, low, high))
    return pd.DataFrame(rows, columns=list(TESTED))
