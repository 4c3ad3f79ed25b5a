"""Testing as time goes by: each cut-off is predicted by what was known before it, and by nothing else.

For the cut-off k the models learn from all earlier cut-offs whose outcome was complete by then. The strength of a
model and the slope of its calibration come from predictions of earlier cut-offs that were themselves made in advance
(where there are none, from people left out in turn); its level is that of the people it learned from. A rule learns
from the same people.

Where only one cut-off has an outcome (or the data have no dates), its people are left out in turn, fold by fold, with
the same nesting: tested on other people, but not out of time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit

from customer_analytics.analysis.scoring.calibrate import Calibrator, balance, learn_slope
from customer_analytics.analysis.scoring.design import WEIGHT, Design
from customer_analytics.analysis.scoring.measures import logit, losses
from customer_analytics.analysis.scoring.models import (
    LEVEL_ROWS,
    Fitted,
    Model,
    ModelName,
    Strength,
    design_of,
    fit_all,
    hashes,
    sampled,
    strengths,
)  # fmt: skip
from customer_analytics.analysis.scoring.result import BASE_RATE, FITS, MODELS, Floats, Integers
from customer_analytics.analysis.scoring.rules import Rule, base_rate

FOLDS = 4
MOST_TESTS = 4  # published, the latest ones; one before them, where there is one, serves to choose strengths
FEWEST_TESTS = 3  # all of which are published
RECENT = 3  # earlier tests that strength and calibration come from
LEAST_CLASS = 20  # leavers, and stayers, that a method learns from at the least
LEAST_FEATURE_ROWS = 100  # people from which a model is tried; below, only rules


@dataclass(frozen=True)
class Past:
    """People of one completed cut-off: frame with the features and the columns of the rules, and who left."""

    cut: int
    frame: pd.DataFrame
    left: Floats


@dataclass(frozen=True)
class Tested:
    """Predictions of all methods for people who had no part in them: `rows` of the Past at `place`."""

    place: int
    rows: Integers
    probabilities: dict[str, Floats]


@dataclass(frozen=True)
class Rolled:
    """All tests; how each was fitted (FITS), and what, by cut-off (or fold) and model; raw predictions of the models by
    strength, for the last fit."""

    tested: tuple[Tested, ...]
    fits: pd.DataFrame
    models: dict[tuple[int, str], Fitted]
    raw: dict[ModelName, list[tuple[Floats, Floats]]]  # by test: (rows x strengths, left); what the last fit goes by


def roll(
    pasts: Sequence[Past], features: Sequence[str], rules: Sequence[Rule], complete_days: int, seed: int,
    tests: int = MOST_TESTS,
) -> Rolled:  # fmt: skip
    """Test the latest cut-offs that have enough before them, oldest first; `pasts` in order of time.

    `complete_days`: days after a cut-off at which its outcome is complete (gap + horizon).
    """
    tested: list[Tested] = []
    fits: list[tuple[object, ...]] = []
    models: dict[tuple[int, str], Fitted] = {}
    raw: dict[ModelName, list[tuple[Floats, Floats]]] = {name: [] for name in model_names(pasts, features)}
    done: list[int] = []  # places of the cut-offs that `raw` holds
    able = _able(pasts, complete_days)
    first = len(able) - min(len(able), tests + 1)
    for number, (place, known) in enumerate(able[first:]):
        past = pasts[place]
        frame, left = pooled([pasts[i] for i in known])
        some, design = sampled(frame, LEVEL_ROWS, seed), design_of(frame, left, features, seed)
        usable = [i for i, other in enumerate(done) if other in known]
        probabilities: dict[str, Floats] = {}
        is_test = number > 0 or len(able) <= FEWEST_TESTS
        done.append(place)
        for name, own in raw.items():
            earlier = [own[i] for i in usable[-RECENT:]]
            fitted = fit_all(name, frame, left, design, seed)
            made = fitted.raw(past.frame)
            own.append((made, past.left))
            if not is_test:
                continue
            models[past.cut, name] = fitted
            best, slope = settle(name, earlier or [left_out(name, frame, left, design, seed)])
            calibrator = levelled(fitted.own[:, best], left[some], slope)
            probabilities[name] = calibrator(made[:, best])
            fits.append(_fit_row(past.cut, name, len(known), fitted.rows, left, strengths(name)[best], calibrator))
        if is_test:
            probabilities |= rule_predictions(rules, frame, left, past.frame)
            tested.append(Tested(place, np.arange(len(past.left)), probabilities))
    return Rolled(tuple(tested), pd.DataFrame(fits, columns=FITS).astype(object), models, _latest(raw))


def _able(pasts: Sequence[Past], complete_days: int) -> list[tuple[int, list[int]]]:
    """Places of the cut-offs that can be tested, with the places of those that are complete by then, oldest first."""
    found = []
    for place, past in enumerate(pasts):
        known = [i for i in range(place) if pasts[i].cut + complete_days <= past.cut]
        if known and enough(np.concatenate([pasts[i].left for i in known])):
            found.append((place, known))
    return found


def _latest(raw: dict[ModelName, list[tuple[Floats, Floats]]]) -> dict[ModelName, list[tuple[Floats, Floats]]]:
    return {name: tests[-RECENT:] for name, tests in raw.items()}


def cross(past: Past, features: Sequence[str], rules: Sequence[Rule], seed: int) -> Rolled:
    """Leave people out in turn: each fold is predicted from the others, strength and calibration nested in them."""
    tested: list[Tested] = []
    fits: list[tuple[object, ...]] = []
    models: dict[tuple[int, str], Fitted] = {}
    raw: dict[ModelName, list[tuple[Floats, Floats]]] = {name: [] for name in model_names([past], features)}
    codes = folds(past.frame, seed)
    for fold in range(FOLDS):
        here, there = np.flatnonzero(codes == fold), np.flatnonzero(codes != fold)
        frame, left = past.frame.iloc[there], past.left[there]
        some, design = sampled(frame, LEVEL_ROWS, seed), design_of(frame, left, features, seed)
        probabilities: dict[str, Floats] = {}
        for name, own in raw.items():
            best, slope = settle(name, [left_out(name, frame, left, design, seed)])
            fitted = fit_all(name, frame, left, design, seed)
            made = fitted.raw(past.frame.iloc[here])
            models[fold, name] = fitted
            calibrator = levelled(fitted.own[:, best], left[some], slope)
            probabilities[name] = calibrator(made[:, best])
            own.append((made, past.left[here]))
            fits.append(_fit_row(past.cut, name, 0, fitted.rows, left, strengths(name)[best], calibrator))
        probabilities |= rule_predictions(rules, frame, left, past.frame.iloc[here])
        tested.append(Tested(0, here, probabilities))
    return Rolled(tuple(tested), pd.DataFrame(fits, columns=FITS).astype(object), models, raw)


def model_names(pasts: Sequence[Past], features: Sequence[str]) -> tuple[ModelName, ...]:
    """The models worth trying: none without features or with a handful of people."""
    many = sum(len(past.left) for past in pasts)
    return ("logistic", "trees") if features and many >= LEAST_FEATURE_ROWS else ()


def final_models(pasts: Sequence[Past], features: Sequence[str], rolled: Rolled, seed: int) -> dict[str, Model]:
    """Each model fitted on all completed cut-offs, with strength and calibration from all tests."""
    frame, left = pooled(pasts)
    some, design = sampled(frame, LEVEL_ROWS, seed), design_of(frame, left, features, seed)
    models: dict[str, Model] = {}
    for name in rolled.raw:
        best, slope = settle(name, rolled.raw[name])
        fitted = fit_all(name, frame, left, design, seed, (strengths(name)[best],))
        models[name] = fitted.model(0, levelled(fitted.own[:, 0], left[some], slope))
    return models


def settle(name: ModelName, earlier: Sequence[tuple[Floats, Floats]]) -> tuple[int, float]:
    """Place of the strength with the least log loss in earlier predictions (ties: the strongest penalty), and the slope
    that these needed. The level of a cut-off is left aside in both: it is no matter of strength."""
    means = []
    for column in range(earlier[0][0].shape[1]):
        total = 0.0
        for made, left in earlier:
            x = logit(made[:, column])
            own = balance(x, float((left.sum() + 0.5) / (len(left) + 1)))
            total += float(losses(expit(own + x), left).sum())
        means.append(total)
    best = len(means) - 1 - int(np.argmin(means[::-1])) if name == "logistic" else int(np.argmin(means))
    return best, learn_slope([made[:, best] for made, _ in earlier], [left for _, left in earlier])


def levelled(log_odds: Floats, left: Floats, slope: float) -> Calibrator:
    """The slope with the intercept that gives the training people the share of them that left."""
    rate = float((left.sum() + 0.5) / (len(left) + 1))
    return Calibrator(balance(slope * logit(np.asarray(expit(log_odds))), rate), slope)


def left_out(name: ModelName, frame: pd.DataFrame, left: Floats, design: Design, seed: int) -> tuple[Floats, Floats]:
    """Raw predictions of people by models that did not see who of them left, with who did."""
    codes = folds(frame, seed + 1)
    raw = np.full((len(left), len(strengths(name))), np.nan)
    for fold in range(FOLDS):
        here, there = np.flatnonzero(codes == fold), np.flatnonzero(codes != fold)
        if not len(here):
            continue
        if not 0 < left[there].sum() < len(there):
            raw[here] = base_rate(left).rate
            continue
        raw[here] = fit_all(name, frame.iloc[there], left[there], design, seed).raw(frame.iloc[here])
    return raw, left


def folds(frame: pd.DataFrame, seed: int) -> Integers:
    """Fold of each row by its person's id: the same person always in the same one, in whatever order rows come."""
    return (hashes(frame["person_id"], seed) % FOLDS).astype(np.int64)


def rule_predictions(
    rules: Sequence[Rule], frame: pd.DataFrame, left: Floats, ahead: pd.DataFrame
) -> dict[str, Floats]:
    """What each rule, and the base rate, say of the people ahead after learning from these."""
    made = {rule.name: rule.fit(frame, left).predict(ahead) for rule in rules}
    return made | {BASE_RATE: base_rate(left).predict(ahead)}


def pooled(pasts: Sequence[Past]) -> tuple[pd.DataFrame, Floats]:
    """People of several cut-offs under one another, with the column WEIGHT.

    The weights give each cut-off the share of leavers of all: what differs between cut-offs only (a season, the length
    of the history) is then not learned as if it told people apart.
    """
    if not pasts:
        return pd.DataFrame(), np.zeros(0)
    left = np.concatenate([past.left for past in pasts])
    if len(pasts) == 1 or not 0 < left.sum() < len(left):
        return pd.concat([past.frame for past in pasts], ignore_index=True).assign(**{WEIGHT: 1.0}), left
    rate = float(left.mean())
    weights = []
    for past in pasts:
        own = float((past.left.sum() + rate) / (len(past.left) + 1))
        weights.append(np.where(past.left > 0, rate / own, (1 - rate) / (1 - own)))
    frame = pd.concat([past.frame for past in pasts], ignore_index=True)
    return pd.concat([frame, pd.Series(np.concatenate(weights), index=frame.index, name=WEIGHT)], axis=1), left


def enough(left: Floats) -> bool:
    """Whether both classes have the people that learning takes."""
    return bool(min(left.sum(), len(left) - left.sum()) >= LEAST_CLASS)


def _fit_row(
    cut: int, name: str, cuts: int, rows: int, left: Floats, strength: Strength, calibrator: Calibrator
) -> tuple[object, ...]:
    rounds = strength[1] if name == MODELS[1] else float("nan")
    return cut, name, cuts, rows, int(left.sum()), strength[0], rounds, calibrator.intercept, calibrator.slope
