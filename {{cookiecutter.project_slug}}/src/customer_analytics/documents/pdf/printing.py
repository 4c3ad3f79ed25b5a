"""All pages of a run as PDF, each beside its page."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from customer_analytics.documents.pdf.chromium import Chromium
from customer_analytics.documents.pdf.finding import BROWSER, find_browser
from customer_analytics.documents.pdf.weasy import WeasyPrint
from customer_analytics.durable import write_whole
from customer_analytics.engagement.errors import Problem, UserError

_DATE = re.compile(rb"/(CreationDate|ModDate) \(D:(\d{14})")
_OF_THE_RUN = ("index.html", "glossary.html")


class Printer(Protocol):
    """What turns pages into PDF."""

    def print_pages(self, pages: Sequence[tuple[Path, Path]], scratch: Path) -> dict[Path, str]:
        """Print (page, file to write) each; answers page -> why not."""


def find_printer() -> Printer:
    """The first of what can print here: a Chromium, WeasyPrint.

    Raises:
        UserError: there is neither; how to get one.
    """
    program = find_browser()
    if program is not None:
        return Chromium(program)
    try:
        importlib.import_module("weasyprint")
    except (ImportError, OSError):  # OSError: Pango is missing
        what = "nothing here prints: there is neither Chromium, Chrome nor Edge, nor a working WeasyPrint."
        mend = (
            f'Install a browser, or name it in the environment variable {BROWSER}, or: pip install -e ".[weasyprint]"'
        )
        raise UserError([Problem("PDF", what, mend)]) from None
    return WeasyPrint()


def pages_of(folder: Path, manifest: Mapping[str, Any]) -> list[str]:
    """The pages of a run that are printed and delivered, as paths below its folder: no page of a failed report."""
    reports = [entry["page"] for entry in manifest["reports"] if entry["status"] == "complete" and entry["page"]]
    return [name for name in (*_OF_THE_RUN, *reports) if (folder / name).is_file()]


def print_run(folder: Path, manifest: Mapping[str, Any], printer: Printer, *, scratch: Path) -> list[str]:
    """Print each page of a run beside it; what failed, a sentence each."""
    pages = [folder / name for name in pages_of(folder, manifest)]
    return print_all([(page, page.with_suffix(".pdf")) for page in pages], manifest, printer, scratch=scratch)


def print_all(
    pages: Sequence[tuple[Path, Path]], manifest: Mapping[str, Any], printer: Printer, *, scratch: Path
) -> list[str]:
    """Print pages to files, dated by the last day that counts: the same inputs and printer give the same bytes."""
    failed = printer.print_pages(pages, scratch)
    for page, target in pages:
        if page not in failed:
            write_whole(target, _dated(target.read_bytes(), str(manifest["as_of"] or "")))
    return [f"{page.name} was not printed: {why}." for page, why in failed.items()]


def _dated(document: bytes, as_of: str) -> bytes:
    """The printer's clock replaced by the as-of day, digit by digit, so that no place in the file moves."""
    digits = as_of.replace("-", "").encode("ascii")
    if len(digits) != len("20260630"):
        return document
    return _DATE.sub(lambda found: b"/" + found[1] + b" (D:" + digits + b"000000", document)
