"""A YAML file as plain values with the place of each: strict where a slip of the pen would pass unseen.

Read as editors read it (YAML 1.2): only true and false are truth values, `no`, `2024-01-31`, `12:30` and `007` are
text, keys are always text. Tags, anchors and aliases are not read: nothing in the file can make it larger than it is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from customer_analytics.engagement.conflicts import conflicts
from customer_analytics.engagement.errors import EngagementError, Problem

LARGEST_FILE = 1_000_000  # bytes
DEEPEST_NESTING = 20
MOST_PARTS = 30_000  # keys, values, opened and closed blocks; the largest file that we ship has about 4,000

_HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")  # no file can hold one

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True)
class Place:
    """Line and column, counted from 1."""

    line: int
    column: int

    @classmethod
    def of(cls, mark: yaml.Mark | None) -> Place:
        """The place of a parser's mark; the first line where it has none."""
        return cls(1, 1) if mark is None else cls(mark.line + 1, mark.column + 1)


@dataclass
class Document:
    """What a file says. `keys` and `values` hold the place of each key and value by its path."""

    name: str
    data: dict[str, Any]
    keys: dict[KeyPath, Place] = field(default_factory=dict)
    values: dict[KeyPath, Place] = field(default_factory=dict)
    duplicates: list[tuple[Place, Problem]] = field(default_factory=list)

    def where(self, path: KeyPath) -> tuple[str, Place]:
        """The nearest place that exists on the way to `path`, in words and as numbers."""
        for length in range(len(path), -1, -1):
            place = self.keys.get(path[:length]) or self.values.get(path[:length])
            if place is not None:
                return at(self.name, place), place
        return at(self.name, Place(1, 1)), Place(1, 1)


class _Loader(yaml.SafeLoader):
    """SafeLoader with the scalars of YAML 1.2."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?(?:0|[1-9][0-9]{0,17})", list("-+0123456789")),
    ("float", r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?", list("-+0123456789")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), _first)


def at(name: str, place: Place) -> str:
    """A place in words."""
    return f"{name}, line {place.line}, column {place.column}"


def read_document(path: Path) -> Document:
    """Read a YAML file whose top is a block of keys.

    Raises:
        EngagementError: the file cannot be read as text or as YAML; the first fault is named with its place.
    """
    return parse_document(read_text(path), path.name)


def read_text(path: Path) -> str:
    """The file as text, without a byte order mark.

    Raises:
        EngagementError: unreadable, too large, or not UTF-8.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _fault(path.name, f"cannot be read: {error.strerror or error}.") from error
    if len(content) > LARGEST_FILE:
        raise _fault(path.name, f"is {len(content):,} bytes large; at most {LARGEST_FILE:,} are read.")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _fault(path.name, "is saved as UTF-16.", "Save it as UTF-8.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise _fault(
            f"{path.name}, line {line}", "holds a character that is not UTF-8.", "Save it as UTF-8."
        ) from error


def parse_document(text: str, name: str) -> Document:
    """Parse YAML text; see `read_document`."""
    if unsettled := conflicts(text, name):
        raise EngagementError(unsettled)
    try:
        _refuse_unsafe(text, name)
        loader = _Loader(text)
        root = loader.get_single_node()
        if root is None:
            raise _fault(name, "is empty.", "It needs at least `client` and `consultancy`.")
        if not isinstance(root, yaml.MappingNode):
            raise _fault(at(name, Place.of(root.start_mark)), "must be a block of keys such as `client: Acme`.")
        document = Document(name, {})
        document.data = _value(loader, root, (), document)
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise _fault(f"{name}, line {line}", "holds a control character.", "Delete it.") from error
    except yaml.MarkedYAMLError as error:
        raise _fault(at(name, Place.of(error.problem_mark or error.context_mark)), _in_words(error)) from error
    return document


def _refuse_unsafe(text: str, name: str) -> None:
    """Walk the flat stream of events, so that neither depth nor aliases can cost time or memory."""
    depth = documents = 0
    for number, event in enumerate(_events(text, name)):
        place = at(name, Place.of(event.start_mark))
        if number == MOST_PARTS:
            raise _fault(place, f"is the end of what is read: {MOST_PARTS:,} keys and values.", "Write less.")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST_NESTING:
                raise _fault(place, f"is nested more than {DEEPEST_NESTING} levels deep.")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise _fault(place, "begins a second document.", "Delete the line `---`.")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise _fault(
                place, "anchors (&name) and aliases (*name) are not read.", "Write the text out, or in quotes."
            )
        if getattr(event, "tag", None) is not None:
            raise _fault(place, "tags (!name) are not read.", "Delete it, or put the text in quotes.")
        if isinstance(event, yaml.ScalarEvent) and _HALF_A_CHARACTER.search(event.value):
            raise _fault(place, "an escape such as \\uD83D, which is half a character.", "Write the character itself.")


def _events(text: str, name: str) -> Iterator[Any]:
    loader = _Loader(text)
    try:
        while loader.check_event():
            yield loader.get_event()  # type: ignore[no-untyped-call]
    except (ValueError, OverflowError) as error:  # the parser takes the number of an escape as it stands
        place = at(name, Place.of(loader.get_mark()))
        raise _fault(place, "an escape (\\U…) beyond the last character of Unicode.", "Write the character.") from error


def _value(loader: _Loader, node: yaml.Node, path: KeyPath, document: Document) -> Any:
    """The plain value of a node; places and duplicate keys are noted in the document."""
    document.values[path] = Place.of(node.start_mark)
    if isinstance(node, yaml.MappingNode):
        return _mapping(loader, node, path, document)
    if isinstance(node, yaml.SequenceNode):
        return [_value(loader, child, (*path, index), document) for index, child in enumerate(node.value)]
    value = loader.construct_object(node)
    if isinstance(value, float) and math.isinf(value):
        place = at(document.name, document.values[path])
        raise _fault(place, "a number too large to count with.", "Put it in quotes where it is text.")
    return value


def _mapping(loader: _Loader, node: yaml.MappingNode, path: KeyPath, document: Document) -> dict[str, Any]:
    mapping: dict[str, Any] = {}
    for key_node, value_node in node.value:
        place = Place.of(key_node.start_mark)
        if not isinstance(key_node, yaml.ScalarNode):
            raise _fault(at(document.name, place), "a key must be one word or text in quotes.")
        key = key_node.value
        if key in mapping:
            first = document.keys[(*path, key)].line
            what = f"{key!r} is given twice, first in line {first}."
            document.duplicates.append((place, Problem(at(document.name, place), what, "Keep one of them.")))
            continue
        document.keys[(*path, key)] = place
        mapping[key] = _value(loader, value_node, (*path, key), document)
    return mapping


def _in_words(error: yaml.MarkedYAMLError) -> str:
    """What a parser's complaint means for a person who edits the file."""
    problem = error.problem or error.context or "cannot be read as YAML"
    if "\\t" in problem:
        return "a tab where spaces are needed. Indent with spaces."
    if "unknown escape character" in problem:
        return "a backslash in \"double quotes\". Use 'single quotes', or write the backslash twice."
    if "mapping values are not allowed here" in problem:
        return "a colon that is not expected here. Check the indentation, or put text that holds a colon in quotes."
    if "could not find expected ':'" in problem:
        return "a key without a colon. Write `key: value`."
    if "while scanning a quoted scalar" in (error.context or ""):
        return f"text in quotes that is not closed ({problem})."
    return f"cannot be read as YAML: {problem}. Check indentation, quotes and brackets here and in the line above."


def _fault(where: str, what: str, mend: str = "") -> EngagementError:
    return EngagementError([Problem(where, what, mend)])
