from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location("checks", Path(__file__).with_name("checks.py"))
assert _spec and _spec.loader
checks = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(checks)

KINDS = ("report", "front", "groups", "runs", "failed")
every_page = pytest.mark.parametrize("which", [(kind, code) for kind in KINDS for code in ("en", "zh_CN")])
both_reports = pytest.mark.parametrize("which", [("report", "en"), ("report", "zh_CN")])


@every_page
@pytest.mark.parametrize("view", checks.VIEWS, ids=str)
def test_it_asks_for_nothing_fits_and_is_accessible(pages, visit, axe, which, view) -> None:
    checks.everything(visit, pages[which], axe, *view)


@both_reports
def test_everything_is_there_without_javascript(pages, visit, which) -> None:
    page = visit(pages[which], javascript=False).page
    assert page.locator("#mode").is_hidden() and page.locator("thead button").count() == 0
    assert page.locator(".contents a").first.is_visible() and page.locator("svg.wide").first.is_visible()
    assert page.locator("table").nth(1).locator("tbody tr").count() == 20
    page.locator(".how summary").first.click()
    assert page.locator(".how dl").first.is_visible()


@both_reports
def test_one_drawing_of_each_figure_is_shown_on_every_width(pages, visit, which) -> None:
    for width, shown in ((1440, "wide"), (390, "narrow")):
        page = visit(pages[which], width=width).page
        for figure in page.locator("figure").all():
            assert [svg.get_attribute("class") for svg in figure.locator("svg").all() if svg.is_visible()] == [shown]


def test_a_table_sorts_by_keyboard_and_not_estimable_stays_below_every_number(pages, visit) -> None:
    page = visit(pages["report", "en"]).page
    table = page.locator("table").nth(1)

    def rates() -> list[str]:
        return table.locator("tbody tr td:nth-child(3)").all_inner_texts()

    button = table.locator("thead button").nth(2)
    button.focus()
    page.keyboard.press("Enter")
    assert table.locator("thead th").nth(2).get_attribute("aria-sort") == "descending"
    assert rates()[0] == "2.7" and rates()[-1] == "–"
    page.keyboard.press("Space")
    assert table.locator("thead th").nth(2).get_attribute("aria-sort") == "ascending"
    assert rates()[0] == "–" and rates()[-1] == "2.7"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    assert table.locator("[aria-sort]").count() == 1
    orders = [int(text) for text in table.locator("tbody tr td:nth-child(2)").all_inner_texts()]
    assert orders == sorted(orders, reverse=True)


@pytest.mark.parametrize("width", [1440, 390])
def test_a_table_keeps_its_meaning_where_css_changes_its_display(pages, visit, width) -> None:
    page = visit(pages["report", "en"], width=width).page
    table = page.locator("table").first
    rows = table.locator("tr").count()
    heads = table.locator("thead th").count()
    assert table.get_attribute("role") == "table"
    assert table.locator("tr[role=row]").count() == rows
    assert table.locator("th[role=columnheader]").count() == heads
    assert table.locator("th[role=rowheader]").count() == rows - 1
    assert table.locator("td:not([role=cell])").count() == 0


def test_money_sorts_by_amount_and_not_by_its_letters(pages, visit) -> None:
    page = visit(pages["report", "zh_CN"]).page
    table = page.locator("table").first
    before = table.locator("tbody tr td:nth-child(3)").all_inner_texts()
    table.locator("thead button").nth(2).click()
    assert table.locator("tbody tr td:nth-child(3)").all_inner_texts() == before
    assert before[0] == "100 万元" and before[-1] == "9.1 万元"


def test_search_leaves_the_rows_that_hold_the_words(pages, visit) -> None:
    page = visit(pages["report", "en"]).page
    box = page.get_by_role("searchbox", name="Search the table")
    box.fill("item 1")
    rows = [row for row in page.locator("table").nth(1).locator("tbody tr").all() if row.is_visible()]
    assert len(rows) == 11
    box.fill("<script>")
    assert not any(row.is_visible() for row in page.locator("table").nth(1).locator("tbody tr").all())


def test_the_button_turns_the_page_dark_and_paper_stays_white(pages, visit) -> None:
    page = visit(pages["report", "en"]).page

    def ground() -> str:
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    assert ground() == "rgb(255, 255, 255)"
    page.locator("#mode").click()
    assert ground() == "rgb(17, 24, 31)"
    bar = """() => {
        const inks = ["rgb(11, 85, 99)", "rgb(95, 183, 194)"]; // the main series, light and dark
        return [...document.querySelectorAll("svg.wide path")].map(path => getComputedStyle(path).fill)
            .find(fill => inks.includes(fill));
    }"""
    assert page.evaluate(bar) == "rgb(95, 183, 194)"  # the drawing follows the page
    page.emulate_media(media="print")
    assert ground() == "rgb(255, 255, 255)" and page.evaluate(bar) == "rgb(11, 85, 99)"
    page.emulate_media(media="screen")
    page.locator("#mode").click()
    assert ground() == "rgb(255, 255, 255)"


@every_page
def test_hostile_names_are_shown_and_do_nothing(pages, visit, every_part, which) -> None:
    seen = visit(pages[which])
    page = seen.page
    assert seen.dialogs == [] and seen.messages == []
    assert 'A "B" & C </title>' in page.title()
    assert page.locator("body").is_visible()  # the style that a name smuggles in did not hide it
    assert page.locator("script, img, a[href^='javascript:'], [onerror], [onclick]").count() == 1  # our script
    if which[0] == "report":
        text = page.locator("main").inner_text()
        for name in every_part.HOSTILE:
            assert name.replace("\u202e", "") in text, name
        drawn = page.locator("figure").first.locator("svg.wide text").all_text_contents()
        assert set(every_part.HOSTILE[:6]) <= set(drawn)


@pytest.mark.parametrize(
    "smuggled",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        '<a id="x" href="javascript:alert(1)">x</a>',
        '<svg onload="alert(1)"></svg>',
        '<iframe srcdoc="<script>parent.alert(1)</script>"></iframe>',
    ],
)
def test_the_policy_is_a_second_lock_should_escaping_fail(pages, visit, smuggled, tmp_path: Path) -> None:
    html = pages["report", "en"].read_text(encoding="utf-8")
    broken = tmp_path / "broken.html"
    broken.write_text(html.replace('<main id="main">', f'<main id="main">{smuggled}'), encoding="utf-8")
    seen = visit(broken)
    if 'id="x"' in smuggled:
        seen.page.locator("#x").click()
    seen.page.wait_for_timeout(100)
    assert seen.dialogs == []


@both_reports
def test_every_text_is_drawn_in_the_fonts_of_the_page(pages, visit, which) -> None:
    page = visit(pages[which]).page
    page.evaluate("document.fonts.ready")
    client = page.context.new_cdp_session(page)
    client.send("DOM.enable")
    client.send("CSS.enable")
    root = client.send("DOM.getDocument", {"depth": 0})["root"]["nodeId"]
    strangers: dict[str, str] = {}
    places = "h1, h2, h3, p, li, dt, dd, th, td, caption, summary, .label, .value, .note, svg.wide text, .contents a"
    for node in client.send("DOM.querySelectorAll", {"nodeId": root, "selector": places})["nodeIds"]:
        for font in client.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]:
            if not font["isCustomFont"]:
                strangers[font["familyName"]] = client.send("DOM.getOuterHTML", {"nodeId": node})["outerHTML"][:200]
    assert strangers == {}


@pytest.mark.parametrize("view", checks.VIEWS, ids=str)
def test_pages_of_a_real_run(real_pages, visit, axe, view) -> None:
    if not real_pages:
        pytest.skip("BROWSER_TEST_PAGES names no folder with pages of a run")
    for path in real_pages:
        checks.everything(visit, path, axe, *view)


def test_pages_of_a_real_run_resist_zoom_keys_and_paper(real_pages, visit, tmp_path: Path) -> None:
    if not real_pages:
        pytest.skip("BROWSER_TEST_PAGES names no folder with pages of a run")
    for path in real_pages:
        checks.resists(visit, path)
        checks.by_keyboard(visit, path)
        checks.named(visit, path)
        checks.looks(visit(path).page, path, "sorting")
        checks.on_paper(visit, path, tmp_path)
        if 'section class="summary' in path.read_text(encoding="utf-8"):
            checks.summary_on_first_sheet(visit, path)
