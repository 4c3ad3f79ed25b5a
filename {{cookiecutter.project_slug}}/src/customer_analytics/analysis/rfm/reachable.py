"""Lists worth a contact, and how many on them buy again unprompted: quiet regulars, one-time buyers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.rfm.customers import Window
from customer_analytics.analysis.rfm.lifecycle import Rhythm
from customer_analytics.statistics import Z95, Interval, wilson

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Which = Callable[[Floats, Floats, Rhythm], Mask]
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
class Reachable:
    """A list to contact: its customers, what they have spent, and its share of all net revenue.

    `unprompted` is None where the history is too short, or too few customers were in the same position.
    """

    customers: int
    revenue: float
    share_revenue: float
    unprompted: Unprompted | None


def is_slipping(recency: Floats, lifetime: Floats, pace: Rhythm) -> Mask:
    """Regulars (at least mature_from purchase days), silent for more than active_days and not over lost_days."""
    mask: Mask = (lifetime >= pace.mature_from) & (recency > pace.active_days) & (recency <= pace.lost_days)
    return mask


def is_once(recency: Floats, lifetime: Floats, pace: Rhythm) -> Mask:
    """Customers with one purchase day ever, not more than lost_days ago."""
    mask: Mask = (lifetime == 1) & (recency <= pace.lost_days)
    return mask


def is_lost(recency: Floats, lifetime: Floats, pace: Rhythm) -> Mask:
    """Customers silent for more than lost_days."""
    mask: Mask = (lifetime >= 1) & (recency > pace.lost_days)
    return mask


def reachable(customers: pd.DataFrame, mask: Mask, unprompted: Unprompted | None) -> Reachable:
    """Sum up the customers of a list."""
    money = customers.loc[mask, "monetary"]
    total = float(customers["monetary"].sum())
    return Reachable(len(money), float(money.sum()), float(money.sum()) / total if total > 0 else math.nan, unprompted)


def same_position(crossed: pd.DataFrame, future: Window, which: Which, pace: Rhythm, minimum: int) -> Unprompted | None:
    """Customers who were on the list `which` on the day before `future`, and who of them bought in it."""
    recency = future.start - crossed["before_last"].to_numpy(np.float64)
    then = which(recency, crossed["before_lifetime"].to_numpy(np.float64), pace)
    n = int(then.sum())
    if n < minimum:
        return None
    money, bought = crossed["future_monetary"].to_numpy()[then], crossed["future_orders"].to_numpy()[then] > 0
    return Unprompted(future.days, n, int(bought.sum()), float(money[bought].mean()) if bought.any() else math.nan)


def smallest_difference(rate: float, treated: int, control: int) -> float:
    """Smallest difference of two proportions that a test of these sizes finds with 80 % power at 5 %, both sides."""
    if treated <= 0 or control <= 0:
        return math.nan
    return (Z95 + POWER_Z) * math.sqrt(rate * (1 - rate) * (1 / treated + 1 / control))
