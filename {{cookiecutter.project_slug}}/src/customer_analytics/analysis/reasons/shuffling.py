"""What a model says when some of its columns are shuffled among the people.

Only what reads the shuffled columns is computed anew: of a sum of columns their part, of trees those that ask for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np

from customer_analytics.analysis.reasons.leaves import Flags, Floats, Numbers
from customer_analytics.analysis.scoring.forest import Answers, Codes, Forest, Node, Question, tree_values
from customer_analytics.analysis.scoring.models import Model
from customer_analytics.analysis.scoring.penalised import Linear


class Shuffled(Protocol):
    """A model on the people of a matrix. `whole`: their log odds as they are."""

    whole: Floats

    def log_odds(self, columns: Numbers, order: Numbers) -> Floats:
        """With these columns taken from the people in this order."""


def shuffled(model: Model, matrix: Floats | Codes) -> Shuffled:
    """A model on the rows of `model.matrix`."""
    if isinstance(model.estimator, Forest):
        return _Trees(model.estimator, np.asarray(matrix, dtype=np.uint8))
    return _Sum(model.estimator, np.asarray(matrix, dtype=np.float64))


class _Sum:
    def __init__(self, estimator: Linear, matrix: Floats) -> None:
        self.weights, self.matrix = estimator.weights, matrix
        self.whole = estimator.log_odds(matrix)

    def log_odds(self, columns: Numbers, order: Numbers) -> Floats:
        part = self.matrix[:, columns] @ self.weights[columns]
        return np.asarray(self.whole + (part[order] - part))


class _Trees:
    def __init__(self, forest: Forest, codes: Codes) -> None:
        self.answers = Answers(codes)
        self.trees = [(tree, frozenset(_asked(tree)), tree_values(tree, self.answers)) for tree in forest.trees]
        self.whole = np.full(len(codes), forest.start)
        for _, _, values in self.trees:
            self.whole += values

    def log_odds(self, columns: Numbers, order: Numbers) -> Floats:
        moved = frozenset(int(column) for column in columns)
        answers = _Moved(self.answers, moved, order)
        made = self.whole.copy()
        for tree, asked, values in self.trees:
            if asked & moved:
                made += tree_values(tree, answers) - values
        return made


class _Moved(Answers):
    """Answers of which those about some columns are other people's."""

    def __init__(self, answers: Answers, columns: frozenset[int], order: Numbers) -> None:
        super().__init__(answers.codes)
        self._plain, self._columns, self._order = answers, columns, order

    def of(self, question: Question) -> Flags:
        held = self._plain.of(question)
        return held[self._order] if question.column in self._columns else held


def _asked(node: Node) -> Iterator[int]:
    """Columns that a tree asks for."""
    if node.question is not None:
        assert node.left is not None and node.right is not None
        yield node.question.column
        yield from _asked(node.left)
        yield from _asked(node.right)
