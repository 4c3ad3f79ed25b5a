"""What must hold for every page of ours, whoever made it: used on the pages under test and on those of a real run."""

from __future__ import annotations

import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import pytest

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
A4 = (210 - 2 * 16, 297 - 17 - 18)  # millimetres that the page rule leaves for text
PIXELS = 96 / 25.4  # in a millimetre


LOOK = Path(__file__).with_name("look.js").read_text(encoding="utf-8")
# what WCAG 1.4.12 lets a reader set: nothing may be lost by it
SPACING = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
p { margin-bottom: 2em !important }"""
VIEWS = (("light", 1440), ("dark", 1440), ("light", 390), ("dark", 390))
PAPERS = {"A4": {"prefer_css_page_size": True}, "Letter": {"format": "Letter"}}
ZOOMED = {200: (720, 450), 400: (320, 256)}  # a window of 1440 by 900 or 1280 by 1024 pixels at so many per cent


def everything(visit: Any, path: Path, axe: str, scheme: str, width: int) -> None:
    """All that one look at an open page can tell; the page is loaded once."""
    seen = visit(path, scheme=scheme, width=width, bypass_csp=True)
    seen.page.wait_for_timeout(100)
    looks(seen.page, path)
    accessible(seen.page, axe)
    assert seen.requests == [] and seen.messages == [] and seen.dialogs == []


def looks(page: Any, path: Path, *more: str) -> None:
    """Nothing sticks out or is cut; words of charts can be read, and lie neither on each other nor outside."""
    page.evaluate(LOOK)
    names = ("sticking_out", "clipped", "charts", "contrast", *more)
    faults = {name: page.evaluate(f"look.{name}()") for name in names}
    assert {name: found for name, found in faults.items() if found} == {}, path


def accessible(page: Any, axe: str) -> None:
    """axe-core finds nothing. Words in drawings are left to look.contrast: they take half of the time."""
    page.evaluate(axe)
    # of what passed, the rules are enough: a node each for thousands of texts takes three quarters of the time
    options = {"runOnly": RULES, "resultTypes": ["violations"], "selectors": False}
    found = page.evaluate("options => axe.run({exclude: [['svg *']]}, options)", options)
    faults = [(rule["id"], rule["nodes"][0]["html"][:200]) for rule in found["violations"]]
    assert faults == [] and len(found["passes"]) > 20


def resists(visit: Any, path: Path) -> None:
    """At 200 % and 400 % and with wider text nothing is cut and nobody scrolls sideways."""
    for zoom, (width, height) in ZOOMED.items():
        page = visit(path, width=width, height=height, device_scale_factor=zoom / 100, bypass_csp=True).page
        looks(page, path)
        page.add_style_tag(content=SPACING)
        for name in ("sticking_out", "clipped"):  # charts are pictures: their letters keep their places
            assert page.evaluate(f"look.{name}()") == [], (path, zoom)


def by_keyboard(visit: Any, path: Path) -> None:
    """Tab reaches all that can be used, in the order of the page, seen where it stands, and leaves at the end."""
    page = visit(path, reduced_motion="reduce").page
    page.evaluate(LOOK)
    stops = page.evaluate("look.stops()")
    assert stops > 0 and page.evaluate("look.moving()") == []
    unseen = []
    for stop in range(stops):
        page.keyboard.press("Tab")
        place, is_seen, element = page.evaluate("look.at()")
        assert place == stop, (path, element)
        unseen += [] if is_seen else [element]
    page.keyboard.press("Tab")
    assert page.evaluate("look.at()")[0] in (-1, 0) and unseen == [], path


def named(visit: Any, path: Path) -> None:
    """What a screen reader gets: all that can be used and all pictures have names; each figure is there once."""
    page = visit(path).page
    client = page.context.new_cdp_session(page)
    client.send("Accessibility.enable")
    nodes = client.send("Accessibility.getFullAXTree")["nodes"]
    asked = {"link", "button", "searchbox", "image", "img", "heading", "region", "navigation", "table", "complementary"}
    pictures, nameless = 0, []
    for node in nodes:
        role = node.get("role", {}).get("value", "")
        if node.get("ignored") or role not in asked:
            continue
        name = node.get("name", {}).get("value", "").strip()
        pictures += role in ("image", "img")
        if (not name and role != "table") or "\u2195" in name:
            nameless.append((role, name))
    assert nameless == [], path
    assert (
        pictures == page.locator("figure svg:visible").count() + page.locator(".brand img[alt]:not([alt=''])").count()
    )


def summary_on_first_sheet(visit: Any, path: Path) -> None:
    """On paper the executive summary ends on the first sheet."""
    page = visit(path, width=round(A4[0] * PIXELS)).page
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    bottom = page.evaluate("document.querySelector('section.summary').getBoundingClientRect().bottom + scrollY")
    assert bottom <= A4[1] * PIXELS


_PARTS = """() => [...document.querySelectorAll("main :is(h2, h3, p, li, th, td, dt, dd), figcaption span")].filter(
    part => part.checkVisibility() && !part.closest(".search") && !part.querySelector("p, li, h3, span.label")
).map(part => part.innerText)"""
_HEADS = (
    "[...document.querySelectorAll('h2, h3, caption, .figure-title, .figure-number')].map(head => head.textContent)"
)
_MARGIN = 30  # points; the page rule leaves 45 at the sides


def on_paper(visit: Any, path: Path, folder: Path, paper: str = "A4") -> None:
    """Every text of the page is in the PDF and inside of its sheets, each with its number.

    No sheet ends with a heading, and no link tells the folder of whoever printed it.
    """
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext (poppler) on this machine")
    page, pdf = visit(path).page, folder / "page.pdf"
    page.pdf(path=pdf, print_background=True, **PAPERS[paper])
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    parts, heads = page.evaluate(_PARTS), {_joined(head) for head in page.evaluate(_HEADS)}
    assert b"/URI" not in pdf.read_bytes()
    sheets = re.findall(r"<page .*?</page>", _text(pdf, "-bbox-layout"), re.DOTALL)
    own_line = rf"(?m)^\s*\d+ ?/ ?{len(sheets)}\s*$"  # the sheet's number, in the middle of what goes on
    told = "".join(_joined(re.sub(own_line, "", _text(pdf, option))) for option in ("-raw", "-layout"))
    lost = [part for part in parts if _joined(part) not in told]
    assert lost == [], path
    for number, sheet in enumerate(sheets, 1):
        width = float(re.findall(r'<page width="([\d.]+)"', sheet)[0])
        lines = sorted(_lines(sheet))
        assert any(line == f"{number}/{len(sheets)}" for *_, line in lines), (path, number)
        body = [line for line in lines if not re.fullmatch(r"\d+/\d+", line[3])]
        assert [line for _, left, right, line in body if left < _MARGIN or right > width - _MARGIN] == [], path
        _, edge, _, last = body[-1]
        before = next((line for _, left, _, line in body[-2::-1] if abs(left - edge) < 2), "")  # of the same column
        assert not any(head.endswith(last) and (head == last or before in head) for head in heads), (
            path,
            number,
        )


def _text(pdf: Path, *options: str) -> str:
    done = subprocess.run(["pdftotext", *options, pdf, "-"], capture_output=True, check=True)
    return done.stdout.decode("utf-8")


def _joined(text: str) -> str:
    return re.sub(r"[\s\u202e\u00ad]+", "", text)


def _lines(sheet: str) -> list[tuple[float, float, float, str]]:
    """Lower end, left and right end and words of the lines of a sheet."""
    place = r'<line xMin="([\d.-]+)" yMin="[\d.-]+" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</line>'
    return [
        (float(low), float(left), float(right), _joined(unescape("".join(re.findall(r">([^<]*)</word>", words)))))
        for left, right, low, words in re.findall(place, sheet, re.DOTALL)
    ]
