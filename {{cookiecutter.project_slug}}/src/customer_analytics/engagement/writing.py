"""Putting a `sources` block into engagement.yml while every other line stays as the analyst wrote it."""

from __future__ import annotations

import datetime as dt
import re
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from customer_analytics.durable import write_whole
from customer_analytics.engagement.document import parse_document, read_document
from customer_analytics.engagement.settings import Source

KEY = "sources"
_AS_OF = re.compile(r"^as_of[ \t]*:([ \t]+[^\s#]+)?", re.MULTILINE)
_BEGIN_OF_NUMBERS = set("0123456789+-.")
_LINE_BREAKS = {"\x85", "\u2028", "\u2029"}


def write_sources(
    path: Path,
    sources: Sequence[Mapping[str, Any]],
    *,
    as_of: dt.date | None = None,
    comments: Sequence[Sequence[str]] = (),
) -> None:
    """Replace the block `sources` of engagement.yml, or add it at the end.

    Only the lines of the old block go. The file is swapped in whole: an interrupted write leaves the old one.

    Args:
        path: engagement.yml.
        sources: one mapping for each source, with the keys of `Source`.
        as_of: the last day that counts, to be written in the same step; None: it stays as it is.
        comments: lines to stand above each source, without #; none where not given.

    Raises:
        EngagementError: the file cannot be read as YAML.
        pydantic.ValidationError: a source is not valid.
    """
    for source in sources:
        Source.model_validate(dict(source))
    before = read_document(path).data
    text = path.read_bytes().decode("utf-8-sig")
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.replace("\r\n", "\n").split("\n")
    start, end = _block(text.replace("\r\n", "\n"), lines)
    changed = "\n".join([*lines[:start], *_yaml(sources, comments), *lines[end:]])
    after = parse_document(changed, path.name).data
    if {**after, KEY: None} != {**before, KEY: None}:
        raise RuntimeError(f"writing {KEY} would change other keys of {path.name}")
    if as_of is not None:
        changed = _with_as_of(changed, as_of)
    write_whole(path, changed.replace("\n", newline))


def _with_as_of(text: str, day: dt.date) -> str:
    line = f"as_of: {day.isoformat()}"
    if _AS_OF.search(text):
        return _AS_OF.sub(line, text, count=1)
    return f"{text.rstrip()}\n\n{line}\n"


def _block(text: str, lines: list[str]) -> tuple[int, int]:
    """The lines [start, end) of the old block; an empty range before the last line break where there is none."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    assert isinstance(root, yaml.MappingNode)
    for key, value in root.value:
        if key.value == KEY:
            return key.start_mark.line, _last_line(value, key.start_mark.line) + 1
    last = len(lines) - 1 if not lines[-1] else len(lines)
    return last, last


def _last_line(node: yaml.Node, at_least: int) -> int:
    """The last line that a node's own text stands on; comments below it are not part of it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        key, value = last if isinstance(last, tuple) else (last, last)
        return max(at_least, _last_line(value, key.start_mark.line))
    end = node.end_mark.line - (1 if node.end_mark.column == 0 and node.end_mark.line > node.start_mark.line else 0)
    # The mark of an empty value lies on the next token; such a value stands on the line of its key.
    empty = isinstance(node, yaml.ScalarNode) and not node.value and node.style is None
    return at_least if empty else max(at_least, end)


def _yaml(sources: Sequence[Mapping[str, Any]], comments: Sequence[Sequence[str]] = ()) -> list[str]:
    if not sources:
        return [f"{KEY}: []"]
    lines = [f"{KEY}:"]
    for number, source in enumerate(sources):
        above = comments[number] if number < len(comments) else ()
        lines += [f"  # {part}" for line in above for part in textwrap.wrap(" ".join(line.split()), 112)]
        block = yaml.dump([dict(source)], Dumper=_Indented, allow_unicode=True, sort_keys=False, width=110)
        lines += [f"  {line}" if line else "" for line in block.rstrip("\n").split("\n")]
    return lines


class _Indented(yaml.SafeDumper):
    """Lists below a key are indented, as the comments in engagement.yml show them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_text(dumper: _Indented, text: str) -> yaml.ScalarNode:
    """Text that would not come back as it is stands in double quotes.

    Line breaks of Unicode's own are folded to a blank elsewhere, and what begins like a number (0E0) can be one in
    YAML 1.2, which we read, and text in YAML 1.1, which PyYAML writes.
    """
    doubtful = bool(_LINE_BREAKS & set(text)) or text[:1] in _BEGIN_OF_NUMBERS
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if doubtful else None)


_Indented.add_representer(str, _represent_text)
