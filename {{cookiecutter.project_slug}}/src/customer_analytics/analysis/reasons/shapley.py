"""Exact Shapley values of groups of features: what each group adds to a prediction, against a base population.

The value of a coalition of players is the mean prediction when their features are the person's own and all others
are those of a person drawn from the base population (interventional value; Janzing, Minorics, Blöbaum 2020). Players
are groups of features, so that correlated features are never torn apart (Jullum, Redelmeier, Aas 2021). The values
add up: base + sum of the players' values = the prediction.

For a sum of leaves this needs no sampling. A leaf with the players K is worth, to a coalition S of a person who meets
the conditions of the players A: value x [S within A] x Q(K without S), where Q is the share of the base population
that meets the conditions of those players. There are only 2^|K| sets A, so the Shapley values of a leaf are a table,
looked up for each person; the base population may be as large as one likes.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np

from customer_analytics.analysis.reasons.leaves import Flags, Floats, Leaf, Leaves, Numbers, Path
from customer_analytics.analysis.scoring.forest import Answers, Codes

MOST_PLAYERS = 16  # of one leaf: its table has two to this power rows


@dataclass(frozen=True)
class LeafTable:
    """`players` of a leaf and `values` (players x sets A, A as a binary number with the first player lowest)."""

    leaf: Leaf
    values: Floats


@dataclass(frozen=True)
class TreeShapley:
    """The tables of a model against a base population. `base`: mean log odds of that population."""

    tables: tuple[LeafTable, ...]
    base: float
    players: int

    def values(self, matrix: Codes) -> Floats:
        """Shapley values, people x players, of the rows of a matrix; they add up to log odds less `base`."""
        result = np.zeros((self.players, len(matrix)))
        answers = Answers(matrix)
        for table in self.tables:
            code = _met(answers, table.leaf)
            for player, values in zip(table.leaf.players, table.values, strict=True):
                result[player] += values.take(code)
        return result.T


def tree_shapley(leaves: Leaves, base: Codes, players: int) -> TreeShapley:
    """Make the tables.

    Args:
        leaves: of leaves.leaves_of.
        base: matrix of the base population, at least one row.
        players: how many players there are.

    Raises:
        ValueError: no base population, or a leaf that asks for more than MOST_PLAYERS players.
    """
    if not len(base):
        raise ValueError("a base population needs people")
    answers = Answers(base)
    tables, mean = [], leaves.start
    for leaf in leaves.leaves:
        count = len(leaf.players)
        if count > MOST_PLAYERS:
            raise ValueError(f"a leaf asks for {count} groups of features")
        patterns = np.bincount(_met(answers, leaf), minlength=1 << count) / len(base)
        shares = _supersets(patterns)  # of people who meet the conditions of these players at least
        mean += leaf.value * float(shares[-1])
        tables.append(LeafTable(leaf, leaf.value * leaf_values(shares)))
    return TreeShapley(tuple(tables), mean, players)


def leaf_values(shares: Floats) -> Floats:
    """Shapley values of a leaf worth 1, players x sets A.

    Args:
        shares: for each set of players, the share of the base population that meets their conditions.

    With T(A) = sum over S within A of w(|S|) Q(K without S) and U(A) the same with w(|S| - 1), where w(s) =
    s! (k - s - 1)! / k!, player j adds U(A) - U(A without j) - T(A without j) if it is in A, else -T(A).
    """
    count = len(shares).bit_length() - 1
    if not count:
        return np.zeros((0, 1))
    sets = np.arange(len(shares))
    size = _sizes(count)
    weight = np.array([math.factorial(s) * math.factorial(count - s - 1) / math.factorial(count) for s in range(count)])
    others = shares[len(shares) - 1 - sets]  # Q of everybody who is not in the set
    joins = _subsets(np.append(weight, 0.0)[size] * others)
    leads = _subsets(np.append(0.0, weight)[size] * others)
    values = np.empty((count, len(shares)))
    for player in range(count):
        without = sets & ~(1 << player)
        inside = sets >> player & 1 == 1
        values[player] = np.where(inside, leads - leads[without] - joins[without], -joins)
    return values


@functools.cache
def _sizes(count: int) -> Numbers:
    """How many players each set has."""
    sets = np.arange(1 << count)
    return sum((sets >> player & 1 for player in range(count)), start=np.zeros_like(sets))


def _subsets(values: Floats) -> Floats:
    """For each set the sum over its subsets."""
    result = values.copy()
    for player in range(len(values).bit_length() - 1):
        pairs = result.reshape(-1, 2, 1 << player)
        pairs[:, 1] += pairs[:, 0]
    return result


def _supersets(values: Floats) -> Floats:
    """For each set the sum over the sets that contain it."""
    result = values.copy()
    for player in range(len(values).bit_length() - 1):
        pairs = result.reshape(-1, 2, 1 << player)
        pairs[:, 0] += pairs[:, 1]
    return result


def _met(answers: Answers, leaf: Leaf) -> Numbers:
    """For each person the set of the leaf's players whose conditions they meet, as a binary number."""
    code = np.zeros(len(answers.codes), dtype=np.uint16)
    for place, conditions in enumerate(leaf.conditions):
        code |= _all(answers, conditions).astype(np.uint16) << place
    return code.astype(np.intp)


def _all(answers: Answers, conditions: Path) -> Flags:
    met: Flags | None = None
    for question, wanted in conditions:
        held = answers.of(question)
        own = held if wanted else ~held
        met = own if met is None else met & own
    assert met is not None
    return met
