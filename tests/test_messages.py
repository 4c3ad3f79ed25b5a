"""Every word that a client reads exists in Chinese, and no number is typed into a sentence."""

from __future__ import annotations

import ast
import json
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

PROJECT = Path(__file__).parents[1] / "{{cookiecutter.project_slug}}"
PACKAGE = PROJECT / "src" / "customer_analytics"
CATALOGUES = sorted((PACKAGE / "locale" / "zh_CN").glob("*.po"))
SAYING = {"say", "say_count"}


def messages() -> Iterator[tuple[str, Message]]:
    for path in CATALOGUES:
        with path.open("rb") as file:
            for message in read_po(file, locale="zh_CN"):
                if message.id:
                    yield path.name, message


def texts(value: str | tuple[str, ...] | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def code_of_everything() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PROJECT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))
    for path in sorted((PROJECT / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                yield f"{path.name}, cell {cell['id']}", ast.parse("".join(cell["source"]))


def client_cells() -> Iterator[tuple[str, str]]:
    for path in sorted((PROJECT / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "markdown" and "client" in cell["metadata"].get("tags", []):
                yield f"{path.name}, cell {cell['id']}", "".join(cell["source"])


def said() -> Iterator[tuple[str, str]]:
    """Each message that code says as a constant, with its place."""
    for place, tree in code_of_everything():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and called(node) in SAYING and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str) and has_words(first.value):
                    yield f"{place}:{node.lineno}", first.value
    yield from client_cells()


def constants() -> set[str]:
    """Every string in the code: a message may also stand in a table that is said later."""
    return {
        node.value
        for _, tree in code_of_everything()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def has_words(text: str) -> bool:
    """Whether anything but values is in the message."""
    return bool(re.sub(r"\{[^}]*\}", "", text).strip())


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


ALL = list(messages())


def test_there_are_catalogues() -> None:
    assert CATALOGUES


def test_every_message_that_is_said_has_a_chinese_one() -> None:
    known = {text for _, message in ALL for text in texts(message.id)}
    missing = [f"{place}: {text}" for place, text in said() if text not in known]
    assert not missing, "\n".join(missing)


def test_every_message_of_the_catalogues_is_still_said() -> None:
    used = constants() | {text for _, text in client_cells()}
    stale = [f"{area}: {text}" for area, message in ALL for text in texts(message.id) if text not in used]
    assert not stale, "\n".join(stale)


def test_no_message_is_fuzzy_or_empty() -> None:
    bad = [f"{area}: {message.id}" for area, message in ALL if message.fuzzy or not all(texts(message.string))]
    assert not bad, "\n".join(bad)


def test_a_translation_uses_the_same_values() -> None:
    bad = []
    for area, message in ALL:
        for translated in texts(message.string):
            wanted = set().union(*(fields(text) for text in texts(message.id)))
            # A plural message may leave the count out of its singular.
            if fields(translated) != wanted and not (isinstance(message.id, tuple) and fields(translated) <= wanted):
                bad.append(f"{area}: {message.id} -> {translated}")
    assert not bad, "\n".join(bad)


def test_a_message_means_the_same_in_every_area() -> None:
    first: dict[str, tuple[str, str]] = {}
    bad = []
    for area, message in ALL:
        key, chinese = texts(message.id)[0], texts(message.string)[0]
        if first.setdefault(key, (area, chinese))[1] != chinese:
            bad.append(f"{key}: {first[key][1]} in {first[key][0]}, {chinese} in {area}")
    assert not bad, "\n".join(bad)


def test_no_number_is_typed_into_a_message() -> None:
    bad = [f"{place}: {text}" for place, text in said() if re.search(r"\d", re.sub(r"\{[^}]*\}", "", text))]
    assert not bad, "\n".join(bad)


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_a_catalogue_is_utf8_and_says_so(path: Path) -> None:
    assert "charset=UTF-8" in path.read_text(encoding="utf-8")[:1000]


def test_chinese_uses_its_own_punctuation() -> None:
    han = r"[\u4e00-\u9fff]"
    bad = [
        f"{area}: {text}"
        for area, message in ALL
        for text in texts(message.string)
        if re.search(rf"{han}[,;:?!]|[,;?!]{han}", text)
    ]
    assert not bad, "\n".join(bad)
