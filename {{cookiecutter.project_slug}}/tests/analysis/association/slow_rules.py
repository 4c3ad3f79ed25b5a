"""Itemsets and rules the slow way: every set of items of every basket, in dictionaries, with fractions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from fractions import Fraction
from itertools import combinations

import ibis
import numpy as np
import pandas as pd

from customer_analytics.analysis.association import chance
from customer_analytics.analysis.baskets import Baskets
from customer_analytics.analysis.itemsets import Itemsets

Basket = frozenset[int]
Counts = dict[Basket, int]


def all_counts(baskets: Iterable[Basket], longest: int) -> Counts:
    """Baskets that hold each set of up to `longest` items that any basket holds."""
    found: Counter[Basket] = Counter()
    for basket in baskets:
        for size in range(1, longest + 1):
            found.update(map(frozenset, combinations(sorted(basket), size)))
    return dict(found)


def itemsets_of(baskets: Sequence[Basket], floor: int, longest: int) -> tuple[Itemsets, pd.DataFrame]:
    """Frequent itemsets as the miner hands them over, and the items with their counts."""
    counts = all_counts(baskets, longest)
    frequent = {items: count for items, count in counts.items() if count >= floor}
    sets, numbers, candidates = [], [], []
    singles = sorted(next(iter(items)) for items in counts if len(items) == 1)
    for length in range(1, longest + 1):
        own = sorted(tuple(sorted(items)) for items in frequent if len(items) == length)
        sets.append(np.array(own, np.int32).reshape(-1, length))
        numbers.append(np.array([frequent[frozenset(items)] for items in own], np.int64))
        candidates.append(len(singles) if length == 1 else _generated(frequent, singles, length))
    items = pd.DataFrame({"item": np.array(singles, np.int32), "baskets": [counts[frozenset([i])] for i in singles]})
    items = items.assign(key=[f"P{i}" for i in singles], label=[f"item {i}" for i in singles], level="item", parent=-1)
    known = {"sets": sets, "counts": numbers, "candidates": candidates, "floor": floor, "longest": longest}
    rest = {each.name: 0 for each in fields(Itemsets) if each.name not in known}
    return Itemsets(**known, **rest), items


def _generated(frequent: Counts, singles: Sequence[int], length: int) -> int:
    """Sets of which every part is frequent: those are counted, whatever comes out."""
    single = [item for item in singles if frozenset([item]) in frequent]
    return sum(
        all(frozenset(part) in frequent for part in combinations(items, length - 1))
        for items in combinations(single, length)
    )


def slow_rules(
    baskets: Sequence[Basket], floor: int, longest: int, confidence: Fraction, most: int
) -> Iterator[tuple[tuple[int, ...], tuple[int, ...], int]]:
    """(antecedent, consequent, count) of every rule that reaches both."""
    counts = all_counts(baskets, longest)
    for items, count in counts.items():
        if count < floor:
            continue
        for size in range(1, min(most, len(items) - 1) + 1):
            for right in combinations(sorted(items), size):
                left = items - set(right)
                if Fraction(count, counts[left]) >= confidence:
                    yield tuple(sorted(left)), right, count


def sizes_by_hand(baskets: Sequence[Basket], codes: np.ndarray, largest_item: int = 10**9) -> chance.Sizes:
    """Classes of baskets by size, without an engine; codes above `largest_item` are categories and take no place."""
    sizes = np.array([sum(item <= largest_item for item in basket) for basket in baskets])
    starts = chance.class_starts(int(sizes.max()))
    number = np.searchsorted(starts, sizes, side="right") - 1
    weight = np.bincount(number, minlength=len(starts)).astype(float)
    mean = np.bincount(number, sizes, len(starts)) / np.maximum(weight, 1)
    held = np.array([np.bincount(number[[code in one for one in baskets]], minlength=len(starts)) for code in codes])
    there = weight > 0
    return chance.Sizes(codes, weight[there], mean[there], held[:, there] / weight[there])


def made_baskets(
    baskets: Sequence[Basket],
    *,
    people: Sequence[int | None] | None = None,
    days: Sequence[int] | None = None,
    parents: dict[int, int] | None = None,
) -> Baskets:
    """Baskets as the report holds them, from sets of item codes."""
    parents = parents or {}
    lines = [(number, item) for number, basket in enumerate(baskets) for item in sorted(basket)]
    n = len(baskets)
    person = pd.array([None] * n if people is None else list(people), "Int64")
    heads = pd.DataFrame(
        {"basket": np.arange(n), "person": person, "day": pd.array([None] * n if days is None else list(days), "Int32"),
         "size": np.array([len(one - set(parents.values())) for one in baskets], np.int32)}
    )  # fmt: skip
    schema = {"basket": "int64", "person": "int64", "day": "int32", "size": "int32"}
    counts = Counter(item for _, item in lines)
    codes = sorted(counts)
    categories = set(parents.values())
    items = pd.DataFrame(
        {"item": np.array(codes, np.int32), "key": [f"P{i}" for i in codes], "label": [f"item {i}" for i in codes],
         "level": ["category" if i in categories else "item" for i in codes], "category": None,
         "baskets": [counts[i] for i in codes], "parent": [parents.get(i, -1) for i in codes]}
    )  # fmt: skip
    frame = pd.DataFrame(lines, columns=["basket", "item"])
    empty = pd.DataFrame()
    return Baskets(
        unit="order", lines=ibis.memtable(frame, schema={"basket": "int64", "item": "int32"}),
        heads=ibis.memtable(heads, schema=schema), sold=ibis.memtable(frame), items=items, n=n, n_earlier=n,
        n_later=0, dated=days is not None, has_people=people is not None, set_aside=empty, large=empty,
        large_orders=empty, cap=1_000, parents=pd.Series(parents, dtype="int64"),
    )  # fmt: skip
