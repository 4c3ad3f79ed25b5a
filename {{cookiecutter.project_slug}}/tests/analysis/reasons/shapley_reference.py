"""Shapley values by their definition: every coalition, every person of the base population, the model as it is."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def brute_force(
    log_odds: Callable[[Floats], Floats], person: Floats, base: Floats, players: Sequence[int], count: int
) -> Floats:
    """What each player adds for one person; `players`: the player of each column."""

    sets = [set(chosen) for size in range(count + 1) for chosen in combinations(range(count), size)]
    worlds = np.repeat(base[None], len(sets), axis=0)
    for world, coalition in zip(worlds, sets, strict=True):
        own = [column for column, player in enumerate(players) if player in coalition]
        world[:, own] = person[own]
    means = log_odds(worlds.reshape(-1, base.shape[1])).reshape(len(sets), -1).mean(axis=1)
    value = {frozenset(coalition): float(mean) for coalition, mean in zip(sets, means, strict=True)}
    added = np.zeros(count)
    for player in range(count):
        others = [other for other in range(count) if other != player]
        for size in range(count):
            weight = math.factorial(size) * math.factorial(count - size - 1) / math.factorial(count)
            for coalition in combinations(others, size):
                joined = frozenset((*coalition, player))
                added[player] += weight * (value[joined] - value[frozenset(coalition)])
    return added
