"""Whether the hour of sending can be compared at all, and what it goes with.

Where all messages of a campaign leave in one hour, the hour is the campaign: another offer, another day, other
people. Only campaigns that were sent in several hours say anything, and only if customers of different hours were
alike; nobody drew the hours by lot unless they are the arms of an experiment.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.stats import chi2

from customer_analytics.analysis.messages.result import SendTime

if TYPE_CHECKING:
    from customer_analytics.analysis.messages.rows import Contacts

LEAST_SHARE = 0.05  # of a campaign's messages in an hour that counts as one of its hours
BEST_BY = ("conversion", "click", "open")


def send_time(found: Contacts, cube: pd.DataFrame, rates: pd.DataFrame, minimum_base: int) -> SendTime:
    """Whether hours differ within campaigns beyond chance, and which is best by the first metric that is known."""
    if not found.timed:
        return SendTime("no_times")
    counts = cube.groupby(["code", "hour", "recency"], as_index=False).agg(n=("sent", "sum"))
    varied = _varied(counts)
    share = float(counts.loc[counts["code"].isin(varied), "n"].sum() / counts["n"].sum())
    if not varied:
        return SendTime("one_hour", share)
    alike_p = alike(counts[counts["code"].isin(varied)])
    hours = rates[(rates["dimension"] == "hour") & (rates["base"] >= minimum_base) & rates["differs"]]
    for metric in BEST_BY:
        better = hours[(hours["metric"] == metric) & (hours["difference"] > 0)]
        if len(better):
            best = better.sort_values(["difference", "value"], ascending=[False, True]).iloc[0]
            return SendTime("", share, alike_p, int(best["value"]), metric)
    return SendTime("", share, alike_p)


def _varied(counts: pd.DataFrame) -> list[int]:
    """Campaigns with two hours or more that each have their share of its messages."""
    by_hour = counts.groupby(["code", "hour"])["n"].sum()
    shares = by_hour / by_hour.groupby(level="code").transform("sum")
    hours = (shares >= LEAST_SHARE).groupby(level="code").sum()
    return [int(code) for code in hours.index[hours >= 2]]


def alike(counts: pd.DataFrame) -> float:
    """p of the chi-square test that hour and recency are independent within campaigns, summed over campaigns.

    `counts`: code, hour, recency, n. Hours and states that leave cells expecting fewer than one are left out.
    """
    statistic, freedom = 0.0, 0
    for _, own in counts.groupby("code"):
        table = own.pivot_table(index="hour", columns="recency", values="n", aggfunc="sum", fill_value=0)
        seen = table.to_numpy(np.float64)
        seen = seen[seen.sum(axis=1) >= LEAST_SHARE * seen.sum()]
        if len(seen) < 2:
            continue
        expected = seen.sum(axis=1, keepdims=True) * seen.sum(axis=0, keepdims=True) / seen.sum()
        kept = expected.min(axis=0) >= 1
        if kept.sum() < 2:
            continue
        seen = seen[:, kept]
        expected = seen.sum(axis=1, keepdims=True) * seen.sum(axis=0, keepdims=True) / seen.sum()
        statistic += float(((seen - expected) ** 2 / expected).sum())
        freedom += (seen.shape[0] - 1) * (seen.shape[1] - 1)
    return float(chi2.sf(statistic, freedom)) if freedom else math.nan
