"""Breadth: how many products and categories somebody bought, how much at once, and mostly what."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.features.feature import CATEGORY, KEYS, Block, Feature, Moment, by_person
from customer_analytics.analysis.features.life import has_placed, placed
from customer_analytics.expressions import ratio
from customer_analytics.tables.store import Tables


def blocks(moment: Moment) -> list[Block]:
    """The features of order lines; none where lines or their orders' customers are not known."""
    if not (has_placed(moment.tables) and moment.tables.has("order_lines", "order_id")):
        return []
    orders = moment.seen(placed(moment.tables).select("person_id", "day", "order_id")).select(*KEYS, "order_id")
    lines = moment.tables["order_lines"]
    lines = with_category(moment.tables, lines.filter(lines.order_id.notnull()))
    # Counts of what is distinct are two groupings: the engine then needs no set for each person.
    sizes = lines.group_by("sold_in").aggregate(lines=lines.count())
    filled = orders.inner_join(sizes, [("order_id", "sold_in")])
    per_order = by_person(filled).aggregate(lines_per_order=ratio(filled.lines.sum(), filled.count()))
    found = [Block((Feature("lines_per_order", "breadth", "count", "order_lines"),), per_order)]
    sold = orders.inner_join(lines, [("order_id", "sold_in")])
    if "product_id" in sold.columns:
        found.append(_different(sold, "product_id", "products"))
    if "category" in sold.columns:
        found.append(_different(sold, "category", "categories"))
        if "order_lines.category" in moment.facts.levels:
            found.append(_main_category(sold))
    return found


def _different(sold: ir.Table, column: str, name: str) -> Block:
    """How many different values of a column the lines have; 0 where lines are there and name none."""
    each = sold.group_by(*KEYS, column).aggregate(n=sold.count())
    table = by_person(each).aggregate(**{name: each[column].count().cast("float64")})
    return Block((Feature(name, "breadth", "count", f"order_lines.{column}"),), table)


def category_column(tables: Tables) -> str | None:
    """Where the category of a line is told: "order_lines" or "products"; None where nowhere."""
    if tables.has("order_lines", "category"):
        return "order_lines"
    listed = tables.has("order_lines", "product_id") and tables.has("products", "product_id", "category")
    return "products" if listed else None


def with_category(tables: Tables, lines: ir.Table) -> ir.Table:
    """sold_in (the order), and product_id and category where they are known."""
    own = {name: lines[name].cast("string") for name in ("product_id", "category") if name in lines.columns}
    shaped = lines.select(sold_in=lines.order_id, **own)
    if category_column(tables) != "products":
        return shaped
    products = tables["products"]
    listed = products.group_by(listed=products.product_id).aggregate(category=products.category.cast("string").min())
    return shaped.left_join(listed, [("product_id", "listed")]).drop("listed")


def _main_category(sold: ir.Table) -> Block:
    """The category with most lines; of several the first in the alphabet."""
    known = sold.filter(sold.category.notnull())
    counted = known.group_by(*KEYS, "category").aggregate(n=known.count())
    best = ibis.window(group_by=list(KEYS), order_by=[counted.n.desc(), counted.category])
    ranked = counted.mutate(place=ibis.row_number().over(best))
    shaped = ranked.filter(ranked.place == 0).select(*KEYS, main_category="category")
    return Block((Feature("main_category", "breadth", "value", "order_lines.category", kind=CATEGORY),), shaped)
