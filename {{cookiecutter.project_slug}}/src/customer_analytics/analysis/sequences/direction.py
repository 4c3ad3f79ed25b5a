"""Whether B comes after A more often than A after B: the direction test.

For two moments of one customer, one with A and not B, the other with B and not A, it is asked which comes first. If
only taste, activity and the calendar were behind it, the chance that the earlier one is A's follows from how often
both items are bought in the two calendar blocks: any liking of the customer for A or B cancels. This is the idea of
sequence symmetry analysis (Hallas 1996, Epidemiology 7:478-484) with the null-effect ratio taken pair by pair.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.sequences.following import Following
from customer_analytics.analysis.sequences.history import History


def direction(found: Following, pairs: pd.DataFrame) -> pd.DataFrame:
    """The direction of ordered pairs of items.

    Args:
        found: a search, for its history and its calendar blocks.
        pairs: pair, a, b.

    Returns:
        pair, after and before (moments of B within the window after a moment of A, and before one), people,
        direction (odds of the order A, B over those that the calendar gives), direction_low, direction_high (95 %,
        by customers), direction_p (one-sided, by customers: the sum over customers of what speaks for the order,
        over the root of its sum of squares).
    """
    from scipy.stats import norm

    history = found.history
    both = _both(history, pairs)
    placed = _with_rates(both, _block_rates(history, found.block, pairs), history, found.block)
    by_person = placed.group_by("pair", "person").aggregate(
        after=placed.first.cast("int64").sum(),
        before=(~placed.first).cast("int64").sum(),
        up=placed.first.ifelse(placed.surprise, 0.0).sum(),
        down=placed.first.ifelse(0.0, placed.surprise).sum(),
    )
    net = by_person.up - by_person.down
    table = by_person.group_by("pair").aggregate(
        people=by_person.count(), after=by_person.after.sum(), before=by_person.before.sum(), up=by_person.up.sum(),
        down=by_person.down.sum(), up_squares=(by_person.up**2).sum(), down_squares=(by_person.down**2).sum(),
        products=(by_person.up * by_person.down).sum(), squares=(net**2).sum(),
    )  # fmt: skip
    frame: pd.DataFrame = pairs[["pair"]].merge(table.to_pandas(), on="pair", how="left")
    frame[["people", "after", "before"]] = frame[["people", "after", "before"]].fillna(0).astype("int64")
    with np.errstate(divide="ignore", invalid="ignore"):
        up, down = frame["up"].to_numpy(dtype=float), frame["down"].to_numpy(dtype=float)
        ratio = np.where(up > 0, up / down, np.where(down > 0, 0.0, np.nan))
        spread = np.sqrt(
            frame["up_squares"] / up**2 + frame["down_squares"] / down**2 - 2 * frame["products"] / (up * down)
        ).to_numpy(dtype=float)
        z = ((up - down) / np.sqrt(frame["squares"])).to_numpy(dtype=float)
    known = np.isfinite(ratio) & (ratio > 0) & np.isfinite(spread)
    frame["direction"] = ratio
    frame["direction_low"] = np.where(known, ratio * np.exp(-1.959963984540054 * spread), np.nan)
    frame["direction_high"] = np.where(known, ratio * np.exp(1.959963984540054 * spread), np.nan)
    frame["direction_p"] = np.where(np.isfinite(z), norm.sf(z), 1.0)
    wanted = ["after", "before", "people", "direction", "direction_low", "direction_high", "direction_p"]
    return frame[["pair", *wanted]].sort_values("pair", ignore_index=True)


def _both(history: History, pairs: pd.DataFrame) -> ir.Table:
    """pair, a, b, person, a_day, b_day: moments with A and not B beside those with B and not A, within the window."""
    asked = ibis.memtable(pairs[["pair", "a", "b"]], schema={"pair": "int32", "a": "int32", "b": "int32"})
    lines = history.lines
    held = lines.select(held_moment="moment", held_item="item")

    def only(item: str, other: str) -> ir.Table:
        own = lines.inner_join(asked, lines.item == asked[item])
        return own.anti_join(held, [own.moment == held.held_moment, own[other] == held.held_item])

    with_a = only("a", "b").select("pair", "a", "b", "person", a_day="day")
    with_b = only("b", "a").select(b_pair="pair", b_person="person", b_day="day")
    joined = with_a.inner_join(with_b, [with_a.pair == with_b.b_pair, with_a.person == with_b.b_person])
    apart = (joined.b_day - joined.a_day).abs()
    return joined.filter(apart > 0, apart <= history.window).drop("b_pair", "b_person")


def _block_rates(history: History, block: int, pairs: pd.DataFrame) -> ir.Table:
    """item, block, without, within: how often an item is bought in a block, over what its share in all blocks gives.

    `without` is asked for a moment that does not hold the item, `within` for one that does: that moment itself is left
    out, else every rare item would seem to be in season wherever it is bought. Both are drawn to 1 by one purchase.
    """
    lines = history.lines
    number = ((lines.day - history.first) / block).floor().cast("int32")
    placed = lines.mutate(block=number)
    moments = placed.group_by("block").aggregate(moments=placed.moment.nunique()).to_pandas()
    wanted = np.union1d(pairs["a"], pairs["b"]).astype(np.int32)
    asked = ibis.memtable(pd.DataFrame({"item": wanted}), schema={"item": "int32"})
    own = placed.semi_join(asked, "item")
    counts = own.group_by("item", "block").aggregate(n=own.count()).to_pandas()
    table = np.zeros((len(wanted), int(moments["block"].max()) + 1 if len(moments) else 1))
    table[np.searchsorted(wanted, counts["item"]), counts["block"]] = counts["n"]
    sizes = np.zeros(table.shape[1])
    sizes[moments["block"]] = moments["moments"]
    expected = table.sum(axis=1, keepdims=True) * sizes / max(sizes.sum(), 1.0)
    items, blocks = np.meshgrid(wanted, np.arange(table.shape[1]), indexing="ij")
    frame = pd.DataFrame(
        {
            "rate_item": items.ravel().astype(np.int32),
            "rate_block": blocks.ravel().astype(np.int32),
            "without": ((table + 1) / (expected + 1)).ravel(),
            "within": (np.maximum(table, 1) / (expected + 1)).ravel(),
        }
    )
    schema = {"rate_item": "int32", "rate_block": "int32", "without": "float64", "within": "float64"}
    return ibis.memtable(frame, schema=schema)


def _with_rates(both: ir.Table, rates: ir.Table, history: History, block: int) -> ir.Table:
    """pair, person, first (whether A's moment is the earlier one), surprise: 1 less the chance of the order seen."""
    table = both.mutate(
        a_block=((both.a_day - history.first) / block).floor().cast("int32"),
        b_block=((both.b_day - history.first) / block).floor().cast("int32"),
    )
    # a_own: rate of A where A was bought; a_other: rate of A where B was bought; and the same of B
    for item in ("a", "b"):
        for name, place, column in (("own", item, "within"), ("other", "b" if item == "a" else "a", "without")):
            named = rates.select(**{"i": "rate_item", "k": "rate_block", f"{item}_{name}": column})
            table = table.left_join(named, [table[item] == named.i, table[f"{place}_block"] == named.k]).drop("i", "k")
    seen, swapped = table.a_own * table.b_own, table.a_other * table.b_other
    surprise = ibis.ifelse(table.a_block == table.b_block, 0.5, swapped / (seen + swapped))
    return table.select("pair", "person", first=table.a_day < table.b_day, surprise=surprise)
