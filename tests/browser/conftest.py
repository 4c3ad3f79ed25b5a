"""Pages under test in a real browser: Debian's Chromium, driven by playwright. Without one the tests skip."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[2] / "{{cookiecutter.project_slug}}"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
)
# no sandbox: containers run as root; no networking of its own: only the page's requests are to be seen
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-gpu"]
LANGUAGES = ("en", "zh_CN")
KINDS = ("report", "front", "groups", "runs", "failed")


@dataclass
class Visit:
    """An open page with what it did: requests beside the file itself, console messages, dialogs."""

    page: Any
    requests: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = [path for path in (shutil.which(name) for name in NAMES) if path] or [
        p for p in PLACES if Path(p).is_file()
    ]
    if not found:
        pytest.skip("no Chromium on this machine")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found[0], args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[..., Visit]]:
    """Open a file as a reader would: visit(path, width=390, scheme="dark", javascript=False)."""
    contexts = []

    def open_file(
        path: Path, *, width: int = 1440, height: int = 900, scheme: str = "light", javascript: bool = True, **more: Any
    ) -> Visit:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, java_script_enabled=javascript, **more
        )
        contexts.append(context)
        visited = Visit(context.new_page())
        visited.page.on("request", lambda request: visited.requests.append(request.url))
        visited.page.on("console", lambda message: visited.messages.append(message.text))
        visited.page.on("pageerror", lambda error: visited.messages.append(str(error)))
        visited.page.on("dialog", lambda dialog: (visited.dialogs.append(dialog.message), dialog.dismiss()))
        visited.page.goto(path.as_uri())
        visited.requests = [url for url in visited.requests if url != path.as_uri() and not url.startswith("data:")]
        return visited

    yield open_file
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The axe-core script, as the PyPI package axe-playwright-python ships it."""
    spec = importlib.util.find_spec("axe_playwright_python")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("axe-playwright-python is not installed")
    script = Path(spec.submodule_search_locations[0]) / "axe.min.js"
    return script.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def every_part() -> ModuleType:
    """The notebook that uses every part, with hostile names (tests/report of the generated project)."""
    spec = importlib.util.spec_from_file_location("every_part", PROJECT / "tests" / "report" / "every_part.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def pages(
    every_part: ModuleType, browser: Any, tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, str], Path]:
    """Every kind of page in both languages: (kind, language) -> file."""
    made: dict[tuple[str, str], Path] = {}
    for language in LANGUAGES:
        made |= _pages(every_part, tmp_path_factory.mktemp("pages") / "client", language)
    return made


def _pages(every_part: ModuleType, folder: Path, language: str) -> dict[tuple[str, str], Path]:
    from customer_analytics.engagement import Project
    from customer_analytics.report.export import export_report
    from customer_analytics.report.failure import write_failure_page
    from customer_analytics.report.front_page import write_front_page, write_runs_index

    project = Project.find(every_part.make_project(folder, language=language))
    run = project.reports / "2026-11-21_2011"
    notebook = every_part.executed(folder, language=language)
    exported = export_report(notebook, run / "rfm.html", project=project, made={"data": {"fingerprint": "7f3a91c0"}})
    complete = _entry(
        "rfm", "complete", summary=exported.summary, verdict={"level": 1, "reason": every_part.HOSTILE[0]}
    )
    skipped = _entry("funnel", "skipped", reason="–", verdict={"level": 0, "reason": "–"})
    failed = _entry("churn", "failed", reason=every_part.HOSTILE[0], failure={"mend": every_part.HOSTILE[1]})
    record = {
        "run": run.name, "client": "C", "created_at": "2026-11-21T20:11:12+00:00", "as_of": "2011-12-09",
        "language": language, "template_version": "0.1.0", "versions": {"python": "3.11"},
        "data": {"fingerprint": "7f3a", "tables": {"orders": 60}, "loaded_at": "2026-11-21T20:00:00+00:00"},
        "reports": [complete, skipped, failed],
    }  # fmt: skip
    write_front_page(run, record, project)
    write_runs_index(project, [record])
    write_failure_page(
        run / "churn.html", project=project, report="churn", cell=every_part.HOSTILE[0], error=every_part.HOSTILE[8],
        notebook="churn/notebook.ipynb", language=language,
    )  # fmt: skip
    sets = [{"value": name, "folder": f"g{i}", "customers": 90 - i} for i, name in enumerate(every_part.HOSTILE)]
    groups = [
        _entry(
            "rfm", "complete", summary=exported.summary, folder=f"g{i}/", page=f"g{i}/rfm.html", subset=f"region={name}"
        )
        for i, name in enumerate(every_part.HOSTILE)
    ]
    each = project.reports / "each"
    write_front_page(
        each, {**record, "reports": groups, "for_each": {"column": "=1+1", "sets": sets, "left_out": 2}}, project
    )
    files = (
        run / "rfm.html",
        run / "index.html",
        each / "index.html",
        project.reports / "index.html",
        run / "churn.html",
    )
    return {(kind, language): file for kind, file in zip(KINDS, files, strict=True)}


def _entry(name: str, status: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name, "status": status, "reason": None, "verdict": None, "page": f"{name}.html", "summary": None,
        "notebook": f"{name}/notebook.ipynb", "parameters": {"bins": 5}, "subset": None, "folder": None,
        "seconds": 1.0, "cached": False, **more,
    }  # fmt: skip


@pytest.fixture(scope="session")
def real_pages() -> list[Path]:
    """Pages of a finished run to look at as well: a folder of HTML files named by BROWSER_TEST_PAGES."""
    folder = os.environ.get("BROWSER_TEST_PAGES")
    return sorted(Path(folder).resolve().rglob("*.html")) if folder else []
