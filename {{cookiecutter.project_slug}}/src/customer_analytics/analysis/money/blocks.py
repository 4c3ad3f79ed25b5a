"""Sums of the arms by block of customers, and resamples of the blocks.

All units of one hash of the customer stand in one block, in whatever campaigns they are. A resample draws blocks, so
that a customer comes with all that they did in every campaign and arm (D0.4): one set of draws serves every figure, and
sums over campaigns have the interval that people in several of them give. No row of a unit is needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.experiment.robust import DRAWS, LEAST_BLOCKS
from customer_analytics.statistics import Interval

__all__ = ["DRAWS", "BlockSums", "block_sums", "ends", "weights"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
ENDS = (0.025, 0.975)
LEAST_EVENTS = 10  # blocks of both arms with anything but 0 in them


@dataclass(frozen=True)
class BlockSums:
    """n (units) and the sums of each outcome, arms x blocks, of one campaign; arms in the order of their numbers."""

    numbers: tuple[int, ...]
    n: Floats
    of: Mapping[str, Floats]

    @property
    def units(self) -> Integers:
        """Units in each arm."""
        counts: Integers = self.n.sum(axis=1).astype(np.int64)
        return counts

    @property
    def filled(self) -> Integers:
        """Blocks of each arm in which there is anybody."""
        counts: Integers = (self.n > 0).sum(axis=1).astype(np.int64)
        return counts

    def tells(self, outcome: str, row: int, control: int) -> bool:
        """Whether resamples of two arms say how sure their difference is: both fill enough blocks, and something
        happened in enough of them. Where nothing did, every resample would agree on nothing."""
        happened = int((self.of[outcome][[row, control]] != 0).sum())
        return bool(min(self.filled[row], self.filled[control]) >= LEAST_BLOCKS and happened >= LEAST_EVENTS)

    def mean(self, outcome: str) -> Floats:
        """Mean of an outcome in each arm; NaN where nobody is."""
        return _ratio(self.of[outcome].sum(axis=1), self.n.sum(axis=1))

    def drawn_means(self, outcome: str, weights: Floats) -> Floats:
        """Means in the resamples, draws x arms; NaN where a resample left an arm empty."""
        return _ratio(weights @ self.of[outcome].T, weights @ self.n.T)


def block_sums(sums: pd.DataFrame, code: int, columns: Mapping[str, str]) -> BlockSums:
    """The blocks of one campaign.

    Args:
        sums: of Campaigns: code, arm, block, n and s_<column>; a block without units may be missing.
        code: of the campaign.
        columns: outcome -> its column. An outcome that is missing in the campaign is left out.
    """
    blocks = {block: place for place, block in enumerate(sorted(sums["block"].unique()))}
    own = sums[sums["code"] == code]
    numbers = tuple(int(one) for one in sorted(own["arm"].unique()))
    row_of = {number: row for row, number in enumerate(numbers)}
    rows, places = own["arm"].map(row_of).to_numpy(np.int64), own["block"].map(blocks).to_numpy(np.int64)

    def spread(name: str) -> Floats:
        whole = np.zeros((len(numbers), len(blocks)))
        np.add.at(whole, (rows, places), own[name].to_numpy(dtype=np.float64))
        return whole

    found = {name: spread(f"s_{column}") for name, column in columns.items()}
    return BlockSums(numbers, spread("n"), {name: each for name, each in found.items() if not np.isnan(each).any()})


def weights(sums: pd.DataFrame, seed: int, draws: int = DRAWS) -> Floats:
    """How often each block is in each resample, draws x blocks: as many blocks as there are, with replacement."""
    blocks = int(sums["block"].nunique())
    if not blocks:
        return np.zeros((draws, 0))
    drawn: Floats = np.random.default_rng(seed).multinomial(blocks, np.full(blocks, 1 / blocks), draws).astype(float)
    return drawn


def ends(drawn: Floats) -> Interval:
    """The middle 95 % of resamples; NaN where they are not all estimable."""
    if not drawn.size or not np.isfinite(drawn).all():
        return Interval(float("nan"), float("nan"))
    low, high = np.quantile(drawn, ENDS)
    return Interval(float(low), float(high))


def _ratio(top: Floats, bottom: Floats) -> Floats:
    whole: Floats = np.divide(top, bottom, out=np.full(np.shape(top), np.nan), where=bottom > 0)
    return whole
