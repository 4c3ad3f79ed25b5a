"""Whether the customers of a channel stay and what they bring, against those of all other channels."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from scipy.stats import norm

from customer_analytics.analysis.habits.adjusted import NONE, Adjusted, adjusted
from customer_analytics.statistics import Z95, benjamini_hochberg, wilson

LEVEL = 0.05  # share of false ones allowed among the channels that are called different
MANY = 0.05  # share of all customers from which a channel brings many


def staying(heads: pd.DataFrame, channels: int, minimum_base: int) -> pd.DataFrame:
    """mature, stayed, rate, low, high, difference, difference_low, difference_high, p, q: a row a channel.

    Args:
        heads: code, month, mature, stayed, by day of winning.
        channels: how many codes there are.
        minimum_base: customers below which no rate is given and no channel compared.
    """
    cells = heads.groupby(["month", "code"])[["mature", "stayed"]].sum().unstack(fill_value=0)
    codes = range(1, channels + 1)
    mature = np.array([cells["mature"].get(code, pd.Series(0, cells.index)) for code in codes], dtype=np.float64)
    stayed = np.array([cells["stayed"].get(code, pd.Series(0, cells.index)) for code in codes], dtype=np.float64)
    rows = []
    for own, back in zip(mature, stayed, strict=True):
        others, back_others = mature.sum(axis=0) - own, stayed.sum(axis=0) - back
        enough = min(own.sum(), others.sum()) >= minimum_base
        compared = (
            adjusted(np.column_stack([back, own - back, back_others, others - back_others])) if enough else NONE
        )  # fmt: skip
        rows.append((int(own.sum()), int(back.sum()), *rate_of(back.sum(), own.sum(), minimum_base), *_flat(compared)))
    names = [
        "mature", "stayed", "rate", "low", "high", "difference", "difference_low", "difference_high", "p",
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=names)
    return table.assign(q=_q(table["p"].to_numpy(dtype=np.float64)))


def _flat(found: Adjusted) -> tuple[float, float, float, float]:
    return found.difference, found.interval.low, found.interval.high, found.p


def rate_of(stayed: float, mature: float, minimum_base: int) -> tuple[float, float, float]:
    """Share still there with Wilson's interval; NaN below the minimum base."""
    if mature < minimum_base:
        return math.nan, math.nan, math.nan
    return stayed / mature, *wilson(stayed, mature)


def _q(p: np.typing.NDArray[np.float64]) -> np.typing.NDArray[np.float64]:
    """Benjamini and Hochberg over the channels that could be compared."""
    found, known = np.full(len(p), math.nan), ~np.isnan(p)
    if known.any():
        found[known] = benjamini_hochberg(p[known])
    return found


def bringing(heads: pd.DataFrame, channels: int, minimum_base: int) -> pd.DataFrame:
    """observed, worth, worth_low, worth_high, worth_difference, its ends and worth_q (Welch): a row a channel.

    `heads`: code, observed, money, squares, by day of winning, of the days that are long enough ago only.
    """
    sums = heads.groupby("code")[["observed", "money", "squares"]].sum().reindex(range(1, channels + 1), fill_value=0)
    total = sums.sum()
    rows = []
    for n, money, squares in sums.to_numpy(dtype=np.float64):
        mean, error = mean_of(float(n), float(money), float(squares))
        rest, rest_error = mean_of(total["observed"] - n, total["money"] - money, total["squares"] - squares)
        enough = min(n, total["observed"] - n) >= max(minimum_base, 2)
        if n < max(minimum_base, 2):
            mean = error = math.nan
        apart = math.hypot(error, rest_error) if enough else math.nan
        change = mean - rest if enough else math.nan
        p = float(2 * norm.sf(abs(change) / apart)) if enough and apart > 0 else math.nan
        ends = (mean - Z95 * error, mean + Z95 * error)
        rows.append((int(n), mean, *ends, change, change - Z95 * apart, change + Z95 * apart, p))
    names = [
        "observed", "worth", "worth_low", "worth_high", "worth_difference", "worth_difference_low",
        "worth_difference_high", "worth_p",
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=names)
    return table.assign(worth_q=_q(table["worth_p"].to_numpy(dtype=np.float64))).drop(columns="worth_p")


def mean_of(n: float, total: float, squares: float) -> tuple[float, float]:
    """Mean and its standard error; NaN below two."""
    if n < 2:
        return math.nan, math.nan
    mean = total / n
    return mean, math.sqrt(max(squares - n * mean**2, 0.0) / (n - 1) / n)


def leaving(table: pd.DataFrame) -> tuple[str | None, float]:
    """The channel that loses most customers beyond what the others lose, told from chance, and how many."""
    shown = table[(table["q"] < LEVEL) & (table["difference_high"] < 0) & (table["share"] >= MANY)]
    if not len(shown):
        return None, 0.0
    lost = (-shown["difference"] * shown["mature"]).round(6)
    worst = shown.assign(lost=lost).sort_values(["lost", "channel"], ascending=[False, True]).iloc[0]
    return str(worst["channel"]), float(worst["lost"])


def poor(table: pd.DataFrame) -> str | None:
    """The channel whose many customers bring least together for being worth less than the others, told from chance."""
    shown = table[(table["worth_q"] < LEVEL) & (table["worth_difference_high"] < 0) & (table["share"] >= MANY)]
    if not len(shown):
        return None
    lost = (-shown["worth_difference"] * shown["observed"]).round(6)
    return str(shown.assign(lost=lost).sort_values(["lost", "channel"], ascending=[False, True]).iloc[0]["channel"])
