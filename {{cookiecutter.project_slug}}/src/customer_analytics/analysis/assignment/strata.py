"""Strata: groups in each of which the same share is held out, so that both arms are alike in what matters most.

A stratum that is too small to carry a customer of each arm is merged with its neighbour. The strata stand in the order
of their values, so that neighbours are alike: value class 4 goes with value class 5, not with whoever comes by.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.rfm.scores import rank_scale
from customer_analytics.engagement.errors import Problem, UserError

Integers = npt.NDArray[np.int64]
SMALLEST_ARM = 5  # customers expected in the smaller arm of a stratum; below, a test of the split says nothing (D7.5)
MOST = 1_000  # combinations of values
VALUE_CLASSES = 5
FEW = 10  # a column of numbers with more values than this is cut into classes
EVERYONE = "everyone"
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Strata:
    """Stratum of each customer as a position in `labels`, and from how many combinations they were merged."""

    codes: Integers
    labels: tuple[str, ...]
    combinations: int

    @property
    def sizes(self) -> list[int]:
        """Customers in each stratum."""
        return [int(size) for size in np.bincount(self.codes, minlength=len(self.labels))]


def smallest_stratum(share: Fraction) -> int:
    """Customers that a stratum needs; 1 where nobody is held out."""
    return math.ceil(SMALLEST_ARM / min(share, 1 - share)) if 0 < share < 1 else 1


def stratify(keys: Mapping[str, pd.Series], customers: int, smallest: int) -> Strata:
    """Strata of all combinations of the keys, the small ones merged.

    Args:
        keys: name of a key -> its value for each customer; numbers with many values are cut into classes.
        customers: how many customers there are.
        smallest: customers that a stratum needs.

    Raises:
        UserError: there are more combinations than anyone can balance.
    """
    if not keys or not customers:
        return Strata(np.zeros(customers, dtype=np.int64), (EVERYONE,), 1)
    texts = [_as_text(name, values) for name, values in keys.items()]
    codes, leaves = _combinations(texts)
    if len(leaves) > MOST:
        what = f"{', '.join(keys)}: {len(leaves):,} combinations of values."
        raise UserError([Problem("--strata", what, f"Name columns with fewer values; at most {MOST:,}.")])
    groups = _merged(leaves, np.bincount(codes, minlength=len(leaves)).tolist(), smallest)
    group_of = np.empty(len(leaves), dtype=np.int64)
    for number, group in enumerate(groups):
        group_of[group] = number
    labels = [_label([leaves[leaf] for leaf in group]) for group in groups]
    return Strata(group_of[codes], _distinct(labels), len(leaves))


def value_classes(money: npt.NDArray[np.float64]) -> pd.Series:
    """value 1 (least) to value 5, in fifths of the customers who have bought; 0: never. Equal money, equal class."""
    bought = np.isfinite(money)
    classes = np.zeros(len(money), dtype=np.int64)
    if bought.any():
        classes[bought] = rank_scale(money[bought], VALUE_CLASSES).score(money[bought])
    names = np.array(["no purchase", *(f"value {number}" for number in range(1, VALUE_CLASSES + 1))], dtype=object)
    return pd.Series(names[classes])


def _as_text(name: str, values: pd.Series) -> npt.NDArray[np.object_]:
    known = values.dropna()
    if pd.api.types.is_numeric_dtype(known) and not pd.api.types.is_bool_dtype(known) and known.nunique() > FEW:
        numbers = known.to_numpy(dtype=np.float64)
        text = pd.Series(
            [f"{name} class {one}" for one in rank_scale(numbers, VALUE_CLASSES).score(numbers)], known.index
        )
    else:
        text = known.astype(str)
    full: npt.NDArray[np.object_] = text.reindex(values.index).fillna(UNKNOWN).to_numpy(dtype=object)
    return full


def _combinations(texts: Sequence[npt.NDArray[np.object_]]) -> tuple[Integers, list[tuple[str, ...]]]:
    """Code of each customer and the combinations that occur, in the order of their values."""
    codes = np.zeros(len(texts[0]), dtype=np.int64)
    leaves: list[tuple[str, ...]] = [()]
    for values in texts:
        own, names = pd.factorize(values, sort=True)
        both, codes = np.unique(codes * len(names) + own, return_inverse=True)
        leaves = [(*leaves[one // len(names)], str(names[one % len(names)])) for one in both.tolist()]
    return codes.astype(np.int64), leaves


def _merged(leaves: Sequence[tuple[str, ...]], sizes: Sequence[int], smallest: int) -> list[list[int]]:
    """Leaves in groups of at least `smallest`: the smallest group first, each with the neighbour that is most alike."""
    groups, weights = [[leaf] for leaf in range(len(leaves))], list(sizes)
    while len(groups) > 1 and min(weights) < smallest:
        here = weights.index(min(weights))
        sides = [place for place in (here - 1, here + 1) if 0 <= place < len(groups)]
        there = min(sides, key=lambda place: (-_alike(leaves, groups, here, place), weights[place], place))
        first, second = sorted((here, there))
        groups[first] += groups.pop(second)
        weights[first] += weights.pop(second)
    return groups


def _alike(leaves: Sequence[tuple[str, ...]], groups: Sequence[Sequence[int]], here: int, there: int) -> int:
    """How many of the first keys the two leaves share that stand next to each other."""
    one, other = (groups[here][-1], groups[there][0]) if here < there else (groups[here][0], groups[there][-1])
    shared = 0
    for mine, theirs in zip(leaves[one], leaves[other], strict=True):
        if mine != theirs:
            break
        shared += 1
    return shared


def _label(leaves: Sequence[tuple[str, ...]]) -> str:
    names = [", ".join(leaf) for leaf in leaves]
    return names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"


def _distinct(labels: Sequence[str]) -> tuple[str, ...]:
    """Labels as they are, numbered where a client's commas make two of them alike."""
    counts = Counter(labels)
    return tuple(label if counts[label] == 1 else f"{label} #{number}" for number, label in enumerate(labels, 1))
