"""The pages in Firefox: what Chromium is asked at length must hold there as well. Without Firefox the tests skip."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

LOOK = Path(__file__).with_name("look.js").read_text(encoding="utf-8")
KINDS = ("report", "front", "groups", "runs", "failed")
every_page = pytest.mark.parametrize("which", [(kind, code) for kind in KINDS for code in ("en", "zh_CN")])
GROUND = "getComputedStyle(document.body).backgroundColor"


@pytest.fixture(scope="module")
def firefox() -> Iterator[Any]:
    pytest.importorskip("websocket", reason="websocket-client is not installed")
    spec = importlib.util.spec_from_file_location("firefox", Path(__file__).with_name("firefox.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    program = module.found()
    if program is None:
        pytest.skip("no Firefox on this machine")
    window = module.Firefox(program)
    yield window
    window.close()


def looks(window: Any, *more: str) -> None:
    window.send("script.evaluate", expression=LOOK, target={"context": window.context}, awaitPromise=False)
    names = ("sticking_out", "clipped", "charts", "contrast", *more)
    faults = {name: window.ask(f"look.{name}()") for name in names}
    assert {name: found for name, found in faults.items() if found} == {}


@every_page
@pytest.mark.parametrize("width", [1440, 390])
def test_it_asks_for_nothing_says_nothing_and_fits(pages, firefox, which, width) -> None:
    fits(firefox, pages[which], width)


@pytest.mark.parametrize("width", [1440, 390])
def test_pages_of_a_real_run_fit(real_pages, firefox, width) -> None:
    if not real_pages:
        pytest.skip("BROWSER_TEST_PAGES names no folder with pages of a run")
    for path in real_pages:
        fits(firefox, path, width)


def fits(firefox: Any, path: Path, width: int) -> None:
    """No request, no message, nothing sticks out; on a desktop every table sorts by what it shows."""
    firefox.open(path, width)
    assert firefox.ask("document.fonts.ready.then(() => 1)") == 1
    looks(firefox, *(["sorting"] if width == 1440 else []))
    assert firefox.seen == []
    assert firefox.ask("document.title") and firefox.ask("document.querySelectorAll('script').length") == 1


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_fonts_of_the_page_are_used(pages, firefox, language) -> None:
    firefox.open(pages["report", language])
    drawn = firefox.ask(
        "document.fonts.ready.then(all => [...all].filter(f => f.status === 'loaded').map(f => f.family))"
    )
    names = {name.strip('"') for name in drawn}
    assert {"Report Sans", "Report Serif"} <= names
    assert ("Report Sans Han" in names) or language == "en"


def test_mode_search_and_sorting_work(pages, firefox) -> None:
    firefox.open(pages["report", "en"])
    before = firefox.ask(GROUND)
    firefox.ask("document.getElementById('mode').click()")
    assert before == "rgb(255, 255, 255)" and firefox.ask(GROUND) == "rgb(17, 24, 31)"
    firefox.ask("document.querySelector('input[type=search]').focus()")
    for key in "item 1":
        firefox.press(key)
    assert firefox.ask("document.querySelector('output').value") == "11 / 20"
    firefox.ask("document.querySelectorAll('table')[1].querySelectorAll('thead button')[2].click()")
    order = "document.querySelectorAll('table')[1].querySelectorAll('th')[2].getAttribute('aria-sort')"
    assert firefox.ask(order) == "descending"


def test_it_prints(pages, firefox) -> None:
    firefox.open(pages["report", "zh_CN"])
    paper = firefox.paper()
    assert paper.startswith(b"%PDF") and 30_000 < len(paper) < 3_000_000


def test_one_drawing_of_each_figure_is_shown_on_every_width(pages, firefox) -> None:
    for width, shown in ((1440, "wide"), (390, "narrow")):
        firefox.open(pages["report", "en"], width)
        drawn = firefox.ask(
            "[...document.querySelectorAll('figure svg')].filter(s => s.checkVisibility()).map(s => s.classList[0])"
        )
        assert set(drawn) == {shown} and len(drawn) == firefox.ask("document.querySelectorAll('figure').length")
