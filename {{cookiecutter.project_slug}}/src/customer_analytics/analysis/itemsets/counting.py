"""Baskets of given sets: by stratum, one by one, and all pairs of some items. The primitives of every check of a rule.

The sets make a tree of their items from the rarest on. Each length is one join of the occurrences so far with the
lines of the same baskets, so that sets which begin alike are looked for once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.itemsets import engine


def count_by(lines: ir.Table, sets: Sequence[tuple[int, ...]], by: ir.Table | None = None) -> pd.DataFrame:
    """Baskets that hold each set, exactly.

    `sets`: item codes, in any order, of any lengths. `by` (basket, stratum) divides the baskets: those not in it are
    left out. Returns set (place in `sets`), stratum and count, sorted, without the combinations that were never seen;
    without `by` set and count of every set, 0 where no basket holds it.
    """
    frames = []
    for found, asked in _walk(lines, sets):
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
    tables = [found.join(ibis.memtable(asked), "node").select("set", "basket") for found, asked in _walk(lines, sets)]
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


def _walk(lines: ir.Table, sets: Sequence[tuple[int, ...]]) -> Iterator[tuple[ir.Table, pd.DataFrame]]:
    """For each length that is asked for: the occurrences (basket, node) and which sets the nodes are (node, set)."""
    items = np.unique(np.fromiter((item for one in sets for item in one), dtype=np.int32))
    if not len(items):
        return
    wanted = lines.semi_join(ibis.memtable(pd.DataFrame({"item": items})), "item")
    counted = wanted.group_by("item").aggregate(baskets=wanted.count()).to_pandas()
    known = counted.sort_values(["baskets", "item"])["item"].to_numpy(np.int32)
    code = {item: place for place, item in enumerate(known.tolist())}
    baskets = engine.baskets_of(lines, known)
    paths = [_path(one, code) for one in sets]
    found = engine.Found(None, len(known))
    shorter: dict[tuple[int, ...], int] = {(item,): item for item in range(len(known))}
    for length in range(1, max(map(len, paths)) + 1):
        if length > 1:
            heads = sorted({path[:length] for path in paths if len(path) >= length})
            keys = np.array([shorter[head[:-1]] * len(known) + head[-1] for head in heads], dtype=np.int64)
            found = engine.lengthened(found, baskets, keys, len(known))
            shorter = {head: place for place, head in enumerate(heads)}
        asked = [(shorter[path], place) for place, path in enumerate(paths) if len(path) == length]
        if asked:
            table = engine.held(found, baskets)
            yield table, pd.DataFrame(asked, columns=["node", "set"], dtype=np.int64)


def _path(one: Collection[int], code: Mapping[int, int]) -> tuple[int, ...]:
    """The codes of a set in ascending order; none where one of its items is in no basket."""
    return tuple(sorted(code[item] for item in set(one))) if all(item in code for item in one) else ()
