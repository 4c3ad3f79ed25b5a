"""Competing risks: how much of the ending is of which kind (given notice, failed payment, moved away).

Aalen and Johansen's (1978) estimate of the cumulative incidence of each reason. One minus Kaplan-Meier of one reason
alone would be too high: who has left for another reason can no longer leave for this one. Variance by the delta method
(Marubini, Valsecchi 1995), interval on the log-log scale.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.hazard.design import OTHERS, UNKNOWN
from customer_analytics.statistics import Z95

Floats = npt.NDArray[np.float64]
MOST_REASONS = 6


def folded_reasons(counts: pd.DataFrame, minimum: int) -> pd.DataFrame:
    """Counts (time, reason, ended, censored) with rare reasons as one, so that none is below `minimum`; ends without a
    reason are UNKNOWN."""
    named = counts.assign(reason=counts["reason"].astype(object).where(counts["reason"].notna(), UNKNOWN))
    sizes = named.groupby("reason")["ended"].sum().sort_index().sort_values(ascending=False, kind="stable")
    kept = list(sizes.index[sizes >= max(minimum, 1)][:MOST_REASONS])
    rest = sizes[[name for name in sizes.index if name not in kept]]
    if 0 < rest.sum() < minimum and kept:
        kept.pop()  # a few alone could be found by subtraction
    reason = named["reason"].where(named["reason"].isin(kept), OTHERS)
    return named.assign(reason=reason).groupby(["time", "reason"], as_index=False)[["ended", "censored"]].sum()


def cumulative_incidence(counts: pd.DataFrame) -> pd.DataFrame:
    """Incidence of each reason by age, from counts with time, reason, ended and censored.

    Returns:
        reason, time, at_risk, ended, incidence, low, high: one row a reason and time at which anybody ended or was
        censored; reasons in the order of their frequency.
    """
    counts = counts.sort_values(["time", "reason"], kind="stable")
    time, place = np.unique(counts["time"].to_numpy(np.int64), return_inverse=True)
    place = place.reshape(-1)
    gone = np.bincount(place, weights=counts["ended"].to_numpy(float), minlength=len(time)).astype(np.float64)
    lost = np.bincount(place, weights=counts["censored"].to_numpy(float), minlength=len(time))
    at_risk = np.cumsum((gone + lost)[::-1])[::-1].astype(np.float64)
    before = np.concatenate(([1.0], np.cumprod(1 - gone / at_risk)[:-1]))
    sizes = counts.groupby("reason")["ended"].sum()
    names = sizes[sizes > 0].sort_index().sort_values(ascending=False, kind="stable").index
    made = []
    for name in names:
        own = (counts["reason"] == name).to_numpy(bool)
        weights = counts["ended"].to_numpy(float)[own]
        ended = np.bincount(place[own], weights=weights, minlength=len(time)).astype(np.float64)
        incidence = np.cumsum(before * ended / at_risk)
        low, high = _log_log(incidence, _variance(incidence, before, ended, gone, at_risk))
        made.append(
            pd.DataFrame(
                {"reason": name, "time": time, "at_risk": at_risk.astype(np.int64), "ended": ended.astype(np.int64),
                 "incidence": incidence, "low": low, "high": high}
            )
        )  # fmt: skip
    columns = ["reason", "time", "at_risk", "ended", "incidence", "low", "high"]
    return pd.concat(made, ignore_index=True) if made else pd.DataFrame(columns=columns)


def _variance(incidence: Floats, before: Floats, ended: Floats, gone: Floats, at_risk: Floats) -> Floats:
    """Variance at each time. The sums over (F(t) - F(s))^2 and F(t) - F(s) are multiplied out into running sums."""
    left = np.maximum(at_risk - gone, 0.0)
    weight = np.where(left > 0, gone / (at_risk * np.maximum(left, 1e-300)), 0.0)
    square, linear, plain = (np.cumsum(weight * incidence**power) for power in (2, 1, 0))
    first = incidence**2 * plain - 2 * incidence * linear + square
    second = np.cumsum(before**2 * (at_risk - ended) * ended / at_risk**3)
    share = before * ended / at_risk**2
    third = incidence * np.cumsum(share) - np.cumsum(share * incidence)
    return np.maximum(first + second - 2 * third, 0.0)


def _log_log(incidence: Floats, variance: Floats) -> tuple[Floats, Floats]:
    low, high = np.full(len(incidence), np.nan), np.full(len(incidence), np.nan)
    inside = (incidence > 0) & (incidence < 1)
    logs = np.log1p(-incidence[inside])
    half = Z95 * np.sqrt(variance[inside]) / np.abs((1 - incidence[inside]) * logs)
    low[inside], high[inside] = -np.expm1(logs * np.exp(-half)), -np.expm1(logs * np.exp(half))
    low[incidence == 0], high[incidence == 0] = 0.0, np.nan
    return low, high
