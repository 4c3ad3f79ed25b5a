"""How unevenly customers spend: Lorenz curve, Gini coefficient, shares of the top customers."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from customer_analytics.statistics import Z95, Interval

Floats = npt.NDArray[np.float64]
TOPS = (0.01, 0.05, 0.20)


@dataclass(frozen=True)
class Concentration:
    """Concentration of money among the customers who brought 0 or more.

    `curve`: 101 points, share of money from the top 0, 1, … 100 % of customers, biggest spenders first. `tops` and
    `intervals`: the same for the top 1, 5 and 20 %. Customers with a negative sum are apart: `negatives`, their number,
    and `negative_money`. With no money at all everything is NaN.
    """

    n: int
    total: float
    gini: float
    curve: Floats
    tops: dict[float, float]
    intervals: dict[float, Interval]
    negatives: int
    negative_money: float

    def points(self, minimum_group: int) -> list[tuple[float, float]]:
        """The curve with so few points that at least `minimum_group` customers lie between two of them."""
        step = max(1, math.ceil(100 * minimum_group / max(self.n, 1)))
        places = [place for place in range(0, 101, step) if place <= 100 - step or place == 100]
        return [(place / 100, float(self.curve[place])) for place in sorted({*places, 100})]


def concentration(monetary: Floats) -> Concentration:
    """Concentration of `monetary`, one value per customer."""
    values = np.sort(monetary[monetary >= 0])
    below = monetary[monetary < 0]
    return Concentration(
        n=len(values),
        total=float(values.sum()),
        gini=gini(values),
        curve=top_shares(values, np.linspace(0, 1, 101)),
        tops={share: top_share(values, share) for share in TOPS},
        intervals={share: top_interval(values, share) for share in TOPS},
        negatives=len(below),
        negative_money=float(below.sum()),
    )


def gini(values: Floats) -> float:
    """Gini coefficient with the correction n / (n - 1), so that one customer with everything gives 1.

    NaN with fewer than two customers or no money.
    """
    n = len(values)
    total = values.sum()
    if n < 2 or total <= 0:
        return math.nan
    ranks = np.arange(1, n + 1)
    raw = 2 * float((ranks * np.sort(values)).sum()) / (n * float(total)) - (n + 1) / n
    return raw * n / (n - 1)


def top_shares(values: Floats, shares: Floats) -> Floats:
    """Share of the money that the top `shares` of customers bring; a fraction of a customer counts as that fraction."""
    total = values.sum()
    if len(values) == 0 or total <= 0:
        return np.full(len(shares), math.nan)
    cumulated = np.concatenate([[0.0], np.cumsum(np.sort(values)[::-1])])
    curve: Floats = np.interp(shares * len(values), np.arange(len(values) + 1), cumulated) / total
    return curve


def top_share(values: Floats, share: float) -> float:
    """The same for one share."""
    return float(top_shares(values, np.array([share]))[0])


def top_interval(values: Floats, share: float) -> Interval:
    """95 % interval of a top share by linearisation, the customers taken as a sample (Beach, Davidson 1983).

    Each customer's influence is ((x - q)[x > q] + share * q - T * x) / mean, where q is the spend at which the top
    begins and T the top share.
    """
    n = len(values)
    top = top_share(values, share)
    if n < 2 or math.isnan(top):
        return Interval(math.nan, math.nan)
    cut = float(np.quantile(values, 1 - share))
    influence = (np.maximum(values - cut, 0) + share * cut - top * values) / values.mean()
    half = Z95 * float(influence.std(ddof=1)) / math.sqrt(n)
    return Interval(max(0.0, top - half), min(1.0, top + half))


def share_interval(part: Floats, whole: Floats) -> Interval:
    """95 % interval of sum(part) / sum(whole) over customers, by linearisation of the ratio."""
    n, total = len(whole), float(whole.sum())
    if n < 2 or total <= 0:
        return Interval(math.nan, math.nan)
    share = float(part.sum()) / total
    residual = part - share * whole
    half = Z95 * float(residual.std(ddof=1)) * math.sqrt(n) / total
    return Interval(share - half, share + half)
