"""Whom to contact first: the list with the larger expected effect under one stated assumption."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from customer_analytics.analysis.rfm.slipping import smallest_difference
from customer_analytics.narrative.rfm.view import View

HOLDOUT_SHARE = 0.2  # of a list, set aside at random
ASSUMED_GAIN = 0.05  # assumed: this share of the contacted buys who would not have done so by themselves


@dataclass(frozen=True)
class Target:
    """A list to contact.

    `spend`: what one who returns spends in `days` (days None: in one purchase); `rate`: share that buys by itself, None
    where unknown.
    """

    kind: Literal["quiet_regulars", "one_time_buyers"]
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
    candidates = [one for one in (_quiet_regulars(view), _one_time_buyers(view)) if one is not None]
    return max(candidates, key=lambda one: one.money, default=None)


def _quiet_regulars(view: View) -> Target | None:
    quiet = view.result.slipping
    if quiet is None or quiet.customers < view.minimum_base:
        return None
    again = quiet.unprompted
    if again is not None and again.returned and again.spend > 0:
        return Target("quiet_regulars", quiet.customers, quiet.revenue, again.spend, again.days, again.rate)
    return Target("quiet_regulars", quiet.customers, quiet.revenue, _order_value(view), None, None)


def _one_time_buyers(view: View) -> Target | None:
    """Those who bought once and are not lost by the rhythm, expected to spend what they spent the first time."""
    customers, pace = view.result.customers, view.result.rhythm
    if pace is None:
        return None
    here = customers[(customers["lifetime"] == 1) & (customers["recency_days"] <= pace.lost_days)]
    if len(here) < view.minimum_base or not float(here["monetary"].mean()) > 0:
        return None
    second = next((step for step in view.result.steps if step.purchase == 2 and step.base >= view.minimum_base), None)
    rate = None if second is None or math.isnan(second.rate) else second.rate
    revenue = float(here["monetary"].sum())
    return Target("one_time_buyers", len(here), revenue, revenue / len(here), None, rate)


def _order_value(view: View) -> float:
    return view.result.revenue / max(view.result.orders, 1)
