"""The tests on baskets that are known to hold nothing: items shuffled, sizes and frequencies kept."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from customer_analytics.analysis.association.family import q_values
from customer_analytics.analysis.association.tails import at_least
from customer_analytics.analysis.rule_checks.result import SelfTest
from customer_analytics.analysis.rule_checks.sizes import size_null, upper_ends
from customer_analytics.analysis.rule_checks.tails import Floats

SHUFFLES = 5
MOST_LINES = 150_000  # lines shuffled; of more, a part of the baskets drawn by a hash
_REPAIRS = 200
Codes = npt.NDArray[np.int64]


def shuffled(baskets: Codes, items: Codes, random: np.random.Generator) -> Codes:
    """Items of the lines put at random, each basket as large and each item as frequent as before.

    A random order of all items; where a basket then holds an item twice, that line changes places with a random one if
    neither basket comes to hold anything twice, until none does. baskets and items: codes from 0, by line.
    """
    found = items[random.permutation(len(items))]
    width = int(items.max(initial=0)) + 1
    for _ in range(_REPAIRS):
        keys = baskets * width + found
        order = np.argsort(keys, kind="stable")
        twice = order[1:][keys[order][1:] == keys[order][:-1]]
        if not len(twice):
            break
        held = keys[order]
        for line, other in zip(twice, random.integers(len(items), size=len(twice)), strict=True):
            mine, theirs = baskets[line] * width + found[other], baskets[other] * width + found[line]
            if not (_holds(held, mine) or _holds(held, theirs)):
                found[line], found[other] = found[other], found[line]
    return found


def _holds(keys: Codes, key: int) -> bool:
    place = int(np.searchsorted(keys, key))
    return place < len(keys) and int(keys[place]) == int(key)


def self_test(baskets: Codes, items: Codes, floor: int, rate: float, seed: int) -> SelfTest | None:
    """Pairs called beyond chance among shuffled baskets, and among the real ones, by the same tests.

    Args:
        baskets, items: codes from 0, by line; one level of items only.
        floor: baskets that a pair needs.
        rate: false discovery rate.
        seed: start of the shuffles.

    Returns:
        None where no pair reaches the floor.
    """
    real = _called(baskets, items, floor, rate)
    if not real[0]:
        return None
    random = np.random.default_rng(seed)
    runs = np.array([_called(baskets, shuffled(baskets, items, random), floor, rate) for _ in range(SHUFFLES)])
    pairs, fisher, own = runs.mean(axis=0)
    n = int(baskets.max()) + 1
    return SelfTest(
        SHUFFLES, n, float(pairs), float(fisher), float(own), float((runs[:, 2] > 0).mean()), int(real[0]),
        int(real[1]), int(real[2]),
    )  # fmt: skip


def _called(baskets: Codes, items: Codes, floor: int, rate: float) -> tuple[int, int, int]:
    """(pairs at the floor, called by Fisher's test, called given the sizes of baskets too)."""
    from scipy import sparse

    n = int(baskets.max(initial=-1)) + 1
    frequent = np.flatnonzero(np.bincount(items) >= floor)
    if len(frequent) < 2 or not n:
        return 0, 0, 0
    place = np.full(int(items.max()) + 1, -1)
    place[frequent] = np.arange(len(frequent))
    kept = place[items] >= 0
    matrix = sparse.csr_matrix(
        (np.ones(int(kept.sum()), dtype=np.int32), (baskets[kept], place[items[kept]])), shape=(n, len(frequent))
    )
    together = sparse.triu(matrix.T @ matrix, k=1).tocoo()
    there = together.data >= floor
    left, right, both = together.row[there], together.col[there], together.data[there].astype(np.int64)
    if not len(both):
        return 0, 0, 0
    count = np.asarray(matrix.sum(axis=0)).ravel().astype(np.int64)
    family = len(frequent) * (len(frequent) - 1) // 2
    p = at_least(both, np.full(len(both), n), count[left], count[right])
    sizes = np.bincount(baskets, minlength=n)
    given = _given_sizes(matrix, sizes, both, left, right)
    fisher = int((q_values(p, family) <= rate).sum())
    return len(both), fisher, int((q_values(np.maximum(p, given), family) <= rate).sum())


def _given_sizes(matrix: object, sizes: Codes, both: Codes, left: Codes, right: Codes) -> Floats:
    from scipy import sparse

    code = np.searchsorted(np.array(upper_ends()), sizes)
    classes, code = np.unique(code, return_inverse=True)
    member = sparse.csr_matrix((np.ones(len(code)), (code, np.arange(len(code)))), shape=(len(classes), len(code)))
    by_class = np.asarray((member @ matrix).todense()).T.astype(np.int64)
    n = np.bincount(code)
    mean = np.bincount(code, weights=sizes) / n
    ones = np.ones(len(both), dtype=np.int64)
    return size_null(both, by_class[left], by_class[right], n, mean, (ones, ones)).p_value
