"""Campaigns made from rows, with what a client says of their costs, offers and days."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from campaigns_by_hand import made

from customer_analytics.analysis.campaigns import Campaigns

OUTCOMES = (("converted", "binary"), ("orders", "count"), ("revenue", "money"), ("margin", "money"))


def with_costs(
    rows: pd.DataFrame, *, costs: Mapping[str, float] | None = None, offers: Mapping[str, str] | None = None,
    days: Mapping[str, dt.date] | None = None, outcomes: tuple[tuple[str, str], ...] = OUTCOMES, **others: Any,
) -> Campaigns:  # fmt: skip
    """See campaigns_by_hand.made; costs (fixed; missing: unknown), offers and first days by campaign."""
    found = made(rows, outcomes, **others)
    listed = found.list.assign(channel="email")
    listed["cost_fixed"] = listed["campaign"].map(costs or {}).astype(float)
    listed["offer"] = listed["campaign"].map(offers or {}).fillna("")
    own = listed["campaign"].map(days or {})
    listed["first_on"] = listed["last_on"] = own.astype(object).where(own.notna(), None)
    return dataclasses.replace(found, list=listed)


def people(
    campaign: str, arms: Mapping[str, tuple[int, float]], seed: int, *, mean: float = 50.0, share: float = 0.4
) -> pd.DataFrame:
    """Rows of one campaign: arm -> (units, chance of an order). Amounts are exponential, margin is a share of them."""
    rng = np.random.default_rng(seed)
    parts = []
    for arm, (units, chance) in arms.items():
        orders = (rng.random(units) < chance).astype(float)
        revenue = orders * rng.exponential(mean, units)
        parts.append(
            pd.DataFrame({"campaign": campaign, "arm": arm, "converted": orders, "orders": orders, "revenue": revenue,
                          "margin": share * revenue})
        )  # fmt: skip
    whole = pd.concat(parts, ignore_index=True)
    return whole.iloc[rng.permutation(len(whole))].reset_index(drop=True)
