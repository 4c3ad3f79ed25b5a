"""Gradient-boosted trees as a sum of leaves, each with its conditions by player.

A player is a group of features that joins a coalition together. A leaf gives its value to whoever meets the
conditions of all its players; a player's conditions are the tests on the way to the leaf that ask for its features.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from customer_analytics.analysis.scoring.forest import Forest, Node, Question

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Path = tuple[tuple[Question, bool], ...]


@dataclass(frozen=True)
class Leaf:
    """A leaf: its value (log odds), its players, and for each the questions with the answer that leads here."""

    value: float
    players: tuple[int, ...]
    conditions: tuple[Path, ...]


@dataclass(frozen=True)
class Leaves:
    """All leaves of a model. `start`: log odds before any tree."""

    start: float
    leaves: tuple[Leaf, ...]


def leaves_of(forest: Forest, players: Numbers) -> Leaves:
    """The leaves of a forest; `players`: the player of each column that it was grown on."""
    found: list[Leaf] = []
    for tree in forest.trees:
        waiting: list[tuple[Node, Path]] = [(tree, ())]
        while waiting:
            node, path = waiting.pop()
            if node.question is None:
                found.append(_leaf(node.value, path, players))
                continue
            assert node.left is not None and node.right is not None
            waiting.append((node.right, (*path, (node.question, False))))
            waiting.append((node.left, (*path, (node.question, True))))
    return Leaves(forest.start, tuple(found))


def _leaf(value: float, path: Path, players: Numbers) -> Leaf:
    by_player: dict[int, list[tuple[Question, bool]]] = {}
    for asked, answer in path:
        by_player.setdefault(int(players[asked.column]), []).append((asked, answer))
    own = tuple(sorted(by_player))
    return Leaf(value, own, tuple(tuple(by_player[player]) for player in own))
