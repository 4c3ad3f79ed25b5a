"""Where money should go: what each paid channel brings for its money, and what a shift between two would change.

A channel's return is the money (margin or revenue) that its customers bring in the days that count, for each unit of
spend: customers won times what one brings, over the spend. It varies with how many customers the money happened to win
(as a Poisson count) and with what they happened to bring. That all customers of a channel came because of its spend,
and that the next unit buys as much as the average one, are assumptions: the second is stated, and halved beside.
"""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.stats import norm

from customer_analytics.analysis.channels.result import Budget, Shift

RETURNS = (1.0, 0.5)  # of further money, as a share of the return so far


def budget(table: pd.DataFrame, share: float, minimum_base: int, leaving: str | None) -> Budget | None:
    """The shift from the lowest to the highest return; None where fewer than two channels' returns are known.

    The leaving channel receives nothing, whatever it brings in the days that count: its customers are gone after them.

    Args:
        table: channel, costed, spend, worth, worth_low, worth_high of the channels.
        share: of the lowest channel's spend that moves.
        minimum_base: customers won by the spend below which no return is given.
        leaving: the channel whose customers do not stay.
    """
    paid = table[(table["spend"] > 0) & (table["costed"] >= minimum_base) & table["worth"].notna()]
    if len(paid) < 2:
        return None
    returns = _returns(paid)
    staying = returns[returns["channel"] != leaving]
    best, worst = staying.iloc[0], returns.iloc[-1]
    if best["channel"] == worst["channel"]:  # the money of the others would only go to where it does worst
        return Budget(returns.drop(columns="error"), "", "", share, 0.0, (), math.nan)
    amount = share * float(worst["spend"])
    pairs = len(list(combinations(range(len(returns)), 2)))
    z = float(norm.isf(0.025 / pairs))  # the pair was picked after a look at all
    shifts = tuple(_shift(best, worst, amount, part, z) for part in RETURNS)
    even = float(worst["back"] / best["back"]) if best["back"] > 0 else math.nan
    made = returns.drop(columns="error")
    return Budget(made, str(worst["channel"]), str(best["channel"]), share, amount, shifts, even)


def _returns(paid: pd.DataFrame) -> pd.DataFrame:
    """channel, spend, customers, worth, back, low, high, error, cost: the highest return first."""
    z95 = float(norm.isf(0.025))
    error_worth = (paid["worth_high"] - paid["worth_low"]) / (2 * z95)
    back = paid["costed"] * paid["worth"] / paid["spend"]
    # Relative errors add: of a mean, and of a count that chance makes.
    square = paid["costed"] ** 2 * error_worth**2 + paid["costed"] * paid["worth"] ** 2
    error = np.sqrt(square) / paid["spend"]
    made = pd.DataFrame(
        {
            "channel": paid["channel"], "spend": paid["spend"], "customers": paid["costed"], "worth": paid["worth"],
            "back": back, "low": back - z95 * error, "high": back + z95 * error, "error": error,
        }
    )  # fmt: skip
    return made.sort_values(["back", "channel"], ascending=[False, True], ignore_index=True)


def _shift(best: pd.Series, worst: pd.Series, amount: float, part: float, z: float) -> Shift:
    gained, lost = part * amount * float(best["back"]), amount * float(worst["back"])
    error = amount * math.hypot(part * float(best["error"]), float(worst["error"]))
    customers = amount * (part * best["customers"] / best["spend"] - worst["customers"] / worst["spend"])
    change = gained - lost
    return Shift(part, gained, lost, change, change - z * error, change + z * error, float(customers))
