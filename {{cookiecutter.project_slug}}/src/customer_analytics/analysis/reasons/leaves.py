"""Gradient-boosted trees as a sum of leaves, each with its conditions by player.

A player is a group of features that joins a coalition together. A leaf gives its value to whoever meets the
conditions of all its players; a player's conditions are the tests on the way to the leaf that ask for its features.

The trees are read from the fitted arrays of the model (`_predictors`), as shap and the converters to ONNX read them:
scikit-learn has no public access to them. A test compares the sum of the leaves with the model's own answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class Question(NamedTuple):
    """What a node asks of one column: at most `threshold`, or one of `categories`. `missing`: the answer of a value
    that is missing or a category that the model never met."""

    column: int
    threshold: float
    categories: tuple[int, ...] | None
    missing: bool

    def answers(self, values: Floats) -> Flags:
        """The answer of each value of the column."""
        if self.categories is None:
            held = values <= self.threshold
        else:
            held = np.isin(values, np.array(self.categories, dtype=np.float64))
        return held | np.isnan(values) if self.missing else held


@dataclass(frozen=True)
class Leaf:
    """A leaf: its value (log odds), its players, and for each the questions with the answer that leads here."""

    value: float
    players: tuple[int, ...]
    conditions: tuple[tuple[tuple[Question, bool], ...], ...]


@dataclass(frozen=True)
class Leaves:
    """All leaves of a model. `start`: log odds before any tree; `estimator`: what they were read from."""

    start: float
    leaves: tuple[Leaf, ...]
    estimator: Any

    def inner(self, matrix: Floats) -> Floats:
        """The matrix as the questions ask it: categories first, as codes; what the model never met is missing."""
        values: Floats = self.estimator._preprocess_X(matrix, reset=False)
        return np.asfortranarray(values)


def leaves_of(estimator: Any, players: Numbers) -> Leaves:
    """The leaves of a fitted HistGradientBoostingClassifier of two classes.

    Args:
        estimator: the fitted model.
        players: the player of each column of the matrix that the model was fitted on.
    """
    of_column = players[_columns_inside(estimator)]
    found: list[Leaf] = []
    for (predictor,) in estimator._predictors:
        nodes, bitsets = predictor.nodes, predictor.raw_left_cat_bitsets
        waiting: list[tuple[int, tuple[tuple[Question, bool], ...]]] = [(0, ())]
        while waiting:
            place, path = waiting.pop()
            node = nodes[place]
            if node["is_leaf"]:
                found.append(_leaf(float(node["value"]), path, of_column))
                continue
            asked = _question(node, bitsets)
            waiting.append((int(node["right"]), (*path, (asked, False))))
            waiting.append((int(node["left"]), (*path, (asked, True))))
    return Leaves(float(np.ravel(estimator._baseline_prediction)[0]), tuple(found), estimator)


def _columns_inside(estimator: Any) -> Numbers:
    """The column of the caller's matrix behind each column inside the model, which puts categories first."""
    if getattr(estimator, "_preprocessor", None) is None:
        return np.arange(int(estimator.n_features_in_), dtype=np.int64)
    is_category = np.asarray(estimator.is_categorical_, dtype=bool)
    return np.concatenate([np.flatnonzero(is_category), np.flatnonzero(~is_category)]).astype(np.int64)


def _question(node: Any, bitsets: Any) -> Question:
    column, missing = int(node["feature_idx"]), bool(node["missing_go_to_left"])
    if not node["is_categorical"]:
        return Question(column, float(node["num_threshold"]), None, missing)
    words = [int(word) for word in bitsets[int(node["bitset_idx"])]]
    codes = tuple(code for code in range(32 * len(words)) if words[code // 32] >> (code % 32) & 1)
    return Question(column, float("nan"), codes, missing)


def _leaf(value: float, path: tuple[tuple[Question, bool], ...], of_column: Numbers) -> Leaf:
    by_player: dict[int, list[tuple[Question, bool]]] = {}
    for asked, answer in path:
        by_player.setdefault(int(of_column[asked.column]), []).append((asked, answer))
    players = tuple(sorted(by_player))
    return Leaf(value, players, tuple(tuple(by_player[player]) for player in players))
