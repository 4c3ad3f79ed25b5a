"""The planned contact, judged on the tested cut-offs: who is hit and missed, and what other assumptions would give."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd

from customer_analytics.analysis.actions.curve import (
    Cases,
    ProfitCurve,
    binned,
    needed_acceptance,
    plain_curve,
)
from customer_analytics.analysis.actions.emp import ExpectedMaximum, expected_maximum_profit
from customer_analytics.analysis.actions.result import Confusion
from customer_analytics.analysis.actions.terms import Terms, expected_profit
from customer_analytics.analysis.uplift.hundredths import SHARES
from customer_analytics.analysis.uplift.result import UpliftResult

TENTH = 0.1  # of the customers, whose contact is judged where no cut-off pays
HALF = 0.5


def confusion(tested: Cases, profit: ProfitCurve | None) -> Confusion | None:
    """Contacted against left at the best share; None where nobody or everybody is contacted."""
    if profit is None or not 0 < profit.share < 1:
        return None
    order = expected_profit(tested.probability, tested.value, profit.terms)
    one = replace(tested, block=np.zeros(len(tested), dtype=np.int64))
    many = round(profit.share * 100)
    heads = float(binned(one, order, np.ones(len(tested))).sum(axis=(0, 1))[:many].sum())
    caught = float(binned(one, order, tested.left).sum(axis=(0, 1))[:many].sum())
    left, n = float(tested.left.sum()), len(tested)
    return Confusion(profit.share, caught, heads - caught, left - caught, n - heads - (left - caught))


def needed(tested: Cases, profit: ProfitCurve | None) -> float:
    """Acceptance from which the planned contact pays; where none is planned, contacting the first tenth."""
    if profit is None:
        return math.nan
    return needed_acceptance(tested, profit.terms, profit.share or TENTH)


def expected_maximum(tested: Cases, terms: Terms) -> ExpectedMaximum:
    """Mean over the tested cut-offs, each with its own mean value."""
    found = []
    for cut in np.unique(tested.cut):
        own = tested.cut == cut
        found.append(
            expected_maximum_profit(tested.probability[own], tested.left[own], float(tested.value[own].mean()), terms)
        )
    profits, shares = np.array([one.profit for one in found]), np.array([one.share for one in found])
    if not np.isfinite(profits).any():
        return ExpectedMaximum(math.nan, math.nan)
    return ExpectedMaximum(float(np.nanmean(profits)), float(np.nanmean(shares)))


def other_curves(tested: Cases, profit: ProfitCurve | None, lifted: UpliftResult) -> pd.DataFrame:
    """what, acceptance, share, profit: the curve with half the assumed acceptance, and with what past contacts kept
    (past) and kept at best (past_high), where these are above nothing."""
    rows: list[pd.DataFrame] = []
    if profit is None:
        return pd.DataFrame(rows, columns=["what", "acceptance", "share", "profit"])
    wanted = [("half", profit.terms.acceptance * HALF), ("past", lifted.kept), ("past_high", lifted.kept_interval.high)]
    for what, acceptance in wanted:
        if 0 < acceptance <= 1:
            curve = plain_curve(tested, replace(profit.terms, acceptance=acceptance))
            share = np.arange(SHARES + 1) / SHARES
            rows.append(pd.DataFrame({"what": what, "acceptance": acceptance, "share": share, "profit": curve}))
    return pd.concat(rows, ignore_index=True)
