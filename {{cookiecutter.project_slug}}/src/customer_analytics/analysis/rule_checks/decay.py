"""How long a rule stays as strong as it is: the half-life of the logarithm of its lift."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from customer_analytics.analysis.rule_checks.tails import Floats

Counts = npt.NDArray[np.int64]
PERIODS = 6  # periods with baskets that a decay needs
EXPECTED = 0.2  # baskets with both expected by chance that a period needs to count for a pair
_INSIDE = 3.841458820694124  # chi-square, one degree of freedom, 95 %
_STEPS, _DRAWS, _LIMIT = 15, 500, 8.0
# Decay a month: half-lives from three weeks to forty years, growth as well as decay, and none.
_RATES: Floats = np.concatenate([-np.geomspace(1.0, 0.0015, 90), [0.0], np.geomspace(0.0015, 1.0, 90)])


@dataclass(frozen=True)
class Decay:
    """Decay a month of log lift with 95 % interval, by pair (arrays) or of all pairs together (floats).

    Half-life in months = ln 2 / rate. A rate at or below 0 is no decay: the half-life is infinite.
    """

    rate: Floats
    low: Floats
    high: Floats
    periods: Counts
    together: float
    together_low: float
    together_high: float
    pairs: int


def half_life(rate: float) -> float:
    """Months until the logarithm of lift has halved; infinite where it does not decay."""
    if math.isnan(rate):
        return math.nan
    return math.log(2) / rate if rate > 0 else math.inf


def decay(a: Counts, r: Counts, c: Counts, n: Counts, months: Floats, which: Counts, seed: int) -> Decay:
    """Fit a ~ Poisson(r·c/n · exp(β·exp(−γ·t))) to the periods of each pair, t in months from the first period.

    γ by its profile over a grid, β by Newton's method at each γ; intervals from the profile, its scale widened by the
    overdispersion of the counts (Pearson over its degrees of freedom, at least 1). All pairs together share γ and keep
    their own β; that interval comes from drawing pairs again, because pairs share items.

    Args:
        a, r, c: (pairs, periods); n: by period.
        months: middle of each period, in months from the first.
        which: pairs that are followed; the others stay NaN.
        seed: of the draws.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = np.where(n > 0, r * c / np.maximum(n, 1), 0.0)
    used = expected >= EXPECTED
    periods = used.sum(axis=1).astype(np.int64)
    fit = (periods >= PERIODS) & (np.where(used, a, 0).sum(axis=1) > 0) & np.isin(np.arange(len(a)), which)
    rate, low, high = (np.full(len(a), math.nan) for _ in range(3))
    if not fit.any():
        return Decay(rate, low, high, periods, math.nan, math.nan, math.nan, 0)
    deviance, scale = _profiles(a[fit].astype(float), np.where(used, expected, 0.0)[fit], months)
    scaled = deviance / scale[:, None]
    rate[fit] = _RATES[scaled.argmin(axis=1)]
    low[fit], high[fit] = _inside(scaled)
    together, ends = _together(scaled, seed)
    return Decay(rate, low, high, periods, together, *ends, int(fit.sum()))


def _profiles(a: Floats, expected: Floats, months: Floats) -> tuple[Floats, Floats]:
    """Deviance of each pair at each rate, and the overdispersion at its best rate."""
    shape = np.exp(np.clip(-_RATES[:, None] * months[None, :], -30, 3))  # (rates, periods)
    deviance = np.empty((len(a), len(_RATES)))
    scale = np.ones(len(a))
    for row in range(len(a)):
        kept = expected[row] > 0
        deviance[row], pearson = _deviances(a[row, kept], expected[row, kept], shape[:, kept])
        scale[row] = max(1.0, pearson[deviance[row].argmin()] / max(int(kept.sum()) - 2, 1))
    return deviance, scale


def _deviances(a: Floats, expected: Floats, shape: Floats) -> tuple[Floats, Floats]:
    """Deviance and Pearson's statistic at each rate with the best β there."""
    start = np.log(max(a.sum(), 0.5) / expected.sum())
    beta = np.full(len(shape), start) / np.maximum(shape.mean(axis=1), 1.0)
    for _ in range(_STEPS):
        mean = expected * np.exp(np.clip(beta[:, None] * shape, -_LIMIT, _LIMIT))
        slope = (shape * (a - mean)).sum(axis=1)
        curve = (shape**2 * mean).sum(axis=1)
        beta = np.clip(beta + np.clip(slope / np.maximum(curve, 1e-12), -1.0, 1.0), -_LIMIT, _LIMIT)
    mean = expected * np.exp(np.clip(beta[:, None] * shape, -_LIMIT, _LIMIT))
    with np.errstate(divide="ignore", invalid="ignore"):
        own = np.where(a > 0, a * np.log(a / mean), 0.0) - (a - mean)
    return 2 * own.sum(axis=1), ((a - mean) ** 2 / mean).sum(axis=1)


def _inside(scaled: Floats) -> tuple[Floats, Floats]:
    """The first rates below and above the best one that are clearly worse than it; never too narrow."""
    fine = scaled <= scaled.min(axis=1, keepdims=True) + _INSIDE
    first, last = fine.argmax(axis=1), len(_RATES) - 1 - fine[:, ::-1].argmax(axis=1)
    low = np.where(fine[:, 0], -math.inf, _RATES[np.maximum(first - 1, 0)])
    return low, np.where(fine[:, -1], math.inf, _RATES[np.minimum(last + 1, len(_RATES) - 1)])


def _together(scaled: Floats, seed: int) -> tuple[float, tuple[float, float]]:
    """The shared rate and its interval: the wider of the profile's and of pairs drawn again."""
    whole = scaled.sum(axis=0)
    best = float(_RATES[whole.argmin()])
    low, high = (float(end[0]) for end in _inside(whole[None, :]))
    if len(scaled) > 1:
        random = np.random.default_rng(seed)
        weights = random.multinomial(len(scaled), np.full(len(scaled), 1 / len(scaled)), size=_DRAWS)
        drawn = _RATES[(weights @ scaled).argmin(axis=1)]
        low, high = min(low, float(np.quantile(drawn, 0.025))), max(high, float(np.quantile(drawn, 0.975)))
    return best, (low, high)
