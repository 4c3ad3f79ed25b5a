"""The order by predicted change, and what was seen along it, in people who took no part in making it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.targeting.result import DECILES, ORDERS, PERSUADABLE, QUADRANTS, SLEEPING, Last
from customer_analytics.analysis.targeting.result import LOST as LOST_CAUSE
from customer_analytics.analysis.targeting.result import SURE as SURE_THING
from customer_analytics.analysis.targeting.trial import Assigned
from customer_analytics.analysis.uplift import qini as area
from customer_analytics.analysis.uplift.learner import Trial, cross_fitted, expected_outcome, signal
from customer_analytics.analysis.uplift.order_test import order_test
from customer_analytics.analysis.uplift.result import Qini
from customer_analytics.statistics import Z95, Interval

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
TENTHS = 10
PENALTY = 3_000.0  # assignments at which what was seen and "all alike" weigh the same; only the order matters here
LEAST_VARIED = 1e-12


@dataclass(frozen=True)
class Ordered:
    """One entry an assignment. `order`: rank within campaign and fold, 0 to 1, higher first; change: predicted;
    signal: unbiased, noisy estimate of the change; decile: 1 the highest."""

    order: Floats
    change: Floats
    signal: Floats
    decile: Integers
    varies: bool


def ordered(found: Assigned, seed: int) -> Ordered:
    """Everybody by a fit without them. Campaigns change by levels of their own, so ranks are taken within each: the
    order is of customers, not of campaigns."""
    change, fold = cross_fitted(found.trial, seed, by_campaign=True, penalties=(PENALTY,))
    varies = bool(np.ptp(change) > LEAST_VARIED)
    ranks = pd.Series(change).groupby([fold, found.trial.campaign]).rank(pct=True)
    order = np.asarray(ranks, dtype=np.float64) if varies else np.zeros(len(change))
    signals = signal(found.trial, seed)
    _, decile = area.groups(order, change, signals, found.block, TENTHS)
    return Ordered(order, change, signals, decile, varies)


def quality(found: Assigned, by: Ordered, codes: list[str], seed: int) -> tuple[Qini, pd.DataFrame]:
    """The Qini of all campaigns together, and ORDERS: within each."""
    by_chance = order_test(found.trial, found.block, seed, PENALTY, by_campaign=True)
    whole = dataclasses.replace(area.qini(by.order, by.signal, found.block, seed), p=by_chance)
    rows = []
    for number, code in enumerate(codes):
        own = found.trial.campaign == number
        one = area.qini(by.order[own], by.signal[own], found.block[own], seed)
        rows.append((code, int(own.sum()), one.coefficient, one.interval.low, one.interval.high))
    return whole, pd.DataFrame(rows, columns=list(ORDERS))


def deciles(found: Assigned, by: Ordered) -> pd.DataFrame:
    """DECILES: what was seen in each tenth, and the means of both arms beside it."""
    table, _ = area.groups(by.order, by.change, by.signal, found.block, TENTHS)
    table = table.rename(columns={"group": "decile"})
    trial = found.trial
    for name, arm, chance in (("contact", 1.0, trial.chance), ("control", 0.0, 1 - trial.chance)):
        own = (trial.treated == arm).astype(np.float64)
        table[f"n_{name}"] = np.bincount(by.decile, weights=own, minlength=TENTHS + 1)[1:].astype(np.int64)
        weight = own / chance  # so that both arms hold the campaigns in the same proportions
        heads, sums = (
            np.bincount(by.decile, weights=one, minlength=TENTHS + 1)[1:] for one in (weight, weight * trial.outcome)
        )
        mean = np.divide(sums, heads, out=np.full(TENTHS, np.nan), where=heads > 0)
        table["mean" if name == "contact" else "mean_control"] = mean
    return table[list(DECILES)]


def last(by: Ordered, block: Integers, break_even: float) -> Last:
    """The longest end of the order that does not pay for a contact: the effect of all of it, and of each tenth of it,
    may be nothing (the interval reaches down to the break-even), and all of it is below the mean of everybody (the
    interval ends below that; so few data do not make a long list) and at most half of it, or no more than the
    break-even: who changes as much as others is not left alone for want of data."""
    mean = float(by.signal.mean())
    chosen = Last(0, 0, float("nan"), Interval(float("nan"), float("nan")), put_off=False)
    for many in range(1, TENTHS):
        own, added = by.decile > TENTHS - many, by.decile == TENTHS - many + 1
        if _mean(by.signal[added], block[added])[1].low > break_even:
            break
        effect, interval = _mean(by.signal[own], block[own])
        if interval.low <= break_even and interval.high < mean and effect <= max(break_even, mean / 2):
            chosen = Last(many, int(own.sum()), effect, interval, interval.high < 0)
    return chosen


def quadrants(found: Assigned, by: Ordered, chosen: Last, seed: int) -> pd.DataFrame:
    """QUADRANTS: by what is expected without contact (above or below the median of the campaign) and by whether the
    order would contact (all but the last deciles; the upper half where there are none)."""
    expected = _without_contact(found.trial, seed)
    middle = pd.Series(expected).groupby(found.trial.campaign).transform("median").to_numpy(np.float64)
    high_base, many = expected > middle, chosen.deciles or TENTHS // 2
    high_change = by.decile <= TENTHS - many
    rows = []
    for base, is_high in (("low", ~high_base), ("high", high_base)):
        for change, inside in (("high", high_change), ("low", ~high_change)):
            own = is_high & inside
            if not own.any():
                continue
            effect, interval = _mean(by.signal[own], found.block[own])
            arms = [_arm_mean(found.trial, own, arm) for arm in (0.0, 1.0)]
            kind = PERSUADABLE if interval.low > 0 else SLEEPING if interval.high < 0 else ""
            kind = kind or (SURE_THING if base == "high" else LOST_CAUSE)
            rows.append(
                (base, change, kind, int(own.sum()), float(own.mean()), *arms, effect, interval.low, interval.high)
            )
    return pd.DataFrame(rows, columns=list(QUADRANTS))


def _arm_mean(trial: Trial, own: npt.NDArray[np.bool_], arm: float) -> float:
    """Mean outcome of one arm, each campaign weighted as it stands among all of these rows."""
    rows = own & (trial.treated == arm)
    weight = np.where(trial.treated == 1, 1 / trial.chance, 1 / (1 - trial.chance))[rows]
    return float(np.average(trial.outcome[rows], weights=weight)) if rows.any() else float("nan")


def _without_contact(trial: Trial, seed: int) -> Floats:
    """Expected outcome of each without a contact, from the others: what is expected given both arms, with the arm."""
    return expected_outcome(trial, seed, of_control=True)


def _mean(signals: Floats, block: Integers) -> tuple[float, Interval]:
    """Mean with an interval by blocks of persons."""
    mean = float(signals.mean())
    sums = np.bincount(block, weights=signals - mean)
    error = float(np.sqrt((sums**2).sum())) / len(signals)
    return mean, Interval(mean - Z95 * error, mean + Z95 * error)
