"""The examples of the guide to audiences run as they stand, one after another, on the synthetic client."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from customer_analytics.cli import app
from customer_analytics.engagement import Project
from customer_analytics.pipeline.sample_client import make_sample_client
from customer_analytics.tables.load import load

GUIDE = (Path(__file__).parents[1] / "docs" / "guide" / "audiences.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def client(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project over the synthetic client of the default size of the guide, as the working folder."""
    folder = tmp_path_factory.mktemp("client")
    settings = "client: Acme\nconsultancy: C\ntime_zone: Europe/London\ncurrency: GBP\nas_of:\nsources: []\n"
    (folder / "engagement.yml").write_text(settings, encoding="utf-8")
    shutil.copyfile(project / "tags.yml", folder / "tags.yml")
    make_sample_client(Project.find(folder), customers=3_000, seed=7, force=False)
    load(Project.find(folder))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield folder


@pytest.fixture(scope="module")
def shown(client: Path) -> dict[str, Result]:
    """What each example shows, by its command line."""
    lines = re.findall(r"^ {4}analytics (audience .*)$", GUIDE, re.MULTILINE)
    return {line: CliRunner().invoke(app, shlex.split(line)) for line in lines}


def test_every_example_of_the_guide_runs(shown: dict[str, Result]) -> None:
    assert len(shown) >= 8
    failed = {line: result.output for line, result in shown.items() if result.exit_code != 0}
    assert not failed
    assert not [line for line, result in shown.items() if "The data have" in result.output]


def test_the_output_in_the_guide_is_that_of_its_first_example(shown: dict[str, Result]) -> None:
    block = re.search(r"((?:^ {4}.*\n)+)", GUIDE[GUIDE.index("## What is shown") :], re.MULTILINE)
    assert block is not None
    printed = [line.removeprefix("    ") for line in block[1].splitlines()]
    first = next(iter(shown.values())).output.splitlines()
    assert first[: len(printed)] == printed


def test_the_examples_leave_the_lists_that_they_name(client: Path, shown: dict[str, Result]) -> None:
    names = {line.split("--name ")[1].split()[0] for line in shown if "--name" in line and "--dry-run" not in line}
    assert {path.name for path in (client / "audiences").iterdir() if path.is_dir()} == names
    assert (client / "audiences" / "best" / "list.xlsx").is_file()
    assert (client / "audiences" / "best" / "braze.csv").is_file()
    assert (client / "audiences" / "spring" / "earlier" / "assignment_1.parquet").is_file()
