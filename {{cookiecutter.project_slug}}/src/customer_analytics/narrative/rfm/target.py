"""Whom to contact first: the list with the larger expected effect under one stated assumption."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from customer_analytics.analysis.rfm.reachable import Reachable, smallest_difference
from customer_analytics.narrative.rfm.view import View

Kind = Literal["quiet_regulars", "one_time_buyers"]
HOLDOUT_SHARE = 0.2  # of a list, set aside at random
ASSUMED_GAIN = 0.05  # assumed: this share of the contacted buys who would not have done so by themselves
LEAST_ROOM = 2 * ASSUMED_GAIN  # share that stays away by itself, below which contact has nothing to win


@dataclass(frozen=True)
class Target:
    """A list to contact.

    `spend`: what one who returns spends in `days` (None: the average order); `rate`: share that buys by itself, None
    where unknown.
    """

    kind: Kind
    customers: int
    revenue: float
    spend: float
    days: int | None
    rate: float | None

    @property
    def held_out(self) -> int:
        """Customers set aside at random."""
        return round(self.customers * HOLDOUT_SHARE)

    @property
    def contacted(self) -> int:
        """Customers contacted."""
        return self.customers - self.held_out

    @property
    def money(self) -> float:
        """Expected effect under the assumption."""
        return self.contacted * ASSUMED_GAIN * self.spend

    @property
    def smallest(self) -> float | None:
        """Smallest difference of the two rates that the test can tell from chance; None without a known rate."""
        return None if self.rate is None else smallest_difference(self.rate, self.contacted, self.held_out)


def target(view: View) -> Target | None:
    """The better of the two lists; None where neither has the minimum base."""
    found = [_of(view, "quiet_regulars", view.result.slipping), _of(view, "one_time_buyers", view.result.once)]
    return max((one for one in found if one is not None), key=lambda one: one.money, default=None)


def comes_back_anyway(listed: Reachable) -> bool:
    """Whether so many of such customers return by themselves that contact can hardly add any."""
    return listed.unprompted is not None and 1 - listed.unprompted.rate < LEAST_ROOM


def _of(view: View, kind: Kind, listed: Reachable | None) -> Target | None:
    """A list as a target: what returning customers spent before, or else the average order."""
    if listed is None or listed.customers < view.minimum_base or comes_back_anyway(listed):
        return None
    again = listed.unprompted
    if again is not None and again.returned and again.spend > 0:
        return Target(kind, listed.customers, listed.revenue, again.spend, again.days, again.rate)
    order_value = view.result.revenue / max(view.result.orders, 1)
    return Target(kind, listed.customers, listed.revenue, order_value, None, None)
