"""Which figures over rows an aggregate or a behaviour needs."""

from __future__ import annotations

from collections.abc import Mapping

import ibis.expr.types as ir

from customer_analytics.analysis.query.measures import Figure
from customer_analytics.analysis.query.nodes import (
    Aggregate,
    Behaviour,
    Comparison,
    Condition,
    Member,
    Name,
    Often,
    Or,
    Text,
)
from customer_analytics.analysis.query.vocabulary import VERBS
from customer_analytics.tables.store import Tables


def figures_of(node: Aggregate) -> tuple[Figure, ...]:
    """The figures of an aggregate; of a share the rows that meet it, and the rows it is a share of."""
    where = () if node.where is None else (node.where,)
    if node.function == "share":
        base = () if node.of is None else (node.of,)
        return (
            Figure("count", node.table, None, (*where, *base), node.when),
            Figure("count", node.table, None, base, node.when),
        )
    function = {"days_since_first": "first_day", "days_since_last": "last_day"}.get(node.function, node.function)
    return (Figure(function, node.table, node.column, where, node.when),)


def figure_of_behaviour(node: Behaviour, tables: Tables) -> Figure:
    """How many times, or on how many days, a customer did it."""
    conditions = () if node.where is None else (node.where,)
    named = _named(node.what, node.name or "", tables)
    function = "days" if node.often is not None and node.often.unit == "day" else "count"
    return Figure(function, VERBS[node.verb].source, None, (*named, *conditions), node.when)


def figure_of_campaign(node: Member, tables: Tables) -> Figure:
    """How many messages of a campaign a customer was assigned to."""
    arm = () if node.arm is None else (Comparison("=", Name("arm"), Text(node.arm)),)
    return Figure("count", "touches", None, (*_named("campaign", node.name or "", tables), *arm), node.when)


def _named(what: str | None, name: str, tables: Tables) -> tuple[Condition, ...]:
    """The condition on rows that a category, product, campaign or event of this name makes."""
    columns: Mapping[str | None, tuple[str, ...]] = {
        "category": ("category",),
        "event": ("event",),
        "product": tuple(
            column
            for column, there in (
                ("product_id", tables.has("order_lines", "product_id")),
                ("product_name", tables.has("order_lines", "product_name") or tables.has("products", "name")),
            )
            if there
        ),
        "campaign": ("campaign_id", "campaign_name") if tables.has("campaigns", "name") else ("campaign_id",),
    }
    parts = tuple(Comparison("=", Name(column), Text(name)) for column in columns.get(what, ()))
    return parts if len(parts) < 2 else (Or(parts),)


def often_enough(count: ir.NumericValue, often: Often | None) -> ir.BooleanValue:
    """Whether a count is as often as was asked for; without a word, at least once."""
    if often is None:
        return count >= 1
    enough = count >= often.low
    return enough if often.high is None else enough & (count <= often.high)
