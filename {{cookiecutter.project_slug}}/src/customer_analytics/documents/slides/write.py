"""Writes slides.pptx: for a run one, with `--for-each` one for each group. The same run gives the same bytes."""

from __future__ import annotations

import datetime as dt
import importlib.util
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.language import Language

FILE_NAME = "slides.pptx"
_ZIP_DAY = (1980, 1, 1, 0, 0, 0)  # the first that a zip knows


def require_slides() -> None:
    """Refuse where python-pptx is not there.

    Raises:
        UserError: with the line that installs it.
    """
    if importlib.util.find_spec("pptx") is None:
        what = "the slides are written by python-pptx, which is not installed."
        raise UserError([Problem("--pptx", what, "Install it: python -m pip install -e '.[documents]'")])


def write_slides(folder: Path, manifest: Mapping[str, Any], project: Project) -> tuple[Path, ...]:
    """Write the slides of a run into its folder; returns the files."""
    from customer_analytics.documents.slides.content import decks
    from customer_analytics.report.theme import Theme

    engagement = project.engagement
    language = Language(manifest["language"], engagement.currency, engagement.wording(manifest["language"]))
    colours = Theme.of(engagement.brand).light
    logo = _logo(project)
    written = []
    for place, deck in decks(folder, manifest, project, language).items():
        path = folder / place / FILE_NAME
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_presentation(deck, project, language, colours, logo, str(manifest.get("as_of") or "")))
        written.append(path)
    return tuple(written)


def _presentation(
    deck: Any, project: Project, language: Language, colours: Mapping[str, str], logo: bytes | None, as_of: str
) -> bytes:
    from pptx import Presentation
    from pptx.util import Pt

    from customer_analytics.documents.slides.brush import HEIGHT, WIDTH, clean
    from customer_analytics.documents.slides.drawing import Drawer

    made = Presentation()
    made.slide_width, made.slide_height = Pt(WIDTH), Pt(HEIGHT)
    engagement = project.engagement
    Drawer(made, deck, language, colours, logo).draw(clean(engagement.client), clean(engagement.consultancy))
    day = dt.datetime.fromisoformat(as_of[:10]) if as_of else dt.datetime(1980, 1, 1)
    about = made.core_properties
    about.title = clean(deck.conclusion or engagement.client)[:255]
    about.author = about.last_modified_by = clean(engagement.consultancy)[:255]
    about.language = language.html_code
    about.created = about.modified = day
    about.revision = 1
    buffer = io.BytesIO()
    made.save(buffer)
    return _timeless(buffer.getvalue())


def _timeless(content: bytes) -> bytes:
    """The same archive without the moment at which each part was written."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = zipfile.ZipInfo(name, _ZIP_DAY)
            part.compress_type, part.create_system = zipfile.ZIP_DEFLATED, 0
            new.writestr(part, old.read(name))
    return buffer.getvalue()


def _logo(project: Project) -> bytes | None:
    """The client's logo where it is a PNG: PowerPoint shows an SVG only beside a picture of it."""
    stated = project.engagement.brand.logo
    if stated is None or stated.suffix.lower() != ".png":
        return None
    return (project.folder / stated).read_bytes()
