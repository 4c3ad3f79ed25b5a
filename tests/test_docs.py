"""The documentation says what is there: commands, options, keys and links."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from pydantic import BaseModel

from customer_analytics.engagement import parameters, settings
from customer_analytics.schema import SCHEMAS

HERE = Path(__file__).parents[1]
PROJECT = HERE / "{{cookiecutter.project_slug}}"
PAGES = [HERE / "README.md", PROJECT / "README.md", *sorted((HERE / "docs").rglob("*.md"))]


def commands_in(page: Path) -> list[str]:
    """Lines of indented or fenced blocks, and code in running text, without comments."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^(?: {4,}|\t)(\S.*)$", text, re.MULTILINE) + re.findall(r"`([^`\n]+)`", text)
    return [re.sub(r"\s+#.*", "", line).strip() for line in blocks]


@cache
def help_of(*command: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(PROJECT / "src"), "COLUMNS": "200", "TERM": "dumb", "NO_COLOR": "1"}
    done = subprocess.run(
        [sys.executable, *command, "--help"], capture_output=True, check=False, env=environment, cwd=HERE
    )
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    return done.stdout.decode("utf-8", "replace")


@cache
def command_names() -> set[str]:
    """The commands that `analytics --help` lists."""
    listed = help_of("-m", "customer_analytics").partition("Commands:")[2]
    return set(re.findall(r"^  ([a-z]+)\b", listed, flags=re.MULTILINE))


def options_of(task: str) -> str:
    """What the words after a task may be: they go to pytest, with our own options, or to a script."""
    if task == "test":
        ours = [HERE / "tests" / "conftest.py", PROJECT / "tests" / "conftest.py"]
        return " -k -m -x " + " ".join(re.findall(r'addoption\(\s*"(--[a-z-]+)"', "".join(read(path) for path in ours)))
    return help_of("versions.py") if task == "versions" else ""


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(HERE).as_posix())
def test_every_command_on_a_page_exists_with_its_options(page: Path) -> None:
    for line in commands_in(page):
        words = line.split()
        if words[0] == "analytics" and len(words) > 1 and re.fullmatch(r"[a-z]+", words[1]):
            assert words[1] in command_names(), line
            known = help_of("-m", "customer_analytics", words[1])
        elif "tasks.py" in words[:2]:
            known = help_of("tasks.py")
            task = words[words.index("tasks.py") + 1 :][:1]
            assert all(name in known for name in task), line
            known += "".join(options_of(name) for name in task)
        else:
            continue
        for option in re.findall(r"(?<!\S)--?[a-z][a-z-]*", line):
            assert option in known, f"{line}: no option {option}"


def test_every_command_is_in_the_guide() -> None:
    text = (HERE / "docs" / "guide" / "commands.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `analytics (\w+)`", text, re.MULTILINE)) == command_names()


def test_every_option_of_run_is_in_the_guide() -> None:
    text = (HERE / "docs" / "guide" / "commands.md").read_text(encoding="utf-8")
    options = set(re.findall(r"--[a-z][a-z-]+", help_of("-m", "customer_analytics", "run"))) - {"--help"}
    assert options <= set(re.findall(r"--[a-z][a-z-]+", text))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(HERE).as_posix())
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def blocks() -> list[type[BaseModel]]:
    found = {
        value
        for module in (settings, parameters)
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, BaseModel) and value.model_fields
    }
    return sorted(found, key=lambda block: block.__name__)


@pytest.mark.parametrize("block", blocks(), ids=lambda block: block.__name__)
def test_every_key_of_engagement_yml_is_in_the_guide(block: type[BaseModel]) -> None:
    text = (HERE / "docs" / "guide" / "engagement-yml.md").read_text(encoding="utf-8")
    missing = [name for name in block.model_fields if f"`{name}`" not in text]
    assert not missing


def test_every_table_and_column_is_in_the_guide() -> None:
    text = (HERE / "docs" / "guide" / "engagement-yml.md").read_text(encoding="utf-8").partition("\n## reports")[0]
    for schema in SCHEMAS.values():
        (row,) = re.findall(rf"^\| `{schema.name}` \|.*$", text, re.MULTILINE)
        assert all(column.name in row for column in schema.columns), schema.name


def test_every_report_has_its_metrics_in_the_guide() -> None:
    text = (HERE / "docs" / "guide" / "metrics.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^## (\w+)$", text, re.MULTILINE)) == set(parameters.ReportParameters.model_fields)


def test_decisions_are_numbered_without_gaps() -> None:
    records = sorted((HERE / "docs" / "decisions").glob("*.md"))
    assert [record.name[:4] for record in records] == [f"{number:04}" for number in range(1, len(records) + 1)]
    for number, record in enumerate(records, 1):
        assert record.read_text(encoding="utf-8").startswith(f"# {number}. "), record.name
