"""Reading engagement.yml: all problems at once, each with its line, the bad value and the allowed ones."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from customer_analytics.engagement.document import Document, Place, read_document
from customer_analytics.engagement.errors import EngagementError, Problem
from customer_analytics.engagement.explaining import explain
from customer_analytics.engagement.settings import Engagement

LARGEST_LOGO = 100_000  # bytes


def read_engagement(path: Path, folder: Path | None = None) -> Engagement:
    """Read and validate the file.

    Args:
        path: engagement.yml, or a copy of it.
        folder: the project's folder; default: the one that the file lies in.

    Returns:
        The settings under the industry's pack or the client's own: see packs.applying.

    Raises:
        EngagementError: every problem in the file, in the order of its lines; then those of an own pack.
    """
    document = read_document(path)
    located: list[tuple[Place, Problem]] = [*document.duplicates]
    engagement: Engagement | None = None
    try:
        engagement = Engagement.model_validate(document.data)
    except ValidationError as error:
        located += explain(error, document, Engagement)
    if engagement is not None:
        located += _check_logo(engagement, document, folder or path.parent)
    if located or engagement is None:
        raise EngagementError([problem for _, problem in sorted(located, key=lambda pair: _order(pair[0]))])
    from customer_analytics.packs.applying import under_pack  # which needs this package's blocks

    return under_pack(engagement, document, path, folder or path.parent)


def _check_logo(engagement: Engagement, document: Document, folder: Path) -> list[tuple[Place, Problem]]:
    """The logo must be a small file that really lies in the project, also when a link stands in between."""
    if engagement.brand.logo is None:
        return []
    where, place = document.where(("brand", "logo"))
    logo = (folder / engagement.brand.logo).resolve()
    if not logo.is_relative_to(folder.resolve()):
        return [(place, Problem(where, "brand.logo leads out of the project.", "Copy the file into the project."))]
    if not logo.is_file():
        return [(place, Problem(where, f"brand.logo: there is no file {str(engagement.brand.logo)!r} in the project."))]
    size = logo.stat().st_size
    if size > LARGEST_LOGO:
        return [(place, Problem(where, f"brand.logo is {size:,} bytes large; at most {LARGEST_LOGO:,} are embedded."))]
    return []


def _order(place: Place) -> tuple[int, int]:
    return place.line, place.column
