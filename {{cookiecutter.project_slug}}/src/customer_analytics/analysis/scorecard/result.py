"""What the scorecard holds."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

from customer_analytics.statistics import Z95, Interval

Kind = Literal["count", "share", "money", "money_each"]
Key = Literal["purchase", "second_purchase", "second_day"]

# measure -> stage: acquisition, activation, retention, revenue, referral, in the order of a customer's life
MEASURES: dict[str, str] = {
    "new_people": "acquisition",
    "activated": "activation",
    "returned": "retention",
    "buyers": "revenue",
    "revenue": "revenue",
    "revenue_per_buyer": "revenue",
    "referred": "referral",
    "sharers": "referral",
}
NOTHING = Interval(math.nan, math.nan)


@dataclass(frozen=True)
class Measure:
    """One measure in the later window and in the one before.

    `value` and `before`: NaN where the data do not hold it or its base is below the minimum base. `n`, `n_before`: the
    base of a share, the buyers behind money; else the count itself. `interval`: 95 %, of a share. `change`: later minus
    before, with its 95 % interval (shares: Newcombe; counts and money: people as a Poisson sample of those who could
    have come).
    """

    name: str
    kind: Kind
    value: float = math.nan
    n: int = 0
    before: float = math.nan
    n_before: int = 0
    interval: Interval = NOTHING
    change: float = math.nan
    change_interval: Interval = NOTHING

    @property
    def stage(self) -> str:
        """The stage that it belongs to."""
        return MEASURES[self.name]

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return not math.isnan(self.value)

    @property
    def moved(self) -> bool:
        """Whether the change is beyond chance, taken alone."""
        low, high = self.change_interval
        return low > 0 or high < 0


@dataclass(frozen=True)
class ScorecardResult:
    """The measures in the order of MEASURES, and how they were taken.

    Args:
        days: length of each window, in days. 0: there is not a single day.
        first, last: days of the later window.
        compared: whether there is a whole window before.
        start: what makes a person new: their registration, or their first activity in the data.
        start_truncated: with first activity: the data begin so late that old customers look new before.
        customers_only: visitors who are not known as customers are in no count of people (but in sharing).
        key: what activation is: a first purchase; a purchase on a second day, where people are known by their orders
            only; activity on a second day, where there are no orders.
        key_days: days from the start in which it has to happen.
        referral_channels: acquisition channels that count as referral; at most ten.
        sharing_events: events that count as passing it on; at most ten.
        revenue_without_customer: share of the later window's money that names no customer.
    """

    days: int
    first: dt.date
    last: dt.date
    compared: bool
    start: Literal["signed_up", "first_activity"]
    start_truncated: bool
    customers_only: bool
    key: Key
    key_days: int
    referral_channels: tuple[str, ...]
    sharing_events: tuple[str, ...]
    revenue_without_customer: float
    measures: tuple[Measure, ...]

    def __getitem__(self, name: str) -> Measure:
        return next(measure for measure in self.measures if measure.name == name)

    def together(self, measure: Measure) -> Interval:
        """The interval of a change that holds for all compared measures together, with 95 % (Bonferroni)."""
        compared = sum(not math.isnan(each.change_interval.low) for each in self.measures)
        if math.isnan(measure.change_interval.low) or not compared:
            return NOTHING
        wider = NormalDist().inv_cdf(1 - 0.05 / (2 * compared)) / Z95
        low, high = measure.change_interval
        return Interval(
            measure.change - (measure.change - low) * wider, measure.change + (high - measure.change) * wider
        )

    @property
    def before(self) -> tuple[dt.date, dt.date]:
        """First and last day of the window before."""
        span = dt.timedelta(days=self.days)
        return self.first - span, self.last - span
