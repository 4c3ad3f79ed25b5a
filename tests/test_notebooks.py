"""A static gate on the notebooks, before any kernel starts."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from customer_analytics.engagement.parameters import ReportParameters

NOTEBOOKS = sorted((Path(__file__).parents[1] / "{{cookiecutter.project_slug}}" / "notebooks").glob("*.ipynb"))
COMMON = ["as_of", "language", "subset", "output"]
BANNED = {
    "HTML(": "parts",
    "Markdown(": "parts",
    ".style": "parts.table",
    "to_html": "parts.table",
    "escape=False": "parts",
}
LONGEST = 200  # lines of code in a notebook


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request: pytest.FixtureRequest) -> dict[str, Any]:
    path: Path = request.param
    return {"report": path.stem.partition("_")[2], **json.loads(path.read_text(encoding="utf-8"))}


def code(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def parameters_cell(notebook: dict[str, Any]) -> dict[str, Any]:
    tagged = [cell for cell in notebook["cells"] if "parameters" in cell["metadata"].get("tags", [])]
    assert len(tagged) == 1, "exactly one cell is tagged parameters"
    assert tagged[0]["cell_type"] == "code"
    return tagged[0]


def test_there_are_notebooks_and_each_belongs_to_a_report() -> None:
    assert {path.stem.partition("_")[2] for path in NOTEBOOKS} == set(ReportParameters.model_fields)
    assert all(re.fullmatch(r"[1-9]_[a-z_]+", path.stem) for path in NOTEBOOKS)


def test_the_parameters_are_those_of_the_product_and_all_none(notebook: dict[str, Any]) -> None:
    assignments = ast.parse(source(parameters_cell(notebook))).body
    names = []
    for statement in assignments:
        assert isinstance(statement, ast.Assign) and len(statement.targets) == 1, "only `name = None` lines"
        (target,) = statement.targets
        assert isinstance(target, ast.Name) and isinstance(statement.value, ast.Constant)
        assert statement.value.value is None, f"{target.id}: engagement.yml holds the value"
        names.append(target.id)
    model = ReportParameters.model_fields[notebook["report"]].annotation
    assert model is not None
    assert names == [*COMMON, *model.model_fields]


def test_each_parameter_says_what_it_is_for(notebook: dict[str, Any]) -> None:
    for line in source(parameters_cell(notebook)).splitlines():
        if line.strip() and not line.startswith("#"):
            assert re.search(r"= None\s+# .{5,}", line), line


def test_the_parameters_come_before_what_uses_them(notebook: dict[str, Any]) -> None:
    assert code(notebook)[0] is parameters_cell(notebook)


def test_no_function_and_no_class_is_defined(notebook: dict[str, Any]) -> None:
    for cell in code(notebook):
        for node in ast.walk(ast.parse(source(cell))):
            banned = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
            assert not isinstance(node, banned), f"line {getattr(node, 'lineno', 0)} of cell {cell['id']}"


def test_no_html_is_built(notebook: dict[str, Any]) -> None:
    for cell in code(notebook):
        for banned, instead in BANNED.items():
            assert banned not in source(cell), f"cell {cell['id']}: use {instead} in place of {banned}"
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            assert not re.search(r"<[a-zA-Z/!]|javascript:", source(cell)), f"cell {cell['id']}: plain Markdown only"


def test_a_notebook_is_short_enough_to_read(notebook: dict[str, Any]) -> None:
    assert sum(len(source(cell).splitlines()) for cell in code(notebook)) <= LONGEST


def test_nothing_of_a_run_is_left_in_it(notebook: dict[str, Any]) -> None:
    for cell in code(notebook):
        assert cell["outputs"] == [] and cell["execution_count"] is None, cell["id"]
    assert "widgets" not in notebook["metadata"] and "papermill" not in notebook["metadata"]


def test_cell_ids_are_words_that_stay(notebook: dict[str, Any]) -> None:
    assert (notebook["nbformat"], notebook["nbformat_minor"]) >= (4, 5)
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(ids) == len(set(ids))
    for cell_id in ids:
        assert re.fullmatch(r"[a-z][a-z-]{2,40}", cell_id), f"{cell_id!r}: name the cell, for example segment-table"


def test_it_runs_on_the_kernel_of_the_projects_own_environment(notebook: dict[str, Any]) -> None:
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
