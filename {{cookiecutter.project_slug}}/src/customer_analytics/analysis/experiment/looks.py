"""When one may stop: looks that were planned, and bounds that hold at any look.

Looking every day and stopping at the first p below .05 finds something in every third experiment in which there is
nothing. Planned looks spend the level slowly (O'Brien and Fleming's spending function, Lan and DeMets 1983); the
confidence sequence of the mixture sequential test (Robbins 1970; Johari and others 2022) holds at every moment at once
and is wider for it.
"""

from __future__ import annotations

import functools
import math
from typing import NamedTuple

import numpy as np
from scipy import optimize, stats

from customer_analytics.analysis.experiment.result import LEVEL
from customer_analytics.statistics import Interval

_GRID = 801  # points of the density of z between two looks
_WIDEST = 8.0  # z beyond which nothing is left


class Always(NamedTuple):
    """p and interval that hold however often one looks."""

    p: float
    interval: Interval


def spent(information: float, level: float = LEVEL) -> float:
    """Level used up when this share of the information is in (Lan and DeMets 1983, half of the level on each side)."""
    if information <= 0:
        return 0.0
    return float(4 * stats.norm.sf(stats.norm.isf(level / 4) / math.sqrt(min(information, 1.0))))


def look_number(planned: int, information: float) -> int:
    """Which of the planned, evenly spaced looks this is: the last one whose share of the information is in."""
    return min(planned, max(1, math.floor(planned * information + 1e-9)))


def information_times(planned: int, information: float) -> tuple[float, ...]:
    """Shares of the information at the looks so far: the earlier ones as planned, this one as it is."""
    look = look_number(planned, information)
    return (*(k / planned for k in range(1, look)), min(information, 1.0))


@functools.lru_cache(maxsize=128)
def boundaries(times: tuple[float, ...], level: float = LEVEL) -> tuple[float, ...]:
    """Bounds of |z| at each look, so that all together reject a true null with no more than `level`.

    Each bound takes what the spending function has released since the look before, by integrating the density of z
    over the paths that have not yet crossed (Armitage, McPherson, Rowe 1969). The first bounds of early looks are so
    far out that nothing is spent: infinite.
    """
    bounds: list[float] = []
    grid, density, used, before = np.zeros(1), np.ones(1), 0.0, 0.0
    for time in times:
        share = spent(time, level) - used
        step = math.sqrt(time - before)
        bound = _bound(grid, density, step, math.sqrt(time), share) if time > before and share > 1e-12 else math.inf
        bounds.append(bound)
        edge = min(bound, _WIDEST) * math.sqrt(time)
        finer = np.linspace(-edge, edge, _GRID)
        weights = np.full(_GRID, finer[1] - finer[0])
        weights[[0, -1]] /= 2
        if time > before:
            density = (stats.norm.pdf((finer[:, None] - grid[None, :]) / step) / step) @ density * weights
            grid = finer
        used, before = spent(time, level), time
    return tuple(bounds)


def _bound(
    grid: np.ndarray[tuple[int], np.dtype[np.float64]], density: np.ndarray[tuple[int], np.dtype[np.float64]],
    step: float, scale: float, share: float,
) -> float:  # fmt: skip
    """The bound of |z| that paths not yet stopped cross with probability `share`; `density`: weighted, on `grid`."""

    def excess(z: float) -> float:
        beyond = stats.norm.sf((z * scale - grid) / step) + stats.norm.cdf((-z * scale - grid) / step)
        return float(beyond @ density) - share

    if excess(_WIDEST) > 0:
        return math.inf
    return float(optimize.brentq(excess, 0.0, _WIDEST))


def always_valid(effect: float, standard_error: float, scale: float, level: float = LEVEL) -> Always:
    """Confidence sequence and p of the mixture test at one moment.

    Args:
        effect: difference so far.
        standard_error: of it, above 0.
        scale: standard deviation of the normal mixture, such as the difference that the whole experiment was sized
            to see; where it is not above 0 the standard error is taken. Any scale is valid, a fitting one is narrower.
    """
    if not standard_error > 0 or math.isnan(effect):
        return Always(float("nan"), Interval(float("nan"), float("nan")))
    variance, mixture = standard_error**2, (scale if scale > 0 else standard_error) ** 2
    total = variance + mixture
    log_ratio = 0.5 * math.log(variance / total) + mixture * effect**2 / (2 * variance * total)
    half = math.sqrt(2 * variance * total / mixture * (math.log(1 / level) + 0.5 * math.log(total / variance)))
    return Always(min(1.0, math.exp(min(0.0, -log_ratio))), Interval(effect - half, effect + half))
