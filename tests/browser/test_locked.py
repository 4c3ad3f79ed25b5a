"""Locked pages in Chromium and in Firefox: they open with their password only, ask for nothing, and work when open."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

SECRET = "湖边 lamp quiet otters"
TYPED = "湖边 ｌａｍｐ quiet otters"  # as a Chinese keyboard may give it
WORDS = {"en": "This password does not open the page.", "zh_CN": "密码不正确，无法打开页面。"}
IS_OPEN = "document.querySelector('.cover h1') !== null && document.querySelector('#mode') !== null"
IS_SORTED = """(() => { const button = document.querySelector('thead button'); if (!button) return false;
button.click(); return document.querySelector('[aria-sort=descending]') !== null })()"""
HAS_FONTS = "document.fonts.check('16px \"Report Sans\"') && [...document.fonts].some(font => font.status === 'loaded')"


@pytest.fixture(scope="module", params=sorted(WORDS))
def locked(pages: dict[tuple[str, str], Path], tmp_path_factory: pytest.TempPathFactory, request: Any) -> Path:
    pytest.importorskip("cryptography")
    from customer_analytics.documents.locking.sealing import lock_page
    from customer_analytics.language import Language

    folder = tmp_path_factory.mktemp("locked")
    (folder / "index.html").write_text("<title>front</title>", encoding="utf-8")
    html = pages["report", request.param].read_text(encoding="utf-8")
    target = folder / f"{request.param}.html"
    target.write_text(lock_page(html, SECRET, Language(request.param)), encoding="utf-8", newline="\n")
    return target


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


def test_in_chromium_it_opens_with_its_password_only(locked: Path, visit: Any) -> None:
    visited = visit(locked)
    page = visited.page
    page.fill("#password", "another password")
    page.press("#password", "Enter")
    assert _wait(lambda: page.evaluate("document.querySelector('#said').textContent !== ''"))
    assert page.text_content("#said") == WORDS[locked.stem]
    page.fill("#password", TYPED)
    page.click("#open")
    assert _wait(lambda: page.evaluate(IS_OPEN))
    assert page.evaluate(IS_SORTED)
    assert page.evaluate("document.fonts.ready.then(() => " + HAS_FONTS + ")")
    assert visited.requests == []
    assert visited.messages == []
    page.click("a.back")
    page.wait_for_url("**/index.html")
    assert page.title() == "front"


def test_in_firefox_it_opens_with_its_password_only(locked: Path, firefox: Any) -> None:
    firefox.open(locked)
    assert _after(firefox, "another password", "document.querySelector('#said').textContent !== ''")
    assert firefox.ask("document.querySelector('#said').textContent") == WORDS[locked.stem]
    assert _after(firefox, TYPED, IS_OPEN)
    assert firefox.ask(IS_SORTED)
    assert firefox.ask(HAS_FONTS)


def _after(window: Any, password: str, condition: str) -> bool:
    window.ask(f"(() => {{ document.querySelector('#password').value = {password!r};"
               "document.querySelector('#open').click(); return true })()")  # fmt: skip
    return _wait(lambda: window.ask(condition))


def _wait(done: Callable[[], bool]) -> bool:
    """Whether it came to be within ten seconds. (A browser's own waiting would need what the page's policy forbids.)"""
    for _ in range(200):
        if done():
            return True
        time.sleep(0.05)
    return False
