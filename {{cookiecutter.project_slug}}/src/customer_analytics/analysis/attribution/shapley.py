"""Credit by fair division: the Shapley value of the channels, exactly, over all sets of them.

The worth of a set of channels is what the journeys brought that touched no other channel than those of the set: with
only these channels, the other journeys would not have been whole (Zhao, Mahboobi, Bagheri 2018). The values of all
channels add up to everything that was brought.
"""

from __future__ import annotations

from math import factorial

import numpy as np

from customer_analytics.analysis.attribution.sums import Floats, Integers


def worths(sets: Integers, brought: Floats, channels: int) -> Floats:
    """Worth of every set of channels: ... x 2^channels, the set as a bit mask being the place.

    Args:
        sets: bit masks of the sets that journeys touched, all different.
        brought: ... x len(sets), what the journeys with just this set brought.
        channels: how many there are.
    """
    found = np.zeros((*brought.shape[:-1], 2**channels))
    found[..., sets] = brought
    for place in range(channels):  # sums over subsets, one channel after the other
        halves = found.reshape(*brought.shape[:-1], -1, 2, 2**place)
        halves[..., 1, :] += halves[..., 0, :]
    return found


def values(worth: Floats, channels: int) -> Floats:
    """Shapley values of a game: ... x channels from ... x 2^channels worths, the empty set's being 0."""
    sets = np.arange(2**channels)
    sizes = np.array([int(one).bit_count() for one in sets])
    weight = np.array(
        [factorial(size) * factorial(channels - size - 1) / factorial(channels) for size in range(channels)]
    )
    found = np.empty((*worth.shape[:-1], channels))
    for place in range(channels):
        without = sets[(sets >> place) & 1 == 0]
        gained = worth[..., without | (1 << place)] - worth[..., without]
        found[..., place] = gained @ weight[sizes[without]]
    return found
