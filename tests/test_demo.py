"""The whole way, once: bake, install, synthetic client, every report, as a newcomer does it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from customer_analytics.engagement.parameters import ReportParameters

pytestmark = pytest.mark.slow
REPORTS = list(ReportParameters.model_fields)


def analytics(tasks: ModuleType, project: Path, *arguments: str, folder: Path | None = None) -> tuple[int, str, float]:
    """(exit code, output, seconds) of a command of the installed project, run there or in another folder."""
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    began = time.monotonic()
    done = subprocess.run(
        [str(tasks.executable(project / ".venv", "analytics")), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        env=clean,
        cwd=folder or project,
    )
    return done.returncode, done.stdout.decode("utf-8", "replace"), time.monotonic() - began


def manifest(project: Path) -> dict[str, Any]:
    latest = (project / "reports" / "latest").read_text(encoding="utf-8").strip()
    found: dict[str, Any] = json.loads((project / "reports" / latest / "run.json").read_text(encoding="utf-8"))
    return found


def test_every_report_is_there_and_the_front_page_is_named(demo: tuple[Path, str]) -> None:
    project, printed = demo
    run = manifest(project)
    assert {report["name"]: report["status"] for report in run["reports"]} == dict.fromkeys(REPORTS, "complete")
    front_page = re.search(r"file://\S+index\.html", printed)
    assert front_page is not None, printed
    folder = project / "reports" / (project / "reports" / "latest").read_text(encoding="utf-8").strip()
    assert front_page.group().endswith(f"/{folder.name}/index.html")
    for report in REPORTS:
        assert (folder / f"{report}.html").stat().st_size <= 300_000
        assert {path.name for path in (folder / report).iterdir()} >= {"findings.json", "metrics.json", "tables"}


def test_every_metric_is_in_the_guide(demo: tuple[Path, str], repository: Path) -> None:
    project, _ = demo
    folder = project / "reports" / (project / "reports" / "latest").read_text(encoding="utf-8").strip()
    text = (repository / "docs" / "guide" / "metrics.md").read_text(encoding="utf-8")
    of_every_report, _, _ = text.partition("\n## ")
    for report in REPORTS:
        (chapter,) = re.findall(rf"^## {report}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
        names = re.findall(r"`([a-z0-9_.<>]+)`", chapter)
        patterns = [re.sub(r"<\w+>", r".+", re.escape(name).replace(r"\<", "<").replace(r"\>", ">")) for name in names]
        metrics = json.loads((folder / report / "metrics.json").read_text(encoding="utf-8"))
        unknown = [name for name in metrics if not any(re.fullmatch(pattern, name) for pattern in patterns)]
        assert not unknown, report
        for table in (folder / report / "tables").glob("*.csv"):
            assert f"`{table.name}`" in of_every_report + chapter, f"{report}: {table.name} is not in the guide"


def test_a_second_run_without_changes_comes_from_the_cache(demo: tuple[Path, str], tasks: ModuleType) -> None:
    project, _ = demo
    code, printed, seconds = analytics(tasks, project, "run")
    assert code == 0, printed
    assert all(report["cached"] for report in manifest(project)["reports"])
    assert seconds < 10


def test_a_misspelt_parameter_is_refused_with_a_suggestion(demo: tuple[Path, str], tasks: ModuleType) -> None:
    project, _ = demo
    code, printed, _ = analytics(tasks, project, "run", "rfm", "-p", "binz=4")
    assert code == 2
    assert "bins" in printed and "Traceback" not in printed


def test_a_mistake_in_engagement_yml_is_named_with_its_line(demo: tuple[Path, str], tasks: ModuleType) -> None:
    project, _ = demo
    settings = project / "engagement.yml"
    before = settings.read_bytes()
    settings.write_bytes(before.replace(b"\nlanguage: en", b"\nlanguge: en"))
    try:
        code, printed, _ = analytics(tasks, project, "check")
    finally:
        settings.write_bytes(before)
    line = before.decode("utf-8").splitlines().index("language: en") + 1
    assert code == 2
    assert f"line {line}" in printed and "language" in printed and "Traceback" not in printed


def test_a_notebook_runs_by_itself_under_papermill(demo: tuple[Path, str], tasks: ModuleType) -> None:
    project, _ = demo
    papermill = tasks.executable(project / ".venv", "papermill")
    command = [str(papermill), "notebooks/3_rfm.ipynb", "out.ipynb", "-p", "bins", "4", "--no-progress-bar"]
    # Without the environment activated there is no kernel of that name on the path of Jupyter but its own.
    environment = {**os.environ, "PATH": os.pathsep.join([str(papermill.parent), os.environ.get("PATH", "")])}
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(command, capture_output=True, check=False, cwd=project, env=environment)
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")[-3000:]
    metrics = json.loads((project / "reports" / "draft" / "rfm" / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["customers"] > 0


class VisibleText(HTMLParser):
    """What a reader of a page sees or hears, without code and styles."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = 0
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.hidden += tag in {"script", "style", "code", "pre"}
        self.texts += [value for name, value in attributes if name in {"alt", "aria-label", "placeholder"} and value]

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in {"script", "style", "code", "pre"}

    def handle_data(self, text: str) -> None:
        if not self.hidden:
            self.texts.append(text)


def test_a_chinese_project_speaks_chinese_and_nothing_else(chinese_demo: Path) -> None:
    """The same installation serves a second project, whose client, data and reports are Chinese."""
    latest = (chinese_demo / "reports" / "latest").read_text(encoding="utf-8").strip()
    pages = sorted((chinese_demo / "reports" / latest).glob("*.html"))
    assert {page.stem for page in pages} == {"index", "glossary", *REPORTS}
    for page in pages:
        assert page.stat().st_size <= 500_000, page.name
        reader = VisibleText()
        reader.feed(page.read_text(encoding="utf-8"))
        english = [text.strip() for text in reader.texts if re.search(r"[A-Za-z]+(?:,? [a-z]+){2,}", text)]
        assert not english, f"{page.name}: {english}"
        assert "上海百货" in "".join(reader.texts)


def test_the_project_is_in_git_without_data_and_reports(demo: tuple[Path, str]) -> None:
    project, _ = demo
    command = ["git", "status", "--porcelain", "--untracked-files=all"]
    listed = subprocess.run(command, cwd=project, capture_output=True, check=True).stdout.decode("utf-8")
    new = {line[3:].partition("/")[0] for line in listed.splitlines()}
    assert not new & {"reports", ".venv", ".analytics"}
    assert "data/tables" not in listed and "data/raw/sample" not in listed and ".key" not in listed
