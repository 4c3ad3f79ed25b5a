"""Any engagement.yml is read, or refused with the line of each mistake: never a traceback, never for long."""

from __future__ import annotations

import itertools
import json
import re
import time
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from fuzz_size import examples
from hypothesis import given
from hypothesis import strategies as st
from settings_inputs import COMPLETE, ODD_VALUES, KeyPath, line_of, places, replaced, texts_of, written

from customer_analytics.engagement.errors import EngagementError, UserError
from customer_analytics.engagement.parameters import ReportParameters
from customer_analytics.engagement.reading import read_engagement
from customer_analytics.engagement.settings import Engagement
from customer_analytics.engagement.tags import read_tags

HERE = Path(__file__).parents[2]
SCHEMA = json.loads((HERE / "engagement.schema.json").read_text(encoding="utf-8"))
SHIPPED = re.sub(r"\{\{.*?\}\}", "en", (HERE / "engagement.yml").read_text(encoding="utf-8"))
TAGS = (HERE / "tags.yml").read_text(encoding="utf-8")
LONGEST = 3.0  # seconds of processor time for one file, on a slow machine
PLACE = re.compile(r"^[a-z]+\.yml(?:, line (\d+)(?:, column \d+)?(?:, tag \S+)?)?$")
# What YAML has and settings do not need, and what breaks text.
PIECES = (
    "&a ", "*a", "!!python/object/apply:os.system [id]", "!!binary ", "!x ", "<<: *a\n", "---\n", "...\n",
    "%YAML 9.9\n", "2024-13-45", "12:30:45", "=", "~", "1e999", "9" * 400, "[" * 30, "{a: " * 30, "- " * 60,
    "? ", "- ", ": ", "|\n", ">-\n", "#", "\t", "\0", "\ufeff", "\u2028", "\x85", "'", '"', '"\\', '"\\U00110000"',
    '"\\uD800"', '"\\x00"', "{", "}", "[", "]", ",", "\r", "\r\n", "\n", "@", "`", "0x10", "1_000", ".inf", ".nan",
)  # fmt: skip


def complete() -> dict[str, Any]:
    """Every key that engagement.yml may have, each with a value that is allowed."""
    reports = {name: {} for name in ReportParameters.model_fields}
    full = COMPLETE | {"reports": reports, "pack": "own.yml"}
    for report in reports:
        model = ReportParameters.model_fields[report].annotation
        assert model is not None
        reports[report] = {key: value for key, value in model().model_dump(mode="json").items() if value is not None}
    return full


def outcome(folder: Path, text: str | bytes, read: Any = read_engagement, name: str = "engagement.yml") -> Any:
    """What came of a file: what it says, or the error. Anything but a UserError with places ends the test."""
    path = folder / name
    path.write_bytes(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text)
    start = time.thread_time()
    try:
        found = read(path)
    except UserError as error:
        found = error
        lines = path.read_bytes().count(b"\n") + 2
        for problem in error.problems:
            place = PLACE.match(problem.where)
            assert place is not None, problem.where
            assert 1 <= int(place[1] or 1) <= lines, problem
            assert problem.what.strip() and len(str(problem)) < 4_000, str(problem)[:200]
            assert all(sign.isprintable() or sign == "\n" for sign in str(problem)), ascii(str(problem))
    assert time.thread_time() - start < LONGEST
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "brand").mkdir()
    (tmp_path / "own.yml").write_bytes(files("customer_analytics.packs").joinpath("retail.yml").read_bytes())
    return tmp_path


def test_the_complete_file_is_complete(folder: Path) -> None:
    read = outcome(folder, written(complete()))
    assert isinstance(read, Engagement), read
    assert not [name for name in Engagement.model_fields if name not in read.model_fields_set]


def test_an_odd_value_at_any_place_is_taken_or_refused_where_it_stands(folder: Path, thorough: bool) -> None:
    tried = refused = 0
    for number, (document, path) in enumerate(one_at_a_time()):
        chosen = ODD_VALUES if thorough else (ODD_VALUES[7 * number % len(ODD_VALUES)],)
        for value in chosen if thorough or number % 3 == 0 else ():
            changed = replaced(document, path, value)
            found = outcome(folder, written(changed))
            tried += 1
            if isinstance(found, EngagementError):
                refused += 1
                # Keys of a block are judged together: what contradicts another key may be named there.
                first, last = line_of(changed, path[:-1] or path)
                named = [int(PLACE.match(problem.where)[1] or 0) for problem in found.problems]  # type: ignore[index]
                assert any(first <= line <= last for line in named), (path, value, found)
                assert not [problem for problem in found.problems if "Input should" in problem.what], found
    assert refused > tried / 2, (tried, refused)


def one_at_a_time() -> Iterator[tuple[dict[str, Any], KeyPath]]:
    """A small valid document and the path of a value in it, for every value of the complete file."""
    full = complete()
    parts = {key: [{key: full[key]}] for key in full}
    parts["sources"] = [{"sources": [source]} for source in full["sources"]]
    parts["reports"] = [{"reports": {name: report}} for name, report in full["reports"].items()]
    for key, several in parts.items():
        for part in several:
            document = {"client": "A", "consultancy": "B"} | part
            for path in places(document):
                if path[0] == key:
                    yield document, path


@examples(30, 3_000)
@given(document=texts_of(SCHEMA, SCHEMA))
def test_what_the_schema_allows_is_read_the_same_twice_or_refused_with_its_place(
    tmp_path_factory: pytest.TempPathFactory, document: Any
) -> None:
    folder = tmp_path_factory.mktemp("settings")
    found = outcome(folder, written(document))
    if isinstance(found, Engagement):
        again = outcome(folder, written(found.model_dump(mode="json", exclude_none=True, exclude_unset=True)))
        assert again == found


@examples(60, 10_000)
@given(data=st.data(), shipped=st.sampled_from((SHIPPED, TAGS)))
def test_damaged_text_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, shipped: str
) -> None:
    folder = tmp_path_factory.mktemp("settings")
    text = damaged(data, shipped if data.draw(st.booleans()) else short(data, shipped))
    if shipped is TAGS:
        outcome(folder, text, read_tags, "tags.yml")
    else:
        outcome(folder, text)


def short(data: st.DataObject, text: str) -> str:
    """Some lines in a row: damage hits more when there is less to hit."""
    lines = text.splitlines(keepends=True)
    start = data.draw(st.integers(0, len(lines) - 1))
    return "client: A\nconsultancy: B\n" + "".join(lines[start : start + data.draw(st.integers(1, 12))])


def damaged(data: st.DataObject, text: str) -> str:
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(text)))
        length = data.draw(st.sampled_from((0, 0, 1, 3, 40)))
        piece = data.draw(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)))
        text = text[:place] + piece + text[place + length :]
    return text


@examples(20, 2_000)
@given(content=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    outcome(tmp_path_factory.mktemp("settings"), b"client: " + content)


def bombs(size: int) -> dict[str, str]:
    """Texts of at most so many characters at which a reader could choke, by name."""
    letters = "abcdefghijklmnopqrstu"
    doubled = "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in itertools.pairwise(letters))
    return {
        "aliases": "a: &a [x, x, x]\n" + doubled,
        "a merge key": "a: &a {b: 1}\nclient: {<<: *a}\n",
        "a python object": "client: !!python/object/apply:os.system ['id']\n",
        "a python name": "client: !!python/name:os.system\n",
        "deep lists": "client: " + "[" * (size // 20),
        "deep blocks": "client:\n" + "".join(" " * i + "a:\n" for i in range(1, 400)),
        "many keys": "client: A\n" + "".join(f"k{i}: 1\n" for i in range(size // 10)),
        "one key twice": "client: A\nclient: B\nconsultancy: C\n",
        "a huge number": "client: A\nconsultancy: B\nminimum_group: " + "9" * (size - 100),
        "an infinite number": "client: A\nconsultancy: B\nminimum_group: 1e999\n",
        "a huge text": "client: " + "x" * (size - 100),
        "too many bytes": "client: " + "x" * 1_000_001,
        "quotes never closed": 'client: "' + "\\\n" * (size // 3),
        "a long comment": "#" * size,
        "spaces": " " * size,
        "line ends": "\n" * size,
        "colons": ":" * size,
        "dashes": "- " * (size // 2),
        "question marks": "? " * (size // 2),
        "braces": "{" * (size // 3) + "}" * (size // 3),
        "percent lines": "%a b\n" * (size // 6),
        "document marks": "---\n" * (size // 5),
        "a folded text": "client: >\n" + "  x\n" * (size // 5),
        "a plain text of many lines": "client: x\n" + "  x\n" * (size // 5),
        "escapes": 'client: "' + "\\x41" * (size // 5) + '"',
        "an escape beyond Unicode": 'client: "\\U00110000"\n',
        "an escape far beyond": 'client: "\\UFFFFFFFF"\n',
        "half a pair": 'client: "\\uD83D"\nconsultancy: B\n',
        "a pair of halves": 'client: "\\uD83D\\uDE00"\nconsultancy: B\n',
        "nothing": "",
        "only a comment": "# nothing\n",
        "a list": "- a\n",
        "a number": "1\n",
        "keys that are lists": "? [a, b]\n: 1\n",
        "keys that are blocks": "{? {a: b} : 1}\n",
        "an empty key": '"": 1\nclient: A\n',
    }


@pytest.mark.parametrize("name", bombs(1))
def test_a_bomb_is_refused_at_once(folder: Path, name: str, thorough: bool) -> None:
    bomb = bombs(999_000 if thorough else 30_000)[name]
    assert isinstance(outcome(folder, bomb), UserError)
    assert isinstance(outcome(folder, bomb, read_tags, "tags.yml"), UserError)
