"""The two models: penalised logistic regression and gradient-boosted trees, from scikit-learn, with fixed seeds.

Each is fitted at several strengths at once (`Strengths`); which one is used is decided by what came later, on earlier
cut-offs only. One thread: sums then come out the same whatever the machine is doing.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from customer_analytics.analysis.scoring.calibrate import Calibrator
from customer_analytics.analysis.scoring.design import Design, prepare
from customer_analytics.analysis.scoring.measures import clipped
from customer_analytics.analysis.scoring.result import Floats

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression

ModelName = Literal["logistic", "trees"]
PENALTIES = (0.3, 0.03, 0.01, 0.003, 0.001)  # inverse strengths of the penalty, weakest first
LEAVES = 6  # of a tree
ROUNDS = (10, 20, 35, 55, 85, 120)  # trees after which a strength may stop
RATE = 0.08
LEAST_LEAF = 20
MOST_ROWS = {"logistic": 60_000, "trees": 150_000}  # on which one fit learns
WEIGHT = "rule:weight"  # column of the training people that a fit weighs them by, where there is one
CHUNK = 100_000  # rows predicted at once
Strength = tuple[float, ...]


@dataclass(frozen=True)
class Fitted:
    """A model at all its strengths, uncalibrated."""

    name: ModelName
    design: Design
    estimators: tuple[LogisticRegression | HistGradientBoostingClassifier, ...]
    rows: int

    def raw(self, frame: pd.DataFrame) -> Floats:
        """Probabilities at each strength: rows by strengths, in the order of `strengths`."""
        with one_thread():
            made = [self._chunk(frame.iloc[begin : begin + CHUNK]) for begin in range(0, len(frame), CHUNK)]
        return np.vstack(made) if made else np.zeros((0, len(strengths(self.name))))

    def _chunk(self, frame: pd.DataFrame) -> Floats:
        if self.name == "logistic":
            matrix = self.design.linear(frame)
            return np.column_stack([one.predict_proba(matrix)[:, 1] for one in self.estimators])
        staged = enumerate(self.estimators[0].staged_predict_proba(self.design.trees(frame)), 1)
        return np.column_stack([proba[:, 1] for number, proba in staged if number in ROUNDS])


def one_thread() -> AbstractContextManager[object]:
    """While open, linear algebra and trees run in one thread."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    limits: AbstractContextManager[object] = threadpool_limits(1)
    return limits


def strengths(name: ModelName) -> tuple[Strength, ...]:
    """What the columns of `raw` stand for: the inverse penalty; or leaves and rounds."""
    if name == "logistic":
        return tuple((value,) for value in PENALTIES)
    return tuple((float(LEAVES), float(rounds)) for rounds in ROUNDS)


def design_of(frame: pd.DataFrame, left: Floats, features: Sequence[str], seed: int) -> Design:
    """What both models read of these people."""
    rows = sampled(frame, MOST_ROWS["logistic"], seed)
    return prepare(frame.iloc[rows], features, left[rows])


def fit_all(name: ModelName, frame: pd.DataFrame, left: Floats, design: Design, seed: int) -> Fitted:
    """Fit at every strength. More than MOST_ROWS rows: those whose ids come first by a hash of seed and id."""
    rows = sampled(frame, MOST_ROWS[name], seed)
    frame, left = frame.iloc[rows], left[rows]
    with one_thread(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = tuple(_estimators(name, design, frame, left, seed))
    return Fitted(name, design, fitted, len(rows))


def _estimators(
    name: ModelName, design: Design, frame: pd.DataFrame, left: Floats, seed: int
) -> list[LogisticRegression | HistGradientBoostingClassifier]:
    weights = _weights(frame)
    if name == "logistic":
        matrix = design.linear(frame)
        return [_logistic(matrix, left, weights, penalty) for penalty in PENALTIES]
    return [_trees(design, frame, left, LEAVES, max(ROUNDS), seed)]


def _weights(frame: pd.DataFrame) -> Floats | None:
    return frame[WEIGHT].to_numpy(dtype=np.float64) if WEIGHT in frame.columns else None


def _logistic(matrix: Floats, left: Floats, weights: Floats | None, penalty: float) -> LogisticRegression:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=penalty, solver="newton-cholesky", max_iter=100, tol=1e-6)
    return model.fit(matrix, left.astype(np.int64), sample_weight=weights)


def _trees(
    design: Design, frame: pd.DataFrame, left: Floats, leaves: int, rounds: int, seed: int
) -> HistGradientBoostingClassifier:
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(
        learning_rate=RATE,
        max_iter=rounds,
        max_leaf_nodes=leaves,
        min_samples_leaf=LEAST_LEAF,
        l2_regularization=1.0,
        max_bins=127,
        categorical_features=design.categorical,
        early_stopping=False,
        random_state=seed,
    )
    return model.fit(design.trees(frame), left.astype(np.int64), sample_weight=_weights(frame))


@dataclass(frozen=True)
class Model:
    """One model at one strength, calibrated.

    `estimator` works on `design.linear(frame)` (logistic) or `design.trees(frame)`; `calibrator` follows on its
    probability.
    """

    name: ModelName
    design: Design
    estimator: LogisticRegression | HistGradientBoostingClassifier
    calibrator: Calibrator
    strength: Strength
    rows: int

    def matrix(self, frame: pd.DataFrame) -> Floats:
        """What the estimator reads."""
        return self.design.linear(frame) if self.name == "logistic" else self.design.trees(frame)

    def raw(self, frame: pd.DataFrame) -> Floats:
        """Probabilities before calibration."""
        made = [np.zeros(0)]
        with one_thread():
            for begin in range(0, len(frame), CHUNK):
                matrix = self.matrix(frame.iloc[begin : begin + CHUNK])
                made.append(self.estimator.predict_proba(matrix)[:, 1])
        return np.concatenate(made)

    def predict(self, frame: pd.DataFrame) -> Floats:
        """Calibrated probability of leaving for each row."""
        return clipped(self.calibrator(self.raw(frame)))


def fit_one(
    name: ModelName,
    strength: Strength,
    calibrator: Calibrator,
    frame: pd.DataFrame,
    left: Floats,
    features: Sequence[str],
    seed: int,
    design: Design | None = None,
) -> Model:
    """Fit at one strength. `design`: what is read of the features; None: learned from these people."""
    design = design if design is not None else design_of(frame, left, features, seed)
    rows = sampled(frame, MOST_ROWS[name], seed)
    frame, left = frame.iloc[rows], left[rows]
    with one_thread(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if name == "logistic":
            estimator = _logistic(design.linear(frame), left, _weights(frame), strength[0])
        else:
            leaves, rounds = int(strength[0]), int(strength[1])
            estimator = _trees(design, frame, left, leaves, rounds, seed)
    return Model(name, design, estimator, calibrator, strength, len(rows))


def sampled(frame: pd.DataFrame, most: int, seed: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Places of at most so many rows, the same for the same ids in whatever order the rows come."""
    if len(frame) <= most:
        return np.arange(len(frame))
    return np.sort(np.argsort(hashes(frame["person_id"], seed), kind="stable")[:most])


def hashes(persons: pd.Series[Any], seed: int) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """A number for each id that depends on the id and the seed alone."""
    key = f"{seed:016d}"[-16:]
    return np.asarray(pd.util.hash_array(persons.astype(str).to_numpy(dtype=object), hash_key=key, categorize=False))
