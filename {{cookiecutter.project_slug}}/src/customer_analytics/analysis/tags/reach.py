"""What a rule uses through the definitions that it names."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from customer_analytics.analysis.query import Name, Value


def with_definitions(rule: Value, definitions: Mapping[str, Value]) -> Iterator[Value]:
    """The rule, then each definition that it names, directly or through others, once."""
    seen: set[str] = set()
    waiting: list[Value] = [rule]
    while waiting:
        root = waiting.pop()
        yield root
        for node in root.walk():
            if isinstance(node, Name) and node.name in definitions and node.name not in seen:
                seen.add(node.name)
                waiting.append(definitions[node.name])


def reach(names: Collection[str], uses: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The names and all that they use in turn."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(uses.get(name, ()))
    return frozenset(found)
