"""From the tables of an engagement to its baskets."""

from __future__ import annotations

import math

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.baskets import basket as shapes
from customer_analytics.analysis.baskets.aside import left_out, set_aside, with_whole_baskets
from customer_analytics.analysis.baskets.basket import CATEGORY, GROUP, ITEM, PLACES, Baskets, no_baskets
from customer_analytics.analysis.baskets.catalogue import Catalogue, catalogue, unique_labels
from customer_analytics.analysis.baskets.groups import settle_groups
from customer_analytics.analysis.baskets.numbering import Numbered, numbered
from customer_analytics.analysis.baskets.source import NUMBERS, Source, item_column, settle_unit, source
from customer_analytics.engagement.parameters import BasketRulesParameters
from customer_analytics.tables.store import Tables

USUAL_SHARE = 0.9  # share of the baskets whose size is usual
BEYOND = 10  # times the usual size from which a basket is set aside
LEAST_CAP = 50
DIGITS = 12  # decimals of a share that do not depend on the order in which the engine adds
LEAST_MONEY = 0.5  # share of the rows whose money must be known for baskets to have a value


def baskets(tables: Tables, parameters: BasketRulesParameters) -> Baskets:
    """The baskets of the tables: products as numbers, what is no product and very large baskets set aside.

    Raises:
        UserError: what was asked for (baskets by what, groups, codes to exclude) is not in the data.
    """
    unit = settle_unit(tables, parameters.basket)
    if unit is None:
        return no_baskets("order", "no_lines")
    from_events = unit == "session" or item_column(tables, "order_lines") is None
    groups = settle_groups(tables, parameters.groups, "events" if from_events else "order_lines", unit)
    rows = source(tables, unit, groups)
    listed = catalogue(tables, rows, parameters.exclude_items, level=parameters.level, item=parameters.item)
    order = numbered(rows)
    aside = set_aside(rows, listed, order.carriers)
    sold = _sold(rows, listed, order.carriers).cache()
    heads = _heads(order, sold, knows_money="amount" in rows.numbers).cache()
    histogram = _histogram(heads)
    real = histogram[~histogram["entry"]]
    if not len(real):
        sold.release()
        heads.release()
        return no_baskets(unit, "no_sales", with_whole_baskets(aside, histogram, 0))
    cap = parameters.maximum_basket or usual_cap(real)
    aside = with_whole_baskets(aside, histogram, cap)
    large = real.loc[real["size"] > cap, shapes.LARGE].reset_index(drop=True)
    large_orders = left_out(rows, order.carriers, heads, cap)
    n = int(real.loc[real["size"] <= cap, "baskets"].sum())
    if n == 0:
        return no_baskets(unit, "no_sales", aside)
    if n < histogram["baskets"].sum():
        sold, heads = _kept(sold, heads, cap)
    return _assembled(tables, rows, listed, order, sold, heads, parameters, (aside, large, large_orders, cap, n))


def _heads(order: Numbered, sold: ir.Table, *, knows_money: bool) -> ir.Table:
    """The heads of baskets with a product: their size and value, and whether they are entries of stock: nothing was
    charged, and nobody is named although customers are known."""
    sizes = sold.group_by("basket").aggregate(size=sold.count().cast("int32"), value=sold.amount.sum().round(PLACES))
    heads = order.heads.inner_join(sizes, "basket")
    if not (knows_money and order.knows_people):
        return heads.mutate(entry=ibis.literal(False))
    return heads.mutate(entry=heads.person_id.isnull() & (heads.value == 0).fill_null(False))


def _sold(rows: Source, listed: Catalogue, carriers: ir.Table) -> ir.Table:
    """basket, item, units, amount, cost: each product once a basket.

    Money is added up as floats, which takes half the memory of decimals for millions of groups; what is added up from
    them is rounded to the places that money has, so that it is the same in any order of lines.
    """
    lines = rows.rows.filter(rows.rows.fault.isnull())
    coded = lines.inner_join(listed.codes(), "product").select(*rows.keys, "item", *rows.numbers)
    placed = coded.inner_join(carriers.filter(carriers.fault.isnull()).select(*rows.keys, "basket"), list(rows.keys))
    sums = {name: placed[name].cast("float64").sum() for name in rows.numbers}
    grouped = placed.group_by("basket", "item").aggregate(**sums)
    missing = {name: ibis.null("float64") for name in NUMBERS if name not in rows.numbers}
    return grouped.select("basket", "item", **{name: missing.get(name, ibis._[name]) for name in NUMBERS})


def _histogram(heads: ir.Table) -> pd.DataFrame:
    """size, entry and how many baskets have them, by size."""
    frame: pd.DataFrame = heads.group_by("size", "entry").aggregate(baskets=heads.count()).to_pandas()
    frame = frame.sort_values(["size", "entry"], ignore_index=True)
    return frame.astype({"size": "int64", "baskets": "int64", "entry": "bool"})


def usual_cap(histogram: pd.DataFrame) -> int:
    """The most products of a basket that is kept: ten times the size that nine of ten baskets do not exceed, at least
    fifty."""
    counts = histogram["baskets"].to_numpy()
    position = int(np.searchsorted(np.cumsum(counts), math.ceil(USUAL_SHARE * counts.sum())))
    return max(LEAST_CAP, BEYOND * int(histogram["size"].iloc[position]))


def _kept(sold: ir.Table, heads: ir.Table, cap: int) -> tuple[ir.Table, ir.Table]:
    """The same tables without entries and without the baskets of more than `cap` products, materialised anew."""
    is_out = (heads["size"] > cap) | heads.entry
    kept = sold.anti_join(heads.filter(is_out).select("basket"), "basket").cache()
    kept_heads = heads.filter(~is_out).cache()
    sold.release()
    heads.release()
    return kept, kept_heads


def _assembled(
    tables: Tables, rows: Source, listed: Catalogue, order: Numbered, sold: ir.Table, heads: ir.Table,
    parameters: BasketRulesParameters, counted: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, int, int],
) -> Baskets:  # fmt: skip
    aside, large, large_orders, cap, n = counted
    cut = order.cut(heads, parameters.later_share)
    later_from = None if cut is None else cut.first_basket
    has_money = "amount" in rows.numbers and _is_known(sold, "amount")
    lines = _lines(sold, listed, parameters.level)
    later = ibis.literal(False) if later_from is None else heads.basket >= later_from
    shaped = heads.select(
        "basket", "person", "person_id", "day", "size",
        value=heads.value.cast("float64") if has_money else ibis.null("float64"), later=later,
        promotion=heads.promotion,
        **{name: heads[name] for name in heads.columns if name.startswith(GROUP)},
    )  # fmt: skip
    row = shaped.aggregate(
        later=shaped.later.sum(), people=shaped.person_id.count(), first=shaped.day.min(), last=shaped.day.max()
    ).to_pyarrow().to_pylist()[0]  # fmt: skip
    n_later = int(row["later"] or 0)
    items = _items(lines, sold, listed, later_from, parameters, has_money=has_money)
    return Baskets(
        unit=rows.unit, lines=lines, heads=shaped, sold=sold,
        items=items, reason=_too_little(n, items, heads, parameters.minimum_base),
        n=n, n_earlier=n - n_later, n_later=n_later, dated=row["first"] is not None, has_people=bool(row["people"]),
        set_aside=aside, large=large, large_orders=large_orders, cap=cap,
        groups=tuple(name.removeprefix(GROUP) for name in heads.columns if name.startswith(GROUP)),
        split=None if cut is None else cut.kind, cut_day=None if cut is None else cut.day,
        first_day=row["first"], last_day=row["last"], later_from=later_from, has_money=has_money,
        parents=listed.parent_of(), held=(sold, heads, lines),
        codes=int(listed.products["fault"].isna().sum()) if listed.by_name else None,
    )  # fmt: skip


def _too_little(n: int, items: pd.DataFrame, heads: ir.Table, least: int) -> str | None:
    """Why nothing can be said of what goes together; None where something can."""
    if n < least:
        return "few_baskets"
    if items["level"].value_counts().max() < 2:
        return "one_item"
    several = heads.filter(heads["size"] > 1).count().to_pyarrow().as_py()
    return "single_items" if several == 0 else None


def _is_known(sold: ir.Table, column: str) -> bool:
    row = sold.aggregate(known=sold[column].count(), rows=sold.count()).to_pyarrow().to_pylist()[0]
    return bool(row["known"]) and row["known"] >= LEAST_MONEY * row["rows"]


def _lines(sold: ir.Table, listed: Catalogue, level: str) -> ir.Table:
    """basket and item at the level asked for; products alone are read from `sold`, which is materialised already."""
    own = sold.select("basket", "item")
    if level == "item" or not len(listed.categories):
        return own
    above = own.inner_join(listed.parents(), "item").select("basket", item="parent").distinct()
    return above.cache() if level == "category" else ibis.union(own, above).cache()


def _items(
    lines: ir.Table, sold: ir.Table, listed: Catalogue, later_from: int | None, parameters: BasketRulesParameters,
    *, has_money: bool,
) -> pd.DataFrame:  # fmt: skip
    early = lines.count() if later_from is None else (lines.basket < later_from).sum()
    counts: pd.DataFrame = (
        lines.group_by("item").aggregate(baskets=lines.count(), earlier=early).order_by("item").to_pandas()
    )
    counts = counts.astype({"item": "int32", "baskets": "int64", "earlier": "int64"})
    names = listed.categories.set_index("item")["label"]
    products = listed.spelt().set_index("item")
    own = products[products.index.isin(_sold_items(sold, counts, len(listed.products)))]
    labels = pd.Series(unique_labels(own, list(names)), index=own.index, dtype=object)
    is_product = counts["item"] < len(listed.products)
    frame = counts.assign(
        key=counts["item"].map(own["key"]).where(is_product, counts["item"].map(names)),
        label=counts["item"].map(labels).where(is_product, counts["item"].map(names)),
        level=np.where(is_product, ITEM, CATEGORY),
        category=counts["item"].map(own["category"]).astype(object),
        parent=counts["item"].map(own["parent"]).fillna(-1).astype("int32"),
    )
    frame["category"] = frame["category"].where(frame["category"].notna(), None)
    money = _money(sold, listed, parameters) if has_money else pd.DataFrame(columns=["price", "margin_rate"])
    for name in ("price", "margin_rate"):
        frame[name] = pd.to_numeric(frame["item"].map(money[name]), errors="coerce").astype("float64")
    return frame[list(shapes.ITEMS)]


def _sold_items(sold: ir.Table, counts: pd.DataFrame, products: int) -> set[int]:
    """The products that were sold in the kept baskets; the labels must not depend on the level."""
    if (counts["item"] < products).any():
        return set(counts.loc[counts["item"] < products, "item"])
    return set(sold.select("item").distinct().to_pandas()["item"])


def _money(sold: ir.Table, listed: Catalogue, parameters: BasketRulesParameters) -> pd.DataFrame:
    """price and margin_rate of each item: median price of a unit; margin as stated, else from costs, else as listed."""
    price = ibis.ifelse(sold.units > 0, sold.amount / sold.units, ibis.null("float64"))
    known = sold.cost.notnull() & sold.amount.notnull()
    frame: pd.DataFrame = (
        sold.group_by("item")
        .aggregate(
            price=price.median().round(PLACES), amount=sold.amount.sum(where=known), cost=sold.cost.sum(where=known)
        )
        .to_pandas()
        .set_index("item")
        .astype("float64")
    )
    if parameters.margin_share is not None:
        return frame.assign(margin_rate=parameters.margin_share)
    own = 1 - frame["cost"] / frame["amount"].where(frame["amount"] > 0)
    return frame.assign(
        margin_rate=own.round(DIGITS).fillna(listed.spelt().set_index("item")["margin"].reindex(frame.index))
    )
