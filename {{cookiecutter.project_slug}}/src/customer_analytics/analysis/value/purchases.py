"""BG/NBD and MBG/NBD: how often customers buy, and whether they still do, from three numbers a customer.

While a customer is active, purchases are a Poisson process whose rate differs between customers (gamma with shape r
and scale alpha). BG/NBD (Fader, Hardie and Lee 2005): after each *repeat* purchase a customer leaves with a probability
that differs between customers (beta with a and b), so a one-time buyer can not have left. MBG/NBD (Batislam, Denizel
and Filiztekin 2007): also after the first purchase. Both have one form here: after x repeat purchases the chance to
leave is distributed as beta(a, b + x + offset) while the customer is active, with the offset 0 or 1.

Everything runs on arrays of x (repeat purchase days), recency t_x and age T (both in weeks since the first purchase).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import betaln, expit, gammaln, hyp2f1, psi

Floats = npt.NDArray[np.float64]
Kind = Literal["bg_nbd", "mbg_nbd"]
NEAR_ONE, NEAR_POLE = 1e-4, 1e-3  # distances from a = 1 and from a pole at which the closed form loses its digits
MOST_PURCHASES = 20_000  # terms after which the series of the counts is cut
TAIL = 1e-12  # of the mean, left out at its end
OUTSIDE = 0.025  # probability on either side of a prediction interval


def added(codes: npt.NDArray[np.int64], values: Floats, size: int = 0) -> Floats:
    """Sums of values by code."""
    return np.asarray(np.bincount(codes, weights=values, minlength=size), dtype=np.float64)


def dot(one: Floats, other: Floats) -> float:
    """Sum of products, pairwise and in one thread: the same on every machine."""
    return float((one * other).sum())


@dataclass(frozen=True)
class PurchaseModel:
    """A model with its parameters; alpha is in weeks."""

    kind: Kind
    r: float
    alpha: float
    a: float
    b: float

    @property
    def offset(self) -> int:
        """Chances to leave beyond the repeat purchases: 1 where the first purchase is one."""
        return 1 if self.kind == "mbg_nbd" else 0

    @property
    def values(self) -> tuple[float, float, float, float]:
        """r, alpha, a, b."""
        return self.r, self.alpha, self.a, self.b

    def probability_alive(self, x: Floats, recency: Floats, age: Floats) -> Floats:
        """Probability that the customer will buy again if given time. BG/NBD: 1 for x = 0, by construction."""
        alive: Floats = expit(-_log_odds_gone(self.values, self.offset, x, recency, age))
        return alive

    def expected(self, x: Floats, recency: Floats, age: Floats, ahead: float) -> Floats:
        """Expected purchases in the next `ahead` weeks."""
        alive = self.probability_alive(x, recency, age)
        mean: Floats = alive * expected_while_active(
            self.r + x, ahead / (self.alpha + age + ahead), self.a, self.b + x + self.offset
        )
        return mean

    def expected_of_new(self, ages: Floats) -> Floats:
        """Expected repeat purchases by each age (weeks) of a customer of whom only the first purchase is known."""
        active = self.b / (self.a + self.b) if self.offset else 1.0
        shape, rest = np.full_like(ages, self.r), np.full_like(ages, self.b + self.offset)
        return active * expected_while_active(shape, ages / (self.alpha + ages), self.a, rest)

    def counts(self, x: Floats, recency: Floats, age: Floats, ahead: float) -> Counts:
        """Distribution of the number of purchases in the next `ahead` weeks."""
        alive = self.probability_alive(x, recency, age)
        part = ahead / (self.alpha + age + ahead)
        return count_distribution(alive, self.r + x, part, self.a, self.b + x + self.offset)


@dataclass(frozen=True)
class Counts:
    """Number of purchases ahead, one element a history.

    none: probability of no purchase; low, high: 95 % prediction interval of the number itself.
    """

    none: Floats
    mean: Floats
    variance: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Histories:
    """Unique histories with the number of customers that share each: all that the likelihood needs.

    x: repeat purchase days; recency, age: weeks; n: customers. Equal lengths.
    """

    x: Floats
    recency: Floats
    age: Floats
    n: Floats

    @property
    def customers(self) -> int:
        """Customers behind the histories."""
        return int(self.n.sum())

    @property
    def repeaters(self) -> int:
        """Customers with at least one repeat purchase."""
        return int(self.n[self.x > 0].sum())


class Likelihood:
    """Log-likelihood of the four parameters with its gradient, in weeks.

    Special functions are evaluated once for each distinct x; a row costs two logarithms and an exponential.
    """

    def __init__(self, kind: Kind, histories: Histories) -> None:
        self.offset = 1 if kind == "mbg_nbd" else 0
        self.data = histories
        self.distinct, self.place = np.unique(histories.x, return_inverse=True)
        self.customers_at = added(self.place, histories.n)

    def value_and_gradient(self, parameters: Floats) -> tuple[float, Floats]:
        """Log-likelihood and its derivatives by r, alpha, a and b.

        With D1 = (r + x) ln(alpha + T) and D2 = (r + x) ln(alpha + t_x), one customer's likelihood is
        B(a, b')/B(a, b) * Gamma(r + x) alpha^r / Gamma(r) * (exp(-D1) + a/(b' - 1) exp(-D2)), b' = b + x + offset.
        """
        r, alpha, a, b = (float(value) for value in parameters)
        x, n, each = self.data.x, self.data.n, self.distinct
        rest = b + each + self.offset
        odds = _log_odds_gone((r, alpha, a, b), self.offset, x, self.data.recency, self.data.age)
        gone = expit(odds)
        log_age, log_recency = np.log(alpha + self.data.age), np.log(alpha + self.data.recency)
        fixed = gammaln(r + each) - gammaln(r) + r * np.log(alpha) + betaln(a, rest) - betaln(a, b)
        total = dot(self.customers_at, fixed) + dot(n, np.logaddexp(0.0, odds) - (r + x) * log_age)
        per_rate = dot(n, log_age + gone * (log_recency - log_age))
        inverse = (1 - gone) / (alpha + self.data.age) + gone / (alpha + self.data.recency)
        gone_at = added(self.place, n * gone)
        # A one-time buyer of BG/NBD has gone = 0 and b' - 1 may be 0 or below: no term.
        before = np.where(gone_at > 0, rest - 1, 1.0)
        whole = psi(a + b) - psi(a + rest)
        gradient = np.array(
            [
                dot(self.customers_at, psi(r + each) - psi(r) + np.log(alpha)) - per_rate,
                self.customers_at.sum() * r / alpha - dot(n, (r + x) * inverse),
                dot(self.customers_at, whole) + gone_at.sum() / a,
                dot(self.customers_at, psi(rest) - psi(b) + whole) - (gone_at / before).sum(),
            ]
        )
        return total, gradient


def _log_odds_gone(
    parameters: tuple[float, float, float, float], offset: int, x: Floats, recency: Floats, age: Floats
) -> Floats:
    """Log of the odds that the customer left at the last purchase; minus infinity where that is impossible."""
    r, alpha, a, b = parameters
    could_leave = x + offset > 0
    rest = np.where(could_leave, b + x + offset - 1, 1.0)
    odds = np.log(a) - np.log(rest) + (r + x) * (np.log(alpha + age) - np.log(alpha + recency))
    return np.where(could_leave, odds, -np.inf)


def expected_while_active(shape: Floats, part: Floats, a: float, rest: Floats) -> Floats:
    """Expected purchases of a customer who is active now: rate gamma with `shape`, leaving beta(a, rest).

    `part` = t / (alpha + T + t). The closed form of Fader, Hardie and Lee after Euler's transformation: with
    c = a + rest - 1 it is c/(a - 1) * (1 - (1 - part)^(a - 1) * 2F1(c - shape, a - 1; c; part)), whose arguments stay
    small where those of the published form overflow. At a = 1 and at c = 0, -1, ... it is 0/0; there, and where the
    function gives no finite answer, the mean comes from the series of the counts.
    """
    c = a + rest - 1
    is_hard = (np.abs(a - 1) < NEAR_ONE) | ((c < NEAR_POLE) & (np.abs(c - np.round(c)) < NEAR_POLE))
    with np.errstate(all="ignore"):
        power = np.exp((a - 1) * np.log1p(-part))
        mean = c / (a - 1) * (1 - power * hyp2f1(c - shape, a - 1, c, part)) if a != 1 else np.full_like(part, np.nan)
    is_hard = is_hard | ~np.isfinite(mean) | (mean < 0)
    if is_hard.any():
        mean = mean.copy()
        certain = np.ones(int(is_hard.sum()))
        mean[is_hard] = count_distribution(certain, shape[is_hard], part[is_hard], a, rest[is_hard]).mean
    return np.asarray(mean, dtype=np.float64)


def count_distribution(alive: Floats, shape: Floats, part: Floats, a: float, rest: Floats) -> Counts:
    """Number of purchases of customers who are active now with the probability `alive`.

    P(at least k) = alive * P(stays after each of the first k - 1) * P(a negative binomial count is at least k); the
    mean is the sum over k, the mean square that of (2k - 1) times it. In logarithms, so that a thousand purchases do
    not underflow.
    """
    log_part, log_mass = np.log(np.maximum(part, np.finfo(float).tiny)), shape * np.log1p(-part)
    at_least, stays = -np.expm1(log_mass), alive.astype(np.float64)
    none = 1 - stays * at_least
    mean, square, low, high = (np.zeros_like(shape) for _ in range(4))
    rows = np.flatnonzero((part > 0) & (alive > 0))
    for k in range(1, MOST_PURCHASES):
        if not len(rows):
            break
        term = stays[rows] * at_least[rows]
        mean[rows] += term
        square[rows] += (2 * k - 1) * term
        low[rows] += term >= 1 - OUTSIDE
        high[rows] += term > OUTSIDE
        log_mass[rows] += np.log((shape[rows] + k - 1) / k) + log_part[rows]
        at_least[rows] = np.maximum(at_least[rows] - np.exp(log_mass[rows]), 0.0)
        stays[rows] *= (rest[rows] + k - 1) / (a + rest[rows] + k - 1)
        is_past = k > shape[rows] * part[rows] / (1 - part[rows])
        done = is_past & (k * stays[rows] * at_least[rows] < TAIL * (1e-3 + mean[rows]))
        rows = rows[~done]
    return Counts(none, mean, np.maximum(square - mean**2, 0.0), low, high)
