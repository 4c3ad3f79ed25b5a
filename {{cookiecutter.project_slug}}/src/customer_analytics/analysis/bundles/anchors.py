"""Anchor items: the items whose baskets hold the most other margin, beyond what baskets of that size hold anyway.

An item that is often in large baskets stands beside more money whatever it is. So the other margin in its baskets is
compared with what other items bring a place in all baskets of that size, times the places left: (size − 1) · (margin of
those baskets without the item's own) / (their items without the item). This is what chance gives where items keep their
frequencies and baskets their sizes. The item's own margin is on neither side, since else every cheap item would seem to
stand beside dear ones. Lines beyond the 99.9th percentile count as that, so that one wrong price makes no anchor. The
interval is over customers, whose baskets are alike; q over all items compared.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.bundles.goods import Goods
from customer_analytics.statistics import Z95, benjamini_hochberg

if TYPE_CHECKING:
    from customer_analytics.analysis.baskets import Baskets

MOST_ITEMS = 1_000  # the most bought items are compared
LEAST = 30  # baskets, and customers, that an item needs
HIGHEST = 0.999
PLACES = 6  # decimals of money: beyond them there is only the order in which an engine adds
EXACT = 12  # basket sizes up to this are their own class; then classes that grow by half
COLUMNS = (
    "item", "baskets", "customers", "alone", "other", "expected", "difference", "low", "high", "p_value", "q_value",
    "significant",
)  # fmt: skip


def anchors(baskets: Baskets, found: Goods, false_discovery: float) -> pd.DataFrame:
    """COLUMNS, the surest first: baskets with the item, customers who bought it (NaN: unknown), share of the baskets
    that hold nothing else, other margin a basket (revenue where no margin is known), that of baskets of the same size
    without the item, the difference with its 95 % interval, p two-sided, q."""
    empty = pd.DataFrame({name: pd.Series(dtype="float64") for name in COLUMNS})
    if found.money == "none":
        return empty
    items = baskets.items[(baskets.items["level"] == "item") & (baskets.items["baskets"] >= LEAST)]
    ranked = items.sort_values(["baskets", "item"], ascending=[False, True], kind="stable")
    codes = sorted(int(code) for code in ranked["item"].head(MOST_ITEMS))
    if not codes:
        return empty
    lines = _lines(baskets, found).cache()
    try:
        return _compared(baskets, lines, codes, false_discovery)
    finally:
        lines.release()


def _compared(baskets: Baskets, lines: ir.Table, codes: list[int], false_discovery: float) -> pd.DataFrame:
    totals = lines.group_by("basket").aggregate(whole=lines.money.sum(), size=lines.count()).cache()
    heads = baskets.heads.select(head="basket", owner=_owner(baskets.heads))
    try:
        sizes = [int(size) for size in totals.select("size").distinct().to_pandas()["size"]]
        classes = ibis.memtable(pd.DataFrame({"size": sizes, "group": [size_class(size) for size in sizes]}))
        placed = totals.join(classes, "size").join(heads, [("basket", "head")])
        whole = placed.select("basket", "size", "group", "whole", "owner").cache()
    finally:
        totals.release()
    # Kept: else a planner may look for the items of all classes before it looks at the baskets.
    own = lines.filter(lines.item.isin(codes)).join(whole, "basket").drop("basket").cache()
    try:
        items, benchmarks = _benchmarks(whole, own)
        table = items.merge(_residuals(own, benchmarks), on="item").sort_values("item", ignore_index=True)
    finally:
        own.release()
        whole.release()
    if not baskets.has_people:
        table["customers"] = np.nan
    return _tested(table, false_discovery)


def _owner(heads: ir.Table) -> ir.Value:
    """The customer's number; of a nameless basket one of its own, below 0."""
    return heads.person.cast("int64").coalesce(-1 - heads.basket)


def size_class(size: int) -> int:
    """The smallest size of the class: each up to twelve, then 13, 20, 30 … half as large again."""
    if size <= EXACT:
        return size
    start = EXACT + 1
    while size >= (following := start + (start + 1) // 2):
        start = following
    return start


def _lines(baskets: Baskets, found: Goods) -> ir.Table:
    """basket, item and its money there: margin, or revenue where that is all that is known; no line beyond HIGHEST."""
    sold = baskets.sold
    amount = sold.amount.cast("float64").fill_null(0.0)
    together = sold.select(basket=sold.basket, item=sold.item, money=amount)
    if found.money == "margin":
        rates = ibis.memtable(pd.DataFrame({"code": found.items["item"].astype("int32"), "rate": found.items["rate"]}))
        rated = together.left_join(rates, [("item", "code")])
        together = rated.select(basket=rated.basket, item=rated.item, money=rated.money * rated.rate.fill_null(0.0))
    bound = together.aggregate(highest=together.money.quantile(HIGHEST)).to_pyarrow().to_pylist()[0]["highest"]
    return together.mutate(money=ibis.least(together.money, float(bound or 0.0)))


def _benchmarks(whole: ir.Table, lines: ir.Table) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(item, baskets, alone, other and bench: sums over its baskets; item, group, each: what a place that is not the
    item's brings, in all baskets of the class)."""
    by_size = whole.group_by("group").aggregate(money=whole.whole.sum(), places=whole["size"].sum()).to_pandas()
    own = lines.group_by("item", "group").aggregate(
        own=lines.money.sum(), n=lines.count(), held=lines["size"].sum(), around=lines.whole.sum()
    )
    table = own.to_pandas().merge(by_size, on="group").sort_values(["item", "group"], ignore_index=True)
    others = (table["places"] - table["n"]).astype("float64")
    # Rounded: engines add floats in any order, and the same inputs are to give the same tables.
    table["each"] = ((table["money"] - table["own"]) / others.where(others > 0)).fillna(0.0).round(9)
    table = table.assign(
        alone=table["n"].where(table["group"] == 1, 0), other=table["around"] - table["own"],
        bench=table["each"] * (table["held"] - table["n"]),
    )  # fmt: skip
    items = table.groupby("item", as_index=False)[["n", "alone", "other", "bench"]].sum()
    return items.rename(columns={"n": "baskets"}), table[["item", "group", "each"]]


def _residuals(lines: ir.Table, benchmarks: pd.DataFrame) -> pd.DataFrame:
    """Sums over customers of other margin less its benchmark, by item: customers (known ones), clusters (each nameless
    basket is one), rest and the sums of products that its error needs."""
    bench = ibis.memtable(benchmarks.rename(columns={"item": "code", "group": "of"}).astype({"code": "int32"}))
    rows = lines.join(bench, [("item", "code"), ("group", "of")])
    rest = rows.whole - rows.money - rows.each * (rows["size"] - 1)
    by_customer = rows.group_by("item", "owner").aggregate(n=rows.count().cast("float64"), rest=rest.sum())
    n, rest = by_customer.n, by_customer.rest
    frame: pd.DataFrame = (
        by_customer.group_by("item")
        .aggregate(
            customers=(by_customer.owner >= 0).cast("int64").sum(), clusters=by_customer.count(), rest=rest.sum(),
            rest_rest=(rest * rest).sum(), rest_n=(rest * n).sum(), nn=(n * n).sum(),
        )
        .to_pandas()
    )  # fmt: skip
    return frame


def _tested(table: pd.DataFrame, false_discovery: float) -> pd.DataFrame:
    table = table[(table["clusters"] >= LEAST) & (table["baskets"] >= LEAST)].reset_index(drop=True)
    n = table["baskets"].astype("float64")
    difference = (table["rest"] / n).round(PLACES)  # engines add floats in any order
    spread = table["rest_rest"] - 2 * difference * table["rest_n"] + difference**2 * table["nn"]
    error = (spread.clip(lower=0.0) * table["clusters"] / (table["clusters"] - 1)) ** 0.5 / n
    error = error.round(PLACES)
    sure = (difference.abs() / error.where(error > 0)).fillna(0.0)
    p = np.array([math.erfc(one / math.sqrt(2)) for one in sure])
    q = benjamini_hochberg(p) if len(p) else p
    made = pd.DataFrame(
        {
            "item": table["item"], "baskets": table["baskets"], "customers": table["customers"],
            "alone": table["alone"] / n, "other": table["other"] / n, "expected": table["bench"] / n,
            "difference": difference, "low": difference - Z95 * error, "high": difference + Z95 * error, "p_value": p,
            "q_value": q, "significant": (q < false_discovery) & (difference > 0),
        }
    )  # fmt: skip
    order = ["significant", "low", "item"]
    return made.sort_values(order, ascending=[False, False, True], kind="stable", ignore_index=True)[list(COLUMNS)]
