"""Differences of means between two arms from sums by block of customers, for many columns (days) at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.stats import t

Floats = npt.NDArray[np.float64]
BLOCKS = 200


class Arm(NamedTuple):
    """Sums of one arm. `n`: units by block; `sums`: blocks x columns."""

    n: Floats
    sums: Floats

    @property
    def size(self) -> float:
        """Units of the arm."""
        return float(self.n.sum())


class Effects(NamedTuple):
    """Difference of the means of each column with 95 % interval and two-sided p; NaN where nothing varies."""

    value: Floats
    low: Floats
    high: Floats
    p: Floats


def effects(contact: Arm, control: Arm) -> Effects:
    """Mean of the contacted less mean of the control, column by column.

    The variance is that of the blocks' parts (sum - mean x n)/N, arms apart, with B/(B - 1) each; quantiles of t with
    the smaller arm's number of blocks less one. Blocks are hashes of what was drawn, so that customers of one cluster
    stay together.
    """
    value = contact.sums.sum(axis=0) / contact.size - control.sums.sum(axis=0) / control.size
    variance, freedom = np.zeros_like(value), BLOCKS
    for arm in (contact, control):
        blocks = int((arm.n > 0).sum())
        if blocks < 2:
            nothing = np.full_like(value, np.nan)
            return Effects(value, nothing, nothing, nothing)
        mean = arm.sums.sum(axis=0) / arm.size
        parts = (arm.sums - arm.n[:, None] * mean) / arm.size
        variance += (parts**2).sum(axis=0) * blocks / (blocks - 1)
        freedom = min(freedom, blocks - 1)
    error = np.where(variance > 0, np.sqrt(variance), np.nan)
    half = float(t.ppf(0.975, freedom)) * error
    return Effects(value, value - half, value + half, 2 * t.sf(np.abs(value) / error, freedom))


def resampled(contact: Arm, control: Arm, draws: int, rng: np.random.Generator) -> Floats:
    """draws x columns: the difference of the means with blocks drawn again (multinomial), in each arm by itself."""
    means = []
    for arm in (contact, control):
        used = arm.n > 0
        weights = rng.multinomial(int(used.sum()), np.full(int(used.sum()), 1 / used.sum()), size=draws)
        means.append((weights @ arm.sums[used]) / (weights @ arm.n[used])[:, None])
    return np.asarray(means[0] - means[1], dtype=np.float64)
