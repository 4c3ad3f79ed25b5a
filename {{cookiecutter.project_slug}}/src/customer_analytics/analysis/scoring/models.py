"""The two models: penalised logistic regression and gradient-boosted trees, with fixed seeds.

Each is fitted at several strengths at once (`Strengths`); which one is used is decided by what came later, on earlier
cut-offs only. One thread: sums then come out the same whatever the machine is doing.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy.special import expit

from customer_analytics.analysis.scoring.calibrate import Calibrator
from customer_analytics.analysis.scoring.design import WEIGHT, Design, prepare
from customer_analytics.analysis.scoring.forest import Codes, Forest, grow
from customer_analytics.analysis.scoring.measures import clipped
from customer_analytics.analysis.scoring.penalised import Linear, fit_path
from customer_analytics.analysis.scoring.result import Floats

ModelName = Literal["logistic", "trees"]
PENALTIES = (0.3, 0.03, 0.01, 0.003, 0.001)  # inverse strengths of the penalty, weakest first
LEAVES = 6  # of a tree
ROUNDS = (10, 20, 35, 55, 85, 120)  # trees after which a strength may stop
MOST_ROWS = {"logistic": 60_000, "trees": 150_000}  # on which one fit learns
LEVEL_ROWS = 20_000  # on which the level of a model is set
CHUNK = 100_000  # rows predicted at once
Strength = tuple[float, ...]


@dataclass(frozen=True)
class Fitted:
    """A model at some strengths, uncalibrated.

    `estimators`: a Linear for each strength, or one Forest that stops at each. `own`: log odds, rows by strengths, of
    LEVEL_ROWS of the people that it learned from (in the order of `sampled`).
    """

    name: ModelName
    design: Design
    estimators: tuple[Linear | Forest, ...]
    strengths: tuple[Strength, ...]
    rows: int
    own: Floats

    def raw(self, frame: pd.DataFrame) -> Floats:
        """Probabilities at each strength: rows by strengths, in the order of `strengths`."""
        made = [np.zeros((0, len(self.strengths)))]
        for begin in range(0, len(frame), CHUNK):
            made.append(self._log_odds(matrix_of(self.name, self.design, frame.iloc[begin : begin + CHUNK])))
        return np.asarray(expit(np.vstack(made)))

    def _log_odds(self, matrix: Any) -> Floats:
        return log_odds(self.estimators, self.strengths, matrix)

    def model(self, place: int, calibrator: Calibrator) -> Model:
        """The model at one strength."""
        strength = self.strengths[place]
        one = self.estimators[0]
        estimator = one.first(int(strength[1])) if isinstance(one, Forest) else self.estimators[place]
        return Model(self.name, self.design, estimator, calibrator, strength, self.rows)


def log_odds(estimators: Sequence[Linear | Forest], strengths: Sequence[Strength], matrix: Any) -> Floats:
    """Rows by strengths."""
    with one_thread():
        if isinstance(estimators[0], Forest):
            return estimators[0].staged(matrix, [int(rounds) for _, rounds in strengths])
        return np.column_stack([one.log_odds(matrix) for one in estimators])


def matrix_of(name: ModelName, design: Design, frame: pd.DataFrame) -> Floats | Codes:
    """What a model reads of these rows."""
    return design.linear(frame) if name == "logistic" else design.trees(frame)


def one_thread() -> AbstractContextManager[object]:
    """While open, linear algebra and trees run in one thread."""
    limits: AbstractContextManager[object] = _libraries().limit(limits=1)
    return limits


@functools.cache
def _libraries() -> Any:
    """The libraries that have threads: looked for once, after all of them are loaded (a search takes 10 ms)."""
    import sklearn.ensemble  # noqa: F401
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

    return ThreadpoolController()


def strengths(name: ModelName) -> tuple[Strength, ...]:
    """What the columns of `raw` stand for: the inverse penalty; or leaves and rounds."""
    if name == "logistic":
        return tuple((value,) for value in PENALTIES)
    return tuple((float(LEAVES), float(rounds)) for rounds in ROUNDS)


def design_of(frame: pd.DataFrame, left: Floats, features: Sequence[str], seed: int) -> Design:
    """What both models read of these people."""
    rows = sampled(frame, MOST_ROWS["logistic"], seed)
    return prepare(frame.iloc[rows], features, left[rows])


def fit_all(
    name: ModelName, frame: pd.DataFrame, left: Floats, design: Design, seed: int,
    asked: tuple[Strength, ...] | None = None,
) -> Fitted:  # fmt: skip
    """Fit at every strength, or at those asked for.

    More than MOST_ROWS rows: those whose ids come first by a hash of seed and id.
    """
    wanted = strengths(name) if asked is None else asked
    rows = sampled(frame, MOST_ROWS[name], seed)
    some = np.searchsorted(rows, sampled(frame, LEVEL_ROWS, seed))  # by the same hash, so among those learned from
    frame, left = frame.iloc[rows], left[rows]
    matrix = matrix_of(name, design, frame)
    with one_thread():
        estimators = learn(name, design, matrix, left, _weights(frame), wanted, seed)
    own = log_odds(estimators, wanted, matrix[some] if len(some) < len(rows) else matrix)
    return Fitted(name, design, estimators, wanted, len(rows), own)


def learn(
    name: ModelName, design: Design, matrix: Any, left: Floats, weights: Floats | None, wanted: Sequence[Strength],
    seed: int,
) -> tuple[Linear | Forest, ...]:  # fmt: skip
    """The estimators for these strengths; `matrix`: of `matrix_of`."""
    if name == "logistic":
        return tuple(fit_path(matrix, left, weights, [strength[0] for strength in wanted]))
    leaves, rounds = int(wanted[0][0]), int(max(strength[1] for strength in wanted))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return (grow(matrix, design.categorical, left, weights, leaves, rounds, seed),)


def _weights(frame: pd.DataFrame) -> Floats | None:
    return frame[WEIGHT].to_numpy(dtype=np.float64) if WEIGHT in frame.columns else None


@dataclass(frozen=True)
class Model:
    """One model at one strength, calibrated.

    `estimator` works on `matrix(frame)`; `calibrator` follows on its probability.
    """

    name: ModelName
    design: Design
    estimator: Linear | Forest
    calibrator: Calibrator
    strength: Strength
    rows: int

    def matrix(self, frame: pd.DataFrame) -> Any:
        """What the estimator reads."""
        return matrix_of(self.name, self.design, frame)

    def raw(self, frame: pd.DataFrame) -> Floats:
        """Probabilities before calibration."""
        made = [np.zeros(0)]
        with one_thread():
            for begin in range(0, len(frame), CHUNK):
                made.append(self.estimator.log_odds(self.matrix(frame.iloc[begin : begin + CHUNK])))
        return np.asarray(expit(np.concatenate(made)))

    def predict(self, frame: pd.DataFrame) -> Floats:
        """Calibrated probability of leaving for each row."""
        return clipped(self.calibrator(self.raw(frame)))


def fit_one(
    name: ModelName, strength: Strength, calibrator: Calibrator, frame: pd.DataFrame, left: Floats,
    features: Sequence[str], seed: int,
) -> Model:  # fmt: skip
    """Fit at one strength, with the design learned from these people."""
    return fit_all(name, frame, left, design_of(frame, left, features, seed), seed, (strength,)).model(0, calibrator)


def sampled(frame: pd.DataFrame, most: int, seed: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Places of at most so many rows, the same for the same ids in whatever order the rows come."""
    if len(frame) <= most:
        return np.arange(len(frame))
    return np.sort(np.argsort(hashes(frame["person_id"], seed), kind="stable")[:most])


def hashes(persons: pd.Series[Any], seed: int) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """A number for each id that depends on the id and the seed alone."""
    key = f"{seed:016d}"[-16:]
    return np.asarray(pd.util.hash_array(persons.astype(str).to_numpy(dtype=object), hash_key=key, categorize=False))
