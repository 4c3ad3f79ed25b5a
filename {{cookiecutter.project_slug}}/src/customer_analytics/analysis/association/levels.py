"""Pairs of items and of categories that say the same: which of them carries the news."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from customer_analytics.analysis.association import tails
from customer_analytics.analysis.association.lookup import Lookup

Codes = npt.NDArray[np.int32]
Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Pairs:
    """Pairs, a row each: `items` (pairs, 2) ascending codes, `count` baskets with both, `lift_of_sizes` by chance."""

    items: Codes
    count: Integers
    lift_of_sizes: Floats


def of_category(pairs: Pairs, parents: Integers, lookup: Lookup, line: float) -> tuple[Flags, Codes]:
    """Pairs with an item that go together no more than with its category in the item's place.

    Fisher's test among the baskets with the category: those with the item hold the other one more often (after the
    expected counts of Srikant and Agrawal 1995). `parents`: category of each code, -1 for none; `line`: the largest p
    that is called significant. Returns which pairs follow, and the more general pair of each (codes ascending).
    """
    follows, more_general = np.zeros(len(pairs.count), np.bool_), pairs.items.copy()
    for place in (0, 1):
        item, other = pairs.items[:, place], pairs.items[:, 1 - place]
        category = parents[item]
        wider = _ascending(category, other)
        together = np.where((category < 0) | (category == parents[other]), 0, lookup.count(wider))
        rows = np.flatnonzero((together > 0) & ~follows)
        universe = lookup.count(category[rows, np.newaxis])
        chance = tails.at_least(pairs.count[rows], universe, together[rows], lookup.count(item[rows, np.newaxis]))
        weak = rows[chance > line]
        follows[weak], more_general[weak] = True, wider[weak]
    return follows, more_general


def on_one_item(pairs: Pairs, parents: Integers, lookup: Lookup, n: int, line: float) -> tuple[Flags, Codes]:
    """Pairs with a category that no longer go together once the baskets with one of its items are left out.

    The item is the one with the most baskets beyond independence. Of the baskets without it, those that hold the
    category (by another item) are tested against those that do not, given their sizes. Returns which pairs rest on
    one item, and the pair with that item.
    """
    rests, narrower = np.zeros(len(pairs.count), np.bool_), pairs.items.copy()
    margins = np.stack([lookup.count(pairs.items[:, :1]), lookup.count(pairs.items[:, 1:])], axis=1)
    beyond = pairs.count - margins[:, 0] * margins[:, 1] / n
    row, column, child, place = _best_children(pairs.items, parents, beyond)
    own = margins[child, place]
    both, without = pairs.count[row] - pairs.count[child], margins[row, column] - own
    others = margins[row, 1 - column] - pairs.count[child]
    universe = np.floor((n - own) / np.maximum(pairs.lift_of_sizes[row], 1.0)).astype(np.int64)
    chance = tails.at_least(both, np.maximum(universe, without + others - both), without, others)
    weak = chance > line
    rests[row[weak]], narrower[row[weak]] = True, pairs.items[child[weak]]
    return rests, narrower


def _best_children(items: Codes, parents: Integers, beyond: Floats) -> tuple[Integers, Integers, Integers, Integers]:
    """For each pair and each side of it that is a category: the pair with the item in its place that has the most.

    (row of the pair, column of the category, row of the pair with the item, column of the item), a row each.
    """
    base = int(items.max(initial=0)) + 1
    keys = items[:, 0].astype(np.int64) * base + items[:, 1]
    order = np.argsort(keys, kind="stable")
    found = []
    for place in (0, 1):
        category, other = parents[items[:, place]], items[:, 1 - place]
        wider = _ascending(category, other)
        wanted = wider[:, 0].astype(np.int64) * base + wider[:, 1]
        at = np.minimum(np.searchsorted(keys[order], wanted), max(len(keys) - 1, 0))
        child = np.flatnonzero((category >= 0) & (keys[order][at] == wanted)) if len(keys) else np.empty(0, np.int64)
        row = order[at[child]]
        column = (items[row, 1] == category[child]).astype(np.int64)
        found.append(np.stack([row, column, child, np.full(len(child), place)], axis=1))
    rows = np.concatenate(found).astype(np.int64)
    rows = rows[np.lexsort((rows[:, 2], -beyond[rows[:, 2]], rows[:, 1], rows[:, 0]))]
    first = np.ones(len(rows), np.bool_)
    first[1:] = (rows[1:, :2] != rows[:-1, :2]).any(axis=1)
    row, column, child, place_of = rows[first].T
    return row, column, child, place_of


def _ascending(first: npt.NDArray[np.integer], second: npt.NDArray[np.integer]) -> Codes:
    return np.sort(np.stack([first, second], axis=1), axis=1).astype(np.int32)
