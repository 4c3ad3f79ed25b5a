"""Item-item collaborative filtering: which items the same customers (or baskets) have, shrunk and cut to neighbours.

Similarity of i and j, of n_i, n_j buyers and c who have both: c / sqrt(n_i n_j) * c / (c + SHRINK), the cosine of their
columns (Sarwar, Karypis, Konstan, Riedl 2001) drawn to 0 where few have both. An item is scored by the sum over the
owned items among its NEIGHBOURS most similar ones (Deshpande, Karypis 2004).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from customer_analytics.analysis.recommend.result import chunks

SHRINK = 10.0  # buyers of both at which a cosine counts half
NEIGHBOURS = 100  # most similar items that speak for an item
LEAST_TOGETHER = 3  # who has both: fewer are chance
_AT_ONCE = 500  # rows of the matrix of all pairs


def together(parts: Iterable[Any], items: int) -> npt.NDArray[np.int32]:
    """How many rows hold both of each two items (diagonal: the item), from sparse parts of ones: items x items."""
    counts = np.zeros((items, items), dtype=np.int32)
    for part in parts:
        np.add(counts, (part.T @ part).toarray(), out=counts, casting="unsafe")  # whole numbers far below 2 ** 24
    return counts


def similarity(counts: npt.NDArray[np.int32], neighbours: int = NEIGHBOURS) -> Any:
    """Similarities as a sparse matrix, items x items: column j holds the items that speak for j (all that tie)."""
    items = len(counts)
    own = counts.diagonal().astype(np.float64)
    found = []
    for start, stop in chunks(items, _AT_ONCE):
        both = counts[start:stop].astype(np.float64)  # rows: the counts are symmetric, and rows lie together in memory
        both[np.arange(stop - start), np.arange(start, stop)] = 0
        both[both < LEAST_TOGETHER] = 0
        scale = np.sqrt(np.maximum(own[start:stop], 1)[:, None] * np.maximum(own, 1)[None, :])
        close = (both / scale * (both / (both + SHRINK))).astype(np.float32)
        if items > neighbours:
            least = np.partition(close, items - neighbours, axis=1)[:, items - neighbours]
            close[close < least[:, None]] = 0
        found.append(sp.csr_matrix(close))
    if not found:
        return sp.csr_matrix((0, 0), dtype=np.float32)
    return sp.vstack(found).T.tocsr()
