"""Fixtures of the template's tests, and how all tests are shared between processors.

A worker gets a folder of tests at a time, because the tests of a folder share what its conftest.py makes once a
session; above all files that lie alone, a file. The longest come first, so that the workers end together.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import Any

import pytest
from cookiecutter.main import cookiecutter
from hypothesis import settings

HERE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE / "{{cookiecutter.project_slug}}" / "src"))

Bake = Callable[..., Path]
CHOICES = {"language", "industry"}  # cookiecutter compares these before it renders
TEMPLATE_TESTS = PurePosixPath("tests")
GENERATED_TESTS = PurePosixPath("{{cookiecutter.project_slug}}/tests")
# These use the same finished demo projects, so they go to one worker.
DEMO = {"tests/test_demo.py", "tests/browser/test_client.py"}
LONGEST = ("demo", f"{GENERATED_TESTS}/pipeline")


def unit_of(nodeid: str) -> str:
    """Which tests go to a worker together with this one."""
    file = nodeid.partition("::")[0]
    if file in DEMO:
        return "demo"
    folder = PurePosixPath(file).parent
    return file if folder in {TEMPLATE_TESTS, TEMPLATE_TESTS / "browser", GENERATED_TESTS} else str(folder)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In a worker: the longest units first."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: LONGEST.index(unit) if (unit := unit_of(item.nodeid)) in LONGEST else len(LONGEST))


def pytest_addoption(parser: pytest.Parser) -> None:
    with suppress(ValueError):  # the generated project's tests, run together with these, have it as well
        parser.addoption("--thorough", action="store_true", help="whole campaigns where CI takes a part of them")


def pytest_configure(config: pytest.Config) -> None:
    """A run is the same each time; hypothesis looks for new examples with --thorough or a seed of its own."""
    settings.register_profile("repeatable", deadline=None, derandomize=True, database=None)
    settings.register_profile("searching", deadline=None)
    searching = config.getoption("--thorough") or config.getoption("--hypothesis-seed", default=None) is not None
    settings.load_profile("searching" if searching else "repeatable")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Shares out units instead of single tests."""
    from xdist.scheduler import LoadScopeScheduling

    class Units(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return unit_of(nodeid)

    return Units(config, log)


@pytest.fixture(scope="session")
def thorough(request: pytest.FixtureRequest) -> bool:
    """Whether whole campaigns are asked for (--thorough); otherwise tests take the part that CI has time for."""
    return bool(request.config.getoption("--thorough"))


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


@pytest.fixture(scope="session")
def demo(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The project that `tasks.py demo` made, and what it printed."""
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, str(repository / "tasks.py"), "demo", str(folder)]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, env=no_python_path(), cwd=folder
    )
    printed = done.stdout.decode("utf-8", "replace")
    assert done.returncode == 0, printed
    return folder / "acme-retail", printed


@pytest.fixture(scope="session")
def offline() -> list[str]:
    """What to put before a command that must do without any network; nothing where the system cannot."""
    for words in (["unshare", "-n"], ["unshare", "-rn"]):
        with suppress(OSError):
            if subprocess.run([*words, "true"], check=False, capture_output=True).returncode == 0:
                return words
    return []


@pytest.fixture(scope="session")
def chinese_demo(demo: tuple[Path, str], bake: Bake, tasks: ModuleType, offline: list[str]) -> Path:
    """A second project with the same installation, whose client, data and reports are Chinese; made offline."""
    installed, _ = demo
    project = bake({"client_name": "上海百货", "language": "zh_CN"})
    command = [*offline, str(tasks.executable(installed / ".venv", "analytics")), "demo", "--customers", "2000"]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, env=no_python_path(), cwd=project
    )
    assert done.returncode == 0, done.stdout.decode("utf-8", "replace")
    return project


def no_python_path() -> dict[str, str]:
    """The environment without a path to the sources in the template: an installed package is imported."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def literal(answer: str) -> str:
    """An answer that cookiecutter's own rendering gives back to the letter, as if typed at the prompt."""
    escaped = "".join(f"\\U{ord(character):08x}" for character in answer)
    return '{{ "' + escaped + '" }}'
