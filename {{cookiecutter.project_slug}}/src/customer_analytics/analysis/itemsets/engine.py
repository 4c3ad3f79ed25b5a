"""The steps of mining that run in the engine: plain Ibis, no join of lines with lines.

Every basket is one row with the list of its items. Unnesting the list twice gives its pairs; beside a join of the lines
with themselves that takes half the memory and less time. Longer sets are counted in `lists`, from the same rows as they
stream out of the engine.
"""

from __future__ import annotations

from collections.abc import Iterator

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.itemsets.candidates import Codes, Numbers
from customer_analytics.analysis.itemsets.lists import Lists, counts_in, together_in

MOST_DENSE = 2_500  # codes whose pairs are counted as one matrix: some fifty megabytes
MOST_GROUPS = 4_000_000  # pairs counted at once: some hundred megabytes of an engine's memory
AT_ONCE = 5_000_000  # lines that are in memory together
_INT32 = 2**31 - 1


def baskets_of(lines: ir.Table, items: Codes, least: int = 1) -> ir.CachedTable:
    """Baskets with at least `least` of the given items: basket, codes (the items' places in `items`), kept."""
    return lists_of(coded(lines, items), least).cache()


def coded(lines: ir.Table, items: Codes) -> ir.Table:
    """The lines of the given items: basket, code (the item's place in `items`)."""
    places = ibis.memtable(pd.DataFrame({"item": items, "code": np.arange(len(items), dtype=np.int32)}))
    return lines.join(places, "item").select("basket", "code")


def narrowed(baskets: ir.Table, codes: Codes, least: int) -> ir.CachedTable:
    """The baskets with only the given codes, as far as they hold at least `least` of them; kept."""
    single = baskets.select("basket", code=baskets.codes.unnest())
    return lists_of(single.semi_join(ibis.memtable(pd.DataFrame({"code": codes})), "code"), least).cache()


def lists_of(lines: ir.Table, least: int) -> ir.Table:
    """One row a basket of at least `least` lines: basket, codes."""
    lists = lines.group_by("basket").aggregate(codes=lines.code.collect())
    return lists.filter(lists.codes.length() >= least)


def pair_rows(baskets: ir.Table) -> int:
    """Pairs of items within baskets, counted before any is made."""
    size = baskets.codes.length().cast("int64")
    return int((size * (size - 1)).sum().to_pyarrow().as_py() or 0) // 2


def pair_rows_by_code(baskets: ir.Table, codes: int) -> Numbers:
    """Of the pairs within baskets, those in which each code is the smaller one.

    Their sum from a code on is what is left of the pairs without the codes before it.
    """
    counted, rows = smaller_in(baskets).to_pandas(), np.zeros(codes, dtype=np.int64)
    rows[counted["code"].to_numpy()] = counted["rows"].to_numpy()
    return rows


def smaller_in(baskets: ir.Table) -> ir.Table:
    """How many larger codes stand beside each code, over all baskets: code, rows."""
    single = baskets.select("basket", code=baskets.codes.unnest())
    larger = ibis.row_number().over(group_by=single.basket, order_by=single.code.desc())
    return single.mutate(larger=larger).group_by("code").aggregate(rows=ibis._.larger.sum())


def pair_counts(baskets: ir.Table, lines: int, codes: int, floor: int) -> tuple[Numbers, Numbers]:
    """Pairs in at least `floor` baskets: key (smaller code · codes + larger code), ascending, and baskets.

    The matrix of all pairs of a few codes fits the memory, and is added up as the lists stream by. Pairs of many codes
    are grouped by the engine; more than fit at once in turns, by the smaller code. `lines`: of all baskets.
    """
    if codes <= MOST_DENSE:
        together = np.zeros((codes, codes), dtype=np.int64)
        for part in parts_of(baskets, lines):
            together += together_in(Lists.from_arrow(part.select("codes").to_pyarrow()["codes"], codes))
        keys = np.flatnonzero(np.triu(together, 1) >= floor)
        return keys, together.ravel()[keys]
    turns = max(1, -(-codes * (codes - 1) // 2 // MOST_GROUPS))
    if turns > 1:  # there are no more pairs than rows of pairs
        turns = max(1, min(turns, -(-pair_rows(baskets) // MOST_GROUPS)))
    return _sorted([_counted(pairs_in(baskets, codes, turns, turn), floor) for turn in range(turns)])


def pairs_in(baskets: ir.Table, codes: int, turns: int, turn: int) -> ir.Table:
    """The pairs of each basket whose smaller code belongs to a turn: key."""
    single = baskets.select("codes", last=baskets.codes.unnest())
    single = single if turns == 1 else single.filter(single.last % turns == turn)
    both = single.select("last", other=single.codes.unnest())
    both = both.filter(both.last < both.other)
    return both.select(key=both.last.cast(_kind(codes * codes)) * codes + both.other)


def candidate_counts(baskets: ir.Table, lines: int, sets: Codes, codes: int) -> Numbers:
    """Baskets that hold each set; `sets`: rows of ascending codes in lexicographic order; `lines`: of all baskets."""
    counts = np.zeros(len(sets), dtype=np.int64)
    for part in parts_of(baskets, lines):
        counts += counts_in(Lists.from_arrow(part.select("codes").to_pyarrow()["codes"], codes), sets)
    return counts


def parts_of(table: ir.Table, lines: int) -> Iterator[ir.Table]:
    """The rows of some baskets after the others, so that each part's lines fit the memory."""
    turns = max(1, -(-lines // AT_ONCE))
    for turn in range(turns):
        yield table if turns == 1 else table.filter(table.basket % turns == turn)


def _kind(most: int) -> str:
    return "int32" if most <= _INT32 else "int64"


def _counted(found: ir.Table, floor: int) -> pd.DataFrame:
    counted = found.group_by("key").aggregate(baskets=found.count())
    frame: pd.DataFrame = counted.filter(counted.baskets >= floor).to_pandas()
    return frame


def _sorted(frames: list[pd.DataFrame]) -> tuple[Numbers, Numbers]:
    frame = pd.concat(frames, ignore_index=True).sort_values("key")
    return frame["key"].to_numpy(np.int64), frame["baskets"].to_numpy(np.int64)
