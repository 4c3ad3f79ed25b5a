"""Pages for those who use no mouse, no small letters, no colours of ours, or a folder with an odd name."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location("checks", Path(__file__).with_name("checks.py"))
assert _spec and _spec.loader
checks = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(checks)

KINDS = ("report", "front", "groups", "runs", "failed")
every_page = pytest.mark.parametrize("which", [(kind, code) for kind in KINDS for code in ("en", "zh_CN")])


@every_page
def test_it_resists_zoom_and_wider_text(pages, visit, which) -> None:
    checks.resists(visit, pages[which])


@every_page
def test_the_keyboard_reaches_all_and_is_not_trapped(pages, visit, which) -> None:
    checks.by_keyboard(visit, pages[which])


@every_page
def test_a_screen_reader_gets_a_name_for_everything(pages, visit, which) -> None:
    checks.named(visit, pages[which])


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_tables_sort_by_what_they_show(pages, visit, language) -> None:
    for kind in KINDS:
        checks.looks(visit(pages[kind, language]).page, pages[kind, language], "sorting")


def test_the_skip_link_is_first_and_leads_past_the_contents(pages, visit) -> None:
    page = visit(pages["report", "en"], reduced_motion="reduce").page
    page.keyboard.press("Tab")
    link = page.locator(".skip")
    assert link.evaluate("link => link === document.activeElement") and link.bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_a_box_opens_and_closes_by_keyboard(pages, visit) -> None:
    page = visit(pages["report", "en"]).page
    page.locator(".how summary").first.focus()
    for is_open in (True, False):
        page.keyboard.press("Enter")
        assert page.locator(".how").first.evaluate("box => box.open") is is_open


def test_a_phone_shows_the_headings_of_a_table_to_who_tabs_into_them(pages, visit) -> None:
    page = visit(pages["report", "en"], width=390).page
    head = page.locator("table").first.locator("thead")
    assert head.bounding_box()["height"] <= 1
    head.locator("button").first.focus()
    assert head.bounding_box()["height"] > 20


def test_colours_of_the_system_keep_squares_and_take_the_switch_away(pages, visit) -> None:
    page = visit(pages["report", "en"], forced_colors="active").page
    square = page.locator("table i").first.evaluate("square => getComputedStyle(square).backgroundColor")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert square != ground and page.locator("#mode").is_hidden()
    checks.looks(page, pages["report", "en"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_more_contrast_leaves_no_grey(pages, visit, scheme) -> None:
    page = visit(pages["report", "en"], scheme=scheme, contrast="more").page
    colours = page.evaluate(
        "[...document.querySelectorAll('.source, .deck, .note')].map(e => getComputedStyle(e).color)"
    )
    assert set(colours) == {page.evaluate("getComputedStyle(document.body).color")}


@pytest.mark.parametrize("folder", ["with blanks", "上海百货 报告", "50% off #1", "a+b&c=d;e", "it's (final)"])
def test_links_lead_from_page_to_page_in_a_folder_of_any_name(pages, visit, tmp_path: Path, folder) -> None:
    run = pages["front", "en"].parent
    reports = tmp_path / folder / "reports"
    reports.mkdir(parents=True)
    shutil.copy(pages["runs", "en"], reports)
    shutil.copytree(run, reports / run.name, ignore=shutil.ignore_patterns("*.ipynb"))
    seen = visit(reports / "index.html")
    for link in (seen.page.locator("main a").first, seen.page.locator("main h2 a").first, seen.page.locator(".back")):
        before = seen.page.url
        link.click()
        seen.page.wait_for_load_state()
        assert seen.page.url != before and seen.page.locator("h1").is_visible()
    assert seen.page.url == (reports / run.name / "index.html").as_uri() and seen.messages == []


@pytest.mark.parametrize("kind", ["front", "groups", "runs"])
def test_without_javascript_the_other_pages_are_whole(pages, visit, kind) -> None:
    with_script = visit(pages[kind, "en"]).page.locator("main").inner_text()
    page = visit(pages[kind, "en"], javascript=False).page
    assert page.locator("main").inner_text() == with_script and page.locator("#mode").is_hidden()
