"""Who is changed by a contact: the change as a linear function of what was known before, shrunk towards one for all.

R-learner (Nie and Wager 2021, Quasi-oracle Estimation of Heterogeneous Treatment Effects): outcome and assignment are
taken as residuals, the outcome from what was known, the assignment from its known probability; the change is then a
ridge regression of one on the other. The penalty is chosen by people left out; an infinite one, the same change for
all, is among the choices. Everything is cross-fitted by person: nobody's own outcome takes part in their order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
FOLDS, INNER = 5, 4
PENALTIES = (np.inf, 3e3, 1e3, 3e2, 1e2, 3e1, 1e1, 3.0)
OUTCOME_PENALTY = 10.0


@dataclass(frozen=True)
class Trial:
    """Assignments: one row a person and campaign.

    x: (rows, features), finite; campaign: number from 0; treated: 1 or 0; chance: probability of being treated, by
    campaign; outcome: what may be changed, such as 1 for having stayed or bought, or an amount; person: number of the
    person from 0, the same in each campaign.
    """

    x: Floats
    campaign: Integers
    treated: Floats
    chance: Floats
    outcome: Floats
    person: Integers

    def __len__(self) -> int:
        return len(self.outcome)

    def rows(self, which: npt.NDArray[np.bool_]) -> Trial:
        """Some of the rows."""
        return Trial(
            self.x[which], self.campaign[which], self.treated[which], self.chance[which], self.outcome[which],
            self.person[which],
        )  # fmt: skip


@dataclass(frozen=True)
class Change:
    """A fitted change: level + slopes x standardised features."""

    level: float
    slopes: Floats
    middle: Floats
    spread: Floats
    penalty: float

    def at(self, x: Floats) -> Floats:
        """Change of the outcome that a contact makes."""
        change: Floats = self.level + ((x - self.middle) / self.spread) @ self.slopes
        return change


def fold_of(person: Integers, folds: int, seed: int) -> Integers:
    """Fold of each row: persons in a random order, dealt out in turn."""
    many = int(person.max()) + 1 if len(person) else 0
    order = np.random.default_rng([seed, 73]).permutation(many)
    place = np.empty(many, dtype=np.int64)
    place[order] = np.arange(many) % folds
    fold: Integers = place[person]
    return fold


def fit(trial: Trial, seed: int, *, by_campaign: bool = False, penalties: tuple[float, ...] = PENALTIES) -> Change:
    """The change on all rows of a trial, its penalty chosen by people left out.

    `by_campaign`: each campaign changes by a level of its own, and only what differs within campaigns makes slopes.
    Else campaigns that changed more would make whatever sets their customers apart look like a cause of change.
    `penalties`: to choose from.
    """
    residual = residual_outcome(trial, seed)
    moved = trial.treated - trial.chance
    groups = trial.campaign if by_campaign else np.zeros(len(trial), dtype=np.int64)
    fold = fold_of(trial.person, INNER, seed + 1)
    losses = np.zeros(len(penalties))
    for number in range(INNER if len(penalties) > 1 else 0):
        inside, outside = fold != number, fold == number
        if not outside.any() or not inside.any():
            continue
        for place, penalty in enumerate(penalties):
            change, levels = _ridge(trial.x[inside], residual[inside], moved[inside], groups[inside], penalty)
            changed = change.at(trial.x[outside]) - change.level + levels[groups[outside]]
            rest = residual[outside] - moved[outside] * changed
            losses[place] += float(rest @ rest)
    return _ridge(trial.x, residual, moved, groups, penalties[int(np.argmin(losses))])[0]


def residual_outcome(trial: Trial, seed: int) -> Floats:
    """The outcome less what was expected of it from the features and the campaign, by people left out."""
    residual: Floats = trial.outcome - expected_outcome(trial, seed)
    return residual


def expected_outcome(trial: Trial, seed: int, *, of_control: bool = False) -> Floats:
    """What was expected of each row's outcome from the features and the campaign, by people left out; `of_control`: by
    those who were held out, so what is expected without a contact."""
    fold = fold_of(trial.person, FOLDS, seed + 2)
    columns = _outcome_columns(trial)
    teachers = trial.treated == 0 if of_control else np.ones(len(trial), dtype=np.bool_)
    expected = np.full(len(trial), trial.outcome[teachers].mean() if teachers.any() else 0.0)
    for number in range(FOLDS):
        inside, outside = (fold != number) & teachers, fold == number
        if inside.sum() > columns.shape[1] and outside.any():
            expected[outside] = columns[outside] @ _least_squares(columns[inside], trial.outcome[inside])
    return expected


def cross_fitted(
    trial: Trial, seed: int, *, by_campaign: bool = False, penalties: tuple[float, ...] = PENALTIES
) -> tuple[Floats, Integers]:
    """Change of each row by a fit without its person, and the fold that it was left out in."""
    fold = fold_of(trial.person, FOLDS, seed)
    change = np.zeros(len(trial))
    for number in range(FOLDS):
        outside = fold == number
        if outside.any() and not outside.all():
            made = fit(trial.rows(~outside), seed, by_campaign=by_campaign, penalties=penalties)
            change[outside] = made.at(trial.x[outside])
    return change, fold


def signal(trial: Trial, seed: int) -> Floats:
    """An unbiased, noisy estimate of each row's change: inverse propensity of the residual outcome."""
    residual = residual_outcome(trial, seed)
    one: Floats = residual * (trial.treated - trial.chance) / (trial.chance * (1 - trial.chance))
    return one


def _ridge(x: Floats, residual: Floats, moved: Floats, group: Integers, penalty: float) -> tuple[Change, Floats]:
    """The change, its level that of the mean row; and the level of each group."""
    middle: Floats = x.mean(axis=0)
    deviation: Floats = x.std(axis=0)
    spread = np.where(deviation > 1e-12, deviation, 1.0)
    many = int(group.max()) + 1
    heads = np.bincount(group, minlength=many).astype(np.float64)
    shares = heads / heads.sum()
    if np.isinf(penalty) or x.shape[1] == 0:
        weight = np.bincount(group, weights=moved * moved, minlength=many)
        levels: Floats = np.bincount(group, weights=moved * residual, minlength=many) / np.maximum(weight, 1e-12)
        return Change(float(shares @ levels), np.zeros(x.shape[1]), middle, spread, float(penalty)), levels
    columns = np.column_stack([np.eye(many)[group], (x - middle) / spread]) * moved[:, None]
    weights = np.full(columns.shape[1], penalty)
    weights[:many] = np.where(heads > 0, 0.0, 1.0)  # a campaign that nobody of these rows was in has no level
    # In units of the moved assignments, so that a penalty means the same for whatever shares were held out.
    gram = columns.T @ columns + np.diag(weights) * float((moved**2).mean())
    solved = np.asarray(np.linalg.solve(gram, columns.T @ residual), dtype=np.float64)
    levels = solved[:many]
    return Change(float(shares @ levels), solved[many:], middle, spread, float(penalty)), levels


def _outcome_columns(trial: Trial) -> Floats:
    spread = trial.x.std(axis=0)
    scaled = (trial.x - trial.x.mean(axis=0)) / np.where(spread > 1e-12, spread, 1.0)
    campaigns = np.eye(int(trial.campaign.max()) + 1)[trial.campaign]
    return np.column_stack([campaigns, scaled, scaled**2])


def _least_squares(columns: Floats, outcome: Floats) -> Floats:
    gram = columns.T @ columns + OUTCOME_PENALTY * np.eye(columns.shape[1])
    found = np.asarray(np.linalg.solve(gram, columns.T @ outcome), dtype=np.float64)
    return found
