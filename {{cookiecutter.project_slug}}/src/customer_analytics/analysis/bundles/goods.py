"""What an item costs and leaves: price of a unit, margin as a share of it, and the money of a usual purchase.

A margin that the engagement states holds for everything. Else an item has its own, from costs; where its own is not
known, and costs of at least half of the money are, it has the margin of the whole. Without either there is no margin,
and money is revenue. Without amounts there is no money at all. Discounts on a whole order are not in the lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.value.margin import LEAST_KNOWN

if TYPE_CHECKING:
    from customer_analytics.analysis.baskets import Baskets

Money = Literal["margin", "revenue", "none"]
Source = Literal["stated", "costs", ""]
OWN, WHOLE, STATED = "own", "whole", "stated"
PRODUCT = "item"
Words = npt.NDArray[np.str_] | str


@dataclass(frozen=True)
class Goods:
    """`money`: what is known. `source`: where margins come from. `share`: margin of the whole as a share of revenue
    (NaN: not known); `known`: share of the money whose own cost is known.

    `items`: item, price, rate (margin as a share, NaN), rate_from ("own", "whole", "stated", ""), unit_margin (price ·
    rate), amount (money of the item); products only, sorted by item.
    """

    money: Money
    source: Source
    share: float
    known: float
    items: pd.DataFrame

    def of(self, column: str, codes: pd.Series) -> pd.Series:
        """A column of `items` for item codes; NaN for what is no product."""
        found: pd.Series = codes.map(self.items.set_index("item")[column])
        return found.astype("float64")


def goods(baskets: Baskets, margin_share: float | None) -> Goods:
    """Prices and margins of the products. `margin_share`: the engagement's own, or None."""
    items = baskets.items[baskets.items["level"] == PRODUCT][["item", "price", "margin_rate"]].copy()
    items[["price", "margin_rate"]] = items[["price", "margin_rate"]].astype("float64")
    items["price"] = items["price"].where((items["price"] > 0) & (items["price"] < float("inf")))
    amounts = _amounts(baskets) if baskets.has_money else pd.DataFrame({"item": [], "amount": []})
    items = items.merge(amounts, on="item", how="left").sort_values("item", ignore_index=True)
    items["amount"] = items["amount"].astype("float64").fillna(0.0)
    own = items["margin_rate"].where(items["margin_rate"] <= 1)
    share, known = _whole(items["amount"], own)
    if not baskets.has_money or not (items["amount"] > 0).any():
        items["price"] = np.nan
        return _made(items, own * np.nan, "", "none", "", float("nan"), 0.0)
    if margin_share is not None:
        rate = pd.Series(margin_share, index=items.index)
        return _made(items, rate, STATED, "margin", "stated", margin_share, known)
    if known < LEAST_KNOWN:
        return _made(items, own * np.nan, "", "revenue", "", float("nan"), known)
    return _made(items, own.fillna(share), np.where(own.notna(), OWN, WHOLE), "margin", "costs", share, known)


def _made(
    items: pd.DataFrame, rate: pd.Series, rate_from: Words, money: Money, source: Source, share: float, known: float
) -> Goods:
    frame = items.assign(rate=rate, rate_from=rate_from)
    frame["unit_margin"] = frame["price"] * frame["rate"]
    return Goods(money, source, share, known, frame[["item", "price", "rate", "rate_from", "unit_margin", "amount"]])


def _amounts(baskets: Baskets) -> pd.DataFrame:
    sold = baskets.sold
    summed = sold.group_by("item").aggregate(amount=sold.amount.cast("float64").sum())
    frame: pd.DataFrame = summed.to_pandas()
    return frame


def _whole(amount: pd.Series, rate: pd.Series) -> tuple[float, float]:
    """Margin of all items whose own is known, and the share of the money that they are."""
    is_known = rate.notna()
    money, total = float(amount[is_known].sum()), float(amount.sum())
    if not money > 0:
        return float("nan"), 0.0
    # Rounded: engines add floats in any order, and the same inputs are to give the same numbers.
    return round(float((amount * rate)[is_known].sum() / money), 9), money / total


def usual_purchase(baskets: Baskets, codes: list[int]) -> pd.DataFrame:
    """item and purchase: the median over baskets of the money of an item in them; a category's is that of its items
    together. Only the codes asked for; the median, because one wrong price would move a mean."""
    sold = baskets.sold
    parts = [sold.select("basket", "item", "amount").filter(sold.item.isin(codes))]
    children = baskets.items[baskets.items["parent"].isin(codes)][["item", "parent"]]
    if len(children):
        parents = ibis.memtable(children.rename(columns={"item": "child"}).astype("int32"))
        joined = sold.inner_join(parents, [("item", "child")])
        parts.append(joined.select(basket=joined.basket, item=joined.parent, amount=joined.amount))
    rows: ir.Table = ibis.union(*parts) if len(parts) > 1 else parts[0]
    together = rows.group_by("item", "basket").aggregate(amount=rows.amount.cast("float64").sum())
    found = together.group_by("item").aggregate(purchase=together.amount.median())
    frame: pd.DataFrame = found.to_pandas()
    frame["purchase"] = frame["purchase"].astype("float64").where(lambda money: money > 0)
    return frame.sort_values("item", ignore_index=True)


def category_rates(baskets: Baskets, found: Goods) -> pd.DataFrame:
    """item and rate of the categories: the margin of their items, weighted by their money."""
    own = baskets.items[["item", "parent"]].merge(found.items[["item", "amount", "rate"]], on="item")
    own = own[(own["parent"] >= 0) & own["rate"].notna() & (own["amount"] > 0)]
    own = own.assign(margin=own["amount"] * own["rate"])
    summed = own.groupby("parent", as_index=False)[["amount", "margin"]].sum()
    return pd.DataFrame({"item": summed["parent"], "rate": summed["margin"] / summed["amount"]})
