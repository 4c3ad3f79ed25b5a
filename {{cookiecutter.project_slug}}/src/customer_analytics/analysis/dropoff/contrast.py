"""One group against the rest of the base: odds ratio, exact test, difference, and errors that know who came twice."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from customer_analytics.statistics import Z95, Interval, newcombe

_TIE = 1e-7  # log of the ratio of two chances that are the same
EXACT_UP_TO = 20_000  # units up to which Fisher's test is computed in full; beyond it the score test says the same


class Counts(NamedTuple):
    """Units of a group and of the rest, and how many of each went on."""

    n: int
    reached: int
    rest_n: int
    rest_reached: int

    @property
    def rate(self) -> float:
        """Share of the group that went on; NaN without units."""
        return self.reached / self.n if self.n else math.nan

    @property
    def rest_rate(self) -> float:
        """Share of the rest that went on; NaN without units."""
        return self.rest_reached / self.rest_n if self.rest_n else math.nan

    @property
    def difference(self) -> float:
        """Rate of the group less that of the rest."""
        return self.rate - self.rest_rate


class Moments(NamedTuple):
    """Sums over people of products of their own counts: `nn` = sum of n_i * n_i, `ns` of n_i * s_i, and so on.

    n, s: units and successes in the group; N, S (capitals): those of the same person in group and rest together.
    """

    nn: float
    ns: float
    ss: float
    n_all: float  # n_i * N_i
    n_all_s: float  # n_i * S_i
    s_all: float  # s_i * N_i
    s_all_s: float  # s_i * S_i
    all_nn: float  # N_i * N_i
    all_ns: float  # N_i * S_i
    all_ss: float  # S_i * S_i


def odds_ratio(counts: Counts) -> tuple[float, Interval]:
    """Odds ratio of going on, group against rest, with Haldane and Anscombe's half added to each cell.

    The interval is Woolf's, on the logarithm. (Haldane 1956; Anscombe 1956; Woolf 1955.)
    """
    cells = (
        counts.reached + 0.5,
        counts.n - counts.reached + 0.5,
        counts.rest_reached + 0.5,
        counts.rest_n - counts.rest_reached + 0.5,
    )
    value = cells[0] * cells[3] / (cells[1] * cells[2])
    error = math.sqrt(sum(1 / cell for cell in cells))
    return value, Interval(value * math.exp(-Z95 * error), value * math.exp(Z95 * error))


def fisher(counts: Counts) -> float:
    """Two-sided p of Fisher's exact test; of the score test where there are many units.

    Counted here over all tables with the margins: loading SciPy's statistics takes longer than a report's tests.
    """
    n = counts.n + counts.rest_n
    if not counts.n or not counts.rest_n:
        return 1.0
    if n <= EXACT_UP_TO:
        return _exact(counts)
    pooled = (counts.reached + counts.rest_reached) / n
    error = math.sqrt(pooled * (1 - pooled) * (1 / counts.n + 1 / counts.rest_n))
    return math.erfc(abs(counts.difference) / error / math.sqrt(2)) if error > 0 else 1.0


def _exact(counts: Counts) -> float:
    """Fisher's p: all tables with the same margins that are no likelier than this one, as a share of all."""
    hits = counts.reached + counts.rest_reached
    ways = _log_factorials()
    own = np.arange(max(0, hits - counts.rest_n), min(counts.n, hits) + 1)
    logs = -(ways[own] + ways[counts.n - own] + ways[hits - own] + ways[counts.rest_n - hits + own])
    here = logs[counts.reached - own[0]]
    weights = np.exp(logs - logs.max())
    extreme = logs <= here + _TIE  # tables as likely as this one differ from it by rounding only
    return min(float(weights[extreme].sum() / weights.sum()), 1.0)


@lru_cache(maxsize=1)
def _log_factorials() -> npt.NDArray[np.float64]:
    """log 0!, log 1!, … log EXACT_UP_TO!"""
    return np.concatenate(([0.0], np.cumsum(np.log(np.arange(1, EXACT_UP_TO + 1))))).astype(np.float64)


def plain_variance(counts: Counts) -> float:
    """Variance of the difference of the rates if all units were of different people."""
    own, rest = counts.rate, counts.rest_rate
    return own * (1 - own) / counts.n + rest * (1 - rest) / counts.rest_n


def clustered_variance(counts: Counts, sums: Moments) -> float:
    """Variance of the difference of the rates where a person may have several units, in the group and in the rest.

    Each person's influence is (s - p n)/n_group - (s_rest - q n_rest)/n_rest; the variance is the sum of its squares
    (linearisation of a ratio; Deng, Knoblich, Lu 2018).
    """
    p, q = counts.rate, counts.rest_rate
    # a = s - p n over the group; b = S - q N over all; c = s - q n: influence = a / n_group - (b - c) / n_rest
    aa = sums.ss - 2 * p * sums.ns + p * p * sums.nn
    cc = sums.ss - 2 * q * sums.ns + q * q * sums.nn
    bb = sums.all_ss - 2 * q * sums.all_ns + q * q * sums.all_nn
    ac = sums.ss - (p + q) * sums.ns + p * q * sums.nn
    ab = sums.s_all_s - q * sums.s_all - p * sums.n_all_s + p * q * sums.n_all
    bc = sums.s_all_s - q * sums.s_all - q * sums.n_all_s + q * q * sums.n_all
    rest = bb - 2 * bc + cc
    crossed = ab - ac
    return max(aa / counts.n**2 - 2 * crossed / (counts.n * counts.rest_n) + rest / counts.rest_n**2, 0.0)


class Judged(NamedTuple):
    """A difference with its interval and p; `inflation`: clustered variance over that of independent units, >= 1."""

    low: float
    high: float
    p: float
    inflation: float


def judged(counts: Counts, sums: Moments | None = None) -> Judged:
    """Test of the difference: Fisher's and Newcombe's where each unit is another person, else the clustered error.

    With people who come several times p is the larger of Fisher's and the clustered one, and the interval the wider.
    """
    plain, exact = newcombe(counts.reached, counts.n, counts.rest_reached, counts.rest_n), fisher(counts)
    if sums is None:
        return Judged(plain.low, plain.high, exact, 1.0)
    variance, independent = clustered_variance(counts, sums), plain_variance(counts)
    if variance <= independent or independent <= 0:
        return Judged(plain.low, plain.high, exact, 1.0)
    error = math.sqrt(variance)
    p = math.erfc(abs(counts.difference) / error / math.sqrt(2))
    wide = math.sqrt(variance / independent)
    low = counts.difference - (counts.difference - plain.low) * wide
    high = counts.difference + (plain.high - counts.difference) * wide
    return Judged(max(low, -1.0), min(high, 1.0), max(exact, p), variance / independent)
