"""What of a run leaves the house: its pages and documents, with a list of contents; nothing else.

Names are taken from a list of what is delivered. So customer-level tables, notebooks and whatever a run may hold later
stay where they are.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from customer_analytics.documents.locking.pdf import lock_pdf, require_locking
from customer_analytics.documents.locking.sealing import lock_page
from customer_analytics.documents.pdf.printing import Printer, find_printer, pages_of, print_all
from customer_analytics.durable import rename_settled, settle
from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.language import Language
from customer_analytics.pipeline.folders import MANIFEST, require_front_page
from customer_analytics.pipeline.lock import exclusive, state_folder

CONTENTS = "contents.txt"  # as `sha256sum --check` reads it
_OFFICE = (".xlsx", ".pptx")
_SCRIPT = re.compile(r"(<script>.*?</script>)", re.S)
_WAY = re.compile(r'(<a\b[^<>]*?) href="([^"#:]+)(#[^"]*)?"')


@dataclass(frozen=True)
class Delivery:
    """What was made. `left_out`: what the reader may miss, a sentence each."""

    folder: Path
    files: tuple[str, ...]
    left_out: tuple[str, ...]


def deliver(
    project: Project,
    run: str | None,
    *,
    output: Path | None = None,
    password: str | None = None,
    locked_html: bool = False,
    pdf: bool = True,
) -> Delivery:
    """Make the delivery of a finished run. The run itself stays as it is.

    Args:
        project: the client project.
        run: a run's name in reports/; None: the newest.
        output: the folder that the delivery becomes; None: deliveries/<run>.
        password: opens all that is delivered; None: nothing is locked.
        locked_html: with a password, deliver the pages as well, each locked.
        pdf: deliver each page as PDF; what the run does not hold is printed now.

    Raises:
        UserError: no such run, a report of it failed, the folder is there already, or a document cannot be made.
    """
    source, manifest = _finished(project, run)
    final = (output or project.folder / "deliveries" / source.name).absolute()
    if final.exists():
        raise UserError([Problem(str(final), "is there already.", "Remove it, or name another folder by --output.")])
    if password is not None:
        require_locking()
    printer = find_printer() if pdf else None
    aside = final.parent / f".{final.name}-partial"
    with exclusive(project, "deliver"):
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        try:
            packing = _Packing(source, aside, manifest, password)
            names = pages_of(source, manifest)
            if printer is not None:
                packing.documents(names, printer, state_folder(project) / "scratch")
            if password is None or locked_html:
                packing.pages(names)
            left_out = packing.office()
            files = packing.list_contents()
            settle(aside)
            rename_settled(aside, final)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    return Delivery(final, files, left_out)


@dataclass(frozen=True)
class _Packing:
    """From a run into a folder aside."""

    source: Path
    aside: Path
    manifest: Mapping[str, Any]
    password: str | None

    def documents(self, names: Sequence[str], printer: Printer, scratch: Path) -> None:
        """Each page as PDF: the run's own where it has one, else printed."""
        pairs = [(self.source / name, self._target(Path(name).with_suffix(".pdf"))) for name in names]
        there = [(page, target) for page, target in pairs if page.with_suffix(".pdf").is_file()]
        for page, target in there:
            target.write_bytes(page.with_suffix(".pdf").read_bytes())
        missing = [pair for pair in pairs if pair not in there]
        problems = print_all(missing, self.manifest, printer, scratch=scratch) if missing else []
        if problems:
            raise UserError([Problem("PDF", problem, "Try again, or deliver with --no-pdf.") for problem in problems])
        for _, target in pairs if self.password is not None else ():
            target.write_bytes(lock_pdf(target.read_bytes(), self.password or ""))

    def pages(self, names: Sequence[str]) -> None:
        """The pages, with no way to what stays in the house; locked where there is a password."""
        language = Language(self.manifest["language"])
        for name in names:
            html = without_ways_out((self.source / name).read_text(encoding="utf-8"), name, set(names))
            if self.password is not None:
                html = lock_page(html, self.password, language)
            self._target(Path(name)).write_text(html, encoding="utf-8", newline="\n")

    def office(self) -> tuple[str, ...]:
        """Workbook and slides, which nothing here can lock; answers what stayed behind."""
        found = sorted(
            path.relative_to(self.source)
            for path in self.source.rglob("*")
            if path.suffix in _OFFICE and path.parent in self._folders()
        )
        if self.password is not None:
            return tuple(f"{name.as_posix()} was left out: it cannot be locked here." for name in found)
        for name in found:
            shutil.copyfile(self.source / name, self._target(name))
        return ()

    def list_contents(self) -> tuple[str, ...]:
        """Write the list of contents; answers the names in it."""
        names = sorted(path.relative_to(self.aside).as_posix() for path in self.aside.rglob("*") if path.is_file())
        lines = [f"{hashlib.sha256((self.aside / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
        (self.aside / CONTENTS).write_text("".join(lines), encoding="utf-8", newline="\n")
        return tuple(names)

    def _folders(self) -> set[Path]:
        """The folders of a run that hold pages: its own, and one for each set of reports."""
        return {(self.source / name).parent for name in pages_of(self.source, self.manifest)} | {self.source}

    def _target(self, name: Path) -> Path:
        target = self.aside / name
        target.parent.mkdir(parents=True, exist_ok=True)
        return target


def without_ways_out(html: str, name: str, delivered: set[str]) -> str:
    """A page whose links to files that are not delivered are words. Scripts stay as they are: their hash is known."""
    folder = Path(name).parent

    def way(link: re.Match[str]) -> str:
        return link[0] if _joined(folder, link[2]) in delivered else link[1]

    parts = _SCRIPT.split(html)
    return "".join(part if part.startswith("<script>") else _WAY.sub(way, part) for part in parts)


def _joined(folder: Path, way: str) -> str:
    parts: list[str] = list(folder.parts)
    for part in way.split("/"):
        if part == "..":
            if not parts:
                return ""
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _finished(project: Project, run: str | None) -> tuple[Path, dict[str, Any]]:
    """The folder and the manifest of a run whose reports all went well."""
    folder = require_front_page(project).parent if run is None else project.reports / run
    known = run is None or (Path(run).name == run and (folder / MANIFEST).is_file())
    if not known:
        raise UserError([Problem(str(run), "is no run in reports/.", "Name one as 2026-07-01_1, or none: the newest.")])
    manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    failed = [entry["name"] for entry in manifest["reports"] if entry["status"] == "failed"]
    if failed:
        what = f"these reports failed: {', '.join(failed)}."
        raise UserError([Problem(folder.name, what, "Mend and run again, or run only the others.")])
    return folder, manifest
