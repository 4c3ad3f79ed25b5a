"""What must hold for every page of ours, whoever made it: used on the pages under test and on those of a real run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
A4 = (210 - 2 * 16, 297 - 17 - 18)  # millimetres that the page rule leaves for text
PIXELS = 96 / 25.4  # in a millimetre


def quiet(visit: Any, path: Path, scheme: str) -> None:
    """No request to anywhere, nothing in the console."""
    seen = visit(path, scheme=scheme)
    seen.page.wait_for_timeout(100)
    assert seen.requests == [] and seen.messages == [] and seen.dialogs == []


def accessible(visit: Any, path: Path, axe: str, scheme: str, width: int) -> None:
    """axe-core finds nothing."""
    page = visit(path, scheme=scheme, width=width, bypass_csp=True).page
    page.evaluate(axe)
    # of what passed, the rules are enough: a node each for thousands of texts takes three quarters of the time
    options = {"runOnly": RULES, "resultTypes": ["violations"], "selectors": False}
    found = page.evaluate("options => axe.run(document, options)", options)
    faults = [(rule["id"], rule["nodes"][0]["html"][:200]) for rule in found["violations"]]
    assert faults == [] and len(found["passes"]) > 20


def fits(visit: Any, path: Path, width: int) -> None:
    """No horizontal scrolling, and no element sticks out."""
    page = visit(path, width=width).page
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    # a scrolling block may hold more than it shows; nothing else may
    sticking_out = page.evaluate(
        """() => [...document.querySelectorAll("body *")].filter(element => {
            const box = element.getBoundingClientRect();
            return box.width && box.right > innerWidth + 1 && !element.closest(".scroll, pre, .skip, svg, thead");
        }).map(element => element.outerHTML.slice(0, 120))"""
    )
    assert sticking_out == []


def summary_on_first_sheet(visit: Any, path: Path) -> None:
    """On paper the executive summary ends on the first sheet."""
    page = visit(path, width=round(A4[0] * PIXELS)).page
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    bottom = page.evaluate("document.querySelector('section.summary').getBoundingClientRect().bottom + scrollY")
    assert bottom <= A4[1] * PIXELS
