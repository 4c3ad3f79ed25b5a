"""The template's own code: hooks, tasks, benchmarks and tests do nothing of what no code of ours does."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

# What tests and tools do not do either; they may talk to a server of their own and run code that they wrote.
NEVER = ("starts a shell", "unpickles", "makes objects of YAML", "guesses a temporary name", "trusts anyone")

MAY = {"test_language.py": "asks whether a text survives the way to another process"}


@pytest.fixture(scope="session")
def checker(project: Path) -> ModuleType:
    """The generated project's own list of what is forbidden."""
    file = project / "tests" / "security" / "forbidden_calls.py"
    spec = importlib.util.spec_from_file_location("forbidden_calls", file)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_hooks_and_tasks_do_nothing_of_what_is_forbidden(checker: ModuleType, repository: Path) -> None:
    files = [*(repository / "hooks").glob("*.py"), repository / "tasks.py"]
    assert len(files) == 3
    for file in files:
        assert checker.faults(file.read_text(encoding="utf-8"), file.name) == []


def test_tests_and_benchmarks_start_no_shell_and_unpickle_nothing(checker: ModuleType, repository: Path) -> None:
    folders = [repository / "tests", repository / "benchmarks", repository / "{{cookiecutter.project_slug}}" / "tests"]
    found = [
        fault
        for folder in folders
        for file in sorted(folder.rglob("*.py"))
        for fault in checker.faults(file.read_text(encoding="utf-8"), file.relative_to(repository).as_posix())
        if fault.endswith(NEVER) and file.name not in MAY
    ]
    assert found == []


def test_hooks_use_the_standard_library_alone_and_read_their_answers_as_data(repository: Path) -> None:
    for file in (repository / "hooks").glob("*.py"):
        text = file.read_text(encoding="utf-8")
        imported = re.findall(r"^(?:from|import) (\w+)", text, re.MULTILINE)
        assert set(imported) <= sys.stdlib_module_names
        assert re.findall(r"\{\{.*?\}\}|\{%.*?%\}", text) == ["{{ cookiecutter | tojson }}"]


def test_a_baked_project_holds_no_secret_and_keeps_data_out_of_git(baked: Path) -> None:
    ignored = (baked / ".gitignore").read_text(encoding="utf-8")
    for folder in ("data/raw", "data/tables", "reports", ".analytics", ".venv", ".env"):
        assert folder in ignored, folder
    notebooks = [json.loads(file.read_text(encoding="utf-8")) for file in (baked / "notebooks").glob("*.ipynb")]
    assert all(not cell.get("outputs") for notebook in notebooks for cell in notebook["cells"])


def test_every_test_that_the_threat_model_names_is_there(repository: Path, project: Path) -> None:
    text = (repository / "docs" / "guide" / "threat-model.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(tests/\S+\.py)`", text))
    assert len(named) > 5
    assert {name for name in named if not (repository / name).is_file() and not (project / name).is_file()} == set()
    rows = [line for line in text.splitlines() if line.startswith("| ") and "`tests/" in line]
    assert len(rows) >= 15  # threats, each with its test
