"""The workbook of a run, read back with another library: values, formats, safety, and what stays out."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from customer_analytics.documents.workbook.formats import Kind, kind_of
from customer_analytics.documents.workbook.reading import read_reports
from customer_analytics.documents.workbook.write import FILE_NAME, write_workbooks
from customer_analytics.engagement import Project

NASTY = ['=cmd|"/C calc"!A1', "+1", "@SUM(A1)", "https://evil.example", "<b>x</b>", "{x}", "007", "😀 名", "a" * 40_000]
FINDING = {
    "id": "core", "grade": "C", "head": "=1+1", "statement": "It is so.", "value": 0.38, "low": 0.35, "high": 0.41,
    "n": 100, "unit": "share", "meaning": "m", "action": "Do it.", "section": "s", "notable": True,
}  # fmt: skip


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "engagement.yml").write_text(
        'client: "=Acme [x]:*?/"\nconsultancy: C\nlanguage: en\ncurrency: EUR\ntime_zone: Europe/Berlin\nsources: []\n',
        encoding="utf-8",
    )
    return Project.find(tmp_path)


def write_csv(path: Path, columns: list[str], rows: list[list[str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns, *rows])


def make_run(folder: Path, tables: dict[str, tuple[list[str], list[list[str]]]], report: str = "rfm") -> dict[str, Any]:
    (folder / report).mkdir(parents=True)
    (folder / report / "findings.json").write_text(json.dumps([FINDING]), encoding="utf-8")
    (folder / report / "metrics.json").write_text(json.dumps({"gini": 0.59, "clv.mean": None}), encoding="utf-8")
    for name, (columns, rows) in tables.items():
        write_csv(folder / report / "tables" / f"{name}.csv", columns, rows)
    entry = {"name": report, "status": "complete", "subset": None, "folder": None, "summary": {"title": "T"}}
    skipped = {"name": "churn", "status": "failed", "subset": None, "folder": None, "summary": None}
    return {
        "run": "2026-01-01_1", "as_of": "2026-01-01", "created_at": "2026-01-02T00:00:00+00:00", "language": "en",
        "reports": [entry, skipped],
    }  # fmt: skip


def sheets(path: Path) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_numbers_days_shares_and_texts_come_back_as_they_lie_in_the_tables(project: Project, tmp_path: Path) -> None:
    columns = ["segment", "customers", "share_revenue", "revenue", "first", "code", "Segment"]
    rows = [
        ["Loyal", "741", "0.347", "500198.27", "2026-06-30", "007", "x"],
        ["Lost", "", "", "-5.5", "2025-01-01", "12", ""],
    ]
    manifest = make_run(tmp_path / "run", {"segments": (columns, rows)})
    (path,) = write_workbooks(tmp_path / "run", manifest, project)
    read = sheets(path)
    assert list(read) == ["Contents", "Findings", "Metrics", "rfm segments"]
    assert read["rfm segments"][2] == [*columns[:-1], "Segment (2)"]
    assert read["rfm segments"][3] == ["Loyal", 741, 0.347, 500198.27, dt.date(2026, 6, 30), "007", "x"]
    assert read["rfm segments"][4][1:4] == ["", "", -5.5]
    assert read["Findings"][3][:8] == ["Customer value (RFM)", "C", "=1+1", "It is so.", 0.38, 0.35, 0.41, "share"]
    assert read["Metrics"][3][:4] == ["Customer value (RFM)", "gini", 0.59, "Gini coefficient"]
    assert any(row[:1] == ["rfm segments"] for row in read["Contents"])


@pytest.mark.parametrize("text", NASTY)
def test_a_text_stays_a_text(project: Project, tmp_path: Path, text: str) -> None:
    manifest = make_run(tmp_path / "run", {"t": (["a", text[:300]], [[text, "1"], ["b", "2"]])})
    (path,) = write_workbooks(tmp_path / "run", manifest, project)
    assert sheets(path)["rfm t"][3][0] == text[:32_767]
    with zipfile.ZipFile(path) as parts:
        xml = b"".join(parts.read(name) for name in parts.namelist() if "worksheets/sheet" in name)
        links = b"".join(parts.read(name) for name in parts.namelist() if name.endswith(".rels"))
    assert b"<f>" not in xml and b"evil.example" not in links


def test_lists_of_customers_stay_out_and_are_counted(project: Project, tmp_path: Path) -> None:
    tables = {
        "scores": (["customer_id", "p"], [["a1b2", "0.5"]]),
        "cdp/traits": (["userId", "p"], [["a1b2", "0.5"]]),
        "segments": (["segment", "customers"], [["Loyal", "5"]]),
    }
    manifest = make_run(tmp_path / "run", tables)
    (report,) = read_reports(tmp_path / "run", manifest["reports"])
    assert [table.name for table in report.tables] == ["segments"] and report.left_out == ["cdp/traits", "scores"]
    (path,) = write_workbooks(tmp_path / "run", manifest, project)
    told = [row[0] for row in sheets(path)["Contents"]]
    assert "2 tables of single customers are not in this workbook." in told
    with zipfile.ZipFile(path) as parts:
        assert all(b"a1b2" not in parts.read(name) for name in parts.namelist())


def test_many_long_names_and_empty_tables_make_a_sound_book(project: Project, tmp_path: Path) -> None:
    tables = {f"{'very_long_name_of_a_table_'}{number}": (["a"], []) for number in range(12)}
    manifest = make_run(tmp_path / "run", {**tables, "history": ([], [])})
    (path,) = write_workbooks(tmp_path / "run", manifest, project)
    names = list(sheets(path))
    assert len(names) == 16 and len({name.lower() for name in names}) == 16
    assert all(len(name) <= 31 and not re.search(r"[\[\]:*?/\\]", name) for name in names)


def test_a_long_table_is_cut_and_says_so(project: Project, tmp_path: Path) -> None:
    rows = [[str(number)] for number in range(2_500)]
    (path,) = write_workbooks(tmp_path / "run", make_run(tmp_path / "run", {"t": (["n"], rows)}), project)
    sheet = sheets(path)["rfm t"]
    assert len(sheet) == 2_003 and "The first 2,000 of 2,500 rows; the file holds all." in sheet[1]


def test_the_same_run_gives_the_same_bytes(project: Project, tmp_path: Path) -> None:
    written = []
    for name in ("one", "two"):
        manifest = make_run(tmp_path / name, {"segments": (["segment", "revenue"], [["Loyal", "5.5"]])})
        (path,) = write_workbooks(tmp_path / name, manifest, project)
        written.append(path.read_bytes())
    assert written[0] == written[1]


def test_the_chart_and_the_triangle_are_there(project: Project, tmp_path: Path) -> None:
    cohorts = (
        ["cohort", "period", "size", "eligible", "active", "rate", "complete"],
        [
            ["2026-01-01", "0", "10", "10", "10", "1.0", "True"],
            ["2026-01-01", "1", "10", "10", "4", "0.4", "True"],
            ["2026-02-01", "0", "8", "8", "8", "1.0", "True"],
            ["2026-02-01", "1", "8", "8", "1", "0.125", "False"],
        ],
    )
    activity = (["period", "active", "new"], [["2026-01-01", "10", "10"], ["2026-02-01", "12", "8"]])
    manifest = make_run(tmp_path / "run", {"cohorts": cohorts, "activity": activity}, report="retention")
    (path,) = write_workbooks(tmp_path / "run", manifest, project)
    triangle = sheets(path)["Cohort triangle"]
    assert triangle[2] == ["Cohort", "0", "1"]
    assert triangle[3:] == [[dt.date(2026, 1, 1), 1.0, 0.4], [dt.date(2026, 2, 1), 1.0, ""]], "not yet over is empty"
    with zipfile.ZipFile(path) as parts:
        charts = [parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/charts/")]
    assert len(charts) == 1 and charts[0].count("<c:ser>") == 2


def test_each_group_of_a_run_has_its_own(project: Project, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    entries = []
    for group in ("north", "south"):
        manifest = make_run(folder / group, {"segments": (["segment", "customers"], [[group, "5"]])})
        entries.append(manifest["reports"][0] | {"folder": group, "subset": f"region={group}"})
    written = write_workbooks(folder, manifest | {"reports": entries}, project)
    assert [path.relative_to(folder).as_posix() for path in written] == [f"north/{FILE_NAME}", f"south/{FILE_NAME}"]
    assert sheets(written[1])["rfm segments"][3][0] == "south"


def test_a_run_without_a_finished_report_has_none(project: Project, tmp_path: Path) -> None:
    manifest = make_run(tmp_path / "run", {})
    assert write_workbooks(tmp_path / "run", manifest | {"reports": manifest["reports"][1:]}, project) == []


@pytest.mark.parametrize(
    ("column", "values", "kind"),
    [
        ("share_revenue", [0.2, 0.8], Kind.SHARE),
        ("rate_low", [0.2], Kind.SHARE),
        ("rate", [2.5], Kind.NUMBER),
        ("revenue", [5.5], Kind.MONEY),
        ("q_value", [0.01], Kind.CHANCE),
        ("change", [5.5], Kind.NUMBER),
        ("customers", [5.0], Kind.WHOLE),
        ("name", ["x"], Kind.TEXT),
        ("name", [], Kind.TEXT),
        ("day", [dt.date(2026, 1, 1)], Kind.DAY),
    ],
)
def test_kinds_of_columns(column: str, values: list[Any], kind: Kind) -> None:
    assert kind_of("rfm", "t", column, values) is kind
