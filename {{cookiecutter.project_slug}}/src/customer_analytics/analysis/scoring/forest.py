"""Gradient-boosted trees over small whole numbers: grown by scikit-learn, read once, and from then on evaluated here.

Every feature is cut into at most MOST_BINS classes first (design.Number.limits, by the weights of the people), and
trees see the class only. One training set has one set of classes: they are not found anew for every fit, and a tree
asks of a class number, which is a byte, so that its answer is looked up.

The trees are read from the fitted arrays of the model (`_predictors`), as shap and the converters to ONNX read them:
scikit-learn has no public access to them. A test compares what is read with the model's own answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from customer_analytics.analysis.scoring.result import Floats

Codes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]

MOST_BINS = 127  # classes of a number
MISSING = 255  # the class of what is missing
RATE = 0.08
LEAST_LEAF = 20


class Question(NamedTuple):
    """What a node asks of one column: `left` holds, for each of the 256 classes, 1 where the answer leads left."""

    column: int
    left: bytes

    def answers(self, values: Codes) -> Flags:
        """The answer of each value of the column."""
        return np.frombuffer(values.tobytes().translate(self.left), dtype=np.bool_)


@dataclass(frozen=True)
class Node:
    """A question with what follows on the left and on the right; or a leaf with its value in log odds."""

    question: Question | None
    value: float = 0.0
    left: Node | None = None
    right: Node | None = None


class Answers:
    """Answers of some people, each question put once."""

    def __init__(self, codes: Codes) -> None:
        self.codes = codes
        self._held: dict[Question, Flags] = {}

    def of(self, question: Question) -> Flags:
        """Whether each person goes left."""
        held = self._held.get(question)
        if held is None:
            held = self._held[question] = question.answers(self.codes[:, question.column])
        return held


@dataclass(frozen=True)
class Forest:
    """`start`: log odds before any tree; `trees`: their roots, in the order in which they were grown."""

    start: float
    trees: tuple[Node, ...]

    def first(self, rounds: int) -> Forest:
        """The forest as it was after so many trees."""
        return Forest(self.start, self.trees[:rounds])

    def log_odds(self, codes: Codes) -> Floats:
        """Of each row."""
        return self.staged(codes, (len(self.trees),))[:, 0]

    def staged(self, codes: Codes, rounds: Sequence[int]) -> Floats:
        """Log odds after so many trees, rows by rounds; `rounds` rise."""
        total = np.full(len(codes), self.start)
        stages = np.empty((len(codes), len(rounds)))
        answers, done = Answers(codes), 0
        for place, wanted in enumerate(rounds):
            for tree in self.trees[done:wanted]:
                total += tree_values(tree, answers)
            stages[:, place], done = total, wanted
        return stages


def tree_values(node: Node, answers: Answers) -> Floats | float:
    """Log odds that a tree adds for each person; a number where it is one leaf."""
    if node.question is None:
        return node.value
    assert node.left is not None and node.right is not None
    return np.where(answers.of(node.question), tree_values(node.left, answers), tree_values(node.right, answers))


def grow(
    codes: Codes, categorical: Sequence[bool], left: Floats, weights: Floats | None, leaves: int, rounds: int, seed: int
) -> Forest:
    """Grow trees on classes (rows by columns; MISSING where unknown) of which some columns are categories."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(
        learning_rate=RATE,
        max_iter=rounds,
        max_leaf_nodes=leaves,
        min_samples_leaf=LEAST_LEAF,
        l2_regularization=1.0,
        max_bins=MOST_BINS,
        categorical_features=list(categorical) if any(categorical) else None,
        early_stopping=False,
        random_state=seed,
    )
    model.fit(as_numbers(codes), left.astype(np.int64), sample_weight=weights)
    return read(model, codes, categorical)


def as_numbers(codes: Codes) -> Floats:
    """Classes as the numbers that scikit-learn takes: NaN where unknown."""
    numbers = codes.astype(np.float64)
    numbers[codes == MISSING] = np.nan
    return numbers


def read(model: Any, codes: Codes, categorical: Sequence[bool]) -> Forest:
    """The trees of a fitted model of two classes; `codes`: what it was fitted on.

    Inside the model categories come first, as places among the classes that it met; one that it never met goes where
    missing ones go.
    """
    is_category = np.asarray(categorical, dtype=np.bool_)
    inner = np.concatenate([np.flatnonzero(is_category), np.flatnonzero(~is_category)])
    met = {int(column): [int(c) for c in np.unique(codes[:, column]) if c != MISSING] for column in inner}
    trees = []
    for (predictor,) in model._predictors:
        nodes, sets = predictor.nodes, predictor.raw_left_cat_bitsets
        made: dict[int, Node] = {}
        for place in range(len(nodes) - 1, -1, -1):  # children stand behind their parents
            node = nodes[place]
            if node["is_leaf"]:
                made[place] = Node(None, float(node["value"]))
                continue
            column = int(inner[int(node["feature_idx"])])
            asked = Question(column, _table(node, sets, met[column]))
            made[place] = Node(asked, 0.0, made[int(node["left"])], made[int(node["right"])])
        trees.append(made[0])
    return Forest(float(np.ravel(model._baseline_prediction)[0]), tuple(trees))


def _table(node: Any, sets: Any, met: Sequence[int]) -> bytes:
    """For each class whether it goes left."""
    missing = bool(node["missing_go_to_left"])
    if node["is_categorical"]:
        table = np.full(MISSING + 1, missing)
        words = [int(word) for word in sets[int(node["bitset_idx"])]]
        for place, code in enumerate(met):
            table[code] = bool(words[place // 32] >> (place % 32) & 1)
    else:
        table = np.arange(MISSING + 1) <= float(node["num_threshold"])
    table[MISSING] = missing
    return table.tobytes()


def limits(ranked: Floats, weights: Floats | None) -> Floats:
    """Upper limits of the classes of a number, one fewer than classes: each class holds the values up to its limit.

    Halfway between the values where there are at most MOST_BINS of them, else weighted quantiles (the inverse of the
    distribution function, averaged where it is flat), as scikit-learn's own trees cut a number.

    Args:
        ranked: the known values, rising.
        weights: theirs; None: all 1.
    """
    if not len(ranked):
        return np.zeros(0)
    distinct = ranked[np.r_[True, ranked[1:] != ranked[:-1]]]
    if len(distinct) <= MOST_BINS:
        return np.asarray((distinct[1:] + distinct[:-1]) / 2)
    below = np.cumsum(np.ones(len(ranked)) if weights is None else weights)
    wanted = np.linspace(0, 100, MOST_BINS + 1)[1:-1] / 100 * below[-1]
    last = len(ranked) - 1
    place = np.minimum(np.searchsorted(below, wanted), last)
    is_flat = below[place] - wanted <= np.finfo(np.float64).eps
    found = np.where(is_flat, (ranked[place] + ranked[np.minimum(place + 1, last)]) / 2, ranked[place])
    return np.unique(found)


def classes(values: Floats, upper: Floats) -> Codes:
    """Class of each value by the limits; MISSING for NaN."""
    codes = np.searchsorted(upper, values).astype(np.uint8)
    codes[np.isnan(values)] = MISSING
    return codes
