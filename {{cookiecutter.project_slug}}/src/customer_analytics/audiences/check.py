"""Whether the draw did what it promised: the split of the arms against the plan, and how alike the arms are."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2

from customer_analytics.analysis.assignment.draw import round_half_up
from customer_analytics.analysis.assignment.strata import SMALLEST_ARM, Strata
from customer_analytics.statistics import Z95

Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
ALARM = 0.001  # sample ratio mismatch (D7.5)
ALIKE = 0.1  # standardised difference below which two arms are usually called balanced (Austin 2009)


@dataclass(frozen=True)
class RandomisationCheck:
    """The draw, checked. NaN where there is nothing to compare.

    `ratio_p`: chi-square of the two arms against the planned split. `strata_p`: chi-square of arm by stratum.
    `exact`: every stratum holds the floor or the ceiling of its share, and all together exactly the promised number.
    `differences`: measure -> standardised mean difference, held out minus to contact; none of them took part in the
    draw except through the strata. `noise`: the standard error of such a difference between arms of these sizes.
    """

    ratio_p: float
    strata_p: float
    exact: bool
    differences: Mapping[str, float]
    noise: float

    @property
    def sound(self) -> bool:
        """Whether the split is as planned."""
        return self.exact and not self.ratio_p < ALARM

    @property
    def remarkable(self) -> tuple[str, float] | None:
        """The measure in which the arms differ most, where it is more than chance and more than a trifle."""
        known = {name: value for name, value in self.differences.items() if not math.isnan(value)}
        name, value = max(known.items(), key=lambda item: abs(item[1]), default=("", 0.0))
        return (name, value) if abs(value) > max(ALIKE, Z95 * self.noise) else None


def check_draw(held: Mask, strata: Strata, share: Fraction, measures: Mapping[str, Floats]) -> RandomisationCheck:
    """Compare a draw with its plan.

    Args:
        held: who is held out.
        strata: the strata of the same customers.
        share: the promised share.
        measures: numbers known of the same customers before the draw; NaN where unknown.
    """
    n, sizes = len(held), np.asarray(strata.sizes, dtype=np.float64)
    drawn = np.bincount(strata.codes, weights=held, minlength=len(sizes)) if n else np.zeros(len(sizes))
    exact = int(held.sum()) == round_half_up(share * n) and all(
        abs(share * int(size) - int(got)) < 1 for size, got in zip(sizes, drawn, strict=True)
    )
    planned = np.array([float(share), float(1 - share)]) * n
    seen = np.array([held.sum(), n - held.sum()], dtype=np.float64)
    rows: Floats = np.stack([drawn, sizes - drawn]).astype(np.float64)
    noise = math.sqrt((1 / seen).sum()) if n and seen.min() > 0 else math.nan
    differences = {name: standardised_difference(values[held], values[~held]) for name, values in measures.items()}
    return RandomisationCheck(_p(seen, planned, 1), _independence_p(rows), exact, differences, noise)


def standardised_difference(held: Floats, contacted: Floats) -> float:
    """Difference of the means in units of the pooled standard deviation; NaN with fewer than two known values."""
    held, contacted = held[np.isfinite(held)], contacted[np.isfinite(contacted)]
    if min(len(held), len(contacted)) < 2:
        return math.nan
    spread = math.sqrt((held.var(ddof=1) + contacted.var(ddof=1)) / 2)
    difference = float(held.mean() - contacted.mean())
    return difference / spread if spread > 0 else (0.0 if difference == 0 else math.nan)


def _independence_p(rows: Floats) -> float:
    """Chi-square of a table of two rows; NaN where an expected count is below five or there is one column."""
    total = rows.sum()
    if rows.shape[1] < 2 or total == 0:
        return math.nan
    expected = np.outer(rows.sum(axis=1), rows.sum(axis=0)) / total
    return _p(rows.ravel(), expected.ravel(), rows.shape[1] - 1)


def _p(seen: Floats, expected: Floats, freedom: int) -> float:
    if expected.min() < SMALLEST_ARM:
        return math.nan
    return float(chi2.sf(((seen - expected) ** 2 / expected).sum(), freedom))
