"""The steps of mining that run in the engine: plain Ibis, one grouped count a length, chunked to a bounded memory."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.itemsets.candidates import Codes, Numbers

MOST_GROUPS = 8_000_000  # pairs counted at once: about half a gigabyte of an engine's memory
MOST_KEPT = 30_000_000  # rows (basket, set) kept between two lengths; more are found again from the lines


def coded(lines: ir.Table, items: Codes) -> ir.Table:
    """Lines of the given items under their places in `items`: basket, code. Kept by the engine."""
    places = ibis.memtable(pd.DataFrame({"item": items, "code": np.arange(len(items), dtype=np.int32)}))
    return lines.join(places, "item").select("basket", "code").cache()


def pair_rows(lines: ir.Table) -> int:
    """Rows that a join of the lines with themselves makes: the pairs of each basket, counted before any is made."""
    sizes = lines.group_by("basket").aggregate(size=lines.count())
    rows = (sizes.size * (sizes.size - 1)).sum().to_pyarrow().as_py()
    return int(rows or 0) // 2


def pair_counts(lines: ir.Table, codes: int, floor: int) -> tuple[Numbers, Numbers]:
    """Pairs in at least `floor` baskets: key (smaller code · codes + larger code), ascending, and baskets.

    More pairs than the memory takes at once are counted in turns, by the smaller code.
    """
    exist = codes * (codes - 1) // 2
    turns = 1 if exist <= MOST_GROUPS else -(-min(exist, pair_rows(lines)) // MOST_GROUPS)
    found = []
    for turn in range(turns):
        smaller = lines if turns == 1 else lines.filter(lines.code % turns == turn)
        larger = lines.select(basket_of="basket", other="code")
        both = smaller.join(larger, [smaller.basket == larger.basket_of, smaller.code < larger.other])
        found.append(_counted(both.select(key=both.code.cast("int64") * codes + both.other), floor))
    return _sorted(found)


def narrowed(lines: ir.Table, codes: Codes, least: int) -> ir.Table:
    """Lines of the given codes in baskets that hold at least `least` of them. Kept by the engine."""
    wanted = lines.semi_join(ibis.memtable(pd.DataFrame({"code": codes})), "code")
    large = wanted.group_by("basket").aggregate(size=wanted.count()).filter(ibis._.size >= least)
    return wanted.semi_join(large, "basket").cache()


def singles(lines: ir.Table) -> ir.Table:
    """Occurrences of the single items: basket, node (the code), last (the code)."""
    return lines.select("basket", node=lines.code.cast("int64"), last="code")


def extended(occurrences: ir.Table, lines: ir.Table, codes: int) -> ir.Table:
    """Each occurrence of a set with each later item of its basket: basket, key, last."""
    later = lines.select(basket_of="basket", other="code")
    both = occurrences.join(later, [occurrences.basket == later.basket_of, occurrences.last < later.other])
    return both.mutate(key=both.node * codes + both.other).select("basket", "key", last="other")


def candidate_counts(found: ir.Table, keys: Numbers, floor: int) -> tuple[Numbers, Numbers]:
    """Candidates in at least `floor` baskets: key, ascending, and baskets."""
    wanted = ibis.memtable(pd.DataFrame({"key": keys}))
    return _sorted([_counted(found.semi_join(wanted, "key").select("key"), floor)])


def occurrences_of(found: ir.Table, keys: Numbers, nodes: Numbers) -> ir.Table:
    """The occurrences of the sets of these keys under their nodes: basket, node, last."""
    wanted = ibis.memtable(pd.DataFrame({"key": keys, "node": nodes}))
    return found.join(wanted, "key").select("basket", "node", "last")


def _counted(keys: ir.Table, floor: int) -> pd.DataFrame:
    counted = keys.group_by("key").aggregate(baskets=keys.count())
    frame: pd.DataFrame = counted.filter(counted.baskets >= floor).to_pandas()
    return frame


def _sorted(frames: list[pd.DataFrame]) -> tuple[Numbers, Numbers]:
    if not frames:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    frame = pd.concat(frames, ignore_index=True).sort_values("key")
    return frame["key"].to_numpy(np.int64), frame["baskets"].to_numpy(np.int64)
