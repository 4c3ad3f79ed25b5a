"""Whether a column was filled in only after people had left: three tests on who holds a value, none of which needs to
know when it was written.

What was known before a cut-off is held by the same share of alike people at any cut-off, and tells as much of leaving
at each. What is written down after somebody has left is otherwise: hardly anybody who is surely still here holds it
(`purity`), people active now hold it more rarely than the alike people active at past cut-offs, whose leaving lies
behind (`fall`), and it tells the more of leaving, the nearer the cut-off lies to the export (`trend`).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from customer_analytics.analysis.model_checks.panel import Flags, Floats, Ints, Panel
from customer_analytics.statistics import Z95, Interval


class Purity(NamedTuple):
    """Share of the gone and of those surely here who hold the value; odds ratio within those who came together."""

    gone: float
    here: float
    log_odds: float
    error: float
    people: int

    @property
    def interval(self) -> Interval:
        """95 % interval of the odds ratio."""
        half = Z95 * self.error
        return Interval(math.exp(min(self.log_odds - half, 700.0)), math.exp(min(self.log_odds + half, 700.0)))


class Fall(NamedTuple):
    """Share of the holders (or mean rank) at past cut-offs and now, among alike people, and how much it fell."""

    past: float
    now: float
    error: float

    @property
    def value(self) -> float:
        """Past less now."""
        return self.past - self.now

    def p_above(self) -> float:
        """One-sided p that it did not fall."""
        return _p_above(self.value, self.error)


class Trend(NamedTuple):
    """How much the log odds ratio with leaving grows from one cut-off to the next, and its pooled value."""

    slope: float
    error: float
    pooled: float
    pooled_error: float

    def p_above(self) -> float:
        """One-sided p that it does not grow."""
        return _p_above(self.slope, self.error)


def _p_above(value: float, error: float) -> float:
    if not (math.isfinite(value) and error > 0):
        return 1.0
    return float(ndtr(-value / error))


def purity(panel: Panel, holds: Flags) -> Purity:
    """Mantel-Haenszel odds ratio of being gone for holders (`holds`: by row of the panel), within classes of the day of
    coming.

    Variance: Robins, Breslow, Greenland (1986). Where a cell of the sums is empty half a person is added to each.
    """
    counted = panel.gone | panel.here
    held, gone, cohort = panel.by_person(holds)[counted] > 0, panel.gone[counted], panel.cohort[counted]
    log_odds, error = mantel_haenszel(held, gone, cohort)
    shares = [float(held[part].mean()) if part.any() else math.nan for part in (gone, ~gone)]
    return Purity(shares[0], shares[1], log_odds, error, int(counted.sum()))


def mantel_haenszel(exposed: Flags, case: Flags, stratum: Ints) -> tuple[float, float]:
    """Log odds ratio and its standard error over strata; NaN where exposure and outcome vary together in none."""
    if not (0 < exposed.sum() < len(exposed) and 0 < case.sum() < len(case)):
        return math.nan, math.nan
    size = int(stratum.max()) + 1
    cells = [
        np.bincount(stratum[part], minlength=size).astype(float)
        for part in (exposed & case, exposed & ~case, ~exposed & case, ~exposed & ~case)
    ]
    a, b, c, d = cells
    telling = (a + b > 0) & (c + d > 0) & (a + c > 0) & (b + d > 0)
    if not telling.any():
        return math.nan, math.nan
    if not _usable(cells):  # an empty cell: the strata that tell anything as one table, half a person more in each
        cells = [np.array([cell[telling].sum() + 0.5]) for cell in cells]
    return _odds(cells)


def _usable(cells: list[Floats]) -> bool:
    a, b, c, d = cells
    return bool((a * d).sum() > 0 and (b * c).sum() > 0)


def _odds(cells: list[Floats]) -> tuple[float, float]:
    a, b, c, d = cells
    n = np.maximum(a + b + c + d, 1e-300)
    agree, differ = (a + d) / n, (b + c) / n
    r, s = a * d / n, b * c / n
    above, below = float(r.sum()), float(s.sum())
    mixed = float((agree * s + differ * r).sum())
    variance = (agree * r).sum() / (2 * above**2) + mixed / (2 * above * below) + (differ * s).sum() / (2 * below**2)
    return math.log(above / below), math.sqrt(float(variance))


def fall(panel: Panel, value: Floats) -> Fall:
    """Mean of a value by row (a share for 0/1; NaN: not counted) of those lately active, at past cut-offs and now, both
    as if the people had the strata of now. The error counts each person once, over all cut-offs.

    Only whoever was lately active: among the others of now there are some who have left unseen.
    """
    past, now = value[: len(panel.person)], value[len(panel.person) :]
    known_past, known_now = np.isfinite(past) & panel.lately, np.isfinite(now) & panel.now_lately
    size = int(max(panel.stratum.max(initial=0), panel.now_stratum.max(initial=0))) + 1
    stratum, now_stratum = panel.stratum[known_past], panel.now_stratum[known_now]
    past, now = past[known_past], now[known_now]
    here = np.bincount(now_stratum, minlength=size).astype(float)
    there = np.bincount(stratum, minlength=size).astype(float)
    weight = np.where(there > 0, here, 0.0)
    if weight.sum() == 0:
        return Fall(math.nan, math.nan, math.nan)
    weight = weight / weight.sum()
    past_mean = np.bincount(stratum, weights=past, minlength=size) / np.maximum(there, 1)
    now_mean = np.bincount(now_stratum, weights=now, minlength=size) / np.maximum(here, 1)
    parts = np.bincount(
        panel.person[known_past], weights=(weight / np.maximum(there, 1))[stratum] * (past - past_mean[stratum]),
        minlength=panel.people,
    ) - np.bincount(
        panel.now_person[known_now],
        weights=(weight / np.maximum(here, 1))[now_stratum] * (now - now_mean[now_stratum]), minlength=panel.people,
    )  # fmt: skip
    return Fall(float(weight @ past_mean), float(weight @ now_mean), math.sqrt(float(np.square(parts).sum())))


def trend(panel: Panel, holds: Flags) -> Trend:
    """Weighted least squares of the log odds ratio of leaving (within strata) on the number of the cut-off.

    Under the null (known before, the same effect) the cut-offs' estimates are uncorrelated: each window counts only
    those who were here at its beginning.
    """
    estimates = []
    held = holds[: len(panel.person)]
    for cut in range(panel.cuts):
        rows = panel.cut == cut
        log_odds, error = mantel_haenszel(held[rows], panel.left[rows] > 0, panel.stratum[rows])
        if math.isfinite(log_odds) and error > 0:
            estimates.append((float(cut), log_odds, error))
    if not estimates:
        return Trend(math.nan, math.nan, math.nan, math.nan)
    places, values, errors = np.array(estimates).T
    weight = 1 / np.square(errors)
    total = float(weight.sum())
    pooled, pooled_error = float(weight @ values) / total, 1 / math.sqrt(total)
    away = places - float(weight @ places) / total
    spread = float(weight @ np.square(away))
    if len(estimates) < 2 or spread <= 0:
        return Trend(math.nan, math.nan, pooled, pooled_error)
    return Trend(float((weight * away) @ values) / spread, 1 / math.sqrt(spread), pooled, pooled_error)
