"""Pages on paper: the pages under test as PDF, by Chromium."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location("checks", Path(__file__).with_name("checks.py"))
assert _spec and _spec.loader
checks = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(checks)

both_reports = pytest.mark.parametrize("which", [("report", "en"), ("report", "zh_CN")])
every_page = pytest.mark.parametrize(
    "which", [(kind, code) for kind in ("report", "front", "groups", "runs", "failed") for code in ("en", "zh_CN")]
)


@every_page
@pytest.mark.parametrize("paper", list(checks.PAPERS))
def test_nothing_is_lost_cut_or_left_alone_on_paper(pages, visit, which, paper, tmp_path: Path) -> None:
    checks.on_paper(visit, pages[which], tmp_path, paper)


def test_a_search_is_not_on_paper_and_links_come_back(pages, visit) -> None:
    page = visit(pages["report", "en"]).page
    rows = page.locator("table").nth(1).locator("tbody tr")
    page.get_by_role("searchbox", name="Search the table").fill("item 1")
    assert sum(row.is_visible() for row in rows.all()) == 11
    assert page.get_by_role("status").inner_text() == "11 / 20"
    page.emulate_media(media="print")
    assert sum(row.is_visible() for row in rows.all()) == 20
    page = visit(pages["front", "en"]).page
    links = page.locator("main h2 a, main th a, .back").evaluate_all(
        "all => all.map(link => link.getAttribute('href'))"
    )
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("a[href]:not([href^='#'])").count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    after = page.locator("main h2 a, main th a, .back").evaluate_all(
        "all => all.map(link => link.getAttribute('href'))"
    )
    assert links == after and links


@both_reports
def test_the_whole_summary_is_on_the_first_sheet(pages, visit, which) -> None:
    checks.summary_on_first_sheet(visit, pages[which])


@both_reports
def test_the_first_page_of_the_pdf_holds_the_whole_summary(pages, visit, which, tmp_path: Path) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext (poppler) on this machine")
    page = visit(pages[which], scheme="dark").page
    expected = page.locator("section.summary :is(h2, h3, .value, .callout p)").all_inner_texts()
    pdf = tmp_path / "report.pdf"
    page.pdf(path=pdf, prefer_css_page_size=True, print_background=True)
    text = subprocess.run(["pdftotext", "-l", "1", "-layout", pdf, "-"], capture_output=True, check=True).stdout
    first = "".join(text.decode("utf-8").split())
    assert [part for part in expected if "".join(part.split()) not in first] == []


def test_the_head_of_a_long_table_stands_on_every_sheet(pages, visit, tmp_path: Path) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext (poppler) on this machine")
    page = visit(pages["report", "en"]).page
    page.evaluate(
        """() => {
            const table = document.querySelectorAll("table")[1], body = table.tBodies[0];
            table.querySelector("thead button").textContent = "Headword";
            for (let n = 0; n < 150; n++) body.append(body.rows[0].cloneNode(true));
        }"""
    )
    pdf = tmp_path / "long.pdf"
    page.pdf(path=pdf, prefer_css_page_size=True)
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, check=True).stdout.decode("utf-8")
    assert sum("Headword" in sheet for sheet in text.split("\f")) >= 3


def test_a_summary_of_seven_long_findings_still_fits_on_the_first_sheet(pages, visit, tmp_path: Path) -> None:
    html = pages["report", "en"].read_text(encoding="utf-8")
    before, after = html.split('<ol class="findings many">', 1)
    items, rest = after.split("</ol>", 1)
    _, *findings = [
        item.replace(" bring ", " bring, with a long sentence after it, " * 2) for item in items.split("<li>")
    ]
    seven = "<li>".join(["", *findings, *findings, findings[0]])
    long = f'{before}<ol class="findings many">{seven}</ol>{rest}'
    path = tmp_path / "seven.html"
    path.write_text(long, encoding="utf-8")
    assert long.split("</section>", maxsplit=1)[0].count("<li><h3>") == 7
    checks.summary_on_first_sheet(visit, path)


def test_the_boxes_are_open_on_paper_and_as_before_afterwards(pages, visit) -> None:
    page = visit(pages["report", "en"]).page
    state = "[...document.querySelectorAll('.how')].map(box => box.open)"
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(state) == [True, True]
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(state) == [False, False]
