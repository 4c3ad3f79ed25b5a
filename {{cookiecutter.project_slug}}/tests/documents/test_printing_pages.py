"""Pages as PDF: the printer is found or refused, and what it prints is read back with pypdf and as a picture."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from customer_analytics.documents import making
from customer_analytics.documents.pdf import finding, printing
from customer_analytics.documents.pdf.chromium import Chromium
from customer_analytics.documents.pdf.weasy import WeasyPrint, on_paper
from customer_analytics.engagement.errors import UserError
from customer_analytics.language import Language
from customer_analytics.report import page_fonts
from customer_analytics.report.page import FOLDER

PAGE = """<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>客户价值 – Acme</title>
<style>:root{--s1:#5fb7c2}
@media print{:root,:root[data-mode]{color-scheme:light;--s1:#0b5563;--ink:#16202e}}
.d0{fill:var(--s1,#0b5563)}
body{font-family:"Report Sans","Report Sans Han"}
h1,h2{font-family:"Report Serif","Report Serif Han";font-weight:600}
</style></head><body><h1>二成客户带来六成收入</h1><h2>Loyal customers</h2><p>收入 62%</p>
<svg class="wide" role="img" aria-label="Bar" viewBox="0 0 100 50" width="400" height="200">
<rect class="d0" width="100" height="50"/></svg>
<details><summary>How</summary><p>Inside the box</p></details><a href="other.html">elsewhere</a></body></html>"""
MANIFEST = {
    "as_of": "2026-06-30",
    "reports": [
        {"page": "rfm.html", "status": "complete"},
        {"page": "churn.html", "status": "failed"},
        {"page": None, "status": "skipped"},
    ],
}


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    script = (FOLDER / "report.js").read_text(encoding="utf-8")  # it takes links to other pages off paper
    faces = page_fonts.font_faces(page_fonts.characters_shown(PAGE, Language("zh_CN")))
    for name in ("index.html", "rfm.html", "churn.html"):
        (folder / name).write_text(
            PAGE.replace("<style>", f"<style>{faces}").replace("</body>", f"<script>{script}</script></body>"),
            encoding="utf-8",
            newline="\n",
        )
    return folder


@pytest.fixture(params=["chromium", "weasyprint"])
def printer(request: pytest.FixtureRequest) -> printing.Printer:
    if request.param == "weasyprint":
        pytest.importorskip("weasyprint", exc_type=ImportError)
        return WeasyPrint()
    program = finding.find_browser()
    if program is None:
        pytest.skip("no Chromium on this machine")
    return Chromium(program)


def test_what_is_printed_can_be_read_and_is_dated_by_the_data(
    run_folder: Path, tmp_path: Path, printer: printing.Printer
) -> None:
    pypdf = pytest.importorskip("pypdf")
    assert printing.print_run(run_folder, MANIFEST, printer, scratch=tmp_path / "scratch") == []
    assert sorted(path.name for path in run_folder.glob("*.pdf")) == ["index.pdf", "rfm.pdf"]
    reader = pypdf.PdfReader(run_folder / "rfm.pdf")
    text = "".join(page.extract_text() for page in reader.pages)
    assert "二成客户带来六成收入" in text and "Loyal customers" in text
    assert reader.metadata.title == "客户价值 – Acme"
    assert "/StructTreeRoot" in reader.trailer["/Root"]
    assert [entry["/Title"] for entry in reader.outline if not isinstance(entry, list)] == ["二成客户带来六成收入"]
    if reader.metadata.creation_date is not None:
        assert reader.metadata.creation_date.date().isoformat() == "2026-06-30"
    assert b"file:" not in (run_folder / "rfm.pdf").read_bytes()
    assert not list((tmp_path / "scratch").glob("*")) if (tmp_path / "scratch").exists() else True
    first = (run_folder / "rfm.pdf").read_bytes()
    printing.print_run(run_folder, MANIFEST, printer, scratch=tmp_path / "scratch")
    assert (run_folder / "rfm.pdf").read_bytes() == first


def test_a_chart_has_its_colour_on_paper_and_is_not_black(
    run_folder: Path, tmp_path: Path, printer: printing.Printer
) -> None:
    if shutil.which("pdftoppm") is None:
        pytest.skip("poppler is not installed")
    image = pytest.importorskip("PIL.Image")
    printing.print_run(run_folder, MANIFEST, printer, scratch=tmp_path / "scratch")
    subprocess.run(
        ["pdftoppm", "-r", "30", "-png", "-singlefile", run_folder / "rfm.pdf", tmp_path / "sheet"], check=True
    )
    colours = Counter(image.open(tmp_path / "sheet.png").convert("RGB").get_flattened_data())
    assert colours[(11, 85, 99)] > 1000
    assert colours[(0, 0, 0)] < 100


def test_a_page_for_weasyprint_has_its_styles_in_the_drawing_open_boxes_and_no_way_out() -> None:
    paper = on_paper(PAGE)
    assert 'class="d0" style="fill:#0b5563"' in paper
    assert "<details open>" in paper
    assert "other.html" not in paper


def test_without_a_printer_the_run_is_refused_with_the_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "_places", lambda: iter(()))
    monkeypatch.delenv(finding.BROWSER, raising=False)
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(UserError, match=r"pip install -e \"\.\[weasyprint\]\""):
        making.require(frozenset({making.PDF}))


def test_a_browser_that_is_named_and_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(finding.BROWSER, "no-such-browser")
    with pytest.raises(UserError, match="no-such-browser is not a program here"):
        printing.find_printer()


@pytest.mark.parametrize(("program", "why"), [("pass", "code 0"), ("raise SystemExit(3)", "code 3")])
def test_a_browser_that_prints_nothing_costs_only_its_pages(
    run_folder: Path, tmp_path: Path, program: str, why: str
) -> None:
    broken = _program(tmp_path, program)
    problems = printing.print_run(run_folder, MANIFEST, Chromium(broken), scratch=tmp_path / "scratch")
    assert len(problems) == 2
    assert all(why in problem for problem in problems)
    assert not list(run_folder.glob("*.pdf"))


def test_a_browser_that_does_not_end_is_stopped(run_folder: Path, tmp_path: Path) -> None:
    hanging = _program(tmp_path, "import time; time.sleep(600)")
    problems = printing.print_run(run_folder, MANIFEST, Chromium(hanging, seconds=0.5), scratch=tmp_path / "scratch")
    assert all("did not end in time" in problem for problem in problems)
    assert not list((tmp_path / "scratch").iterdir())


def _program(folder: Path, code: str) -> Path:
    if sys.platform == "win32":
        pytest.skip("a script is no program there")
    path = folder / "browser"
    path.write_text(f"#!{sys.executable}\n{code}\n", encoding="utf-8", newline="\n")
    path.chmod(0o700)
    return path
