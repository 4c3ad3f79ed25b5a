"""The sums that all seven models need, by block of people: journeys themselves never leave the engine.

The models are linear in these sums, or cheap functions of them, so that a resample of the blocks is one product of
matrices and a million journeys cost no more than a thousand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

RULES = ("first", "last", "linear", "position", "decay")
EXACT = 12  # channels up to which every set of them is looked at (D7.11)
BITS = 4  # of a channel's code in a packed path: codes 1 to EXACT, 0 for none
ENDS = (0.4, 0.4)  # of the position model: the first and the last contact; the rest is shared by those between


@dataclass(frozen=True)
class Sums:
    """K channels with codes 1 to K; B blocks.

    credits: B x 5 (RULES) x K x 2 (conversions, value). steps: B x 2 x (K + 1) x (K + 2), journeys that went from row
    to column: row 0 is the start, row c the channel c; columns 0 to K - 1 are channels, K is conversion, K + 1 none;
    the second axis parts journeys that are over (0) from those that may still convert (1). sets: the sets of channels
    that journeys touched, as bit masks (channel c is bit c - 1); set_totals: B x sets x 3 (conversions, value,
    journeys without conversion).
    """

    credits: Floats
    steps: Floats
    sets: Integers
    set_totals: Floats

    @property
    def blocks(self) -> int:
        """How many blocks."""
        return len(self.credits)

    @property
    def channels(self) -> int:
        """K."""
        return int(self.credits.shape[2])

    def weighted(self, weights: Floats) -> tuple[Floats, Floats, Floats]:
        """Credits, steps and set totals with each block counted so often: resamples x what a block has.

        weights: resamples x B.
        """
        one = weights.shape[0]
        return (
            (weights @ self.credits.reshape(self.blocks, -1)).reshape(one, *self.credits.shape[1:]),
            (weights @ self.steps.reshape(self.blocks, -1)).reshape(one, *self.steps.shape[1:]),
            (weights @ self.set_totals.reshape(self.blocks, -1)).reshape(one, *self.set_totals.shape[1:]),
        )
