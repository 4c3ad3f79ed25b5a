"""What leaves the house: only what is listed, whole or not at all, and nothing open where there is a password."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
import yaml

from customer_analytics.documents import delivering
from customer_analytics.documents.delivering import deliver, without_ways_out
from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import UserError

SECRET = "lamp quiet otters 7 Zagreb"
PAGE = '<html><body><a class="x" href="{}">there</a> <a href="tables/scores.csv">list</a></body></html>'


class Press:
    """A printer that needs no browser."""

    def print_pages(self, pages: list[tuple[Path, Path]], scratch: Path) -> dict[Path, str]:
        import pypdf

        for _, target in pages:
            writer = pypdf.PdfWriter()
            writer.add_blank_page(100, 100)
            writer.write(target)
        return {}


class Broken:
    def print_pages(self, pages: list[tuple[Path, Path]], scratch: Path) -> dict[Path, str]:
        return {page: "out of paper" for page, _ in pages}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    pytest.importorskip("pypdf")
    monkeypatch.setattr(delivering, "find_printer", Press)
    stated = {"client": "Acme", "consultancy": "Us", "currency": "EUR", "time_zone": "Europe/Berlin"}
    (tmp_path / "engagement.yml").write_text(yaml.safe_dump(stated), encoding="utf-8")
    run = tmp_path / "reports" / "2026-07-01_1"
    entries = [("rfm.html", "complete"), ("north/churn.html", "complete"), (None, "skipped")]
    manifest = {
        "as_of": "2026-06-30",
        "language": "en",
        "reports": [{"name": str(page), "page": page, "status": status} for page, status in entries],
    }
    for name in ("index.html", "rfm.html", "north/churn.html"):
        (run / name).parent.mkdir(parents=True, exist_ok=True)
        (run / name).write_text(PAGE.format("rfm.html"), encoding="utf-8")
    for name in ("rfm/tables/scores.csv", "rfm/notebook.ipynb", "workbook.xlsx", "rfm/tables/odd.xlsx", "notes.html"):
        (run / name).parent.mkdir(parents=True, exist_ok=True)
        (run / name).write_text("customer_id", encoding="utf-8")
    (run / "run.json").write_text(json.dumps(manifest), encoding="utf-8")
    (tmp_path / "reports" / "latest").write_text(run.name + "\n", encoding="utf-8")
    return Project.find(tmp_path)


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_only_pages_and_documents_leave_with_their_hashes(project: Project) -> None:
    made = deliver(project, None)
    pages = ["index.html", "index.pdf", "north/churn.html", "north/churn.pdf", "rfm.html", "rfm.pdf"]
    assert made.folder == project.folder / "deliveries" / "2026-07-01_1"
    assert names(made.folder) == ["contents.txt", *pages, "workbook.xlsx"]
    for line in (made.folder / "contents.txt").read_text(encoding="utf-8").splitlines():
        digest, _, name = line.partition("  ")
        assert digest == hashlib.sha256((made.folder / name).read_bytes()).hexdigest()
    assert "scores.csv" not in (made.folder / "rfm.html").read_text(encoding="utf-8")


def test_with_a_password_nothing_open_leaves_and_it_is_written_nowhere(project: Project) -> None:
    import pypdf

    made = deliver(project, "2026-07-01_1", password=SECRET)
    assert names(made.folder) == ["contents.txt", "index.pdf", "north/churn.pdf", "rfm.pdf"]
    assert made.left_out == ("workbook.xlsx was left out: it cannot be locked here.",)
    assert all(pypdf.PdfReader(path).is_encrypted for path in made.folder.rglob("*.pdf"))
    assert all(SECRET.encode() not in path.read_bytes() for path in project.folder.rglob("*") if path.is_file())


def test_locked_pages_come_on_request(project: Project) -> None:
    made = deliver(project, None, password=SECRET, locked_html=True, pdf=False)
    assert names(made.folder) == ["contents.txt", "index.html", "north/churn.html", "rfm.html"]
    assert all("there</a>" not in path.read_text(encoding="utf-8") for path in made.folder.rglob("*.html"))


def test_nothing_is_delivered_over_something(project: Project) -> None:
    deliver(project, None, pdf=False)
    with pytest.raises(UserError, match="is there already"):
        deliver(project, None, pdf=False)
    assert deliver(project, None, pdf=False, output=project.folder / "else").folder.is_dir()


def test_what_cannot_be_printed_leaves_nothing_half_done(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivering, "find_printer", Broken)
    with pytest.raises(UserError, match="out of paper"):
        deliver(project, None)
    assert not list((project.folder / "deliveries").iterdir())


@pytest.mark.parametrize("run", ["2020-01-01_1", "../reports/2026-07-01_1", ""])
def test_what_is_no_run_is_refused(project: Project, run: str) -> None:
    with pytest.raises(UserError, match=r"is no run"):
        deliver(project, run)


def test_a_run_with_a_failed_report_is_refused(project: Project) -> None:
    path = project.reports / "2026-07-01_1" / "run.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"skipped"', '"failed"'), encoding="utf-8")
    with pytest.raises(UserError, match="these reports failed"):
        deliver(project, None)


def test_links_stay_where_their_page_is_delivered() -> None:
    delivered = {"index.html", "north/churn.html"}
    page = '<a href="../index.html#top">a</a><a href="../../index.html">b</a><a href="#own">c</a><a href="https://e.com">d</a>'
    assert without_ways_out(page, "north/churn.html", delivered) == page.replace(' href="../../index.html"', "")
    script = "<script>x = '<a href=\"gone.html\">'</script>"
    assert without_ways_out(script, "index.html", delivered) == script
