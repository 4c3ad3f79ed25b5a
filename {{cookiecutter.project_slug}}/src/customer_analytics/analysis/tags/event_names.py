"""Whether the events that a rule names occur at all: a rule about names that the client does not use counts nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from customer_analytics.analysis.query import Name, Node, Value
from customer_analytics.analysis.query.nodes import Aggregate, Among, Behaviour, Comparison, Match, Text
from customer_analytics.analysis.tags.reach import with_definitions
from customer_analytics.tables.store import Tables

COLUMN = "event"
MOST_NAMES = 10_000
_TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "contains": lambda name, text: text in name,
    "starts with": lambda name, text: name.startswith(text),
    "ends with": lambda name, text: name.endswith(text),
}


def names_of_events(data: Tables) -> frozenset[str]:
    """The names of events in the data."""
    if not data.has("events", COLUMN):
        return frozenset()
    names = data["events"].select(COLUMN).distinct().limit(MOST_NAMES).to_pyarrow().column(COLUMN).to_pylist()
    return frozenset(name for name in names if name is not None)


def unmet(rule: Value, definitions: Mapping[str, Value], known: Collection[str]) -> tuple[str, ...]:
    """Names or parts of names that the rule asks for where none of them occurs; () where all figures have some."""
    for root in with_definitions(rule, definitions):
        for figure in root.walk():
            if not isinstance(figure, Aggregate | Behaviour):
                continue
            tests = list(_tests(figure))
            if tests and not any(test(name) for _, test in tests for name in known):
                return tuple(text for text, _ in tests)
    return ()


def _tests(figure: Node) -> Iterator[tuple[str, Callable[[str], bool]]]:
    """(text, test of an event's name) for everything that a figure asks of the name."""
    for node in figure.walk():
        match node:
            case Among(value=Name(name="event"), negated=False):
                for option in node.options:
                    if isinstance(option, Text):
                        yield option.value, _equals(option.value)
            case Comparison(sign="=", left=Name(name="event"), right=Text(value=text)):
                yield text, _equals(text)
            case Match(value=Name(name="event")):
                yield node.text, _part(node.how, node.text)
            case Behaviour(what="event", name=str(text)):
                yield text, _equals(text)


def _equals(text: str) -> Callable[[str], bool]:
    return lambda name: name == text


def _part(how: str, text: str) -> Callable[[str], bool]:
    return lambda name: _TESTS[how](name, text)
