"""The guide's tables of bad input files are made of the cases that the tests run."""

from __future__ import annotations

import importlib
import os
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).resolve().parents[1]
GUIDE = HERE / "docs" / "guide" / "bad-inputs.md"
BEGIN, END = "<!-- cases of files -->", "<!-- end of cases of files -->"
LONGEST = 230  # characters of an outcome


@pytest.fixture(scope="module")
def corpus() -> ModuleType:
    """The cases, which lie in the generated project's tests."""
    tests = str(HERE / "{{cookiecutter.project_slug}}" / "tests")
    if tests not in sys.path:
        sys.path.insert(0, tests)
    return importlib.import_module("bad_inputs.every_case")


def test_the_guide_has_every_case(corpus: ModuleType) -> None:
    """To write the tables anew: BAD_INPUTS_GUIDE=write, then this test."""
    wanted = "\n".join(lines_of(corpus))
    text = GUIDE.read_text(encoding="utf-8")
    head, rest = text.split(BEGIN)
    found, tail = rest.split(END)
    if os.environ.get("BAD_INPUTS_GUIDE") == "write":
        GUIDE.write_text(f"{head}{BEGIN}\n\n{wanted}\n\n{END}{tail}", encoding="utf-8", newline="\n")
    else:
        assert found.strip().splitlines() == wanted.splitlines()


def lines_of(corpus: ModuleType) -> list[str]:
    """The tables in Markdown, and how many cases they have."""
    count = sum(map(len, corpus.CASES.values()))
    lines = [f"{count} cases. An asterisk marks the {len(corpus.MENDED)} that went wrong when the corpus was made."]
    for title, cases in corpus.CASES.items():
        lines += ["", f"### {title}", "", "| case | what was sent | what happens |", "|---|---|---|"]
        for case in cases:
            mark = " \\*" if case.name in corpus.MENDED else ""
            lines.append(f"| {cell(case.name)}{mark} | {cell(case.wrong)} | {cell(outcome_of(case))} |")
    return lines


def outcome_of(case: object) -> str:
    """The outcome of a case in words."""
    outcome = case.outcome  # type: ignore[attr-defined]
    if hasattr(outcome, "problems"):
        more = len(outcome.problems) - 1
        told = outcome.problems[0] + (f" (and {more} more)" if more else "")
        return f"refused: {told if len(told) <= LONGEST else told[: LONGEST - 1] + '…'}"
    rows = outcome.rows if isinstance(outcome.rows, int) else len(outcome.rows)
    parts = [f"{rows:,} {'row' if rows == 1 else 'rows'} kept"]
    parts += [f"{number:,} set aside: {reason}" for reason, number in outcome.aside.items()]
    return "; ".join([*parts, *outcome.notes])


def cell(text: str) -> str:
    """Text within a cell of a table: as it is, also where it holds marks of Markdown."""
    shown = "".join(one if one.isprintable() else "?" for one in text)
    return re.sub(r"([|<>*_\[\]\\`])", r"\\\1", shown)
