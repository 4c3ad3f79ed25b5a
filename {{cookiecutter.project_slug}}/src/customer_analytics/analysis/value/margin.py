"""What is left of net revenue after the cost of the goods, where the data say so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import ibis.expr.types as ir

from customer_analytics.tables.store import Tables

LEAST_KNOWN = 0.5  # share of the money of the lines whose cost must be known


@dataclass(frozen=True)
class Margin:
    """Margin as a share of net revenue. `known`: share of the lines' money whose cost is known."""

    share: float
    known: float
    source: Literal["order_lines.cost", "products.margin"]


def margin(tables: Tables) -> Margin | None:
    """The margin from `order_lines.cost`, else from `products.margin`; None where neither covers half of the money.

    An order counts with what it came to, so that a discount on the order lowers the margin. Goods that came back are
    taken to be worth their cost again. A margin that is not between 0 and 1 is none.
    """
    sources: tuple[Literal["order_lines.cost", "products.margin"], ...] = ("order_lines.cost", "products.margin")
    for source in sources:
        lines = _lines(tables, source)
        if lines is None:
            continue
        found = _margin(tables, lines, source)
        if found is not None:
            return found
    return None


def _lines(tables: Tables, source: str) -> ir.Table | None:
    """Lines as order_id, money and cost (null where unknown)."""
    if not tables.has("order_lines", "order_id", "amount"):
        return None
    lines = tables["order_lines"]
    money = lines.amount.cast("float64")
    if source == "order_lines.cost":
        if not tables.has("order_lines", "cost"):
            return None
        return lines.select(order_id=lines.order_id, money=money, cost=lines.cost.cast("float64"))
    if not (tables.has("order_lines", "product_id") and tables.has("products", "product_id", "margin")):
        return None
    products = tables["products"]
    shares = products.group_by("product_id").aggregate(share=products.margin.mean())
    own = lines.select(order_id=lines.order_id, product_id=lines.product_id, money=money)
    joined = own.left_join(shares, own.product_id == shares.product_id)
    return joined.select(order_id=joined.order_id, money=joined.money, cost=joined.money * (1 - joined.share))


def order_costs(tables: Tables, source: Literal["order_lines.cost", "products.margin"]) -> ir.Table | None:
    """order_id and cost of the goods of the orders all of whose lines say it; None where the source is missing."""
    lines = _lines(tables, source)
    return None if lines is None else _order_costs(lines)


def _order_costs(lines: ir.Table) -> ir.Table:
    known = lines.cost.notnull() & lines.money.notnull()
    per_order = lines.group_by("order_id").aggregate(cost=lines.cost.sum(), unknown=(~known).ifelse(1, 0).sum())
    return per_order.filter(per_order.unknown == 0).select("order_id", "cost")


def _margin(tables: Tables, lines: ir.Table, source: Literal["order_lines.cost", "products.margin"]) -> Margin | None:
    known = lines.cost.notnull() & lines.money.notnull()
    row = lines.aggregate(known=lines.money.abs().sum(where=known), money=lines.money.abs().sum())
    totals = row.to_pyarrow().to_pylist()[0]
    if not totals["money"] or (totals["known"] or 0.0) / totals["money"] < LEAST_KNOWN:
        return None
    orders = tables["orders"]
    amounts = orders.group_by("order_id").aggregate(amount=orders.amount.cast("float64").max())
    joined = amounts.inner_join(_order_costs(lines), "order_id")
    joined = joined.filter(joined.amount > 0)
    sums = joined.aggregate(amount=joined.amount.sum(), cost=joined.cost.sum()).to_pyarrow().to_pylist()[0]
    if not sums["amount"]:
        return None
    share = 1 - (sums["cost"] or 0.0) / sums["amount"]
    return Margin(float(share), float(totals["known"] / totals["money"]), source) if 0 < share <= 1 else None
