"""A change of a rate between two periods, split exactly into mix and rate."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pandas as pd


class Split(NamedTuple):
    """`change` = `mix` + `rate`, exactly. `parts`: value, n_0, n_1, rate_0, rate_1, mix, rate of each group."""

    change: float
    mix: float
    rate: float
    parts: pd.DataFrame


def split_change(groups: pd.DataFrame) -> Split:
    """Mix/rate split of the change of an overall rate (D0.7).

    sum((w1 - w0) (p0 + p1) / 2) + sum((p1 - p0) (w0 + w1) / 2), which is exact. A group's mix part counts its own rate
    against the overall one (the weights' changes sum to 0, so any constant may be taken off): a growing group with a
    rate below the whole's pulls down. A group that is there in one period only has, in the other, the overall rate.

    Args:
        groups: value, n_0, reached_0, n_1, reached_1: units and successes of the earlier and of the later period.
    """
    n_0, n_1 = groups["n_0"].to_numpy(float), groups["n_1"].to_numpy(float)
    x_0, x_1 = groups["reached_0"].to_numpy(float), groups["reached_1"].to_numpy(float)
    if not n_0.sum() or not n_1.sum():
        empty = groups[["value"]].assign(
            n_0=n_0, n_1=n_1, rate_0=math.nan, rate_1=math.nan, mix=math.nan, rate=math.nan
        )
        return Split(math.nan, math.nan, math.nan, empty)
    whole_0, whole_1 = x_0.sum() / n_0.sum(), x_1.sum() / n_1.sum()
    w_0, w_1 = n_0 / n_0.sum(), n_1 / n_1.sum()
    p_0 = np.where(n_0 > 0, x_0 / np.maximum(n_0, 1), whole_0)
    p_1 = np.where(n_1 > 0, x_1 / np.maximum(n_1, 1), whole_1)
    mix = (w_1 - w_0) * ((p_0 + p_1) / 2 - (whole_0 + whole_1) / 2)
    rate = (p_1 - p_0) * (w_0 + w_1) / 2
    parts = groups[["value"]].assign(n_0=n_0, n_1=n_1, rate_0=p_0, rate_1=p_1, mix=mix, rate=rate)
    return Split(float(whole_1 - whole_0), float(mix.sum()), float(rate.sum()), parts)
