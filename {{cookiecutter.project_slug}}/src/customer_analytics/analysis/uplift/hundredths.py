"""Customers in an order, by hundredths and blocks of persons: what curves over the share contacted are made of."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
SHARES = 100  # steps of the share contacted
BLOCKS = 2_000  # most blocks of persons that are drawn again


def blocks_of(people: pd.Series) -> Integers:
    """Block of each person by a hash of the id: one block a person where there are few people."""
    codes, names = pd.factorize(people, sort=True)
    if len(names) <= BLOCKS:
        return codes.astype(np.int64)
    hashed = [hashlib.blake2b(str(name).encode("utf-8", "surrogatepass"), digest_size=8).digest() for name in names]
    found = np.array([int.from_bytes(one, "big") % BLOCKS for one in hashed], dtype=np.int64)
    block: Integers = found[codes]
    return block


def by_hundredth(cut: Integers, block: Integers, order: Floats, amount: Floats) -> Floats:
    """Sum of `amount` by cut-off, block and hundredth of the customers in descending `order`.

    Who stands in two hundredths counts for a part in each; those of equal order share theirs evenly.
    """
    cuts, blocks = int(cut.max()) + 1, int(block.max()) + 1
    result = np.zeros((cuts, blocks, SHARES))
    for number in range(cuts):
        rows = np.flatnonzero(cut == number)
        if len(rows):
            result[number] = _one_cut(block[rows], order[rows], amount[rows], blocks)
    return result


def _one_cut(block: Integers, order: Floats, amount: Floats, blocks: int) -> Floats:
    _, group, sizes = np.unique(-order, return_inverse=True, return_counts=True)
    ends = np.cumsum(sizes) * SHARES / len(order)  # in hundredths
    starts = ends - sizes * SHARES / len(order)
    first, last = np.floor(starts + 1e-9).astype(np.int64), np.ceil(ends - 1e-9).astype(np.int64)
    many = np.maximum(last - first, 1)
    rows = np.repeat(np.arange(len(sizes)), many)
    columns = np.repeat(first, many) + np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
    columns = np.minimum(columns, SHARES - 1)
    overlap = np.minimum(ends[rows], columns + 1) - np.maximum(starts[rows], columns)
    share = np.maximum(overlap, 0.0) / (ends - starts)[rows]
    to_bin = sparse.csr_matrix((share, (rows, columns)), shape=(len(sizes), SHARES))
    to_group = sparse.csr_matrix((amount, (block, group)), shape=(blocks, len(sizes)))
    table: Floats = np.asarray((to_group @ to_bin).todense(), dtype=np.float64)
    return table
