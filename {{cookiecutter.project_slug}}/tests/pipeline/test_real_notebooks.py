"""The project's own notebooks by every door: the command, papermill by itself, and run-all as JupyterLab does it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from customer_analytics.engagement import Project
from customer_analytics.pipeline.plan import available_reports
from customer_analytics.pipeline.run import RunResult, run
from customer_analytics.pipeline.warm import WarmProcess, kernel_environment

PROJECT = Path(__file__).parents[2]
NOTEBOOKS = PROJECT / "notebooks"


@pytest.fixture
def real(project: Project) -> Project:
    """The small project with the real notebooks and tags."""
    return with_real_notebooks(project)


@pytest.fixture(scope="module")
def ran_with_all(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, RunResult]:
    """Such a project, and its first run, with kernels forked where the system can."""
    folder = tmp_path_factory.mktemp("all") / "a {braces} 客户 project"
    shutil.copytree(loaded, folder)
    project = with_real_notebooks(Project.find(folder))
    return project, run(project)


def with_real_notebooks(project: Project) -> Project:
    for path in project.notebooks.iterdir():
        path.unlink()
    for path in NOTEBOOKS.glob("*.ipynb"):
        (project.notebooks / path.name).write_bytes(path.read_bytes())
    (project.folder / "tags.yml").write_bytes((PROJECT / "tags.yml").read_bytes())
    return project


def test_every_report_comes_to_its_end(ran_with_all: tuple[Project, RunResult]) -> None:
    project, result = ran_with_all
    complete = dict.fromkeys(available_reports(project), "complete")
    # the small project has orders and no lines of orders, no contacts and no channels
    without = {"basket_rules": "skipped", "campaign_evaluation": "skipped"}
    assert {entry["name"]: entry["status"] for entry in result.reports} == complete | without
    assert result.exit_code == 0
    for entry in result.reports:
        if entry["status"] == "skipped":
            continue
        assert entry["summary"]["title"]
        assert (result.folder / entry["page"]).stat().st_size < 300_000


def test_forked_and_plain_kernels_make_the_same_bytes(
    ran_with_all: tuple[Project, RunResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    # a fork at the wrong moment has been seen to lose the charts without an error
    if not WarmProcess.possible():
        pytest.skip("this system cannot fork a warm process")
    project, first = ran_with_all
    forked = first.folder
    monkeypatch.setattr(WarmProcess, "possible", staticmethod(lambda: False))
    plain = run(project, force=True, jobs=1).folder
    names = sorted(path.relative_to(forked) for path in forked.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(plain) for path in plain.rglob("*") if path.is_file())
    different = [name.as_posix() for name in names if (forked / name).read_bytes() != (plain / name).read_bytes()]
    assert set(different) <= {"run.json", "index.html"}
    assert "<svg" in (forked / "rfm.html").read_text(encoding="utf-8")


def test_papermill_by_itself_takes_a_parameter(real: Project, tmp_path: Path) -> None:
    # papermill formats braces in paths, so the project of this test cannot keep them in its name
    folder = tmp_path / "plain project"
    real.folder.rename(folder)
    done = subprocess.run(
        [sys.executable, "-m", "papermill", "notebooks/3_rfm.ipynb", "out.ipynb", "-p", "bins", "4"],
        cwd=folder, env=kernel_environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    metrics = folder / "reports" / "draft" / "rfm" / "metrics.json"
    assert json.loads(metrics.read_text(encoding="utf-8"))["customers"] == 61


@pytest.mark.parametrize("name", sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb")))
def test_run_all_works_in_the_folder_of_the_notebooks(
    real: Project, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for key, value in kernel_environment().items():
        monkeypatch.setenv(key, value)
    notebook = nbformat.read(real.notebooks / f"{name}.ipynb", as_version=4)
    NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": str(real.notebooks)}}).execute()
    assert (real.reports / "draft" / name.partition("_")[2] / "findings.json").is_file()
