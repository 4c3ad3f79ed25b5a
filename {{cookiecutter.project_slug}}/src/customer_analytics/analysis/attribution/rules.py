"""The five models that share a conversion by the places of its contacts, for paths that stand in memory.

In the engine the same weights are expressions (journeys.py); a test holds the two against each other.
"""

from __future__ import annotations

import numpy as np

from customer_analytics.analysis.attribution.sums import ENDS, RULES, Floats, Integers


def weights(lengths: Integers, half_life: float) -> Floats:
    """Share of each contact in the conversion of its path: 5 (RULES) x contacts, paths one after the other.

    Args:
        lengths: contacts of each path, at least 1.
        half_life: steps back after which a contact weighs half in the model of decay.
    """
    length = np.repeat(lengths, lengths)
    begin = np.repeat(np.cumsum(lengths) - lengths, lengths)
    place = np.arange(len(length)) - begin  # from 0
    back = length - 1 - place
    found = np.empty((len(RULES), len(length)))
    found[0] = place == 0
    found[1] = back == 0
    found[2] = 1 / length
    found[3] = position(place, back, length)
    aged = 0.5 ** (back / half_life)
    path = np.repeat(np.arange(len(lengths)), lengths)
    found[4] = aged / np.bincount(path, weights=aged, minlength=len(lengths))[path]
    return found


def position(place: Integers, back: Integers, length: Integers) -> Floats:
    """40 % to the first, 40 % to the last contact, the rest to those between; halves where there are only two."""
    first, last = ENDS
    between = (1 - first - last) / np.maximum(length - 2, 1)
    shared = np.where(place == 0, first, np.where(back == 0, last, between))
    alone = np.where(length == 1, 1.0, np.where(length == 2, 0.5, shared))
    return alone.astype(np.float64)
