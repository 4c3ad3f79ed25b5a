"""Customers cut into cells of at least a smallest group, so that whatever can be worked out from them is of as many.

The customers are cut by one fact, the hub; within each part, for each other fact apart, again by that fact. A cell is
a set of values that at least the smallest group has. No table holds two facts beside the hub, and this is what makes
all tables together safe: within a part of the hub each fact is a partition of the same people into cells that are not
empty, so that a table in which the facts are independent, every entry above 0, fits all that is told. Then a count
that follows from what is told is a sum of told counts (a linear functional that is fixed on a polytope with an inner
point lies in the row space), and a sum of functions of single facts that is 0 or 1 everywhere depends on one fact
alone. So every group whose number follows is a union of cells. docs/guide/privacy.md says the same in words, an
attack by linear programs tests it.

Money is told of a cell only where the second largest customer cannot work out the largest (the p% rule of official
statistics); cells are not cut otherwise. Other tables may tell how many customers have one value: a cut that would
leave fewer than the smallest group between such a number and the cells inside it is taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
P_PERCENT = 0.1  # what the others must at least come to, of the largest customer's money


@dataclass(frozen=True)
class Cell:
    """Customers with one of some values. `mask`: the values, value v as bit 2**v."""

    mask: int
    customers: int
    money: float | None


@dataclass(frozen=True)
class Fact:
    """`codes`: of every customer the value, from 0; `size`: how many values there are; `ordered`: they are a line, and
    cut as one. `within`: of a set of the hub's values the values that go with it by definition, whatever the data."""

    codes: Ints
    size: int
    ordered: bool
    within: Callable[[int], int] | None = None

    def whole(self, hub: int, rows: Ints) -> _Box:
        """All values that customers of a part of the hub may have."""
        every = (1 << self.size) - 1
        mask = every if self.within is None else self.within(hub) & every
        return _Box(mask if bool(_has(self, rows, mask).all()) else every, rows)


@dataclass
class _Box:
    mask: int
    rows: Ints
    parts: tuple[_Box, _Box] | None = None
    parent: _Box | None = field(default=None, repr=False)

    def leaves(self) -> list[_Box]:
        return [self] if self.parts is None else [*self.parts[0].leaves(), *self.parts[1].leaves()]


def star(
    hub: Fact, others: Sequence[Fact], money: Floats | None, minimum: int
) -> tuple[list[Cell], list[list[list[Cell]]]]:
    """The cells of the hub, and of each other fact the cells in each cell of the hub.

    Args:
        hub: the fact that all tables share.
        others: the other facts.
        money: of every customer; None where none is to be told.
        minimum: the smallest group.

    Returns:
        Nothing at all where there are fewer than `minimum` customers. Money is None in all cells where even all
        customers together do not hide the largest.
    """
    if len(hub.codes) < max(minimum, 1):
        return [], [[] for _ in others]
    told = money if money is not None and _hides_the_largest(money) else None
    root = _Box((1 << hub.size) - 1, np.arange(len(hub.codes)))
    _cut(root, hub, told, minimum)
    _take_back([root], hub, minimum)
    parts = sorted(root.leaves(), key=lambda box: box.mask)
    tables = []
    for fact in others:
        roots = [fact.whole(part.mask, part.rows) for part in parts]
        for one in roots:
            _cut(one, fact, told, minimum)
        _take_back(roots, fact, minimum)
        tables.append([_cells(one, told) for one in roots])
    return _cells(root, told), tables


def _cells(root: _Box, money: Floats | None) -> list[Cell]:
    return sorted(
        (
            Cell(box.mask, len(box.rows), None if money is None else float(money[box.rows].sum()))
            for box in root.leaves()
        ),
        key=lambda cell: cell.mask,
    )


def _cut(root: _Box, fact: Fact, money: Floats | None, minimum: int) -> None:
    """Cut each box in two as evenly as can be, until none can be cut."""
    waiting = [root]
    while waiting:
        box = waiting.pop()
        bits = _best_cut(box, fact, money, minimum)
        if bits is None:
            continue
        inside = _has(fact, box.rows, bits)
        box.parts = (
            _Box(box.mask & bits, box.rows[inside], parent=box),
            _Box(box.mask & ~bits, box.rows[~inside], parent=box),
        )
        waiting += box.parts


def _best_cut(box: _Box, fact: Fact, money: Floats | None, minimum: int) -> int | None:
    """The values of one side of the most even cut that leaves both sides large enough."""
    values = [value for value in range(fact.size) if box.mask >> value & 1]
    counts = np.bincount(fact.codes[box.rows], minlength=fact.size)
    found: list[tuple[int, int]] = []
    bits = 0
    for value in values[:-1] if fact.ordered else values:
        bits = bits | 1 << value if fact.ordered else 1 << value
        one = int(sum(counts[other] for other in values if bits >> other & 1))
        if len(values) > 1 and min(one, len(box.rows) - one) >= minimum:
            found.append((abs(len(box.rows) - 2 * one), bits))
    for _, bits in sorted(found):
        inside = _has(fact, box.rows, bits)
        sides = (box.rows[inside], box.rows[~inside])
        if money is None or all(_hides_the_largest(money[rows]) for rows in sides):
            return bits
    return None


def _has(fact: Fact, rows: Ints, bits: int) -> npt.NDArray[np.bool_]:
    table = np.array([bool(bits >> value & 1) for value in range(fact.size)])
    chosen: npt.NDArray[np.bool_] = table[fact.codes[rows]]
    return chosen


def _hides_the_largest(money: Floats) -> bool:
    """Whether the second largest customer cannot tell the largest's money to within p percent."""
    if len(money) < 3:
        return False
    sizes = np.partition(np.abs(money), len(money) - 2)
    return bool(sizes[:-2].sum() >= P_PERCENT * sizes[-1])


def _take_back(roots: Sequence[_Box], fact: Fact, minimum: int) -> None:
    """Undo cuts until the number of customers with one value comes within the smallest group of no cells inside it."""
    everyone = np.concatenate([root.rows for root in roots])
    totals = np.bincount(fact.codes[everyone], minlength=fact.size)
    while True:
        again: list[_Box] = []
        leaves = [leaf for root in roots for leaf in root.leaves()]
        for value, total in enumerate(totals.tolist()):
            whole = sum(len(leaf.rows) for leaf in leaves if leaf.mask == 1 << value)
            cut = [leaf for leaf in leaves if leaf.mask >> value & 1 and leaf.mask != 1 << value]
            rest = total - whole
            beside = sum(len(leaf.rows) for leaf in cut) - rest
            if total >= minimum and (0 < rest < minimum or 0 < beside < minimum):
                inside = [leaf for leaf in leaves if leaf.mask >> value & 1 and leaf.parent is not None]
                again += [min(inside, key=lambda leaf: len(leaf.rows)).parent] if inside else []  # type: ignore[list-item]
        if not again:
            return
        for box in again:
            box.parts = None
