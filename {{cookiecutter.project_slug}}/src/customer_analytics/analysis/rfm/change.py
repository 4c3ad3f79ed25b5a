"""What changed: the shares of the segments now against the same segments some days earlier."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.rfm.customers import Window
from customer_analytics.analysis.rfm.segments import SEGMENTS
from customer_analytics.statistics import Z95, holm

OUTSIDE = -1  # code of a customer who has no purchase in a window


@dataclass(frozen=True)
class Change:
    """Both pictures look back equally far and use the same cuts, those of now.

    `table`: one row a segment with share_earlier, share_now, change, low, high (95 %), p_adjusted (Holm over the
    segments), customers_earlier, customers_now.
    """

    earlier: Window
    now: Window
    base_earlier: int
    base_now: int
    table: pd.DataFrame

    @property
    def moved(self) -> pd.DataFrame:
        """Segments whose change stands after the correction for looking at all of them, largest first."""
        table = self.table[self.table["p_adjusted"] < 0.05]
        return table.reindex(table["change"].abs().sort_values(ascending=False).index)


def change_table(earlier: npt.NDArray[np.int64], now: npt.NDArray[np.int64]) -> pd.DataFrame:
    """Shares at two dates from the segment code of each customer (OUTSIDE: not in that picture).

    The same people stand in both pictures, so the interval is paired: each customer's influence on the difference of
    the two shares, summed (linearisation of a difference of ratios).
    """
    joint = np.zeros((len(SEGMENTS) + 1, len(SEGMENTS) + 1), dtype=np.int64)
    np.add.at(joint, (earlier, now), 1)  # OUTSIDE is -1: the last row and column
    base_earlier, base_now = int(joint[:-1].sum()), int(joint[:, :-1].sum())
    rows = []
    for code, segment in enumerate(SEGMENTS):
        in_earlier, in_now = int(joint[code].sum()), int(joint[:, code].sum())
        share_earlier, share_now = in_earlier / base_earlier, in_now / base_now
        error = _standard_error(joint, code, share_earlier, share_now)
        change = share_now - share_earlier
        p = math.erfc(abs(change) / error / math.sqrt(2)) if error > 0 else 1.0
        rows.append((segment, in_earlier, in_now, share_earlier, share_now, change, error, p))
    columns = ["segment", "customers_earlier", "customers_now", "share_earlier", "share_now", "change", "error", "p"]
    table = pd.DataFrame(rows, columns=columns)
    table["low"] = table["change"] - Z95 * table["error"]
    table["high"] = table["change"] + Z95 * table["error"]
    table["p_adjusted"] = holm(table["p"].to_numpy())
    return table.drop(columns=["error", "p"])


def _standard_error(joint: npt.NDArray[np.int64], code: int, share_earlier: float, share_now: float) -> float:
    """Square root of the summed squared influences, from the joint counts of (earlier, now)."""
    states = len(joint)
    here = np.arange(states) == code
    member = np.arange(states) != states - 1
    of_now = np.where(member, here - share_now, 0.0) / joint[:, :-1].sum()
    of_earlier = np.where(member, here - share_earlier, 0.0) / joint[:-1].sum()
    influence = of_now[None, :] - of_earlier[:, None]
    return float(np.sqrt((joint * influence**2).sum()))
