"""Qini: how much more is gained when those are contacted first whom an order puts first (D7.10).

With N_t treated and N_c held out among the first φ of an order, Q(φ) = Y_t(φ) - Y_c(φ)·N_t(φ)/N_c(φ). Several campaigns
with different shares held out make that a comparison of campaigns; so each customer weighs by the inverse of
the known probability of the arm, which is the same where the shares are the same. Gains are in the unit of the outcome
(customers kept, say) for each one assigned. Radcliffe 2007.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from customer_analytics.analysis.uplift.hundredths import SHARES, by_hundredth
from customer_analytics.analysis.uplift.result import GROUPS, Qini
from customer_analytics.statistics import Z95, Interval, holm

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
FIFTHS = 5
RESAMPLES = 1_000


def qini_of_arms(order: Floats, treated: Floats, outcome: Floats) -> Floats:
    """Q at 0, 1, 2, … customers in descending order, as D7.10 writes it; for one experiment. Ties: as they stand."""
    place = np.argsort(-order, kind="stable")
    arm, won = treated[place], outcome[place]
    n_t, n_c = np.cumsum(arm), np.cumsum(1 - arm)
    y_t, y_c = np.cumsum(won * arm), np.cumsum(won * (1 - arm))
    gain = y_t - y_c * np.divide(n_t, n_c, out=np.zeros(len(arm)), where=n_c > 0)
    return np.append(0.0, gain)


def qini(order: Floats, signal: Floats, block: Integers, seed: int, resamples: int = RESAMPLES) -> Qini:
    """The curve and its coefficient, with intervals by drawing persons again.

    Args:
        order: higher is contacted first; equal ones at random, averaged.
        signal: unbiased estimate of each one's change (learner.signal).
        block: of the person.
        seed: of the resamples.
        resamples: how many.
    """
    won, heads = by_hundredth(np.zeros_like(block), block, order, signal)[0], np.bincount(block).astype(np.float64)
    drawn = _drawn(len(heads), seed, resamples)
    curve = _curve(won.sum(axis=0)[None, :], np.array([heads.sum()]))[0]
    curves = _curve(drawn @ won, drawn @ heads)
    low, high = np.quantile(curves, (0.025, 0.975), axis=0)
    bounds = np.quantile(_area(curves), (0.025, 0.975))
    whole_low, whole_high = np.quantile(curves[:, -1], (0.025, 0.975))
    shares = np.arange(SHARES + 1) / SHARES
    table = pd.DataFrame({"share": shares, "gain": curve, "low": low, "high": high, "random": shares * curve[-1]})
    whole = float(curve[-1])
    return Qini(
        float(_area(curve[None, :])[0]), Interval(float(bounds[0]), float(bounds[1])), whole, table,
        Interval(float(whole_low), float(whole_high)),
    )  # fmt: skip


@lru_cache(maxsize=2)
def _drawn(blocks: int, seed: int, resamples: int) -> Floats:
    """How often each block is in each resample: the same for every order of the same people."""
    generator = np.random.default_rng([seed, 79])
    drawn: Floats = generator.multinomial(blocks, np.full(blocks, 1 / blocks), size=resamples).astype(np.float64)
    drawn.flags.writeable = False
    return drawn


def groups(
    order: Floats, change: Floats, signal: Floats, block: Integers, parts: int = FIFTHS
) -> tuple[pd.DataFrame, Integers]:
    """Equal parts (fifths, tenths …) in descending order, 1 the highest: GROUPS, and the part of each row.

    `effect`: mean change seen, with a 95 % interval by persons; p_negative, p_positive: Holm's, one-sided, over the
    parts.
    """
    rank = pd.Series(-order).rank(method="first").to_numpy()
    group = np.minimum((rank - 1) * parts // len(order), parts - 1).astype(np.int64) + 1
    rows = []
    for number in range(1, parts + 1):
        own = group == number
        mean = float(signal[own].mean())
        sums = np.bincount(block[own], weights=signal[own] - mean)
        error = float(np.sqrt((sums**2).sum())) / own.sum()
        rows.append(
            (number, int(own.sum()), float(change[own].mean()), mean, mean - Z95 * error, mean + Z95 * error, error)
        )
    frame = pd.DataFrame(rows, columns=[*GROUPS[:6], "error"])
    z = frame["effect"].to_numpy() / np.maximum(frame.pop("error").to_numpy(), 1e-12)
    frame["p_negative"], frame["p_positive"] = holm(norm.cdf(z)), holm(norm.sf(z))
    return frame, group


def _curve(won: Floats, heads: Floats) -> Floats:
    summed = np.concatenate([np.zeros((len(won), 1)), np.cumsum(won, axis=1)], axis=1)
    curve: Floats = summed / np.maximum(heads, 1e-12)[:, None]
    return curve


def _area(curves: Floats) -> Floats:
    """Area above the line from nothing to the whole, by trapezes over the shares."""
    whole = curves[:, -1]
    inner = (curves[:, :-1] + curves[:, 1:]).sum(axis=1) / (2 * SHARES)
    area: Floats = inner - whole / 2
    return area
