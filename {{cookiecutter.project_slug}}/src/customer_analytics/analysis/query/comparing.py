"""Customers compared with each other: the last value of a top or bottom part, and ranks from 0 to 1."""

from __future__ import annotations

from collections.abc import Iterable

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.query.nodes import Call, Extreme, Node, Value
from customer_analytics.expressions import ratio


def compares(node: Node) -> bool:
    """Whether a node is a top, bottom or rank."""
    return isinstance(node, Extreme) or (isinstance(node, Call) and node.function == "rank")


def compared_by(node: Node) -> Value:
    """The value by which customers are compared."""
    if isinstance(node, Extreme):
        return node.by
    assert isinstance(node, Call)
    return node.arguments[0]


def placed(values: ir.Table, columns: Iterable[tuple[Node, str]]) -> ir.Table:
    """The values by which customers are compared, with the threshold or the rank of each.

    Args:
        values: one row a customer with `<column>_by` for each comparison.
        columns: each comparison (top, bottom or rank) and the column of its answer.
    """
    answered = values
    for node, column in columns:
        if isinstance(node, Extreme):
            answered = answered.cross_join(_threshold(values, node, column))
        else:
            ranks = _ranks(values, column)
            answered = answered.left_join(ranks, values[f"{column}_by"] == ranks[f"{column}_value"])
    return answered.drop(*(name for name in answered.columns if name.endswith("_value")))


def _spread(values: ir.Table, column: str) -> ir.Table:
    """How many customers have each known value."""
    known = values.select(value=f"{column}_by").filter(lambda t: t.value.notnull())
    return known.group_by("value").aggregate(customers=known.count())


def _threshold(values: ir.Table, node: Extreme, column: str) -> ir.Table:
    """One row: the last value that still belongs to the top or bottom.

    Equal values share a fate: a group is in when taking it in comes at least as near to the number asked for as
    leaving it out, that is when (better + better or equal) / 2 <= number asked for.
    """
    spread = _spread(values, column)
    order = spread.value.desc() if node.end == "top" else spread.value.asc()
    upto = spread.customers.sum().over(ibis.window(order_by=order, preceding=None, following=0))
    counted = spread.mutate(upto=upto.cast("float64"), total=spread.customers.sum().over(ibis.window()))
    asked = counted.total.cast("float64") * node.amount if node.percent else ibis.literal(100.0 * node.amount)
    inside = counted.filter((2 * counted.upto - counted.customers) * 100.0 <= 2.0 * asked)
    last = inside.value.min() if node.end == "top" else inside.value.max()
    return inside.aggregate(**{column: last})


def _ranks(values: ir.Table, column: str) -> ir.Table:
    """For each value the share of the other customers with a lower one, from 0 to 1."""
    spread = _spread(values, column)
    upto = spread.customers.sum().over(ibis.window(order_by=spread.value.asc(), preceding=None, following=0))
    counted = spread.mutate(below=upto - spread.customers, total=spread.customers.sum().over(ibis.window()))
    place = ratio(counted.below, counted.total - 1).fill_null(0.0)
    return counted.select(**{f"{column}_value": counted.value, column: place})
