"""Every pair of the items found in most baskets: how often together against chance, and whether that is sure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from customer_analytics.analysis.association import chance, tails
from customer_analytics.analysis.itemsets import pairs
from customer_analytics.statistics import benjamini_hochberg

if TYPE_CHECKING:
    from customer_analytics.analysis.baskets import Baskets

ITEMS = 10
LEAST_EXPECTED = 5  # pairs expected in fewer baskets cannot be told from chance below it
COLUMNS = ["a", "b", "count", "expected", "lift", "q_more", "q_less", "sure"]


@dataclass(frozen=True)
class PairMatrix:
    """The pairs of a few frequent items.

    items: item codes, the one in most baskets first. level: what they are, "item" or "category". table: a row a pair:
    a, b (places in `items`, a < b), count, expected (baskets, both independent), lift, q_more, q_less (Fisher, against
    independence and against what the sizes of baskets give, the larger; Benjamini and Hochberg over all pairs, both
    tails), sure (1 more often than chance, -1 less often, 0 neither).
    """

    items: tuple[int, ...]
    level: str
    table: pd.DataFrame


def pair_matrix(found: Baskets, false_discovery: float, most: int = ITEMS) -> PairMatrix | None:
    """The matrix of the categories where at least three are known, else of the items; None with fewer than two."""
    categories = found.of_level("category")
    known = categories if len(categories) > 2 else found.of_level("item")
    if len(known) < 2:
        known = found.items
    if len(known) < 2 or not found.n:
        return None
    top = known.sort_values(["baskets", "item"], ascending=[False, True]).head(most)
    codes = top["item"].to_numpy(np.int64)
    own = top["baskets"].to_numpy(np.int64)
    seen = pairs(found.lines, [int(code) for code in codes])
    counted = {(int(a), int(b)): int(count) for a, b, count in zip(seen["a"], seen["b"], seen["count"], strict=True)}
    a, b = np.triu_indices(len(codes), 1)
    count = np.array([counted.get(_ordered(codes[i], codes[j]), 0) for i, j in zip(a, b, strict=True)], np.int64)
    table = _tested(found, codes, own, a, b, count, false_discovery)
    return PairMatrix(tuple(int(code) for code in codes), str(top["level"].iloc[0]), table)


def tables(found: Baskets, matrix: PairMatrix | None) -> dict[str, pd.DataFrame]:
    """pair_matrix: the pairs with the names of both."""
    if matrix is None:
        return {"pair_matrix": pd.DataFrame(columns=COLUMNS)}
    names = found.items.set_index("item")["label"]
    labels = [str(names[code]) for code in matrix.items]
    own = {side: [labels[place] for place in matrix.table[side]] for side in ("a", "b")}
    return {"pair_matrix": matrix.table.assign(**own)}


def _ordered(one: int, other: int) -> tuple[int, int]:
    return (int(one), int(other)) if one < other else (int(other), int(one))


def _tested(
    found: Baskets, codes: np.ndarray, own: np.ndarray, a: np.ndarray, b: np.ndarray, count: np.ndarray, limit: float
) -> pd.DataFrame:  # fmt: skip
    n, first, second = found.n, own[a], own[b]
    expected = first * second / n
    everything = np.full(len(count), n)
    more, less = tails.at_least(count, everything, first, second), tails.at_most(count, everything, first, second)
    sizes = chance.by_size(found.lines, found.heads, np.sort(codes))
    if sizes is not None:
        by_size = sizes.lift(codes[a][:, None], codes[b][:, None])
        among = chance.widened(n, by_size, first, second, count)
        more = np.maximum(more, tails.at_least(count, among, first, second))
        less = np.maximum(less, tails.at_most(count, among, first, second))
    less = np.where(expected >= LEAST_EXPECTED, less, 1.0)
    q = benjamini_hochberg(np.concatenate([more, less]))
    q_more, q_less = q[: len(count)], q[len(count) :]
    sure = np.where(q_more <= limit, 1, np.where(q_less <= limit, -1, 0))
    lift = np.divide(count, expected, out=np.full(len(count), np.nan), where=expected > 0)
    columns = (a, b, count, expected, lift, q_more, q_less, sure)
    return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))
