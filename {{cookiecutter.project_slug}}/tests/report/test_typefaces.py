from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from customer_analytics.language import Language
from customer_analytics.report import page_fonts, typefaces

FOLDER = Path(typefaces.__file__).parent / "fonts"


def gb2312() -> set[int]:
    """All 6,763 Chinese characters of the standard, from Python's own codec."""
    cells = (bytes([row, cell]) for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF))
    return {ord(text) for text in (cell.decode("gb2312", "ignore") for cell in cells) if text}


def test_both_weights_of_chinese_hold_every_character_of_gb2312() -> None:
    wanted = gb2312()
    assert len(wanted) == 6_763
    for face in (typefaces.SANS_HAN, typefaces.SANS_HAN_BOLD):
        assert wanted <= typefaces.characters(face)


def test_latin_holds_european_names_and_the_signs_of_our_charts() -> None:
    for face in (typefaces.SANS, typefaces.SANS_BOLD):
        assert set(map(ord, "ŁódźŠkodaÇeşmeΑθήναМоскваĐà Nẵng−×≥≤→↕–€£¥")) - {32} <= typefaces.characters(face)


def test_fonts_are_small_enough_and_come_with_their_licences() -> None:
    sizes = {path.name: path.stat().st_size for path in FOLDER.glob("*.woff2")}
    assert set(sizes) == {face.file for face in typefaces.FACES}
    assert max(sizes.values()) < 1_200_000 and sum(sizes.values()) < 3_600_000
    licences = list(FOLDER.glob("OFL-*.txt"))
    assert len(licences) == 4
    assert all("SIL OPEN FONT LICENSE Version 1.1" in path.read_text(encoding="utf-8") for path in licences)


def test_a_page_font_holds_what_was_asked_and_no_more(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import io

    from fontTools.ttLib import TTFont

    monkeypatch.setattr(typefaces, "_cache_folder", lambda: tmp_path)
    data = typefaces.page_subset(typefaces.SANS_HAN, frozenset(map(ord, "客户价值X")))
    assert set(TTFont(io.BytesIO(data)).getBestCmap()) == set(map(ord, "客户价值"))
    assert typefaces.page_subset(typefaces.SANS_HAN, frozenset(map(ord, "客户价值X"))) == data


def test_without_a_writable_cache_the_temporary_folder_serves(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    blocked = tmp_path / "a file, not a folder"
    blocked.write_text("", encoding="utf-8")
    monkeypatch.setattr(typefaces, "_cache_folder", lambda: blocked)
    assert typefaces.page_subset(typefaces.SERIF, frozenset(map(ord, "abc")))[:4] == b"wOF2"


def test_two_processes_may_make_the_fonts_at_once(tmp_path: Path) -> None:
    code = "from customer_analytics.report import typefaces as t; t.register_with_matplotlib()"
    import os

    environment = {**os.environ, "CUSTOMER_ANALYTICS_CACHE": str(tmp_path)}
    running = [subprocess.Popen([sys.executable, "-c", code], env=environment) for _ in range(2)]
    assert [process.wait(timeout=120) for process in running] == [0, 0]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 4 and all(path.suffix == ".ttf" for path in files)


def test_characters_that_no_font_has_are_named() -> None:
    shown = page_fonts.characters_shown("<p>老闆 ok 😀</p>", Language("zh_CN"))
    assert page_fonts.missing(shown) == ["闆", "😀"]


def test_each_character_goes_to_the_face_that_shows_it() -> None:
    html = (
        '<style>样</style><h1>标题</h1><p>正文<strong>粗</strong></p><svg><text style="font-weight:600">图</text></svg>'
    )
    shown = page_fonts.characters_shown(html, Language("zh_CN"))
    of = {face.file: set(map(chr, shown.of(face))) - {" "} for face in typefaces.FACES if face.han}
    assert of["sans-han-400.woff2"] == set("正文") and of["serif-han-600.woff2"] == set("标题")
    assert of["sans-han-600.woff2"] >= set("粗图")
    assert "样" not in set().union(*of.values())
    assert page_fonts.characters_shown("<p>plain</p>", Language("en")).of(typefaces.SANS_HAN) == frozenset()
