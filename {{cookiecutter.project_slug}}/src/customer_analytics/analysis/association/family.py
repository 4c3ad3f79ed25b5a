"""Which comparisons were made, and how many: the family over which false discoveries are controlled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from math import comb

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Places = tuple[int, ...]


def splits(length: int, most: int) -> Iterator[tuple[Places, Places]]:
    """The ways to part an itemset into two sides of which one has at most `most` items, each once: (longer, shorter).

    A -> C and C -> A are the same table of counts and so the same comparison.
    """
    places = range(length)
    for size in range(1, min(most, length // 2) + 1):
        for shorter in combinations(places, size):
            if 2 * size == length and 0 in shorter:
                continue
            yield tuple(place for place in places if place not in shorter), shorter
    # Sides of more than half of the items were their other side's turn.


def per_set(length: int, most: int) -> int:
    """Comparisons that one itemset of a length gives."""
    total = 0
    for size in range(1, min(most, length // 2) + 1):
        total += comb(length, size) // (2 if 2 * size == length else 1)
    return total


def family_size(candidates: Sequence[int], most: int) -> int:
    """Comparisons of all itemsets that were generated, also those that turned out too rare to be counted in.

    `candidates`: itemsets generated of each length from 1.
    """
    return sum(number * per_set(length, most) for length, number in enumerate(candidates, start=1))


def q_values(p: Floats, family: int) -> Floats:
    """Benjamini and Hochberg's q-values of `p`, of a family whose other members count as p = 1.

    Those others were generated and fell below the floor of support. Leaving them out would let the floor choose the
    comparisons that look best, and call more of them significant than chance allows.
    """
    family = max(family, len(p))
    order = np.argsort(p, kind="stable")
    ranked = p[order] * family / np.arange(1, len(p) + 1)
    q = np.empty(len(p))
    q[order] = np.minimum(np.minimum.accumulate(ranked[::-1])[::-1], 1.0)
    return q
