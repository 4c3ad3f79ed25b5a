"""Rules of items and of categories that say the same: which of them carries the news."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from customer_analytics.analysis.association import tails
from customer_analytics.analysis.association.lookup import ABSENT, Lookup

Codes = npt.NDArray[np.int32]
Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Sides = tuple[tuple[int, ...], tuple[int, ...]]


class Kin:
    """Items and their categories, and which frequent itemsets are the same but for an item in its category's place.

    `parents`: category of each code, -1 for none, by code.
    """

    def __init__(self, parents: Integers, sets: Sequence[Codes], lookup: Lookup) -> None:
        self.parents = parents
        self._base = len(parents) + 1
        self._children: dict[int, tuple[Integers, Codes]] = {}
        for rows in sets if self.is_known else ():
            keys, items = [], []
            for place in range(rows.shape[1]):
                wider = rows.copy()
                wider[:, place] = parents[rows[:, place]]
                own = np.flatnonzero(wider[:, place] >= 0)
                found = lookup.find(np.sort(wider[own], axis=1))
                there = found != ABSENT
                keys.append(found[there] * self._base + wider[own[there], place])
                items.append(rows[own[there], place])
            key, item = np.concatenate(keys), np.concatenate(items)
            order = np.lexsort((item, key))
            self._children[rows.shape[1]] = key[order], item[order]

    @property
    def is_known(self) -> bool:
        """Whether any item has a category."""
        return bool((self.parents >= 0).any())

    def children(self, place: Integers, category: Integers, length: int) -> tuple[Integers, Codes]:
        """(row, item): the items in the category's place with which itemsets of a length are frequent too.

        `place`: of each itemset in the lookup; `category`: the code in it that is replaced.
        """
        known = self._children.get(length)
        if known is None:
            return np.empty(0, np.int64), np.empty(0, np.int32)
        wanted = place * self._base + category
        first = np.searchsorted(known[0], wanted, side="left")
        number = np.searchsorted(known[0], wanted, side="right") - first
        row = np.repeat(np.arange(len(wanted)), number)
        within = np.arange(len(row)) - np.repeat(np.cumsum(number) - number, number)
        return row, known[1][first[row] + within]


@dataclass(frozen=True)
class Shaped:
    """Rules of one shape, a row each: sides as item codes, baskets with both, left, right; lift that sizes give."""

    left: Codes
    right: Codes
    count: Integers
    count_left: Integers
    count_right: Integers
    size_lift: Floats


def of_category(rules: Shaped, kin: Kin, lookup: Lookup, line: float) -> dict[int, Sides]:
    """Rules with an item that say no more than the rule with its category in the item's place.

    Fisher's test among the baskets with the category (and whatever stands beside it): those with the item hold the
    other side more often (after the expected counts of Srikant and Agrawal 1995). `line`: the largest p that is
    called significant. Returns row -> the more general rule.
    """
    found: dict[int, Sides] = {}
    for mine, other, own in ((rules.left, rules.right, rules.count_left), (rules.right, rules.left, rules.count_right)):
        for place in range(mine.shape[1]):
            wider = mine.copy()
            wider[:, place] = kin.parents[mine[:, place]]
            rows = np.flatnonzero(wider[:, place] >= 0)
            sides = np.sort(wider[rows], axis=1)
            both = lookup.count(np.sort(np.hstack([sides, other[rows]]), axis=1))
            there = both > 0  # beside an item of the same category there is no such rule
            rows, sides, both = rows[there], sides[there], both[there]
            chance = tails.at_least(rules.count[rows], lookup.count(sides), both, own[rows])
            for at in np.flatnonzero(chance > line).tolist():
                general = tuple(sides[at].tolist()), tuple(other[rows[at]].tolist())
                found.setdefault(int(rows[at]), general if mine is rules.left else general[::-1])
    return found


def on_one_item(rules: Shaped, kin: Kin, lookup: Lookup, n: int, line: float) -> dict[int, Sides]:
    """Rules with a category that no longer hold once the baskets with one of its items are left out.

    The item is the one with most baskets beyond independence. Of the baskets without it, those that hold the category
    by another item are tested again, given the sizes of baskets. Returns row -> the rule with that item.
    """
    found: dict[int, Sides] = {}
    for mine, other, swapped in ((rules.left, rules.right, False), (rules.right, rules.left, True)):
        sides = (rules.count_right, rules.count_left) if swapped else (rules.count_left, rules.count_right)
        for place in range(mine.shape[1]):
            best = _best_members(mine, other, place, kin, lookup, sides[1], n)
            for row, narrow in _resting(rules, best, sides, n, line):
                general = tuple(narrow), tuple(other[row].tolist())
                found.setdefault(row, general[::-1] if swapped else general)
    return found


class _Members(NamedTuple):
    """For some rules: row, the side with an item in the category's place, and baskets.

    `held` with that side, `both` with the other one too, `alone` with the item, `beside` with it and the other side.
    """

    row: Integers
    side: Codes
    held: Integers
    both: Integers
    alone: Integers
    beside: Integers


def _best_members(
    mine: Codes, other: Codes, place: int, kin: Kin, lookup: Lookup, count_other: Integers, n: int
) -> _Members:
    """The member of the category at a place with which each rule has the most baskets beyond independence."""
    whole = np.sort(np.hstack([mine, other]), axis=1)
    row, item = kin.children(lookup.find(whole), mine[:, place].astype(np.int64), whole.shape[1])
    narrow, beside = mine[row].copy(), other[row]
    narrow[:, place] = item
    narrow.sort(axis=1)
    count, both = lookup.count(narrow), lookup.count(np.sort(np.hstack([narrow, beside]), axis=1))
    beyond = both - count * count_other[row] / n
    order = np.lexsort((item, -beyond, row))
    first = order[np.unique(row[order], return_index=True)[1]]
    single = item[first, np.newaxis]
    together = lookup.count(np.sort(np.hstack([single, beside[first]]), axis=1))
    return _Members(row[first], narrow[first], count[first], both[first], lookup.count(single), together)


def _resting(
    rules: Shaped, best: _Members, sides: tuple[Integers, Integers], n: int, line: float
) -> Sequence[tuple[int, list[int]]]:
    """(row, side with the item) of the rules of which too little is left without the item."""
    own = best.row
    both, without = rules.count[own] - best.both, sides[0][own] - best.held
    others, whole = sides[1][own] - best.beside, n - best.alone
    universe = np.floor(whole / np.maximum(np.nan_to_num(rules.size_lift[own], nan=1.0), 1.0)).astype(np.int64)
    chance = tails.at_least(both, np.maximum(universe, without + others - both), without, others)
    return [(int(own[at]), best.side[at].tolist()) for at in np.flatnonzero(chance > line).tolist()]
