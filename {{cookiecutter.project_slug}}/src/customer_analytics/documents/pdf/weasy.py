"""Printing by WeasyPrint, which runs no script and reads the style sheet of a page for all but its drawings.

So each drawing gets its styles written into it, with the colours of paper in place of variables: without that the
charts come out black.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

_STYLE = re.compile(r"<style>(.*?)</style>", re.S)
_DRAWING = re.compile(r"<svg\b.*?</svg>", re.S)
_CLASS_RULE = re.compile(r"^\.(d\d+)\{([^}]*)\}$", re.M)
_PAPER = re.compile(r"@media print\{:root[^{]*\{([^}]*)\}")
_ROLE = re.compile(r"--([\w-]+):([^;]+)")
_VARIABLE = re.compile(r"var\(--([\w-]+)(?:,\s*([^()]*))?\)")
_TAG = re.compile(r'(<[a-zA-Z]\w*\b[^<>]*?) class="([^"]*)"([^<>]*>)')
_OUT_LINK = re.compile(r'(<a\b[^<>]*?) href="[^#"][^"]*"')
_BOX = re.compile(r"<details\b(?![^<>]*\bopen\b)([^<>]*)>")


class WeasyPrint:
    """The library that prints where there is no Chromium."""

    def print_pages(self, pages: Sequence[tuple[Path, Path]], scratch: Path) -> dict[Path, str]:
        """Print pages to files; as Chromium.print_pages, which needs `scratch`."""
        del scratch
        failed: dict[Path, str] = {}
        for page, target in pages:
            try:
                target.write_bytes(_printed(page.read_text(encoding="utf-8")))
            except Exception as error:  # a page that cannot be printed must not end the run
                target.unlink(missing_ok=True)
                failed[page] = f"WeasyPrint stopped with {type(error).__name__}"
        return failed


def on_paper(html: str) -> str:
    """A page as WeasyPrint can print it: drawings with their styles and colours, boxes open, no way to other pages."""
    styles = "\n".join(_STYLE.findall(html))
    rules = dict(_CLASS_RULE.findall(styles))
    found = _PAPER.search(styles)
    roles = dict(_ROLE.findall(found[1])) if found else {}
    html = _DRAWING.sub(lambda drawing: _resolved(drawing[0], rules, roles), html)
    return _BOX.sub(r"<details open\1>", _OUT_LINK.sub(r"\1", html))


def _resolved(drawing: str, rules: Mapping[str, str], roles: Mapping[str, str]) -> str:
    def styled(tag: re.Match[str]) -> str:
        own = ";".join(rules[name] for name in tag[2].split() if name in rules)
        return f'{tag[1]} class="{tag[2]}" style="{own}"{tag[3]}' if own else tag[0]

    def colour(variable: re.Match[str]) -> str:
        return roles.get(variable[1], variable[2] or "currentColor")

    return _VARIABLE.sub(colour, _TAG.sub(styled, drawing))


def _printed(html: str) -> bytes:
    import weasyprint
    from weasyprint.urls import URLFetcher

    logging.getLogger("weasyprint").setLevel(logging.ERROR)  # it names each property that it does not know
    document = weasyprint.HTML(string=on_paper(html), url_fetcher=URLFetcher(allowed_protocols=("data",)))
    made: bytes = document.write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True)
    return made
