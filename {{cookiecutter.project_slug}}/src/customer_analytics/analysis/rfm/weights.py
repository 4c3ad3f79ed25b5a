"""Weights of recency, frequency and money by what they predict, against equal weights, on customers held back."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.rfm.resampling import resample_counts
from customer_analytics.statistics import Interval

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
MEASURES = ("recency", "frequency", "monetary")
TOP = 0.2  # of the customers, picked by the weighted score
MOST = 50_000  # customers drawn at random for this; more would not move the second digit
RESAMPLES = 400
SEED = 20_11
_SUBSETS = tuple(np.flatnonzero([number & 1, number & 2, number & 4]) for number in range(1, 8))


@dataclass(frozen=True)
class Weights:
    """Weights that add up to 1, learnt on one half of the customers and judged on the other.

    `table`: one row a measure with weight, low, high (bootstrap over the customers of the first half). `learnt`,
    `equal` and `money_only`: share of the later net revenue that the top fifth of the second half brought when ranked
    by the learnt weights, by equal weights, by past money alone. `difference`: learnt less equal, with its interval
    (paired bootstrap over the customers of the second half).
    """

    customers: int
    table: pd.DataFrame
    learnt: float
    equal: float
    money_only: float
    difference: float
    interval: Interval

    @property
    def verdict(self) -> str:
        """better, worse, or same where the interval holds 0."""
        if self.interval.low > 0:
            return "better"
        return "worse" if self.interval.high < 0 else "same"


def predictive_weights(scores: Integers, later: Floats, past: Floats, minimum: int) -> Weights | None:
    """Weights of the three scores (customers x 3) for the net money of the held-out days.

    Least squares of log(1 + later money) on the scores, no weight below 0, scaled to add up to 1. `past`: money before
    the cut. None with fewer than ten times `minimum` customers (the top fifth of a half is then too small for a share),
    or where the held-out days brought nothing.
    """
    if len(scores) < 10 * minimum or later.sum() <= 0:
        return None
    generator = np.random.default_rng(SEED)
    drawn = generator.permutation(len(scores))[:MOST]
    learn, judge = drawn[: len(drawn) // 2], drawn[len(drawn) // 2 :]
    if later[learn].sum() <= 0 or later[judge].sum() <= 0:
        return None
    target = np.log1p(np.maximum(later[learn], 0.0))
    best = learnt_weights(scores[learn], target, np.ones(len(learn)))
    if best is None:
        return None
    drawn_again = resample_counts(generator, len(learn), RESAMPLES)
    found = [learnt_weights(scores[learn], target, count) for each in drawn_again for count in each]
    low, high = np.quantile([one for one in found if one is not None], (0.025, 0.975), axis=0)
    table = pd.DataFrame({"measure": MEASURES, "weight": best, "low": low, "high": high})
    equal = np.full(3, 1 / 3)
    ranked = [Ranking(scores[judge] @ weights, later[judge]) for weights in (best, equal)]
    ones = np.ones((1, len(judge)))
    learnt_share, equal_share = (float(one.captured(ones)[0]) for one in ranked)
    money_share = float(Ranking(past[judge], later[judge]).captured(ones)[0])
    drawn_again = resample_counts(generator, len(judge), RESAMPLES)
    gains = np.concatenate([ranked[0].captured(each) - ranked[1].captured(each) for each in drawn_again])
    interval = Interval(*(float(bound) for bound in np.quantile(gains, (0.025, 0.975))))
    difference = learnt_share - equal_share
    return Weights(len(drawn), table, learnt_share, equal_share, money_share, difference, interval)


def learnt_weights(scores: Integers, target: Floats, counts: Floats) -> Floats | None:
    """Non-negative least-squares coefficients of `target` on the scores, scaled to a sum of 1; None where none helps.

    `counts`: how often each customer counts. With three measures all subsets are tried: of those without a negative
    coefficient the one that explains most.
    """
    total = counts.sum()
    centred = scores - counts @ scores / total
    moments = (centred * counts[:, None]).T @ centred
    products = (centred * counts[:, None]).T @ (target - counts @ target / total)
    best, explained = None, 0.0
    for inside in _SUBSETS:
        solved = np.linalg.pinv(moments[np.ix_(inside, inside)]) @ products[inside]
        gain = float(solved @ products[inside])
        if (solved >= 0).all() and gain > explained + 1e-12:
            best, explained = np.zeros(3), gain
            best[inside] = solved
    return None if best is None else best / best.sum()


class Ranking:
    """Customers grouped by equal score, best first, so that a resample costs two sums."""

    def __init__(self, score: Floats, money: Floats) -> None:
        self._places = np.unique(-np.round(score, 9), return_inverse=True)[1]
        self._money = money
        self._many = int(self._places.max()) + 1

    def captured(self, counts: Floats) -> Floats:
        """Share of the money that the top TOP of customers bring, for each row of counts (resamples x customers).

        Customers with the score at the edge count in part, so ties decide nothing.
        """
        shares = np.empty(len(counts))
        for row, count in enumerate(counts):
            sizes = np.bincount(self._places, weights=count, minlength=self._many)
            sums = np.bincount(self._places, weights=count * self._money, minlength=self._many)
            wanted = TOP * sizes.sum()
            taken = np.clip(wanted - (np.cumsum(sizes) - sizes), 0, sizes)
            total = sums.sum()
            part = np.divide(sums * taken, sizes, out=np.zeros_like(sums), where=sizes > 0).sum()
            shares[row] = part / total if total > 0 else math.nan
        return shares
