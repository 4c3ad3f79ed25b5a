"""How long the expression of a rule gets when everything in it is written out."""

from __future__ import annotations

from collections.abc import Callable

from customer_analytics.analysis.query.nodes import (
    Aggregate,
    Arithmetic,
    Behaviour,
    Between,
    Call,
    Member,
    Name,
    Node,
)

MOST_PARTS = 5_000  # of one rule, the definitions that it names apart; an engine reads so many in a second


def parts_written(node: Node, of_name: Callable[[Name], int] = lambda name: 1) -> int:
    """Parts of a node's expression, in which some nodes write a value several times; `of_name`: those of a name.

    What is asked of rows becomes a column: its own conditions count, and each name in them is one part.
    """
    if isinstance(node, Name):
        return of_name(node)
    if isinstance(node, Aggregate | Behaviour | Member):
        return 1 + sum(parts_written(child) for child in node.children())
    return 1 + sum(_times(node, place) * parts_written(child, of_name) for place, child in enumerate(node.children()))


def _times(node: Node, place: int) -> int:
    """How often the expression of a node holds that of its child at a place: nested, that grows by powers."""
    match node:
        case Call(function="band") if place == 0:
            return len(node.arguments)
        case Call(function="log") | Between() if place == 0:
            return 2
        case Arithmetic(sign="/") if place == 1:
            return 2  # a divisor of 0 makes no number
    return 1
