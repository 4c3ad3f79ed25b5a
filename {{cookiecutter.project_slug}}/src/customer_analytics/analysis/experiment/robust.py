"""Money has a heavy tail: the difference over resampled customers, which asks for no bell curve."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from customer_analytics.analysis.experiment.estimate import NAN
from customer_analytics.analysis.experiment.moments import Floats, Moments
from customer_analytics.statistics import Interval

DRAWS = 1_000
LEAST_BLOCKS = 20  # blocks with somebody in them, in each arm, below which resampling them says little


@dataclass
class Resamples:
    """Blocks of customers of two arms, drawn anew DRAWS times, each arm by itself; the same draws for every column.

    `size`: the column of a block's units, where the blocks are clusters; else their units are counted.
    """

    treated: Moments
    control: Moments
    rng: np.random.Generator
    size: str | None = None

    def interval(self, name: str) -> Interval:
        """Percentile interval of the difference of the means; NaN where too few blocks hold somebody."""
        first, second = self._weights
        if first is None or second is None:
            return Interval(NAN, NAN)
        draws = self._means(self.treated, first, name) - self._means(self.control, second, name)
        low, high = np.quantile(draws, (0.025, 0.975))
        return Interval(float(low), float(high))

    @cached_property
    def _weights(self) -> tuple[Floats | None, Floats | None]:
        """How often each block is in each draw, (DRAWS, blocks)."""
        return self._drawn(self.treated), self._drawn(self.control)

    def _drawn(self, arm: Moments) -> Floats | None:
        held = self._sizes(arm) > 0
        blocks = int(held.sum())
        if blocks < LEAST_BLOCKS:
            return None
        weights = np.zeros((DRAWS, len(held)))
        weights[:, held] = self.rng.multinomial(blocks, np.full(blocks, 1 / blocks), size=DRAWS)
        return weights

    def _sizes(self, arm: Moments) -> Floats:
        return arm.block_n if self.size is None else arm.block_sums[:, arm.names.index(self.size)]

    def _means(self, arm: Moments, weights: Floats, name: str) -> Floats:
        sums = arm.block_sums[:, arm.names.index(name)]
        return np.asarray(weights @ sums / (weights @ self._sizes(arm)), dtype=np.float64)
