"""The guide's table of odd clients names each case of the project's tests, and no other."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]
CASES = ROOT / "{{cookiecutter.project_slug}}" / "tests" / "odd_clients"


def test_the_guide_lists_every_odd_client() -> None:
    guide = (ROOT / "docs" / "guide" / "odd-clients.md").read_text(encoding="utf-8")
    listed = [line.split(" | ")[0].removeprefix("| ") for line in guide.splitlines() if line.startswith("| ")][1:]
    assert sorted(listed) == sorted(_described())


def _described() -> list[str]:
    """The docstring of each function that is entered as a case."""
    found = []
    for path in sorted(CASES.glob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and any(_is_case(each) for each in node.decorator_list):
                found.append(ast.get_docstring(node) or "")
    return found


def _is_case(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Name) and decorator.func.id == "case"
