"""Money has a heavy tail: the difference over resampled customers, which asks for no bell curve."""

from __future__ import annotations

import numpy as np

from customer_analytics.analysis.experiment.estimate import NAN
from customer_analytics.analysis.experiment.moments import Floats, Moments
from customer_analytics.statistics import Interval

DRAWS = 1_000
LEAST_BLOCKS = 20  # blocks with somebody in them, in each arm, below which resampling them says little


def bootstrap(
    treated: Moments, control: Moments, name: str, rng: np.random.Generator, size: str | None = None
) -> Interval:
    """Percentile interval of the difference over resampled blocks of customers, each arm by itself.

    `size`: the column of a block's units, where the blocks are clusters.
    """
    draws = means(treated, name, rng, size) - means(control, name, rng, size)
    if np.isnan(draws).any():
        return Interval(NAN, NAN)
    low, high = np.quantile(draws, (0.025, 0.975))
    return Interval(float(low), float(high))


def means(arm: Moments, name: str, rng: np.random.Generator, size: str | None = None, draws: int = DRAWS) -> Floats:
    """Means of a column over resampled blocks, (draws,); NaN where too few blocks hold somebody."""
    sizes = arm.block_n if size is None else arm.block_sums[:, arm.names.index(size)]
    held = sizes > 0
    blocks = int(held.sum())
    if blocks < LEAST_BLOCKS:
        return np.full(draws, NAN)
    weights = rng.multinomial(blocks, np.full(blocks, 1 / blocks), size=draws).astype(np.float64)
    return np.asarray(weights @ arm.block_sums[held, arm.names.index(name)] / (weights @ sizes[held]), dtype=np.float64)
