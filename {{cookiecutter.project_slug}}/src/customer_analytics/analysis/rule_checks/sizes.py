"""How often items are together only because some baskets are large.

Fisher's test takes all baskets for alike. A basket of twenty items holds any two of them more often than a basket of
two, so that items shuffled over baskets of unequal sizes seem to go together: by n·Σs(s−1) / (Σs)² over all pairs, 1.44
on supermarket baskets. Here chance keeps the sizes: what is expected together is what putting the same items at random
into baskets of the same sizes would give.
"""

from __future__ import annotations

from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt

from customer_analytics.analysis.rule_checks.tails import Floats, upper_tail

EXACT = 24  # sizes up to this one are classes of their own
WIDTH = 1.12  # each class of larger ones ends so many times beyond the one before
_LARGEST = 200_000
_STEPS = 12
Counts = npt.NDArray[np.int64]


class SizeNull(NamedTuple):
    """Baskets with both that chance gives (mean and variance), and the chance of at least as many as there are."""

    expected: Floats
    variance: Floats
    p_value: Floats


def upper_ends() -> tuple[int, ...]:
    """Largest size of each class, ascending; beyond the last one there is one more class."""
    ends = list(range(1, EXACT + 1))
    while ends[-1] < _LARGEST:
        ends.append(int(ends[-1] * WIDTH) + 1)
    return tuple(ends)


def size_class(size: ir.IntegerValue) -> ir.IntegerValue:
    """The class of a basket's size: 0 for one item; exact up to EXACT items, then classes that widen."""
    ends = upper_ends()
    branches = [(size <= end, ibis.literal(place, "int32")) for place, end in enumerate(ends[EXACT:], start=EXACT)]
    wide: ir.IntegerValue = ibis.cases(*branches, else_=ibis.literal(len(ends), "int32"))
    return ibis.ifelse(size <= EXACT, size.cast("int32") - 1, wide)


def size_null(
    joint: Counts, antecedent: Counts, consequent: Counts, baskets: Counts, sizes: Floats,
    lengths: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]],
) -> SizeNull:  # fmt: skip
    """Baskets with both sides of rules that chance gives in baskets of these sizes.

    Within a size, the antecedent takes up its own places; the consequent has the others. Its chance in a basket with
    the antecedent, p₁, and without it, p₀, hold log(1 − p₁) = w·log(1 − p₀), w being the share of the ways to place it
    that are left: (s − j) / s for one item in a basket of s with j places taken. p₀ is such that as many baskets hold
    the consequent as do. The variance is that of Fisher's noncentral hypergeometric distribution with these means.

    Args:
        joint: baskets with both sides, by rule.
        antecedent, consequent: baskets with each side, (rules, classes of size).
        baskets: baskets of each class.
        sizes: mean size of each class.
        lengths: items of the antecedent and of the consequent, by rule.
    """
    left, right, n = antecedent.astype(float), consequent.astype(float), baskets.astype(float)[None, :]
    share = _left_over(sizes, lengths)
    without = right / np.maximum(n, 1.0)
    for _ in range(_STEPS):  # Newton; convex and increasing, so it settles from the right
        kept = np.maximum(1 - without, 1e-12)
        miss = left * (1 - kept**share) + (n - left) * without - right
        slope = left * share * np.minimum(kept ** (share - 1), 1e12) + (n - left)
        without = np.clip(without - miss / np.maximum(slope, 1e-9), 0.0, 1.0)
    expected = left * (1 - np.maximum(1 - without, 0.0) ** share)
    expected = np.clip(expected, np.maximum(0.0, left + right - n), np.minimum(left, right))
    cells = np.stack([expected, left - expected, right - expected, n - left - right + expected])
    open_ = (cells > 1e-9).all(axis=0) & (n > 1)
    inverse = (1 / np.where(open_, cells, 1.0)).sum(axis=0)
    variance = np.where(open_, n / np.maximum(n - 1, 1.0) / inverse, 0.0)
    mean, spread = expected.sum(axis=1), variance.sum(axis=1)
    return SizeNull(mean, spread, upper_tail(joint, mean, spread))


def _left_over(sizes: Floats, lengths: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]) -> Floats:
    """Share of the ways to place the consequent that the antecedent leaves, (rules, classes)."""
    taken, needed = lengths[0][:, None].astype(float), lengths[1][:, None]
    share = np.ones((len(lengths[0]), len(sizes)))
    for step in range(int(lengths[1].max(initial=0))):
        free = np.maximum(sizes[None, :] - taken - step, 0.0) / np.maximum(sizes[None, :] - step, 1e-9)
        share = np.where(step < needed, share * np.minimum(free, 1.0), share)
    return share
