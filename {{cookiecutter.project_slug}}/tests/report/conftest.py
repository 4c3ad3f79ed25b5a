from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import nbformat
import pytest

from customer_analytics.engagement import Project


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def every_part() -> ModuleType:
    """The helper module with the project and the notebook that uses every part."""
    return _load("every_part")


@pytest.fixture(scope="session", params=["en", "zh_CN"])
def run(request: pytest.FixtureRequest, every_part: ModuleType, tmp_path_factory: pytest.TempPathFactory):
    """(project, executed notebook, language) in both languages."""
    folder = every_part.make_project(tmp_path_factory.mktemp(request.param) / "client", language=request.param)
    return Project.find(folder), every_part.executed(folder, language=request.param), request.param


@pytest.fixture
def project(every_part: ModuleType, tmp_path: Path) -> Project:
    return Project.find(every_part.make_project(tmp_path / "client"))


@pytest.fixture
def blocks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The HTML of each block that a part displays."""
    shown: list[str] = []
    for module in ("parts", "figures", "tables"):
        monkeypatch.setattr(
            f"customer_analytics.report.{module}.show", lambda block, **_: shown.append(str(block)), raising=True
        )
    return shown


@pytest.fixture
def copy_of():
    """A notebook that a test may change."""

    def copy(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
        return nbformat.from_dict(notebook)

    return copy
