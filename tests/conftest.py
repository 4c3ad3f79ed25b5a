from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType

import pytest
from cookiecutter.main import cookiecutter

HERE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE / "{{cookiecutter.project_slug}}" / "src"))

Bake = Callable[..., Path]
CHOICES = {"language", "industry"}  # cookiecutter compares these before it renders


@pytest.fixture(scope="session")
def tasks() -> ModuleType:
    """The template's tasks.py as a module."""
    return importlib.import_module("tasks")


@pytest.fixture(scope="session")
def repository() -> Path:
    """The template's repository."""
    return HERE


@pytest.fixture(scope="session")
def project() -> Path:
    """The generated project as it lies in the template."""
    return HERE / "{{cookiecutter.project_slug}}"


@pytest.fixture(scope="session")
def template(tasks: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the template without what tools left behind."""
    folder = tmp_path_factory.mktemp("template") / "template"
    tasks.copy_template(folder)
    return folder


@pytest.fixture(scope="session")
def bake(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Bake:
    """Bake a project with the given answers, as `cookiecutter --no-input` does; returns its folder."""

    def make(answers: Mapping[str, str] | None = None, output: Path | None = None) -> Path:
        folder = output or tmp_path_factory.mktemp("baked")
        return Path(
            cookiecutter(
                str(template),
                no_input=True,
                default_config=True,
                output_dir=str(folder),
                extra_context={
                    question: answer if question in CHOICES else literal(answer)
                    for question, answer in (answers or {}).items()
                },
            )
        )

    return make


@pytest.fixture(scope="session")
def baked(bake: Bake) -> Path:
    """One project with the default answers."""
    return bake()


def literal(answer: str) -> str:
    """An answer that cookiecutter's own rendering gives back to the letter, as if typed at the prompt."""
    escaped = "".join(f"\\U{ord(character):08x}" for character in answer)
    return '{{ "' + escaped + '" }}'
