"""What a condition or value reads, and what of it the data lack."""

from __future__ import annotations

from collections.abc import Iterator

import ibis.expr.types as ir

from customer_analytics.analysis.query.names import Names, shortcut
from customer_analytics.analysis.query.nodes import Aggregate, Behaviour, Member, Name, Node
from customer_analytics.analysis.query.sources import SOURCES_BY_NAME, available
from customer_analytics.analysis.query.vocabulary import VERBS
from customer_analytics.schema import SCHEMAS

Need = tuple[str, ...]  # "table.column", or several of which one is enough


def needs(names: Names, node: Node, ledger: ir.Table | None, inside: str | None = None) -> frozenset[Need]:
    """Everything that a node reads, through the definitions that it names."""
    found: set[Need] = set()
    seen: set[str] = set()
    waiting: list[tuple[Node, str | None]] = [(node, inside)]
    while waiting:
        root, within = waiting.pop()
        for own, needed in _own(names, root, ledger, within):
            found.update(needed)
            if own is not None and own not in seen:
                seen.add(own)
                waiting.append((names.definitions[own], own))
    return frozenset(found)


def _own(
    names: Names, root: Node, ledger: ir.Table | None, inside: str | None
) -> Iterator[tuple[str | None, frozenset[Need] | set[Need] | tuple[Need, ...]]]:
    """(definition that is named or None, needs) of each node in a tree, rows and customers apart."""
    waiting: list[tuple[Node, str | None]] = [(root, None)]
    while waiting:
        node, source = waiting.pop()
        if isinstance(node, Name) and source is not None:
            yield None, _column(source, node.name)
        elif isinstance(node, Name):
            if names.is_definition(node.name, inside):
                yield node.name, ()
            elif (rule := shortcut(names, node.name)) is not None:
                waiting.append((rule, None))
            elif names.is_fact(node.name):
                yield None, names.needs(node.name)
        elif isinstance(node, Aggregate):
            yield None, SOURCES_BY_NAME[node.table].needs
            yield None, _column(node.table, node.column) if node.column is not None else _timed(node, node.table)
            source = node.table
        elif isinstance(node, Behaviour):
            source = VERBS[node.verb].source
            yield None, {*SOURCES_BY_NAME[source].needs, *_what(node), *_timed(node, source)}
        elif isinstance(node, Member):
            yield None, _membership(node, ledger)
        waiting.extend((child, source) for child in node.children())


def _column(source: str, column: str) -> tuple[Need, ...]:
    own = SOURCES_BY_NAME[source]
    if column in own.extra:
        return own.extra[column][1]
    if column in ("day", "weekday", "weekend", "hour"):
        return _time(source)
    return ((f"{own.table}.{column}",),)


def _time(source: str) -> tuple[Need, ...]:
    own = SOURCES_BY_NAME[source]
    if not own.table:
        return own.needs[1:]
    return (
        (tuple(f"{own.table}.{name}" for name in own.time),) if source != "order_lines" else (("orders.ordered_at",),)
    )


def _timed(node: Aggregate | Behaviour, source: str) -> tuple[Need, ...]:
    """A time column where the node looks at time."""
    looks = node.when is not None or (
        isinstance(node, Behaviour) and node.often is not None and node.often.unit == "day"
    )
    looks = looks or (isinstance(node, Aggregate) and node.function in ("days_since_first", "days_since_last"))
    looks = looks or (isinstance(node, Aggregate) and node.function == "median_gap")
    return _time(source) if looks else ()


def _what(node: Behaviour) -> tuple[Need, ...]:
    match node.what:
        case "category":
            return _column("order_lines", "category")
        case "product":
            return (("order_lines.product_id", "order_lines.product_name"),)
        case "campaign":
            return (("touches.campaign_id",),)
        case "event":
            return (("events.event",),)
    return ()


def _membership(node: Member, ledger: ir.Table | None) -> tuple[Need, ...]:
    if node.kind != "campaign" or ledger is not None:
        return ()  # without a ledger nobody has ever been in an audience
    arm = (("touches.arm",),) if node.arm is not None else ()
    time = (("touches.sent_at", "touches.assigned_at"),) if node.when is not None else ()
    return (("touches.campaign_id",), ("touches.customer_id",), *arm, *time)


def lacking(names: Names, needed: frozenset[Need]) -> tuple[str, ...]:
    """Tables and "table.column" that the data lack, sorted; a table that is not there at all is named alone."""
    tables = names.tables
    found = set()
    for need in needed:
        if any(available(tables, column) for column in need):
            continue
        there = [column for column in need if column.split(".", 1)[0] in tables.tables]
        found.add(there[0] if there else need[0].split(".", 1)[0] if _is_table(need[0]) else need[0])
    return tuple(sorted(found))


def _is_table(column: str) -> bool:
    return column.split(".", 1)[0] in SCHEMAS


def reads(names: Names, needed: frozenset[Need]) -> frozenset[str]:
    """The "table.column" that are read, of alternatives those that are there."""
    found: set[str] = set()
    for need in needed:
        there = [column for column in need if available(names.tables, column)]
        found.update(there or need)
    return frozenset(found)
