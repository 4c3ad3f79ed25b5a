from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import UserError
from customer_analytics.language import Text
from customer_analytics.narrative.finding import Finding, Grade, Kpi, Summary
from customer_analytics.report import open_report


@pytest.fixture
def inside(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(project.folder)
    return project


def summary(kpis: int = 1, findings: int = 1) -> Summary:
    text = Text("x")
    one = Finding("a", Grade.C, text, text, text, text, section="")
    return Summary(text, text, (Kpi(text, "1", text),) * kpis, (one,) * findings, text)


def test_none_means_as_the_engagement_says(inside: Project) -> None:
    report = open_report("rfm", as_of=None, language=None, subset=None, output=None, bins=None)
    assert report.parameters == inside.engagement.reports.rfm
    assert report.period == (dt.date(2010, 12, 1), dt.date(2011, 12, 9))
    assert report.output == inside.reports / "draft" / "rfm" and report.language.code == "en"


def test_a_parameter_of_the_notebook_wins_and_is_checked(inside: Project) -> None:
    report = open_report("rfm", as_of="2011-06-30", language="zh_CN", bins=4)
    assert report.parameters.bins == 4 and report.tables.as_of == dt.date(2011, 6, 30)
    assert report.language.is_chinese and report.period[1] == dt.date(2011, 6, 30)


def test_every_wrong_parameter_is_named_at_once_with_the_nearest_name(inside: Project) -> None:
    with pytest.raises(UserError) as caught:
        open_report("rfm", as_of="yesterday", language="fr", bin=4, window_days=-1)
    text = str(caught.value)
    assert "has no parameter 'bin'. Did you mean 'bins'?" in text
    assert "window_days = '-1'" in text and "'yesterday' is not a date" in text and "'fr' is not one of" in text


def test_an_unknown_report_names_the_nearest(inside: Project) -> None:
    with pytest.raises(UserError, match="Did you mean 'rfm'"):
        open_report("rmf")


def publish(privacy: str, every_part, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    every_part.make_project(folder, privacy=privacy)
    monkeypatch.chdir(folder)
    scores = pd.DataFrame({"customer_id": ["007"], "name": ["=cmd"], "score": [-1]})
    open_report("rfm").publish(summary(), metrics={}, tables={}, customer_tables={"rfm_scores": scores})
    return folder / "reports" / "draft" / "rfm" / "tables" / "rfm_scores.csv"


def test_executives_get_no_customer_table(every_part, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not publish("executive", every_part, tmp_path / "client", monkeypatch).exists()


def test_operations_get_the_clients_own_ids(every_part, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = publish("operations", every_part, tmp_path / "client", monkeypatch)
    assert path.read_text(encoding="utf-8") == "customer_id,name,score\n007,'=cmd,-1\n"


def test_analysts_get_a_hash(every_part, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = publish("analyst", every_part, tmp_path / "client", monkeypatch).read_text(encoding="utf-8")
    assert "007" not in text.splitlines()[1].split(",")[0]


def test_a_lower_privacy_level_leaves_no_table_of_an_earlier_run(
    every_part, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish("operations", every_part, tmp_path / "client", monkeypatch)
    assert not publish("executive", every_part, tmp_path / "client", monkeypatch).exists()


def test_files_of_others_in_the_output_folder_are_left_alone(inside: Project, tmp_path: Path) -> None:
    (tmp_path / "mine" / "tables").mkdir(parents=True)
    mine = tmp_path / "mine" / "tables" / "work.csv"
    mine.write_text("x\n", encoding="utf-8")
    open_report("rfm", output=tmp_path / "mine").publish(summary(), metrics={}, tables={})
    assert mine.read_text(encoding="utf-8") == "x\n"


@pytest.mark.parametrize(("kpis", "findings"), [(0, 1), (5, 1), (1, 0)])
def test_a_summary_has_one_to_four_figures_and_a_finding(inside: Project, kpis: int, findings: int) -> None:
    with pytest.raises(ValueError, match="a summary has"):
        open_report("rfm").publish(summary(kpis, findings), metrics={}, tables={})


@pytest.mark.parametrize("name", ["../x", "a b", "A", "x.csv", ""])
def test_a_table_cannot_leave_its_folder(inside: Project, name: str) -> None:
    with pytest.raises(ValueError, match="a table is named"):
        open_report("rfm").publish(summary(), metrics={}, tables={name: pd.DataFrame()})


@pytest.mark.parametrize("name", ["../x.md", "a.html", "A.md", "briefs/../x.md", "a/b/c.md", "x"])
def test_a_document_cannot_leave_its_folder_nor_be_a_page(inside: Project, name: str) -> None:
    with pytest.raises(ValueError, match="a document is named"):
        open_report("rfm").publish(summary(), metrics={}, tables={}, documents={name: ""})


def test_documents_lie_beside_the_tables_and_go_with_the_next_run(inside: Project, tmp_path: Path) -> None:
    report = open_report("rfm", output=tmp_path / "out")
    documents = {"personas.json": "{}", "briefs/persona_1.md": "# Brief\r\n"}
    report.publish(summary(), metrics={}, tables={}, documents=documents)
    assert (tmp_path / "out" / "personas.json").read_bytes() == b"{}\n"
    notes = tmp_path / "out" / "notes.md"
    notes.write_text("mine", encoding="utf-8")
    report.publish(summary(), metrics={}, tables={}, documents={"briefs/persona_2.md": "# Brief"})
    assert {path.name for path in (tmp_path / "out" / "briefs").iterdir()} == {"persona_2.md"}
    assert notes.exists()


@pytest.mark.parametrize(("privacy", "written"), [("executive", False), ("analyst", False), ("operations", True)])
def test_order_numbers_leave_with_operations_only(
    every_part, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, privacy: str, written: bool
) -> None:
    every_part.make_project(tmp_path / "client", privacy=privacy)
    monkeypatch.chdir(tmp_path / "client")
    report = open_report("rfm")
    large = pd.DataFrame({"order_id": ["536365"], "items": [5000]})
    report.publish(summary(), metrics={}, tables={}, operations_tables={"large_baskets": large})
    assert (report.output / "tables" / "large_baskets.csv").exists() is written


def test_a_parquet_table_holds_hashed_ids_too(every_part, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    every_part.make_project(tmp_path / "client", privacy="analyst")
    monkeypatch.chdir(tmp_path / "client")
    tags = pd.DataFrame({"customer_id": ["007"], "share": [0.5]})
    report = open_report("rfm")
    report.publish(summary(), metrics={}, tables={}, customer_tables={"tags.parquet": tags})
    written = pd.read_parquet(report.output / "tables" / "tags.parquet")
    assert written["share"].tolist() == [0.5] and written["customer_id"].tolist() != ["007"]
    report.publish(summary(), metrics={}, tables={})
    assert not (report.output / "tables" / "tags.parquet").exists()
