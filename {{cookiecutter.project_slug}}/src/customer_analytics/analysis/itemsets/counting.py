"""Baskets of given sets: by stratum, one by one, and all pairs of some items. The primitives of every check of a rule.

The sets make a tree of their items from the rarest on, so that there are never more rows than baskets of the rarest
items. Each length is one lookup of the next item among the lines of the same basket.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.itemsets import engine
from customer_analytics.analysis.itemsets.candidates import Numbers

MOST_ROWS = 5_000_000  # baskets of rarest items that are gone through in one turn


def count_by(lines: ir.Table, sets: Sequence[tuple[int, ...]], by: ir.Table | None = None) -> pd.DataFrame:
    """Baskets that hold each set, exactly.

    `sets`: item codes, in any order, of any lengths. `by` (basket, stratum) divides the baskets: those not in it are
    left out. Returns set (place in `sets`), stratum and count, sorted, without the combinations that were never seen;
    without `by` set and count of every set, 0 where no basket holds it.
    """
    frames = []
    for found, asked in _found(lines, sets):
        if by is None:
            counted = found.group_by("node").aggregate(count=found.count()).to_pandas()
        else:
            divided = found.join(by.select("basket", "stratum"), "basket")
            counted = divided.group_by("node", "stratum").aggregate(count=divided.count()).to_pandas()
        frames.append(asked.merge(counted, on="node").drop(columns="node"))
    if by is None:
        counts = np.zeros(len(sets), dtype=np.int64)
        for frame in frames:
            counts[frame["set"].to_numpy()] = frame["count"].to_numpy()
        return pd.DataFrame({"set": np.arange(len(sets)), "count": counts})
    empty = pd.DataFrame({"set": pd.Series(dtype=np.int64), "stratum": [], "count": pd.Series(dtype=np.int64)})
    table = pd.concat(frames, ignore_index=True) if frames else empty
    return table.sort_values(["set", "stratum"], ignore_index=True)


def membership(lines: ir.Table, sets: Sequence[tuple[int, ...]]) -> ir.Table:
    """Which baskets hold each set: set (int64, place in `sets`), basket. An expression, for one use or a `.cache()`."""
    tables = [found.join(ibis.memtable(asked), "node").select("set", "basket") for found, asked in _found(lines, sets)]
    if not tables:
        return lines.filter(ibis.literal(False)).select(set=lines.item.cast("int64"), basket="basket")
    return ibis.union(*tables) if len(tables) > 1 else tables[0]


def pairs(lines: ir.Table, items: Collection[int]) -> pd.DataFrame:
    """Baskets of every pair of the given items that was seen together: a, b (item codes, a < b), count; sorted."""
    codes = np.unique(np.fromiter(items, dtype=np.int32, count=len(items)))
    if len(codes) < 2:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in _PAIR.items()})
    coded = engine.baskets_of(lines, codes, least=2)
    try:
        keys, counts = engine.pair_counts(coded, len(codes), 1)
    finally:
        coded.release()
    return pd.DataFrame({"a": codes[keys // len(codes)], "b": codes[keys % len(codes)], "count": counts})


_PAIR = {"a": np.int32, "b": np.int32, "count": np.int64}


def _found(lines: ir.Table, sets: Sequence[tuple[int, ...]]) -> Iterator[tuple[ir.Table, pd.DataFrame]]:
    """Occurrences (basket, node) and which sets the nodes are (node, set), by length, in turns of a bounded size."""
    items = np.unique(np.fromiter((item for one in sets for item in one), dtype=np.int32))
    if not len(items):
        return
    wanted = lines.semi_join(ibis.memtable(pd.DataFrame({"item": items})), "item")
    counted = wanted.group_by("item").aggregate(baskets=wanted.count()).to_pandas()
    known = counted.sort_values(["baskets", "item"])
    places = pd.DataFrame({"item": known["item"].to_numpy(np.int32), "code": np.arange(len(known), dtype=np.int32)})
    coded = engine.kept(lines.join(ibis.memtable(places), "item").select("basket", "code"))
    code = {item: place for place, item in enumerate(places["item"].tolist())}
    paths = [_path(one, code) for one in sets]
    baskets = known["baskets"].to_numpy(np.int64)
    for turn in _turns(paths, baskets):
        yield from _of_turn(coded, {place: paths[place] for place in turn})


def _turns(paths: Sequence[tuple[int, ...]], baskets: Numbers) -> Iterator[list[int]]:
    """The places of the sets in turns by their cost, the baskets of their rarest items; without the unknown ones."""
    turn: list[int] = []
    rows = 0
    for place in sorted((place for place, path in enumerate(paths) if path), key=lambda place: paths[place]):
        if turn and rows + baskets[paths[place][0]] > MOST_ROWS:
            yield turn
            turn, rows = [], 0
        turn.append(place)
        rows += int(baskets[paths[place][0]])
    if turn:
        yield turn


def _of_turn(lines: ir.Table, paths: Mapping[int, tuple[int, ...]]) -> Iterator[tuple[ir.Table, pd.DataFrame]]:
    """The occurrences of some sets, one length after the other."""
    nodes = {head: place for place, head in enumerate(sorted({path[:1] for path in paths.values()}))}
    first = pd.DataFrame({"code": [head[0] for head in nodes], "node": list(nodes.values())}, dtype=np.int32)
    found = lines.join(ibis.memtable(first), "code").select("basket", "node")
    for length in range(1, max(map(len, paths.values())) + 1):
        if length > 1:
            shorter = nodes
            heads = sorted({path[:length] for path in paths.values() if len(path) >= length})
            nodes = {head: place for place, head in enumerate(heads)}
            rows = [(shorter[head[:-1]], head[-1], node) for head, node in nodes.items()]
            steps = ibis.memtable(pd.DataFrame(rows, columns=["node", "code", "longer"], dtype=np.int32))
            # kept, so that no planner looks for the second item, which may be everywhere, before the first
            looked = engine.kept(found.join(steps, "node").select("basket", "code", "longer"))
            found = looked.join(lines, ["basket", "code"]).select("basket", node="longer")
        asked = [(nodes[path], place) for place, path in paths.items() if len(path) == length]
        if asked:
            yield found, pd.DataFrame(asked, columns=["node", "set"]).astype({"node": np.int32, "set": np.int64})


def _path(one: Collection[int], code: Mapping[int, int]) -> tuple[int, ...]:
    """The codes of a set in ascending order; none where one of its items is in no basket."""
    return tuple(sorted(code[item] for item in set(one))) if all(item in code for item in one) else ()
