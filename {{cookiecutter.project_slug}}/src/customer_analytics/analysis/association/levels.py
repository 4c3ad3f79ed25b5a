"""Rules of items and of categories that say the same: which of them carries the news."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from customer_analytics.analysis.association import tails
from customer_analytics.analysis.association.lookup import Lookup

Codes = npt.NDArray[np.int32]
Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Sides = tuple[tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True)
class Kin:
    """`parents`: category of each code, -1 for none, by code; `members`: category -> its items, ascending."""

    parents: Integers
    members: dict[int, Integers]

    @classmethod
    def of(cls, parents: Integers) -> Kin:
        """From the parents alone."""
        categories = np.unique(parents[parents >= 0])
        return cls(parents, {int(one): np.flatnonzero(parents == one) for one in categories})


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
            for category in np.unique(mine[:, place]).tolist():
                members = kin.members.get(category)
                if members is None:
                    continue
                rows = np.flatnonzero(mine[:, place] == category)
                best = _best_member(mine[rows], other[rows], place, members, lookup, sides[1][rows], n)
                for row, narrow in _resting(rules, rows, best, sides, n, line):
                    general = tuple(narrow), tuple(other[row].tolist())
                    found.setdefault(row, general[::-1] if swapped else general)
    return found


@dataclass(frozen=True)
class _Member:
    """For some rules: the side with one item in the category's place, baskets with it, with it and the other side."""

    side: Codes
    count: Integers
    both: Integers
    alone: Integers  # baskets with the item
    beside: Integers  # baskets with the item and the other side


def _best_member(
    mine: Codes, other: Codes, place: int, members: Integers, lookup: Lookup, count_other: Integers, n: int
) -> _Member:
    """The member of a category with which each rule has the most baskets beyond independence."""
    best = _Member(mine.copy(), *(np.zeros(len(mine), np.int64) for _ in range(4)))
    most = np.full(len(mine), -np.inf)
    for member in members.tolist():
        narrow = mine.copy()
        narrow[:, place] = member
        narrow.sort(axis=1)
        both = lookup.count(np.sort(np.hstack([narrow, other]), axis=1))
        count = lookup.count(narrow)
        beyond = np.where(both > 0, both - count * count_other / n, -np.inf)
        better = beyond > most
        if better.any():
            most[better] = beyond[better]
            item = np.full((int(better.sum()), 1), member, np.int32)
            best.side[better], best.count[better], best.both[better] = narrow[better], count[better], both[better]
            best.alone[better] = lookup.count(item)
            best.beside[better] = lookup.count(np.sort(np.hstack([item, other[better]]), axis=1))
    return best


def _resting(
    rules: Shaped, rows: Integers, best: _Member, sides: tuple[Integers, Integers], n: int, line: float
) -> Sequence[tuple[int, list[int]]]:
    """(row, side with the item) of the rules of which too little is left without the item."""
    there = np.flatnonzero(best.both > 0)
    own = rows[there]
    both, without = rules.count[own] - best.both[there], sides[0][own] - best.count[there]
    others, whole = sides[1][own] - best.beside[there], n - best.alone[there]
    universe = np.floor(whole / np.maximum(np.nan_to_num(rules.size_lift[own], nan=1.0), 1.0)).astype(np.int64)
    chance = tails.at_least(both, np.maximum(universe, without + others - both), without, others)
    return [(int(own[at]), best.side[there[at]].tolist()) for at in np.flatnonzero(chance > line).tolist()]
