"""One compared campaign with its sums, its figures and the draws behind them."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.money.blocks import BlockSums
from customer_analytics.analysis.money.returns import MARGIN, REVENUE, SENT, Returns

Floats = npt.NDArray[np.float64]
DISCOUNT = "discount"


@dataclass(frozen=True)
class Compared:
    """`row`: of Campaigns.list; `sums`: by block; `found`: one row a contact arm, and its draws; `main`: the outcome
    that decides; `control_sent`: messages a unit of the control group."""

    row: pd.Series
    sums: BlockSums
    found: Returns
    main: str
    control_sent: float

    @property
    def first_day(self) -> dt.date | None:
        """First day of assignment; None without one."""
        day = self.row["first_on"]
        return None if day is None or pd.isna(day) else pd.Timestamp(day).date()

    @property
    def is_untouched(self) -> bool:
        """Whether the control group was left alone; else two contacts are compared, and neither earned the difference
        from nothing."""
        return self.control_sent < SENT

    @property
    def worth(self) -> str:
        """What is added up: margin, else revenue, else the main outcome."""
        return next((name for name in (MARGIN, REVENUE) if name in self.sums.of), self.main)

    @property
    def drawn(self) -> Floats:
        """Incremental totals of `worth` in the resamples, draws x arms."""
        return self.found.main if self.found.value is None else self.found.value

    @property
    def value(self) -> Floats:
        """Incremental totals of `worth` as measured."""
        means = self.sums.mean(self.worth)
        units = self.sums.units
        added: Floats = (units[1:] * (means[1:] - means[0])).astype(np.float64)
        return added

    def is_told(self, at: int, outcome: str) -> bool:
        """Whether the arm (in the order of the table) has an interval of an outcome."""
        return outcome in self.sums.of and self.sums.tells(outcome, 1 + at, 0)

    def noise(self, weights: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Of each arm: `worth` for one contacted, the variances of the arm's own mean and of the control group's, and
        the campaign's code; NaN where there is no interval."""
        means = self.sums.mean(self.worth)
        spread = self.sums.drawn_means(self.worth, weights).var(axis=0)
        arms = len(means) - 1
        told = np.array([self.is_told(at, self.worth) for at in range(arms)])
        point = np.where(told, means[1:] - means[0], np.nan)
        return point, spread[1:], np.full(arms, spread[0]), np.full(arms, float(self.row["code"]))

    def discount_share(self, at: int) -> float:
        """Share that was taken off what the arm's orders would have come to; NaN where it is not known, or where the
        campaign has one contact arm: then it is the usual discount that everybody gets."""
        if len(self.found.table) < 2 or DISCOUNT not in self.sums.of or REVENUE not in self.sums.of:
            return math.nan
        off = float(self.sums.of[DISCOUNT][1 + at].sum())
        paid = float(self.sums.of[REVENUE][1 + at].sum())
        return off / (off + paid) if off + paid > 0 else math.nan
