"""Regular customers who have gone quiet for longer than the usual rhythm, and how many of them return unprompted."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.rfm.lifecycle import Rhythm
from customer_analytics.statistics import Z95, Interval, wilson

POWER_Z = 0.8416212335729143  # 80 % power


@dataclass(frozen=True)
class Unprompted:
    """What customers in the same position did some time ago, with whatever contact there was then.

    `n` customers at the earlier date, of whom `returned` bought within `days`; `spend`: mean net money in these days of
    one who did.
    """

    days: int
    n: int
    returned: int
    spend: float

    @property
    def rate(self) -> float:
        """Share that bought again."""
        return self.returned / self.n

    @property
    def interval(self) -> Interval:
        """Wilson interval of the rate."""
        return wilson(self.returned, self.n)


@dataclass(frozen=True)
class Slipping:
    """Customers with at least rhythm.mature_from purchase days, silent for more than active_days, not over lost_days.

    `unprompted` is None where the history is too short, or too few customers were in the same position.
    """

    customers: int
    revenue: float
    share_revenue: float
    unprompted: Unprompted | None


def is_slipping(
    recency: npt.NDArray[np.float64], lifetime: npt.NDArray[np.float64], pace: Rhythm
) -> npt.NDArray[np.bool_]:
    """Which customers are slipping, from days since the last purchase and purchase days so far."""
    mask: npt.NDArray[np.bool_] = (
        (lifetime >= pace.mature_from) & (recency > pace.active_days) & (recency <= pace.lost_days)
    )
    return mask


def slipping(customers: pd.DataFrame, unprompted: Unprompted | None) -> Slipping:
    """Sum up the customers whose column slipping is true."""
    money = customers.loc[customers["slipping"], "monetary"]
    total = float(customers["monetary"].sum())
    return Slipping(len(money), float(money.sum()), float(money.sum()) / total if total > 0 else math.nan, unprompted)


def same_position(crossed: pd.DataFrame, cut: int, days: int, pace: Rhythm, minimum: int) -> Unprompted | None:
    """Customers who were slipping on the day number `cut`, and who of them bought in the `days` after it."""
    recency = cut - crossed["before_last"].to_numpy(np.float64)
    then = is_slipping(recency, crossed["before_lifetime"].to_numpy(np.float64), pace)
    n = int(then.sum())
    if n < minimum:
        return None
    money, bought = crossed["future_monetary"].to_numpy()[then], crossed["future_orders"].to_numpy()[then] > 0
    return Unprompted(days, n, int(bought.sum()), float(money[bought].mean()) if bought.any() else math.nan)


def smallest_difference(rate: float, treated: int, control: int) -> float:
    """Smallest difference of two proportions that a test of these sizes finds with 80 % power at 5 %, both sides."""
    if treated <= 0 or control <= 0:
        return math.nan
    return (Z95 + POWER_Z) * math.sqrt(rate * (1 - rate) * (1 / treated + 1 / control))
