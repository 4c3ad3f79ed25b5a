"""Whether times have hours: exports with days only would put every purchase at midnight, and everybody at night."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from customer_analytics.analysis.query import Name, Node, Value
from customer_analytics.analysis.query.nodes import Aggregate, Behaviour
from customer_analytics.analysis.query.sources import SOURCES_BY_NAME, with_time
from customer_analytics.analysis.query.vocabulary import VERBS
from customer_analytics.analysis.tags.reach import with_definitions
from customer_analytics.tables.store import Tables

HOUR = "hour"


def sources_of_hours(rule: Value, definitions: Mapping[str, Value]) -> frozenset[str]:
    """The kinds of rows whose hour a rule looks at, itself or through the definitions that it names."""
    return frozenset(name for root in with_definitions(rule, definitions) for name in _own(root))


def without_hours(data: Tables, sources: Iterable[str]) -> frozenset[str]:
    """Those of the sources whose rows all lie in one hour of the day. One pair of numbers a source crosses."""
    found = set()
    for name in sources:
        source = SOURCES_BY_NAME[name]
        if not all(any(_has(data, way) for way in ways) for ways in source.needs):
            continue
        rows = with_time(data, source, source.rows(data))
        if HOUR not in rows.columns:
            found.add(name)
            continue
        row = rows.aggregate(low=rows.hour.min(), high=rows.hour.max()).to_pyarrow().to_pylist()[0]
        if row["low"] == row["high"]:
            found.add(name)
    return frozenset(found)


def _own(root: Node) -> Iterator[str]:
    for node in root.walk():
        if isinstance(node, Aggregate) and (node.column == HOUR or _names_hour(node)):
            yield node.table
        elif isinstance(node, Behaviour) and _names_hour(node):
            yield VERBS[node.verb].source


def _names_hour(node: Node) -> bool:
    return any(isinstance(inner, Name) and inner.name == HOUR for inner in node.walk())


def _has(data: Tables, need: str) -> bool:
    table, column = need.split(".", 1)
    return data.has(table, column) or data.has(table, column.removesuffix("_at") + "_on")
