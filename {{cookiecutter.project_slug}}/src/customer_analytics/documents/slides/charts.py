"""The charts of a report's page, each with the section that it stands in."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_PIECE = re.compile(r'<h2 id="([^"]+)"|<figure(?: id="[^"]*")?>(.*?)</figure>', re.S)
_WIDE = re.compile(r'<svg class="wide".*?</svg>', re.S)
_STYLE = re.compile(r"^\.(d\d+)\{(.*)\}$", re.M)
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Chart:
    """A figure of a page. `drawing`: its svg element; `styles`: the classes it uses; `alt`: for who cannot see it."""

    section: str
    title: str
    source: str
    alt: str
    drawing: str
    styles: Mapping[str, str]


def charts_of(page: Path) -> list[Chart]:
    """The charts of a report in their order; none where the page cannot be read."""
    try:
        text = page.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return []
    styles = dict(_STYLE.findall(text[: text.find("<body")]))
    found, section = [], ""
    for piece in _PIECE.finditer(text):
        if piece[1]:
            section = piece[1]
        elif drawing := _WIDE.search(piece[2]):
            title, source = _part(piece[2], 'class="figure-title"'), _part(piece[2], 'class="source"')
            alt = re.search(r'aria-label="([^"]*)"', drawing[0])
            found.append(Chart(section, title, source, html.unescape(alt[1]) if alt else title, drawing[0], styles))
    return found


def _part(figure: str, mark: str) -> str:
    """The plain text of the element with this attribute."""
    found = re.search(re.escape(mark) + r">(.*?)</(?:span|p)>", figure, re.S)
    return html.unescape(_TAG.sub("", found[1])) if found else ""


def taken(charts: list[Chart], section: str) -> Chart | None:
    """The next chart of the section that no finding has taken yet; it is taken from the list."""
    for chart in charts:
        if section and chart.section == section:
            charts.remove(chart)
            return chart
    return None
