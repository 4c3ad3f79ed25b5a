"""Whole runs of two tiny reports: what is made, what comes from the cache, and what a failure leaves."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import UserError
from customer_analytics.pipeline.folders import latest_front_page
from customer_analytics.pipeline.progress import Progress
from customer_analytics.pipeline.run import RunResult, run
from customer_analytics.tables.load import load

Edit = Callable[..., None]


class Heard(Progress):
    """Remembers what a person would have seen."""

    def __init__(self) -> None:
        self.endings: dict[str, str] = {}
        self.cells: list[tuple[str, int, int, str]] = []

    def cell(self, label: str, number: int, cells: int, heading: str) -> None:
        self.cells.append((label, number, cells, heading))

    def finished(self, label: str, status: str, seconds: float) -> None:
        self.endings[label] = status


def _run(project: Project, *reports: str, **options: Any) -> tuple[RunResult, Heard]:
    heard = Heard()
    result = run(Project.find(project.folder), reports or None, progress=heard, **options)
    return result, heard


def _manifest(result: RunResult) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((result.folder / "run.json").read_text(encoding="utf-8"))
    return manifest


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_run_leaves_everything_that_the_design_names(project: Project) -> None:
    result, heard = _run(project)
    assert result.exit_code == 0
    assert heard.endings == {"data_audit": "complete", "rfm": "complete"}
    files = set(_bytes(result.folder))
    for name in ("data_audit", "rfm"):
        assert {f"{name}.html", *(f"{name}/{part}" for part in (
            "notebook.ipynb", "findings.json", "metrics.json", "tables/customers.csv"))} <= files  # fmt: skip
    assert {"index.html", "run.json"} <= files
    assert latest_front_page(project) == result.index
    assert (project.reports / "index.html").is_file()
    assert not list(project.reports.glob(".*"))


def test_the_manifest_tells_what_was_made_from_what(project: Project) -> None:
    result, _ = _run(project, parameters={"rfm.bins": "4"}, as_of="2024-06-30")
    manifest = _manifest(result)
    assert manifest["format"] == 1
    assert manifest["run"] == result.folder.name
    assert manifest["as_of"] == "2024-06-30"
    assert manifest["data"]["tables"]["orders"] > 60
    audit, rfm = manifest["reports"]
    assert [audit["name"], rfm["name"]] == ["data_audit", "rfm"]
    assert rfm["parameters"]["bins"] == 4
    assert rfm["parameters"]["minimum_base"] == 30
    assert rfm["verdict"]["level"] in (1, 2)
    assert rfm["page"] == "rfm.html"
    assert rfm["summary"]["title"] == "Customers were counted"
    assert {"python", "ibis-framework", "duckdb"} <= set(manifest["versions"])
    metrics = json.loads((result.folder / "rfm" / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["bins"] == 4


def test_progress_is_told_by_cell_with_the_heading_above_it(project: Project) -> None:
    _, heard = _run(project, "rfm")
    assert heard.cells[0][:2] == ("rfm", 1)
    assert heard.cells[-1] == ("rfm", 6, 6, "Numbers")


def test_the_kept_notebook_names_no_folder_of_this_machine_and_hides_prints(project: Project, edit: Edit) -> None:
    edit("3_rfm", before="import warnings; warnings.warn('beware'); print('secret print')")
    result, _ = _run(project, "rfm", parameters={"bins": 4})
    text = (result.folder / "rfm" / "notebook.ipynb").read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    assert str(project.folder) not in text
    assert "bins = 4" in notebook.cells[2].source
    assert "output =" not in notebook.cells[2].source
    page = (result.folder / "rfm.html").read_text(encoding="utf-8")
    for hidden in ("beware", "secret print"):
        assert hidden not in page
        assert not any(hidden in str(cell.get("outputs", "")) for cell in notebook.cells)


def test_an_unchanged_run_comes_from_the_cache_with_the_same_bytes(ran: Project) -> None:
    first = ran.reports / (ran.reports / "latest").read_text(encoding="utf-8").strip()
    second, heard = _run(ran)
    assert heard.endings == {"data_audit": "cached", "rfm": "cached"}
    assert heard.cells == []
    before, after = _bytes(first), _bytes(second.folder)
    for name in before:
        if name not in ("run.json", "index.html"):
            assert before[name] == after[name], name
    told = json.loads((first / "run.json").read_text(encoding="utf-8"))["reports"]
    apart = {"seconds": None, "cached": None}
    assert [entry | apart for entry in told] == [entry | apart for entry in _manifest(second)["reports"]]


def test_runs_with_one_and_two_jobs_are_equal_byte_for_byte(ran: Project) -> None:
    first = ran.reports / (ran.reports / "latest").read_text(encoding="utf-8").strip()
    second, heard = _run(ran, force=True, jobs=1)
    assert heard.endings == {"data_audit": "complete", "rfm": "complete"}
    before, after = _bytes(first), _bytes(second.folder)
    assert before.keys() == after.keys()
    assert {name for name in before if before[name] != after[name]} <= {"run.json", "index.html"}


def test_a_changed_notebook_is_run_again_and_a_damaged_page_is_not_delivered(ran: Project, edit: Edit) -> None:
    edit("1_data_audit", before="# a comment")
    for page in (ran.folder / ".analytics" / "cache").glob("*/files/rfm.html"):
        page.write_text("broken", encoding="utf-8")
    result, heard = _run(ran)
    assert heard.endings == {"data_audit": "complete", "rfm": "complete"}
    assert "broken" not in (result.folder / "rfm.html").read_text(encoding="utf-8")


def test_what_concerns_another_report_leaves_this_one_in_the_cache(ran: Project) -> None:
    settings = ran.folder / "engagement.yml"
    settings.write_text(settings.read_text(encoding="utf-8") + "reports:\n  rfm:\n    bins: 4\n", encoding="utf-8")
    assert _run(ran)[1].endings == {"data_audit": "cached", "rfm": "complete"}


def test_loading_the_same_data_again_changes_nothing(ran: Project) -> None:
    load(Project.find(ran.folder))
    assert _run(ran)[1].endings == {"data_audit": "cached", "rfm": "cached"}


def test_a_failed_report_leaves_the_others_and_says_where_to_look(project: Project, edit: Edit) -> None:
    edit("1_data_audit", publish="print('kept for the analyst')\nraise KeyError('Jane Doe')")
    result, heard = _run(project)
    assert result.exit_code == 1
    assert heard.endings == {"data_audit": "failed", "rfm": "complete"}
    entry = _manifest(result)["reports"][0]
    assert entry["status"] == "failed"
    assert entry["failure"]["cell"] == "cell 6 of 6, Numbers"
    assert "Jane" not in json.dumps(entry)
    page = (result.folder / entry["page"]).read_text(encoding="utf-8")
    assert "cell 6 of 6" in page
    assert "KeyError" in page
    assert "Jane" not in page
    text = (result.folder / entry["notebook"]).read_text(encoding="utf-8")
    assert "Jane Doe" in text
    assert "kept for the analyst" in text
    assert sorted(path.name for path in (result.folder / "data_audit").iterdir()) == ["notebook.ipynb"]
    assert not list((project.folder / ".analytics" / "cache").glob("*/files/data_audit.html"))


def test_a_user_error_inside_a_notebook_is_shown_as_its_text(project: Project, edit: Edit) -> None:
    problem = "Problem('orders', 'has no column <b>amount</b>.', 'Map it.')"
    edit("3_rfm", compute=f"from customer_analytics.engagement.errors import *\nraise UserError([{problem}])")
    result, _ = _run(project, "rfm")
    entry = _manifest(result)["reports"][0]
    assert entry["reason"] == "orders: has no column <b>amount</b>. Map it."
    page = (result.folder / "rfm.html").read_text(encoding="utf-8")
    assert "has no column &lt;b&gt;amount&lt;/b&gt;." in page


def test_a_notebook_that_published_nothing_fails_in_words(project: Project, edit: Edit) -> None:
    edit("3_rfm", publish="pass")
    result, _ = _run(project, "rfm")
    entry = _manifest(result)["reports"][0]
    assert result.exit_code == 1
    assert "publish" in entry["reason"]
    log = Path(entry["failure"]["log"])
    assert log.is_relative_to(project.folder / ".analytics")


def test_a_report_that_its_data_cannot_carry_is_skipped_with_the_reason(project: Project) -> None:
    result, heard = _run(project, parameters={"minimum_base": 1000})
    assert result.exit_code == 0
    assert heard.endings == {"data_audit": "complete", "rfm": "skipped"}
    entry = _manifest(result)["reports"][1]
    assert entry["verdict"]["level"] == 0
    assert "1,000" in entry["reason"]
    assert entry["page"] is None
    assert not (result.folder / "rfm.html").exists()


def test_for_each_makes_a_set_for_each_value_and_one_front_page(project: Project) -> None:
    options: dict[str, Any] = {"for_each": "region", "parameters": {"minimum_base": 10}}
    result, heard = _run(project, **options)
    manifest = _manifest(result)
    sets = manifest["for_each"]
    assert sets["left_out"] == 2
    assert [each["value"] for each in sets["sets"]] == ["../<b>x</b>", "North", "北京"]
    assert [entry["status"] for entry in manifest["reports"]] == ["complete"] * 6
    for entry in manifest["reports"]:
        assert (result.folder / entry["page"]).resolve().is_relative_to(result.folder.resolve())
        metrics = json.loads((result.folder / entry["notebook"]).with_name("metrics.json").read_text(encoding="utf-8"))
        assert metrics["customers"] == 18
    front = result.index.read_text(encoding="utf-8")
    assert "<b>x</b>" not in front
    assert "&lt;b&gt;x&lt;/b&gt;" in front
    assert set(_run(project, **options)[1].endings.values()) == {"cached"}
    assert len(heard.endings) == 6


def test_an_output_folder_takes_the_run_and_latest_stays(ran: Project) -> None:
    before = latest_front_page(ran)
    target = ran.folder / "for the client"
    result, _ = _run(ran, output=target)
    assert result.folder == target
    assert (target / "index.html").is_file()
    assert latest_front_page(ran) == before
    with pytest.raises(UserError, match="not empty"):
        _run(ran, output=target)


def test_a_run_before_any_load_says_what_to_do(project: Project) -> None:
    shutil.rmtree(project.tables)
    with pytest.raises(UserError, match="analytics load"):
        _run(project)
    assert not project.reports.exists()


def test_nothing_is_made_when_a_parameter_is_misspelt(project: Project) -> None:
    with pytest.raises(UserError, match="Did you mean bins"):
        _run(project, parameters={"binz": 4})
    assert not project.reports.exists()


def test_when_judging_the_data_fails_all_reports_are_tried(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        name = " ".join(["Jane", "Doe"])
        raise TypeError(name)

    monkeypatch.setattr("customer_analytics.pipeline.effort.survey", broken)
    result, heard = _run(project)
    assert result.exit_code == 0
    assert heard.endings == {"data_audit": "complete", "rfm": "complete"}
    assert _manifest(result)["reports"][1]["verdict"] is None
    logs = list((project.folder / ".analytics" / "log").iterdir())
    assert len(logs) == 1
    assert "Jane Doe" not in logs[0].read_text(encoding="utf-8")
