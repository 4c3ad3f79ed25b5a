"""Breadth: how many products and categories somebody bought, how much at once, and mostly what."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.features.feature import CATEGORY, Block, Feature, Moment
from customer_analytics.analysis.features.life import has_placed
from customer_analytics.analysis.features.orders import before
from customer_analytics.expressions import ratio
from customer_analytics.tables.store import Tables


def blocks(moment: Moment) -> list[Block]:
    """The features of order lines; none where lines or their orders' customers are not known."""
    if not (has_placed(moment.tables) and moment.tables.has("order_lines", "order_id")):
        return []
    sold = _sold(moment)
    features = [Feature("lines_per_order", "breadth", "count", "order_lines")]
    counted: dict[str, ir.Value] = {"lines": sold.count(), "orders": sold.order_id.nunique()}
    for column, name in (("product_id", "products"), ("category", "categories")):
        if column in sold.columns:
            counted[name] = sold[column].nunique()
            features.append(Feature(name, "breadth", "count", f"order_lines.{column}"))
    sums = sold.group_by("person_id").aggregate(**counted)
    shaped = sums.select(
        "person_id",
        lines_per_order=ratio(sums.lines, sums.orders),
        **{name: sums[name].cast("float64") for name in ("products", "categories") if name in sums.columns},
    )
    found = [Block(tuple(features), shaped)]
    if "order_lines.category" in moment.facts.levels and "category" in sold.columns:
        found.append(_main_category(sold))
    return found


def category_column(tables: Tables) -> str | None:
    """Where the category of a line is told: "order_lines" or "products"; None where nowhere."""
    if tables.has("order_lines", "category"):
        return "order_lines"
    listed = tables.has("order_lines", "product_id") and tables.has("products", "product_id", "category")
    return "products" if listed else None


def with_category(tables: Tables, lines: ir.Table) -> ir.Table:
    """order_id, and product_id and category where they are known."""
    own = {name: lines[name].cast("string") for name in ("product_id", "category") if name in lines.columns}
    shaped = lines.select(sold_in=lines.order_id, **own)
    if category_column(tables) != "products":
        return shaped
    products = tables["products"]
    listed = products.group_by(listed=products.product_id).aggregate(category=products.category.cast("string").min())
    return shaped.left_join(listed, [("product_id", "listed")]).drop("listed")


def _sold(moment: Moment) -> ir.Table:
    """The lines of the orders placed before the cut-off: person_id, order_id, product_id, category."""
    orders = before(moment).select("person_id", "order_id")
    lines = with_category(moment.tables, moment.tables["order_lines"])
    return orders.inner_join(lines.filter(lines.sold_in.notnull()), [("order_id", "sold_in")]).drop("sold_in")


def _main_category(sold: ir.Table) -> Block:
    """The category with most lines; of several the first in the alphabet."""
    known = sold.filter(sold.category.notnull())
    counted = known.group_by("person_id", "category").aggregate(n=known.count())
    best = ibis.window(group_by=counted.person_id, order_by=[counted.n.desc(), counted.category])
    ranked = counted.mutate(place=ibis.row_number().over(best))
    shaped = ranked.filter(ranked.place == 0).select("person_id", main_category="category")
    return Block((Feature("main_category", "breadth", "value", "order_lines.category", kind=CATEGORY),), shaped)
