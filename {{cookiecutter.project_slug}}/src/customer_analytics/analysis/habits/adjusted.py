"""Two groups compared within strata: the Cochran-Mantel-Haenszel test and the Mantel-Haenszel risk difference."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc

from customer_analytics.statistics import Z95, Interval

Floats = npt.NDArray[np.float64]


class Adjusted(NamedTuple):
    """Risk difference within strata, its interval, and the p of "no association"; NaN where not estimable."""

    difference: float
    interval: Interval
    p: float


NONE = Adjusted(math.nan, Interval(math.nan, math.nan), math.nan)


def adjusted(tables: Floats) -> Adjusted:
    """Compare those who did something with those who did not, stratum by stratum.

    Args:
        tables: strata x 4 counts: did and came back, did and did not, did not and came back, neither.

    Returns:
        Mantel-Haenszel risk difference (did less did not), interval with the variance of Sato (1989), which holds for
        few large and for many small strata, and the p of the Cochran-Mantel-Haenszel test without continuity
        correction.
    """
    did, other = tables[:, :2].sum(axis=1), tables[:, 2:].sum(axis=1)
    usable = (did > 0) & (other > 0)
    if not usable.any():
        return NONE
    back_did, back_other, did, other = tables[usable, 0], tables[usable, 2], did[usable], other[usable]
    n = did + other
    weight = did * other / n
    difference = float(((back_did * other - back_other * did) / n).sum() / weight.sum())
    first = (did**2 * back_other - other**2 * back_did + did * other * (other - did) / 2) / n**2
    second = (back_did * (other - back_other) + back_other * (did - back_did)) / (2 * n)
    variance = (difference * first.sum() + second.sum()) / weight.sum() ** 2
    half = Z95 * math.sqrt(max(float(variance), 0.0))
    return Adjusted(difference, Interval(difference - half, difference + half), _cmh(back_did, back_other, did, other))


def _cmh(back_did: Floats, back_other: Floats, did: Floats, other: Floats) -> float:
    n, back = did + other, back_did + back_other
    several = n > 1
    spread = (did * other * back * (n - back))[several] / (n**2 * (n - 1))[several]
    if not spread.sum() > 0:
        return math.nan
    excess = float((back_did - did * back / n).sum())
    return float(chdtrc(1, excess**2 / float(spread.sum())))
