"""The language of tags and audiences: conditions and values over a client's tables, without SQL and without eval.

The grammar is in docs/guide/query-language.md.
"""

from __future__ import annotations

from customer_analytics.analysis.query.nodes import Condition, Name, Node, Text, Value
from customer_analytics.analysis.query.parser import parse_condition, parse_value
from customer_analytics.analysis.query.query import Query
from customer_analytics.analysis.query.sources import ResultType

__all__ = [
    "Condition",
    "Name",
    "Node",
    "Query",
    "ResultType",
    "Text",
    "Value",
    "names_in",
    "parse_condition",
    "parse_value",
]


def names_in(node: Node) -> frozenset[str]:
    """Every name of a fact, tag or column that a condition or value uses."""
    return frozenset(each.name for each in node.walk() if isinstance(each, Name))
