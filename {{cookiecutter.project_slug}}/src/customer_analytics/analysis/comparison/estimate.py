"""The effect on those who were contacted: from partners, from weights, and without either.

Partners: mean of the outcome less what the partners did, corrected by a regression for what is still different within a
pair (Abadie and Imbens 2011, Bias-corrected matching estimators). Its variance is that of Abadie and Imbens (2006,
theorem 7), which counts how often each partner is used; a bootstrap of matched people would not be valid.

Weights: everybody else counts by the odds of having been contacted, corrected by the same regression (Robins,
Rotnitzky, Zhao 1994; for the contacted: Moodie and others 2018); right if either the odds or the regression is.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from customer_analytics.analysis.comparison.design import Design, Flags, Floats, Integers, scaled
from customer_analytics.analysis.comparison.matching import Matches
from customer_analytics.statistics import Z95

RIDGE = 1e-6  # of the largest eigenvalue: keeps a regression on columns that say the same solvable
MOST_PULL = 0.9  # of one person on the regression, beyond which HC3 would divide by nothing
MOST_ODDS = 50.0  # odds above which a person of the others counts no more: nobody may stand for a whole group


class Estimate(NamedTuple):
    """Means of both groups and their difference with its standard error; NaN where not estimable."""

    n: int
    n_others: float
    mean: float
    mean_others: float
    effect: float
    error: float

    @property
    def low(self) -> float:
        """Lower end of the 95 % interval."""
        return self.effect - Z95 * self.error

    @property
    def high(self) -> float:
        """Upper end of the 95 % interval."""
        return self.effect + Z95 * self.error

    @property
    def p(self) -> float:
        """Two-sided p by the normal distribution; NaN without spread."""
        if not self.error > 0:
            return math.nan
        return math.erfc(abs(self.effect) / self.error / math.sqrt(2))


NONE = Estimate(0, 0, math.nan, math.nan, math.nan, math.nan)


def difference(outcome: Floats, contacted: Flags) -> Estimate:
    """The contacted less all others, as they are (Welch)."""
    first, second = outcome[contacted], outcome[~contacted]
    if len(first) < 2 or len(second) < 2:
        return NONE
    error = math.sqrt(first.var(ddof=1) / len(first) + second.var(ddof=1) / len(second))
    return Estimate(len(first), len(second), first.mean(), second.mean(), first.mean() - second.mean(), error)


def change(after: Floats, before: Floats) -> Estimate:
    """The same people after less before."""
    if len(after) < 2:
        return NONE
    error = math.sqrt((after - before).var(ddof=1) / len(after))
    return Estimate(len(after), len(after), after.mean(), before.mean(), (after - before).mean(), error)


def matched(outcome: Floats, found: Design, matches: Matches) -> Estimate:
    """The contacted who have partners less their partners, corrected within pairs."""
    if len(matches.contacted) < 2:
        return NONE
    weight = np.where(found.contacted, 0.0, matches.weight)
    if (weight > 0).sum() < 2:
        return NONE
    residual, noisy = _residuals(outcome, found, weight)
    kept = matches.partners >= 0
    of_partners = np.where(kept, residual[matches.partners], 0.0).sum(axis=1) / kept.sum(axis=1)
    pairs = residual[matches.contacted] - of_partners
    effect = float(pairs.mean())
    error = _matching_error(_noise(noisy, found), matches, weight, pairs)
    mean = float(outcome[matches.contacted].mean())
    effective = float(weight.sum() ** 2 / (weight**2).sum())
    return Estimate(len(matches.contacted), effective, mean, mean - effect, effect, error)


def _matching_error(noise: Floats, matches: Matches, weight: Floats, pairs: Floats) -> float:
    """Standard error of the matched effect (Abadie and Imbens 2006): the pairs, and partners used more than once."""
    kept = matches.partners >= 0
    share = np.broadcast_to((1 / kept.sum(axis=1))[:, None], kept.shape)
    squares = np.zeros(len(weight))
    np.add.at(squares, matches.partners[kept], share[kept] ** 2)
    variance = ((pairs - pairs.mean()) ** 2).sum() + ((weight**2 - squares) * noise).sum()
    return math.sqrt(max(float(variance), 0.0)) / len(pairs)


def _noise(residual: Floats, found: Design) -> Floats:
    """Variance of each other person's outcome about what was expected, from the two neighbours in log odds."""
    noise = np.zeros(len(residual))
    rows: Integers = np.flatnonzero(~found.contacted)
    if len(rows) < 2:
        return noise
    order = rows[np.lexsort((found.logit[rows], found.stratum[rows]))]
    ranked = residual[order]
    steps = np.diff(ranked) ** 2 / 2
    both = (np.r_[steps, steps[-1]] + np.r_[steps[0], steps]) / 2
    noise[order] = both
    return noise


def weighted(outcome: Floats, found: Design) -> Estimate:
    """The contacted less all others weighted by their odds, corrected by a regression: doubly robust."""
    inside = found.contacted
    if inside.sum() < 2 or (~inside).sum() < 2 or not found.fitted:
        return NONE
    odds = np.where(inside, 0.0, np.minimum(np.exp(np.clip(found.logit, -30, 30)), MOST_ODDS))
    total, n = odds.sum(), int(inside.sum())
    if not total > 0:
        return NONE
    residual, noisy = _residuals(outcome, found, odds)
    first, second = float(residual[inside].mean()), float(odds @ residual / total)
    effect = first - second
    influence = np.where(inside, (residual - first) / n, -odds * (noisy - second) / total)
    mean = float(outcome[inside].mean())
    error = math.sqrt(float((influence**2).sum()))
    return Estimate(n, float(total**2 / (odds**2).sum()), mean, mean - effect, effect, error)


def _residuals(outcome: Floats, found: Design, weight: Floats) -> tuple[Floats, Floats]:
    """Outcome less what was to be expected without contact, by weighted least squares on the others; and the same for
    the noise, with each person's own pull on the regression taken out (HC3): with few others it would look too small.
    """
    columns = np.column_stack([np.ones(len(found.x)), scaled(found.x)])
    gram = (columns * weight[:, None]).T @ columns
    gram += RIDGE * max(float(np.linalg.eigvalsh(gram)[-1]), 1e-12) * np.eye(len(gram))
    inverse = np.linalg.inv(gram)
    residual = np.asarray(outcome - columns @ (inverse @ (columns.T @ (weight * outcome))), dtype=np.float64)
    pull = np.minimum(np.einsum("ij,jk,ik->i", columns, inverse, columns) * weight, MOST_PULL)
    return residual, residual / (1 - pull)
