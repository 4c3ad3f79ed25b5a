"""What follows what within the window, beside what follows other moments of the same week and of as active customers.

A trigger is a moment with A that comes after a window without A, so the windows of one customer and item never
overlap. Its expected share is that of all moments in its stratum: the same calendar block, and as many different items
bought in the window that follows. Heavy buyers, the season, a promotion and an item's own popularity are thus the same
on both sides (an indirect standardisation: Breslow and Day 1987, chapter 2).
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.sequences.history import History

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
BLOCK_MOMENTS = 250  # moments that a calendar block should have, so that strata are not too thin
SHORTEST, LONGEST = 7, 91  # days of a block
ACTIVITY = (2, 3, 4, 6, 9, 13, 19, 28, 41, 61, 91, 136, 201, 301)  # edges of the classes: items bought in the window
CLASSES = len(ACTIVITY) + 1
LEAST_EXPECTED = 1e-9


@dataclass(frozen=True)
class Following:
    """The parts of one search; release() what is materialised of them after use.

    history: what it was made from. strata: moment, stratum of the moments whose window is over and not empty.
    triggers: moment, person, day, item. later: moment, item, lag (days to its first purchase in the window), held
    (whether the moment had it already). sizes: moments by stratum. held, kept: item x stratum: moments with the item,
    and moments without it that the item follows; of_triggers: triggers, so too. block: days of a calendar block.
    """

    history: History
    block: int
    strata: ir.Table
    triggers: ir.Table
    later: ir.Table
    sizes: Ints
    held: Ints
    kept: Ints
    of_triggers: Ints

    @property
    def rates(self) -> Floats:
        """item x stratum: share of the moments without the item that it follows."""
        without: Floats = np.maximum(self.sizes[None, :] - self.held, 1).astype(np.float64)
        return self.kept / without

    def release(self) -> None:
        """Let the engine forget the tables."""
        for table in (self.strata, self.later):
            table.release()


def following(history: History) -> Following:
    """Find what follows each moment, and count it by stratum."""
    lines, window = history.lines, history.window
    fresh = lines.previous.isnull() | (lines.day - lines.previous > window)
    triggers = lines.filter(fresh, lines.day <= history.complete).select("moment", "person", "day", "item")
    later = _later(history).cache()
    held = lines.filter(lines.day <= history.complete)
    moments = held.select("moment", "day").distinct()
    block = block_days(int(moments.count().to_pyarrow().as_py()), history.complete - history.first + 1)
    active = later.group_by("moment").aggregate(items=later.count())
    counted = moments.inner_join(active, "moment")
    number = ((counted.day - history.first) / block).floor().cast("int32") * CLASSES + activity_class(counted["items"])
    strata = counted.select("moment", stratum=number.cast("int32")).cache()
    blocks = max((history.complete - history.first) // block + 1, 1)
    shape = (len(history.items), blocks * CLASSES)
    here = {"held": held, "kept": later.filter(~later.held), "of_triggers": triggers}
    found = _by_stratum({name: rows.select("moment", "item") for name, rows in here.items()}, strata, history, shape)
    return Following(history, block, strata, triggers, later, **found)


def block_days(moments: int, days: int) -> int:
    """Length of a calendar block: a week, longer where few moments would be in it."""
    if moments <= 0 or days <= 0:
        return SHORTEST
    return int(min(max(-(-BLOCK_MOMENTS * days // moments), SHORTEST), LONGEST))


def _later(history: History) -> ir.Table:
    """moment, item, lag, held: what the same customer buys on later days within the window."""
    lines = history.lines
    moments = lines.filter(lines.day <= history.complete).select("moment", "person", "day").distinct()
    then = lines.select(then_person="person", then_day="day", item="item")
    pairs = moments.inner_join(
        then,
        [
            moments.person == then.then_person,
            moments.day < then.then_day,
            then.then_day <= moments.day + history.window,
        ],
    )
    first = pairs.group_by("moment", "item").aggregate(lag=(pairs.then_day - pairs.day).min().cast("int32"))
    own = lines.select(own_moment="moment", own_item="item")
    joined = first.left_join(own, [first.moment == own.own_moment, first["item"] == own.own_item])
    return joined.select("moment", "item", "lag", held=joined.own_moment.notnull())


def activity_class(count: ir.IntegerValue) -> ir.IntegerValue:
    """The class of a number of items bought in a window."""
    branches = [(count < edge, place) for place, edge in enumerate(ACTIVITY)]
    return ibis.cases(*branches, else_=len(ACTIVITY))


def _by_stratum(
    rows: dict[str, ir.Table], strata: ir.Table, history: History, shape: tuple[int, int]
) -> dict[str, Ints]:
    """item x stratum counts of several kinds of rows (moment, item), and `sizes`: moments by stratum. One question."""
    kinds = [
        strata.select("stratum", kind=ibis.literal(0, "int8"), item=ibis.literal(0, "int32")),
        *(table.inner_join(strata, "moment").select("stratum", kind=ibis.literal(place, "int8"), item="item")
          for place, table in enumerate(rows.values(), start=1)),
    ]  # fmt: skip
    whole = ibis.union(*kinds)
    counted = whole.group_by("kind", "item", "stratum").aggregate(n=whole.count()).to_pandas()
    sizes, tables = np.zeros(shape[1], dtype=np.int64), {}
    first = counted[counted["kind"] == 0]
    sizes[first["stratum"]] = first["n"]
    for place, name in enumerate(rows, start=1):
        own, tables[name] = counted[counted["kind"] == place], np.zeros(shape, dtype=np.int64)
        tables[name][np.searchsorted(history.items, own["item"]), own["stratum"]] = own["n"]
    return {"sizes": sizes, **tables}


@dataclass(frozen=True)
class Screen:
    """All ordered pairs at once: item x item. followed: triggers of the row's item that the column's item follows
    without having been in the moment; expected: the same by the strata, at least (triggers that held both are not yet
    taken out); triggers: of each item; family: ordered pairs that were tested."""

    followed: Ints
    expected: Floats
    triggers: Ints
    family: int


def screen(found: Following, least: int) -> Screen:
    """Observed and expected counts of every ordered pair; A needs `least` triggers."""
    history = found.history
    items = len(history.items)
    own = found.triggers.group_by("item").aggregate(n=found.triggers.count()).to_pandas()
    triggers = np.zeros(items, dtype=np.int64)
    triggers[np.searchsorted(history.items, own["item"])] = own["n"]
    expected = found.of_triggers @ found.rates.T
    joined = found.triggers.select("moment", a="item").inner_join(
        found.later.filter(~found.later.held).select("moment", b="item"), "moment"
    )
    counted = joined.group_by("a", "b").aggregate(n=joined.count()).to_pandas()
    followed = np.zeros((items, items), dtype=np.int64)
    followed[np.searchsorted(history.items, counted["a"]), np.searchsorted(history.items, counted["b"])] = counted["n"]
    able = triggers >= least
    followed[~able] = 0
    return Screen(followed, expected, triggers, int(able.sum()) * max(items - 1, 0))


def shortlist(
    pairs: Screen, history: History, least: int, level: float, most: int, rows: int
) -> tuple[pd.DataFrame, int]:
    """The ordered pairs worth a closer look, and how many pairs of items are near each other beyond chance.

    Two kinds are kept, each at a false discovery rate of `level` over all pairs: ordered pairs that follow more often
    than expected, and both orders of a pair of items whose two orders together are beyond what is expected. That sum
    says nothing of the direction between them, so for the second kind the direction test that comes later need only
    answer for the pairs kept (Bourgon, Gentleman and Huber 2010: independent filtering). Of many, those come first
    that follow and are not followed as well; what is beyond `most` pairs, or `rows` triggers, counts as not found.

    Returns:
        pair, a, b (items) of ordered pairs, near (whether of the second kind), screened by rank; and the number of
        unordered pairs of the second kind.
    """
    items = len(history.items)
    able = int((pairs.triggers > 0).sum())
    enough = (pairs.followed >= least) & (pairs.followed > pairs.expected)
    np.fill_diagonal(enough, False)
    follows = _kept(pairs.followed, pairs.expected, enough, pairs.family, level)
    both, chance = pairs.followed + pairs.followed.T, pairs.expected + pairs.expected.T
    upper = np.triu(np.ones((items, items), dtype=bool), 1) & (both >= least)
    near = _kept(both, chance, upper, max(able * (able - 1) // 2, 1), level)
    count = int(near.sum())
    near = near | near.T
    a, b = np.nonzero((follows | near) & enough)
    seen, usual = pairs.followed[a, b], np.maximum(pairs.expected[a, b], LEAST_EXPECTED)
    back, back_usual = pairs.followed[b, a] + 0.5, np.maximum(pairs.expected[b, a], LEAST_EXPECTED) + 0.5
    direction = np.log(seen / usual) - np.log(back / back_usual)
    score = np.minimum((seen - usual) / np.sqrt(seen), direction / np.sqrt(1 / seen + 1 / back))
    best = np.lexsort((b, a, -score))[:most]
    best = best[np.cumsum(pairs.triggers[a[best]]) <= rows]
    table = pd.DataFrame({"a": history.items[a[best]], "b": history.items[b[best]]}).astype("int32")
    table.insert(0, "pair", np.arange(len(table), dtype=np.int32))
    return table.assign(near=near[a[best], b[best]]), count


def _kept(
    seen: Ints, expected: Floats, among: npt.NDArray[np.bool_], family: int, level: float
) -> npt.NDArray[np.bool_]:
    """Which of the cells are beyond their expected count (Poisson), at a false discovery rate over the family."""
    from scipy.stats import poisson

    a, b = np.nonzero(among & (seen > expected))
    p = poisson.sf(seen[a, b] - 1, np.maximum(expected[a, b], LEAST_EXPECTED))
    order = np.argsort(p, kind="stable")
    below = np.flatnonzero(p[order] * max(family, 1) / np.arange(1, len(p) + 1) <= level)
    best = order[: int(below[-1]) + 1] if len(below) else order[:0]
    kept = np.zeros(seen.shape, dtype=bool)
    kept[a[best], b[best]] = True
    return kept
