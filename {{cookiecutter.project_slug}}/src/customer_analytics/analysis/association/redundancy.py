"""Rules that say nothing new beside a more general one (definitions D7.2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from customer_analytics.analysis.association import tails
from customer_analytics.analysis.association.lookup import Lookup

Codes = npt.NDArray[np.int32]
Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Generalisation:
    """The best more general rule of each rule: the same consequent after fewer items. Arrays of shape (rules,).

    `kept`: which places of the antecedent it keeps, as bits (0: none, the consequent in any basket); `improvement`:
    confidence minus its confidence; `count`, `both`: baskets with its antecedent, with its two sides; `as_good`:
    whether the improvement is 0 or less, in whole numbers; `p`: chance of as many baskets with both sides if, among
    the baskets of the more general rule, the other items did not matter.
    """

    kept: Integers
    improvement: Floats
    count: Integers
    both: Integers
    as_good: npt.NDArray[np.bool_]
    p: Floats


def best_generalisation(
    antecedent: Codes, consequent: Codes, count: Integers, count_antecedent: Integers, lookup: Lookup, n: int
) -> Generalisation:
    """Improvement over the best generalisation, the empty antecedent among them (Bayardo, Agrawal, Gunopulos 2000).

    `antecedent` (rules, items), `consequent` (rules, items) of one length each. Among equally good ones the shortest.
    Fisher's test against it: of the baskets with the general antecedent, those with the whole one hold the consequent
    more often.
    """
    rules = len(count)
    best_both, best_left = np.zeros(rules, np.int64), np.ones(rules, np.int64)
    kept = np.full(rules, -1, np.int64)
    for places in general(antecedent.shape[1]):
        left, both = _counts(antecedent, consequent, places, lookup, n)
        better = (kept < 0) | (both * best_left > best_both * left)
        best_both, best_left = np.where(better, both, best_both), np.where(better, left, best_left)
        kept[better] = sum(1 << place for place in places)
    improvement = count / count_antecedent - best_both / best_left
    as_good = count * best_left <= best_both * count_antecedent
    p = np.ones(rules)
    rows = ~as_good
    p[rows] = tails.at_least(count[rows], best_left[rows], best_both[rows], count_antecedent[rows])
    return Generalisation(kept, improvement, best_left, best_both, as_good, p)


def general(length: int) -> Iterator[tuple[int, ...]]:
    """Places of every proper part of an antecedent, the empty one first, then the short ones."""
    for size in range(length):
        yield from combinations(range(length), size)


def _counts(
    antecedent: Codes, consequent: Codes, places: tuple[int, ...], lookup: Lookup, n: int
) -> tuple[Integers, Integers]:
    """Baskets with the part of the antecedent, and with the consequent beside it."""
    if not places:
        return np.full(len(antecedent), n, np.int64), lookup.count(consequent)
    part = antecedent[:, places]
    return lookup.count(part), lookup.count(np.sort(np.hstack([part, consequent]), axis=1))


def part_of(antecedent: Codes, kept: Integers, rows: Integers) -> list[tuple[int, ...]]:
    """The kept items of the antecedents in `rows`, as tuples of codes."""
    return [
        tuple(code for place, code in enumerate(codes) if bits >> place & 1)
        for codes, bits in zip(antecedent[rows].tolist(), kept[rows].tolist(), strict=True)
    ]
