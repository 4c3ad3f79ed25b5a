"""The floors of the package: imports only go downwards, analysis knows no clock, only `report` knows HTML."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "{{cookiecutter.project_slug}}" / "src" / "customer_analytics"
FLOORS = [
    {"disclosure", "durable", "engagement", "expressions", "language", "packs", "schema", "spreadsheet", "statistics"},
    {"tables"},
    {"analysis"},
    {"narrative"},
    {"report"},
    {"alerts", "assistant", "audiences", "documents", "pipeline", "presets", "questions"},
    {"cli"},
    {"__main__"},
]
FLOOR_OF = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
LONGEST_FILE = 400
CLOCKS = {("date", "today"), ("datetime", "now"), ("datetime", "today"), ("datetime", "utcnow"), ("time", "time")}


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE), ast.parse(path.read_text(encoding="utf-8"))


def room_of(path: Path) -> str:
    return path.parts[0].removesuffix(".py")


def imported_rooms(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(line, room) of every import from the package, also of those inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written in full"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == "customer_analytics" and len(parts) > 1 and not parts[1].startswith("__version"):
                yield node.lineno, parts[1]


def test_every_room_stands_on_a_floor() -> None:
    assert {room_of(path) for path, _ in modules()} - {"__init__"} <= set(FLOOR_OF)


def test_imports_only_go_downwards() -> None:
    upwards = [
        f"{path}:{line} imports {room}"
        for path, tree in modules()
        if room_of(path) != "__init__"
        for line, room in imported_rooms(tree)
        if FLOOR_OF[room] > FLOOR_OF[room_of(path)]
    ]
    assert not upwards, "\n".join(upwards)


@pytest.mark.parametrize("room", ["analysis", "narrative", "expressions", "statistics"])
def test_nothing_below_the_report_asks_the_clock(room: str) -> None:
    found = [
        f"{path}:{node.lineno}"
        for path, tree in modules()
        if room_of(path) == room
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and (getattr(node.value, "attr", getattr(node.value, "id", "")), node.attr) in CLOCKS
    ]
    assert not found, "the as-of date is a parameter: " + ", ".join(found)


def test_only_the_report_marks_text_as_html() -> None:
    found = [
        str(path)
        for path, tree in modules()
        if room_of(path) not in {"report", "language"}
        and any(
            isinstance(node, ast.alias) and node.name in {"Markup", "markupsafe", "HTML"} for node in ast.walk(tree)
        )
    ]
    assert not found


def test_files_stay_short_enough_to_read() -> None:
    long = [
        f"{path}: {lines} lines"
        for path, _ in modules()
        if (lines := (PACKAGE / path).read_text(encoding="utf-8").count("\n")) > LONGEST_FILE
    ]
    assert not long


def test_there_is_no_unfinished_code() -> None:
    unfinished = [
        f"{path}:{number}"
        for path, _ in modules()
        for number, line in enumerate((PACKAGE / path).read_text(encoding="utf-8").splitlines(), 1)
        if any(mark in line for mark in ("TODO", "FIXME", "NotImplementedError", "XXX "))
    ]
    assert not unfinished
