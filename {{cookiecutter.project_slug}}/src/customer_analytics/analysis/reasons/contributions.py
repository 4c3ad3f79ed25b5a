"""What each topic adds to a person's log odds of leaving, against the people of the base population.

Exact for both models: a logistic model is a sum already, trees by the tables of `shapley`. A simple rule has one
reason, the rule itself. Contributions are on the scale of the published probability: the calibration multiplies all of
them by its slope.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from customer_analytics.analysis.reasons.leaves import Floats, Numbers, leaves_of
from customer_analytics.analysis.reasons.shapley import TreeShapley, tree_shapley
from customer_analytics.analysis.scoring.forest import Forest
from customer_analytics.analysis.scoring.measures import logit
from customer_analytics.analysis.scoring.models import Model

# What a simple rule is about: how long ago (and how often, how much), how long the contract has run, or its plan.
RULE_TOPICS = {"tenure": "contract.duration", "plan": "contract.plan"}
RULE_TOPIC = "rhythm.silence"


@dataclass(frozen=True)
class Explainer:
    """Splits log odds by topic. `topics`: in the order of the columns; `base`: mean log odds of the base population."""

    topics: tuple[str, ...]
    base: float
    model: Model
    split: TreeShapley | Linear

    def contributions(self, frame: pd.DataFrame) -> Floats:
        """People x topics, in log odds; a row adds up to the person's log odds less `base`."""
        return self.model.calibrator.slope * self.split.values(self.model.matrix(frame))


@dataclass(frozen=True)
class Linear:
    """A sum of columns: weight x (value - mean), added up by player."""

    weights: Floats
    means: Floats
    players: Numbers
    count: int
    base: float

    def values(self, matrix: Floats) -> Floats:
        """People x players."""
        owner = np.zeros((len(self.weights), self.count))
        owner[np.arange(len(self.players)), self.players] = self.weights[: len(self.players)]
        return np.asarray((matrix - self.means) @ owner)


def explain(model: Model, base: pd.DataFrame, topic_of: Mapping[str, str]) -> Explainer:
    """An explainer of a model.

    Args:
        model: logistic or trees.
        base: feature rows of the base population, at least one.
        topic_of: the topic of each feature.
    """
    of_column = [topic_of[feature] for feature in features_of_columns(model)]
    topics = tuple(sorted(set(of_column)))
    players = np.array([topics.index(topic) for topic in of_column], dtype=np.int64)
    matrix = model.matrix(base)
    split: TreeShapley | Linear
    if isinstance(model.estimator, Forest):
        split = tree_shapley(leaves_of(model.estimator, players), matrix, len(topics))
    else:
        weights, means = model.estimator.weights, matrix.mean(axis=0)
        split = Linear(weights, means, players, len(topics), model.estimator.intercept + float(means @ weights))
    return Explainer(topics, model.calibrator.intercept + model.calibrator.slope * split.base, model, split)


def features_of_columns(model: Model) -> tuple[str, ...]:
    """The feature behind each column of the model's matrix."""
    if model.name == "trees":
        return model.design.features
    return tuple(column.feature for column in model.design.columns)


def rule_contributions(probability: Floats) -> Floats:
    """What a simple rule adds: people x 1, all of it about one topic."""
    odds = logit(probability)
    return np.asarray(odds - odds.mean() if len(odds) else odds)[:, None]


def in_chunks(frame: pd.DataFrame, rows: int = 32_768) -> Sequence[pd.DataFrame]:
    """The frame in pieces that stay in the fast memory of the machine."""
    return [frame.iloc[start : start + rows] for start in range(0, len(frame), rows)]
