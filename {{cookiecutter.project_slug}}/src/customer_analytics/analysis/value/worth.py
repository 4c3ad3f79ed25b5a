"""From purchases ahead to money: discounted value of a customer with its interval, and of groups of customers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import gammaincinv

from customer_analytics.analysis.value.forecast import MONTHS, Forecast, Unique
from customer_analytics.analysis.value.purchases import Floats, added
from customer_analytics.analysis.value.spend import SpendFit, SpendModel
from customer_analytics.statistics import Z95

STEP = 1e-4
LOW, HIGH = 0.025, 0.975
SELDOM = 1e-12  # chance of a purchase below which both ends of the interval are nothing


@dataclass(frozen=True)
class Prices:
    """What a purchase is worth. `fit`: Gamma-Gamma, or None: then every purchase is worth `flat`.

    `factor`: share of a purchase's value that is kept after returns booked apart, times the margin.
    """

    fit: SpendFit | None
    flat: float
    factor: float

    def expected(self, x: Floats, mean: Floats, model: SpendModel | None = None) -> Floats:
        """Expected worth of a purchase."""
        model = model or (self.fit.model if self.fit is not None else None)
        if model is None:
            return np.full(len(x), self.flat * self.factor)
        return self.factor * model.expected(x, mean)

    def square(self, x: Floats, mean: Floats, count_mean: Floats, count_square: Floats) -> Floats:
        """Mean square of the worth of the purchases ahead."""
        model = self.fit.model if self.fit is not None else None
        if model is None:
            return (self.flat * self.factor) ** 2 * count_square
        return self.factor**2 * model.square_of_sum(x, mean, count_mean, count_square)


@dataclass(frozen=True)
class Worth:
    """Money ahead by customer: mean, variance, and what carries the uncertainty of the parameters to it.

    `present`: discounted worth of a purchase; times the slopes of the forecast it is the derivative by the logarithms
    of r, alpha, a, b. `by_spend`: (3, customers), the derivatives by those of p, q, v, in single precision.
    """

    mean: Floats
    variance: Floats
    none: Floats
    price: Floats
    present: Floats
    by_spend: npt.NDArray[np.float32]


def worth(forecast: Forecast, unique: Unique, x: Floats, mean_value: Floats, horizon: int, prices: Prices) -> Worth:
    """Value ahead of customers; `x` and `mean_value` are theirs, `unique.place` leads to their history.

    A customer whose mean value is not positive is priced as one without repeat purchases.
    """
    place, counts = unique.place, forecast.counts[horizon]
    priced = np.where(mean_value > 0, x, 0.0)
    price = prices.expected(priced, mean_value)
    count, discount = counts.mean[place], forecast.discount[place]
    count_square = counts.variance[place] + count**2
    mean = count * price * discount
    square = prices.square(priced, mean_value, count, count_square) * discount**2
    by_spend = np.zeros((3, len(x)), dtype=np.float32)
    model = prices.fit.model if prices.fit is not None else None
    if model is not None:
        for row, name in enumerate(("p", "q", "v")):
            ends = [prices.expected(priced, mean_value, _moved(model, name, sign * STEP)) for sign in (1, -1)]
            by_spend[row] = (ends[0] - ends[1]) / (2 * STEP) * count * discount
    return Worth(mean, np.maximum(square - mean**2, 0.0), counts.none[place], price, price * discount, by_spend)


def _moved(model: SpendModel, name: str, step: float) -> SpendModel:
    values = {"p": model.p, "q": model.q, "v": model.v}
    values[name] *= float(np.exp(step))
    return SpendModel(**values)


def customer_interval(money: Worth) -> tuple[Floats, Floats]:
    """95 % prediction interval of what one customer will bring: nothing with the probability of no purchase, else gamma
    with the mean and variance of the model. NaN above where the spread of the values is not finite.
    """
    buys = np.where(1 - money.none > SELDOM, 1 - money.none, 1.0)
    mean = money.mean / buys
    variance = np.maximum((money.variance + money.mean**2) / buys - mean**2, 1e-12 * mean**2)
    shape = mean**2 / np.where(variance > 0, variance, 1.0)
    low, high = (_quantile(part, money.none, shape, mean) for part in (LOW, HIGH))
    return low, np.where(np.isfinite(money.variance), high, np.nan)


def _quantile(part: float, none: Floats, shape: Floats, mean: Floats) -> Floats:
    found = np.zeros(len(none))
    here = (none < part) & (mean > 0) & np.isfinite(shape) & (shape > 0)
    inside = (part - none[here]) / (1 - none[here])
    found[here] = gammaincinv(shape[here], inside) * mean[here] / shape[here]
    return found


def group_worth(
    money: Worth,
    forecast: Forecast,
    unique: Unique,
    codes: npt.NDArray[np.int64],
    names: Sequence[str],
    horizon: int,
    covariances: tuple[Floats, Floats],
    model_error: float,
) -> pd.DataFrame:
    """One row a group: group, customers, p_alive (mean of those for whom it is known), purchases
    (at the horizon) with low and high, purchases_3, _6, _12 with theirs, clv_mean, clv_low, clv_high (a head),
    clv_total, total_low, total_high.

    Intervals hold what the group will bring: chance of its customers (independent given the parameters), uncertainty
    of the parameters (delta method on the Hessian), and `model_error`, the relative error seen in the held-out days. A
    code of -1 is in no group.
    """
    size = len(names)
    inside = codes >= 0
    own, place = codes[inside], unique.place[inside]

    def total(values: Floats) -> Floats:
        return added(own, values[inside], size)

    customers = np.bincount(own, minlength=size)
    head = np.where(customers > 0, customers, np.nan)
    table = pd.DataFrame({"group": list(names), "customers": customers})
    alive = forecast.alive[place]
    known = added(own, np.isfinite(alive).astype(np.float64), size)
    table["p_alive"] = added(own, np.nan_to_num(alive), size) / np.where(known > 0, known, np.nan)
    slopes = np.stack([added(own, row[place], size) for row in forecast.slopes])
    ahead = added(own, forecast.counts[horizon].mean[place], size)
    doubt = np.sqrt(_carried(slopes, covariances[0])) / np.where(ahead > 0, ahead, np.nan)
    doubt = np.hypot(np.nan_to_num(doubt), model_error)
    for months in (*MONTHS, horizon):
        suffix = f"_{months}" if months in MONTHS else ""
        counts = forecast.counts[months]
        mean = added(own, counts.mean[place], size)
        spread = added(own, counts.variance[place], size)
        half = Z95 * np.sqrt(spread + (doubt * mean) ** 2)
        columns = {"": mean, "_low": np.maximum(mean - half, 0.0), "_high": mean + half}
        for end, values in columns.items():
            table[f"purchases{suffix}{end}"] = values / head
            if months == horizon:
                table[f"purchases{end}"] = values / head
    mean, variance = total(money.mean), total(money.variance)
    variance += (model_error * mean) ** 2
    by_purchases = np.stack([total(row[unique.place] * money.present) for row in forecast.slopes])
    by_spend = np.stack([total(row.astype(np.float64)) for row in money.by_spend])
    variance += _carried(by_purchases, covariances[0]) + _carried(by_spend, covariances[1])
    half = Z95 * np.sqrt(np.where(np.isfinite(variance), np.maximum(variance, 0.0), np.nan))
    table["clv_mean"], table["clv_total"] = mean / head, mean
    table["total_low"], table["total_high"] = np.maximum(mean - half, 0.0), mean + half
    table["clv_low"], table["clv_high"] = table["total_low"] / head, table["total_high"] / head
    return table


def _carried(slopes: Floats, covariance: Floats) -> Floats:
    """Variance that the uncertainty of the parameters carries into each column of the slopes (delta method)."""
    variance: Floats = np.einsum("ig,ij,jg->g", slopes, np.nan_to_num(covariance), slopes)
    return np.maximum(variance, 0.0)
