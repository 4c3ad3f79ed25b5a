"""Whether an order made by people left out is better than chance: a test of the whole making of it.

The interval of the Qini takes the order as given. But the order of each fold is made from the others, whose order is
made from it: by chance the folds agree or disagree all together, and the interval alone would find an order in noise
three times as often as it says. So the measure is drawn again as it would be without any difference: each person's
share in it is kept or turned round by lot (Rademacher multipliers; Wu 1986), in the fits and in what they are held
against alike.

The measure is the covariance of the predicted change with the change that was seen, over people left out.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from customer_analytics.analysis.uplift.learner import FOLDS, Trial, fold_of, residual_outcome

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
DRAWS = 999
LEAST_VARIED = 1e-12


def order_test(trial: Trial, block: Integers, seed: int, penalty: float, *, by_campaign: bool = False) -> float:
    """p of the order by a ridge regression with this penalty being no better than chance; 1 where nothing varies.

    Args:
        trial: the assignments.
        block: of the person; those of a block within a fold are turned round together.
        seed: of the folds, as in learner.cross_fitted, and of the draws.
        penalty: of the fits.
        by_campaign: whether campaigns change by levels of their own, as in learner.fit.
    """
    fold = fold_of(trial.person, FOLDS, seed)
    group = trial.campaign if by_campaign else np.zeros(len(trial), dtype=np.int64)
    moved = trial.treated - trial.chance
    x = _centred(trial.x, moved, group)
    if not x.shape[1]:
        return 1.0
    weight = np.bincount(group, weights=moved * moved)
    residual = residual_outcome(trial, seed)
    level = np.bincount(group, weights=moved * residual) / np.maximum(weight, LEAST_VARIED)
    rest = moved * (residual - level[group] * moved)
    fitted = x * rest[:, None]
    seen = fitted / (trial.chance * (1 - trial.chance))[:, None]
    drawn = np.random.default_rng([seed, 89])
    scores, against, inverse = [], [], []
    for number in range(FOLDS):
        own = fold == number
        cells, cell = np.unique(block[own], return_inverse=True)
        turns = np.vstack([np.ones(len(cells)), drawn.choice((-1.0, 1.0), size=(DRAWS, len(cells)))])
        scores.append(turns @ _summed(fitted[own], cell, len(cells)))
        against.append(turns @ _summed(seen[own], cell, len(cells)))
        others = x[~own] * moved[~own, None]
        ridge = penalty * float((moved**2).mean()) * np.eye(x.shape[1])
        inverse.append(np.linalg.inv(others.T @ others + ridge))
    total = np.sum(scores, axis=0)
    measure = np.zeros(DRAWS + 1)
    for own_scores, own_against, own_inverse in zip(scores, against, inverse, strict=True):
        measure += (((total - own_scores) @ own_inverse) * own_against).sum(axis=1)
    return float((1 + (measure[1:] >= measure[0]).sum()) / (1 + DRAWS))


def _centred(x: Floats, moved: Floats, group: Integers) -> Floats:
    """The columns that vary, standardised, less their mean in the group as the fit weighs it."""
    spread: Floats = x.std(axis=0)
    varied = spread > LEAST_VARIED
    scaled: Floats = (x[:, varied] - x[:, varied].mean(axis=0)) / spread[varied]
    weight = np.maximum(np.bincount(group, weights=moved * moved), LEAST_VARIED)
    for column in scaled.T:
        column -= (np.bincount(group, weights=moved * moved * column) / weight)[group]
    return scaled


def _summed(rows: Floats, cell: Integers, cells: int) -> Floats:
    """Sums of the rows by cell: (cells, columns)."""
    summed = [np.bincount(cell, weights=column, minlength=cells) for column in rows.T]
    return np.column_stack(summed).astype(np.float64)
