"""Baskets of given sets, and all pairs of some items. The primitives of every check of a rule."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.itemsets import engine
from customer_analytics.analysis.itemsets.candidates import Codes, Numbers
from customer_analytics.analysis.itemsets.lists import Lists, members_in


def membership(lines: ir.Table, sets: Sequence[tuple[int, ...]], by: ir.Table) -> pd.DataFrame:
    """Which baskets hold each set, with what is known of these baskets: one crossing, one row a set and basket.

    Args:
        lines: basket and item, each pair once.
        sets: item codes, in any order, of any lengths.
        by: basket and any columns of numbers without nulls; baskets that are not in it are left out.

    Returns:
        set (place in `sets`) and the columns of `by` but for the basket, in no particular order. It is held in memory:
        the caller sees to it that the sets lie in some millions of baskets together.
    """
    columns = [name for name in by.columns if name != "basket"]
    frames = [pd.DataFrame({name: pd.Series(dtype="int64") for name in ("set", *columns)})]
    items = np.unique(np.fromiter((item for one in sets for item in one), dtype=np.int32))
    if not len(items):
        return frames[0]
    known = _by_length(sets, items)
    for part in engine.parts_of(engine.coded(lines, items), int(lines.count().to_pyarrow().as_py())):
        answer = engine.lists_of(part, 1).join(by, "basket").select("codes", *columns).to_pyarrow()
        held = Lists.from_arrow(answer["codes"], len(items))
        of_baskets = {name: answer[name].to_numpy() for name in columns}
        for place, rows in known:
            one, basket = _members(held, rows)
            found = {name: values[basket] for name, values in of_baskets.items()}
            frames.append(pd.DataFrame({"set": place[one], **found}))
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled or frames[:1], ignore_index=True)


def _by_length(sets: Sequence[tuple[int, ...]], items: Codes) -> list[tuple[Numbers, Codes]]:
    """(places in `sets`, their items as places in `items`) of the sets of each length."""
    wholes = [tuple(sorted(set(one))) for one in sets]
    lengths = np.fromiter(map(len, wholes), dtype=np.int64, count=len(wholes))
    found = []
    for length in np.unique(lengths[lengths > 0]).tolist():
        place = np.flatnonzero(lengths == length)
        rows = np.array([wholes[number] for number in place.tolist()], dtype=np.int32)
        found.append((place, np.searchsorted(items, rows).astype(np.int32)))
    return found


def _members(lists: Lists, sets: Codes) -> tuple[Numbers, Numbers]:
    """(row of `sets`, basket) of what the batch holds; codes are put into the order of how rare they are there."""
    rank = np.empty(lists.width, dtype=np.int32)
    rank[np.argsort(np.bincount(lists.codes, minlength=lists.width), kind="stable")] = np.arange(lists.width)
    ranked = np.sort(rank[sets], axis=1)
    order = np.argsort(ranked[:, 0], kind="stable")
    one, basket = members_in(Lists(rank[lists.codes], lists.starts, lists.width), ranked[order])
    return order[one], basket


def pairs(lines: ir.Table, items: Collection[int]) -> pd.DataFrame:
    """Baskets of every pair of the given items that was seen together: a, b (item codes, a < b), count; sorted."""
    codes = np.unique(np.fromiter(items, dtype=np.int32, count=len(items)))
    if len(codes) < 2:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in _PAIR.items()})
    coded = engine.lists_of(engine.coded(lines, codes), 2)
    keys, counts = engine.pair_counts(coded, int(lines.count().to_pyarrow().as_py()), len(codes), 1)
    return pd.DataFrame({"a": codes[keys // len(codes)], "b": codes[keys % len(codes)], "count": counts})


_PAIR = {"a": np.int32, "b": np.int32, "count": np.int64}
