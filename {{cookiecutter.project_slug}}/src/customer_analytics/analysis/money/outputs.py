"""What the money of campaigns leaves in files: metrics and tables."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pandas as pd

from customer_analytics.analysis.money.result import Money
from customer_analytics.disclosure.hiding import small_groups

Metrics = dict[str, float | int | None]
BY_CAMPAIGN = (
    "incremental_margin", "incremental_margin_low", "incremental_margin_high", "roi", "roi_low", "roi_high",
    "incremental_orders", "incremental_orders_low", "incremental_orders_high", "cost_per_order",
)  # fmt: skip
PROGRAMME = {
    "programme": "cumulative", "programme_low": "cumulative_low", "programme_high": "cumulative_high",
    "programme_adjusted": "cumulative_adjusted", "programme_adjusted_low": "cumulative_adjusted_low",
    "programme_adjusted_high": "cumulative_adjusted_high", "programme_cost": "cumulative_cost",
}  # fmt: skip
SHOWN = ("campaign", "arm", "control", "n", "n_control", "grade", "decision", "reason")  # beside small arms' figures


def metrics(money: Money | None) -> Metrics:
    """Flat name -> number; None where not estimable. Money in the engagement's currency."""
    made: Metrics = dict.fromkeys((*PROGRAMME, "price_elasticity"))
    if money is None:
        return made
    for row in money.campaigns.to_dict("records"):
        made |= {f"{name}.{row['campaign']}": _known(float(row[name])) for name in BY_CAMPAIGN}
    if len(money.programme):
        last = money.programme.iloc[-1]
        made |= {name: _known(float(last[column])) for name, column in PROGRAMME.items()}
    if money.ladder.slopes:
        made["price_elasticity"] = _known(money.ladder.slopes[-1].elasticity)
    return made


def tables(money: Money | None, minimum_group: int) -> dict[str, pd.DataFrame]:
    """File name -> table. The figures of arms with fewer than `minimum_group` units are empty, and those of another arm
    of the campaign too where one alone could be found by subtraction."""
    if money is None or not len(money.arms):
        return {}
    hidden = _hidden(money.arms, minimum_group)
    arms = money.arms.copy()
    figures = [name for name in arms.columns if name not in SHOWN]
    arms[figures] = arms[figures].astype("float64").mask(hidden, axis=0)
    arms["n"] = arms["n"].astype("Int64").mask(hidden)
    made = {"returns": arms}
    if len(money.programme):
        made["programme"] = money.programme
    ladder = money.ladder
    if len(ladder.rungs):
        small = set(zip(arms.loc[hidden, "campaign"], arms.loc[hidden, "arm"], strict=True))
        pairs = zip(ladder.rungs["campaign"], ladder.rungs["arm"], strict=True)
        made["offer_ladder"] = ladder.rungs[[pair not in small for pair in pairs]].reset_index(drop=True)
    if ladder.slopes:
        made["offer_steps"] = ladder.steps
        rows = [
            dataclasses.asdict(one) | {
                "low": one.interval.low, "high": one.interval.high, "elasticity_low": one.elasticity_interval.low,
                "elasticity_high": one.elasticity_interval.high,
            }
            for one in ladder.slopes
        ]  # fmt: skip
        made["price_sensitivity"] = pd.DataFrame(rows)[
            ["campaign", "depths", "orders_per_100", "low", "high", "elasticity", "elasticity_low", "elasticity_high"]
        ]
    return made


def _hidden(arms: pd.DataFrame, minimum_group: int) -> pd.Series:
    """Which arms must not be shown by themselves, the control group of each campaign counted in."""
    hidden = pd.Series(False, index=arms.index)
    for _, own in arms.groupby("campaign", sort=False):
        sizes = np.array([int(own["n_control"].iloc[0]), *own["n"].astype(int)], dtype=np.int64)
        small = small_groups(sizes, minimum_group)
        hidden.loc[own.index] = small[1:] | small[0]
    return hidden


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
