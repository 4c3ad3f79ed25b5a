"""What chance gives once the sizes of baskets are known.

A basket of thirty items holds more pairs than thirty baskets of one: where sizes differ, items meet more often than
independence says although nobody wants them together, and less often where every basket is small. Independence is
what lift and Fisher's test compare with; here is the lift that the sizes alone give.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
_EACH_SIZE = 12  # up to here each size is a class of its own
_GROWTH = 1.15  # beyond, a class ends this many times its beginning
_ROWS = 20_000  # rules at once


@dataclass(frozen=True)
class Sizes:
    """Classes of baskets by size, and how often each item is in a basket of a class.

    `baskets`, `size`: arrays (classes,), baskets and their mean size. `share`: (items, classes), share of the baskets
    of a class that hold the item. `codes`: sorted item codes, the rows of `share`.
    `slots`: whether a basket's size limits what it can hold (months, for one, do not).
    """

    codes: Integers
    baskets: Floats
    size: Floats
    share: Floats
    slots: bool = True

    def lift(self, left: npt.NDArray[np.integer], right: npt.NDArray[np.integer]) -> Floats:
        """Lift that the classes alone give to itemsets left (rules, items) and right (rules, items).

        Within a class items are drawn without regard to each other, each as often as it is found there; a basket of
        s items that holds j already has s - j places left. With shares p, n baskets in a class and P the product over
        the items of a side: n sum(n P_A P_C f) / (sum(n P_A) sum(n P_C)), where f is the part of the places that is
        left. Both directions of a rule have the same.
        """
        found = np.empty(len(left))
        for start in range(0, len(left), _ROWS):
            part = slice(start, start + _ROWS)
            found[part] = self._lift(np.searchsorted(self.codes, left[part]), np.searchsorted(self.codes, right[part]))
        return found

    def _lift(self, left: Integers, right: Integers) -> Floats:
        shares_left, shares_right = self.share[left], self.share[right]
        own_left, own_right = shares_left.prod(axis=1), shares_right.prod(axis=1)
        if self.slots:
            j, i = left.shape[1], right.shape[1]
            own_left, own_right = own_left * self._places(j), own_right * self._places(i)
            taken = np.maximum(shares_left.sum(axis=1), shares_right.sum(axis=1))
            free = self._places(j + i) / np.maximum(self._places(j) * self._places(i), 1e-300)
            # A popular item is likely to be one of those that are there already.
            free = np.minimum(free * self.size / np.maximum(self.size - taken, 1e-9), 1.0)
        else:
            free = np.ones_like(self.size)
        together = (self.baskets * own_left * own_right * free).sum(axis=1)
        apart = (self.baskets * own_left).sum(axis=1) * (self.baskets * own_right).sum(axis=1)
        lift: Floats = np.divide(together * self.baskets.sum(), apart, out=np.ones(len(together)), where=apart > 0)
        return lift

    def _places(self, items: int) -> Floats:
        """s (s - 1) ... (s - items + 1) / s^items, never below 0."""
        found = np.ones_like(self.size)
        for taken in range(items):
            found = found * np.maximum(self.size - taken, 0.0) / self.size
        return found


def widened(n: int | Integers, lift: Floats, first: Integers, second: Integers, count: Integers) -> Integers:
    """Number of baskets among which two sides would meet by chance as often as `lift` says: n / lift, rounded down.

    Never fewer than the counts need. Fisher's test among that many is the test given the sizes of baskets.
    """
    wanted = np.floor(n / np.maximum(lift, 1e-12)).astype(np.int64)
    return np.asarray(np.maximum(wanted, first + second - count), np.int64)


def by_size(lines: ir.Table, heads: ir.Table, codes: Integers) -> Sizes | None:
    """The classes of `heads.size` for the items `codes`; None where there is no basket."""
    histogram = heads.group_by("size").agg(baskets=heads.count()).execute().sort_values("size")
    histogram = histogram[histogram["size"] > 0]
    if not len(histogram) or not len(codes):
        return None
    starts = class_starts(int(histogram["size"].max()))
    number = np.searchsorted(starts, histogram["size"].to_numpy(), side="right") - 1
    weights = histogram["baskets"].to_numpy(np.float64)
    baskets = np.bincount(number, weights, len(starts)).astype(np.float64)
    items = np.bincount(number, weights * histogram["size"].to_numpy(np.float64), len(starts))
    classes = size_classes(heads, starts)
    return _sizes(lines, classes, np.sort(codes), baskets, items / np.maximum(baskets, 1), slots=True)


def by_month(lines: ir.Table, heads: ir.Table, codes: Integers, days: int = 30) -> Sizes | None:
    """Classes of 30 days instead of sizes: what chance gives when both sides have seasons. None without dates."""
    dated = heads.filter(heads["day"].notnull())
    found = dated.aggregate(first=dated["day"].min(), last=dated["day"].max(), n=dated.count()).execute().iloc[0]
    if not found["n"] or not len(codes):
        return None
    first = int(found["first"])
    classes = dated.select("basket", place=((dated["day"] - first) // days).cast("int32"))
    spread = classes.group_by("place").agg(baskets=classes.count()).execute()
    baskets: Floats = np.zeros((int(found["last"]) - first) // days + 1)
    baskets[spread["place"].to_numpy(np.int64)] = spread["baskets"].to_numpy(np.float64)
    return _sizes(lines, classes, np.sort(codes), baskets, np.ones_like(baskets), slots=False)


def size_classes(heads: ir.Table, starts: Integers) -> ir.Table:
    """basket, place: which of the classes that begin at `starts` a basket belongs to."""
    place = sum(((heads["size"] >= int(start)).cast("int32") for start in starts[1:]), ibis.literal(0, "int32"))
    return heads.select("basket", place=place)


def held_by_class(lines: ir.Table, classes: ir.Table) -> ir.Table:
    """item, place, count: baskets of each class that hold each item."""
    held = lines.inner_join(classes, "basket")
    return held.group_by("item", "place").agg(count=held.count())


def class_starts(largest: int) -> Integers:
    """First size of each class: each size up to twelve, then wider and wider ones."""
    starts = list(range(1, min(_EACH_SIZE, largest) + 1))
    while starts[-1] < largest and starts[-1] >= _EACH_SIZE:
        step = starts[-1] + 1 if starts[-1] == _EACH_SIZE else int(np.ceil(starts[-1] * _GROWTH))
        if step > largest:
            break
        starts.append(step)
    return np.array(starts, np.int64)


def _sizes(lines: ir.Table, classes: ir.Table, codes: Integers, baskets: Floats, size: Floats, *, slots: bool) -> Sizes:
    counted: pd.DataFrame = held_by_class(lines, classes).execute()
    place = np.searchsorted(codes, counted["item"].to_numpy())
    wanted = codes[np.minimum(place, len(codes) - 1)] == counted["item"].to_numpy()
    share = np.zeros((len(codes), len(baskets)))
    share[place[wanted], counted["place"].to_numpy(np.int64)[wanted]] = counted["count"].to_numpy(np.float64)[wanted]
    there = baskets > 0
    return Sizes(codes, baskets[there], np.maximum(size[there], 1.0), share[:, there] / baskets[there], slots)
