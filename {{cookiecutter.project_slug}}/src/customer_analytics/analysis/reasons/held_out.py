"""Models that learned without the people they are looked at on, and models that learned from other draws of people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from customer_analytics.analysis.churn.samples import Sample
from customer_analytics.analysis.scoring.calibrate import Calibrator
from customer_analytics.analysis.scoring.models import Model, hashes, learn, one_thread
from customer_analytics.analysis.scoring.result import ScoringResult
from customer_analytics.analysis.scoring.rolling import FOLDS, folds

MOST_REFIT = 6_000  # rows that a refit on another draw of the people learns from


@dataclass(frozen=True)
class HeldOut:
    """Some people (person_id, left, features) and a model that did not learn from them. `cut`: their cut-off."""

    cut: int
    model: Model
    frame: pd.DataFrame


def held_out(cuts: Sequence[Sample], scoring: ScoringResult, seed: int) -> list[HeldOut]:
    """The tested cut-offs, each with the chosen model as it was tested there; or the folds of the one there is.

    The strength is that of the final model, the calibration that of the test.

    Args:
        cuts: past cut-offs, oldest first.
        scoring: with a chosen model.
        seed: of the folds.
    """
    model = scoring.model
    assert isinstance(model, Model)
    tested = [cut for cut in cuts if cut.cut in scoring.tests]
    if scoring.out_of_time:
        return [HeldOut(cut.cut, _tested(scoring, cut.cut, cut.cut, model), cut.frame) for cut in tested]
    return [
        HeldOut(cut.cut, _tested(scoring, number, cut.cut, model), cut.frame[folds(cut.frame, seed) == number])
        for cut in tested
        for number in range(FOLDS)
    ]


def learned(cuts: Sequence[Sample], scoring: ScoringResult) -> list[Sample]:
    """The cut-offs that the final model learned from: all, or the one whose people were left out in turn."""
    return [cut for cut in cuts if scoring.out_of_time or cut.cut in scoring.tests]


def _tested(scoring: ScoringResult, place: int, cut: int, model: Model) -> Model:
    """The model of one test (its cut-off, or its fold) at the strength of the final model."""
    fitted = scoring.tested[place, model.name]
    return fitted.model(fitted.strengths.index(model.strength), _calibrator(scoring, cut, model))


def _calibrator(scoring: ScoringResult, cut: int, model: Model) -> Calibrator:
    rows = scoring.fits[(scoring.fits["cut"] == cut) & (scoring.fits["method"] == model.name)]
    if not len(rows) or not scoring.out_of_time:
        return model.calibrator
    return Calibrator(float(rows["intercept"].iloc[0]), float(rows["slope"].iloc[0]))


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
    matrix, left = model.matrix(frame), frame["left"].to_numpy(np.float64)
    for _ in range(times):
        drawn = np.bincount(generator.choice(everybody, len(everybody)), minlength=len(names))
        rows = np.repeat(np.arange(len(frame)), drawn[persons])
        if 0 < left[rows].sum() < len(rows):
            with one_thread():
                (estimator,) = learn(model.name, model.design, matrix[rows], left[rows], None, (model.strength,), seed)
            yield replace(model, estimator=estimator, rows=len(rows))
