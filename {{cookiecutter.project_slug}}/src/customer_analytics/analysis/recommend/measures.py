"""What a list of suggestions is worth: hits, recall, reciprocal rank, novelty, coverage, with intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from customer_analytics.analysis.recommend.result import BASELINES, EVALUATION
from customer_analytics.statistics import holm

Places = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]
DRAWS = 1_000
_AT_ONCE = 4_000_000  # weights of a bootstrap in memory together
ALPHA = 0.05


@dataclass(frozen=True)
class Judged:
    """The lists of one method against what came: arrays by row. `shown`: which items were suggested to anybody."""

    hit: Values
    recall: Values
    rank: Values  # 1 / place of the first hit, 0 without one
    novelty: Values  # sum over the list of -log2(share of customers who have the item)
    length: Values
    shown: npt.NDArray[np.bool_]


def judge(lists: Places, truth: Any, truths: Values, share: Values) -> Judged:
    """Measures of each row.

    Args:
        lists: rows x k columns of the vocabulary, best first, -1 where the list ends.
        truth: rows x items, sparse ones: what came.
        truths: by row, how many items came, those outside the vocabulary too.
        share: by item, share of those learned from who have it.
    """
    came = np.take_along_axis(truth.toarray() > 0, np.maximum(lists, 0), axis=1) & (lists >= 0)
    hit = np.asarray(came.any(axis=1), dtype=bool)
    first = np.where(hit, came.argmax(axis=1), 0)
    bits = np.where(lists >= 0, -np.log2(np.maximum(share[np.maximum(lists, 0)], 1e-12)), 0.0)
    shown = np.zeros(len(share), dtype=bool)
    shown[lists[lists >= 0]] = True
    recall = np.asarray(came.sum(axis=1), dtype=np.float64) / truths
    rank = np.where(hit, 1 / (first + 1), 0.0)
    length = (lists >= 0).sum(axis=1).astype(np.float64)
    novelty = np.asarray(bits.sum(axis=1), dtype=np.float64)
    return Judged(hit.astype(np.float64), recall, rank, novelty, length, shown)


def joined(parts: list[Judged]) -> Judged:
    """Parts of the rows as one."""
    names = ("hit", "recall", "rank", "novelty", "length")
    together = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return Judged(**together, shown=np.logical_or.reduce([part.shown for part in parts]))


def evaluation(
    test: str,
    judged: Mapping[str, Judged],
    groups: Places,
    items: int,
    seed: int,
    baselines: tuple[str, ...] = BASELINES,
) -> tuple[pd.DataFrame, str, str]:
    """(table with the columns EVALUATION, winner, the better baseline).

    Intervals: 95 %, percentiles of a Poisson bootstrap over `groups` (customers; rows of one belong together), all
    methods with the same draws. p: of the paired difference to the better baseline, normal; adjusted by Holm over the
    methods that are compared with it.
    """
    methods = list(judged)
    hits = np.column_stack([judged[name].hit for name in methods])
    sums = np.column_stack([hits, *_columns(judged, "recall"), *_columns(judged, "rank"), *_columns(judged, "novelty")])
    sums = np.column_stack([sums, *_columns(judged, "length"), np.ones(len(hits))])
    draws = _draws(sums, groups, seed)
    point, width = _measures(sums.sum(axis=0)[None, :], len(methods))[0], len(methods)
    drawn = _measures(draws, width)
    low, high = np.nanpercentile(drawn, [2.5, 97.5], axis=0)
    mean = point[:width]
    base = max((name for name in methods if name in baselines), key=lambda name: (mean[methods.index(name)], name))
    at = methods.index(base)
    table = pd.DataFrame({"test": test, "method": methods, "n": len(hits)})
    for place, name in enumerate(("hit_rate", "recall", "mrr", "novelty")):
        part = slice(place * width, (place + 1) * width)
        table[name], table[f"{name}_low"], table[f"{name}_high"] = point[part], low[part], high[part]
    table["coverage"] = [float(judged[name].shown.sum()) / max(items, 1) for name in methods]
    gains = drawn[:, :width] - drawn[:, [at]]
    table["gain"] = mean - mean[at]
    table["gain_low"], table["gain_high"] = np.nanpercentile(gains, [2.5, 97.5], axis=0)
    table["p"] = _p_values(table["gain"].to_numpy(), np.nanstd(gains, axis=0))
    others = ~table["method"].isin(baselines)
    table["p_adjusted"] = np.nan
    if others.any():
        table.loc[others, "p_adjusted"] = holm(table.loc[others, "p"].to_numpy())
    better = table[others & (table["gain"] > 0) & (table["p_adjusted"] < ALPHA)]
    best = better.sort_values(["hit_rate", "method"], ascending=[False, True])["method"]
    return table[list(EVALUATION)], str(best.iloc[0]) if len(best) else base, base


def _columns(judged: Mapping[str, Judged], name: str) -> list[Values]:
    return [getattr(one, name) for one in judged.values()]


def _measures(sums: Values, width: int) -> Values:
    """Hit rate, recall, reciprocal rank and novelty of each method, from sums over rows."""
    base = np.maximum(sums[:, [-1]], 1e-12)
    length = np.where(sums[:, 4 * width : 5 * width] > 0, sums[:, 4 * width : 5 * width], np.nan)
    found: Values = np.column_stack([sums[:, : 3 * width] / base, sums[:, 3 * width : 4 * width] / length])
    return found


def _draws(sums: Values, groups: Places, seed: int) -> Values:
    """Sums over rows with the groups drawn again DRAWS times, each Poisson(1) times."""
    numbers, places = np.unique(groups, return_inverse=True)
    totals = np.zeros((len(numbers), sums.shape[1]))
    np.add.at(totals, places, sums)
    random = np.random.default_rng(seed)
    size = max(1, _AT_ONCE // max(len(numbers), 1))
    found = []
    for done in range(0, DRAWS, size):
        weights = random.poisson(1.0, (min(size, DRAWS - done), len(numbers))).astype(np.float64)
        found.append(weights @ totals)
    return np.concatenate(found)


def _p_values(gain: Values, error: Values) -> Values:
    """Two-sided, normal; 1 where the lists never differ."""
    ratio = np.divide(np.abs(gain), error, out=np.zeros_like(gain), where=error > 0)
    found: Values = np.clip(2 * norm.sf(ratio), 0.0, 1.0)
    return found
