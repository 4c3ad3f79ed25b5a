"""Models that learned without the people they are looked at on, and models that learned from other draws of people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from customer_analytics.analysis.churn.samples import Sample
from customer_analytics.analysis.scoring.calibrate import Calibrator
from customer_analytics.analysis.scoring.models import Model, fit_one, hashes, one_thread, sampled
from customer_analytics.analysis.scoring.result import ScoringResult
from customer_analytics.analysis.scoring.rolling import FOLDS, folds

MOST_LEARNED = 40_000  # rows that a model of held-out people learns from
MOST_REFIT = 6_000  # rows that a refit on another draw of the people learns from


@dataclass(frozen=True)
class HeldOut:
    """Some people (person_id, left, features) and a model that did not learn from them. `cut`: their cut-off."""

    cut: int
    model: Model
    frame: pd.DataFrame


def held_out(cuts: Sequence[Sample], scoring: ScoringResult, complete_days: int, seed: int) -> list[HeldOut]:
    """The tested cut-offs, each with the chosen model as earlier cut-offs alone make it; or the folds of the one there
    is. The strength is that of the final model, the calibration that of the test; of very many rows some are learned.

    Args:
        cuts: past cut-offs, oldest first.
        scoring: with a chosen model.
        complete_days: days after a cut-off at which its outcome is complete.
        seed: of the fits.
    """
    model = scoring.model
    assert isinstance(model, Model)
    tested = [cut for cut in cuts if cut.cut in scoring.tests]
    if not scoring.out_of_time:
        return [_fold(cut, number, model, seed) for cut in tested for number in range(FOLDS)]
    found = []
    for test in tested:
        known = [each.frame for each in cuts if each.cut + complete_days <= test.cut]
        frame = pd.concat(known, ignore_index=True)
        found.append(HeldOut(test.cut, _refit(model, _calibrator(scoring, test.cut, model), frame, seed), test.frame))
    return found


def learned(cuts: Sequence[Sample], scoring: ScoringResult) -> list[Sample]:
    """The cut-offs that the final model learned from: all, or the one whose people were left out in turn."""
    return [cut for cut in cuts if scoring.out_of_time or cut.cut in scoring.tests]


def _fold(cut: Sample, number: int, model: Model, seed: int) -> HeldOut:
    own = folds(cut.frame, seed) == number
    return HeldOut(cut.cut, _refit(model, model.calibrator, cut.frame[~own], seed), cut.frame[own])


def _calibrator(scoring: ScoringResult, cut: int, model: Model) -> Calibrator:
    rows = scoring.fits[(scoring.fits["cut"] == cut) & (scoring.fits["method"] == model.name)]
    if not len(rows):
        return model.calibrator
    return Calibrator(float(rows["intercept"].iloc[0]), float(rows["slope"].iloc[0]))


def _refit(model: Model, calibrator: Calibrator, frame: pd.DataFrame, seed: int) -> Model:
    frame = frame.iloc[sampled(frame, MOST_LEARNED, seed)]
    left = frame["left"].to_numpy(np.float64)
    return fit_one(model.name, model.strength, calibrator, frame, left, model.design.features, seed)


def _relearned(model: Model, frame: pd.DataFrame) -> Model:
    """The same model and design, learned from other rows."""
    from sklearn.base import clone

    with one_thread():
        estimator = clone(model.estimator).fit(model.matrix(frame), frame["left"].to_numpy(np.int64))
    return replace(model, estimator=estimator, rows=len(frame))


def redrawn(cuts: Sequence[Sample], model: Model, times: int, seed: int) -> Iterator[Model]:
    """The model as other draws of as many people would have made it: bootstrap of persons, all their rows together."""
    frame = pd.concat([cut.frame for cut in cuts], ignore_index=True)
    persons, names = pd.factorize(frame["person_id"], sort=True)
    if len(frame) > MOST_REFIT:
        order = np.argsort(hashes(pd.Series(names), seed), kind="stable")
        taken = np.zeros(len(names), dtype=bool)
        taken[order[: max(int(len(names) * MOST_REFIT / len(frame)), 1)]] = True
        frame, persons = frame[taken[persons]], persons[taken[persons]]
    everybody = np.unique(persons)
    generator = np.random.default_rng([seed, times])
    for _ in range(times):
        drawn = np.bincount(generator.choice(everybody, len(everybody)), minlength=len(names))
        rows = frame.iloc[np.repeat(np.arange(len(frame)), drawn[persons])]
        if rows["left"].nunique() == 2:
            yield _relearned(model, rows)
