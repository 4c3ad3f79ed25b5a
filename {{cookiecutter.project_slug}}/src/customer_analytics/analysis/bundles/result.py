"""What the money of baskets comes to: the shape of the result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from customer_analytics.analysis.bundles.calculator import Terms
from customer_analytics.analysis.bundles.goods import Goods
from customer_analytics.analysis.bundles.pooled import Pooled
from customer_analytics.analysis.bundles.trials import Traffic

Per = Literal["month", "thousand"]
MONTH, THOUSAND = 30, 1_000  # days; baskets where no days are known


@dataclass(frozen=True)
class Bundles:
    """Money, anchors, attach rates, the calculator and the tests.

    `reason`: "" or why there is nothing: "no_rules". `goods`: prices and margins; `goods.money` says what is known.
    `terms`: the assumptions. `per`: what counts stand for: "month" (30 days, at the traffic of the last year at most),
    or "thousand" baskets where days are not known. `scale`: that for one basket of the data. `days`: of the traffic.

    weighted: see weighted_rules. anchors: see anchors. attach: see attach_rates, and rule, a, b.
    calculator: one row a pair and direction (rule, pair, a, b, baskets_a, buyers, both (a period each), each, price_a,
    price_b, rate_a, rate_b, margin_b, see calculate, break_even_low, break_even_high, why_not, eligible).
    tests: see trials, and a, b, rule. `traffic`: what they were planned with. `pooled`: one test of all pairs at once,
    None where there are not two.
    """

    reason: str
    goods: Goods
    terms: Terms
    per: Per
    scale: float
    days: float
    weighted: pd.DataFrame
    anchors: pd.DataFrame
    attach: pd.DataFrame
    calculator: pd.DataFrame
    tests: pd.DataFrame
    traffic: Traffic
    pooled: Pooled | None

    @property
    def money(self) -> str:
        """What is known of money: "margin", "revenue" or "none"."""
        return self.goods.money

    @property
    def eligible(self) -> pd.DataFrame:
        """The pairs that may be tested, as they stand in the calculator."""
        return self.calculator[self.calculator["eligible"].astype(bool)]
