"""Attach rates: of the baskets with A, the share that holds B too, and whether it rises or falls.

The interval allows for customers with several baskets: a Wilson interval at the number of independent baskets that has
the same standard error (the baskets divided by the design effect). The trend compares the earlier with the later part
of the baskets, both with that design effect; q over all pairs shown.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from customer_analytics.statistics import Interval, benjamini_hochberg, newcombe, wilson

UP, DOWN, STEADY, UNKNOWN = "up", "down", "steady", "unknown"
LEAST = 30  # baskets with A in each part, below which no trend is told
COLUMNS = (
    "pair", "baskets_a", "both", "customers_a", "customers_both", "attach", "low", "high", "earlier", "later",
    "change", "change_low", "change_high", "q_value", "trend",
)  # fmt: skip


def attach_rates(pairs: pd.DataFrame, false_discovery: float, *, dated: bool) -> pd.DataFrame:
    """COLUMNS, one row a pair of PairFacts.pairs; NaN where a part of the baskets is too small.

    Args:
        pairs: counts of pairs.
        false_discovery: share of false ones allowed among the trends told.
        dated: whether earlier and later are times; else there is no trend.
    """
    attach = (pairs["both"] / pairs["baskets_a"]).astype("float64")
    effects = [
        design_effect(*each) for each in zip(pairs["both"], pairs["baskets_a"], pairs["standard_error"], strict=True)
    ]
    rows = [
        (*wilson(both / effect, n / effect), *_change(row, effect, dated))
        for row, both, n, effect in zip(
            pairs.itertuples(index=False), pairs["both"], pairs["baskets_a"], effects, strict=True
        )
    ]
    names = ("low", "high", "earlier", "later", "change", "change_low", "change_high", "p")
    frame = pd.DataFrame(rows, columns=list(names), dtype="float64", index=pairs.index)
    told, q = frame["p"].notna().to_numpy(), np.full(len(frame), np.nan)
    if told.any():
        q[told] = benjamini_hochberg(frame.loc[told, "p"].to_numpy())
    sure = q < false_discovery
    trend = np.where(sure, np.where(frame["change"] > 0, UP, DOWN), np.where(told, STEADY, UNKNOWN))
    made = pairs[["pair", "baskets_a", "both", "customers_a", "customers_both"]].assign(attach=attach)
    made = made.assign(**frame.drop(columns="p"), q_value=q, trend=trend)
    return made[list(COLUMNS)].reset_index(drop=True)


def design_effect(both: float, n: float, error: float) -> float:
    """How much more the rate varies than that of independent baskets; at least 1, at most the number of baskets."""
    if not 0 < both < n or not math.isfinite(error):
        return 1.0
    rate = both / n
    return min(max(error**2 * n / (rate * (1 - rate)), 1.0), float(n))


def _change(row: object, effect: float, dated: bool) -> tuple[float, ...]:
    """Rate earlier and later, their difference with its interval, and its two-sided p."""
    unknown = (math.nan,) * 6
    before, after = float(getattr(row, "earlier_a")), float(getattr(row, "later_a"))  # noqa: B009
    if not dated or min(before, after) < LEAST:
        return unknown
    was, now = float(getattr(row, "earlier_both")), float(getattr(row, "later_both"))  # noqa: B009
    interval = newcombe(now / effect, after / effect, was / effect, before / effect)
    return was / before, now / after, now / after - was / before, *interval, _p(now, after, was, before, effect)


def _p(now: float, after: float, was: float, before: float, effect: float) -> float:
    """Two-sided, of two proportions with a pooled variance, inflated by the design effect."""
    rate = (now + was) / (after + before)
    variance = rate * (1 - rate) * (1 / after + 1 / before) * effect
    if variance <= 0:
        return 1.0
    return math.erfc(abs(now / after - was / before) / math.sqrt(2 * variance))


def rate_interval(both: float, n: float, error: float) -> Interval:
    """95 % interval of an attach rate, see above."""
    effect = design_effect(both, n, error)
    return wilson(both / effect, n / effect)
