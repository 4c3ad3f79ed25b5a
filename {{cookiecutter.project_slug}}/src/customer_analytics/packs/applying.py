"""engagement.yml under the pack of its industry, or the client's own: what the file does not say, the pack says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from customer_analytics.engagement.document import Document
from customer_analytics.engagement.errors import EngagementError, Problem
from customer_analytics.engagement.settings import Engagement
from customer_analytics.packs.model import Pack
from customer_analytics.packs.reading import pack_of, read_pack

# A run keeps a copy of the own pack beside its copy of engagement.yml: all its reports have the same one.
PACK_OF_RUN = "pack-of-run.yml"


def under_pack(engagement: Engagement, document: Document, path: Path, folder: Path) -> Engagement:
    """The engagement with the pack's defaults in place of ours, wherever engagement.yml has no value of its own.

    Args:
        engagement: as the file says.
        document: the file, for the place of mistakes.
        path: the file itself, or the copy that a run keeps.
        folder: the project's folder.

    Raises:
        EngagementError: the own pack is not there or has problems, all of them with their lines.
    """
    pack = _pack(engagement, document, path, folder)
    changed: dict[str, Any] = {}
    taken: dict[str, tuple[str, ...]] = {}
    for report, defaults in pack.defaults.items():
        given = getattr(engagement.reports, report)
        open_ones = {name: value for name, value in defaults.items() if name not in given.model_fields_set}
        if open_ones:
            changed[report] = type(given).model_validate({**given.model_dump(), **open_ones})
            taken[report] = tuple(open_ones)
    reports = engagement.reports.model_copy(update=changed)
    return engagement.model_copy(update={"reports": reports}).with_pack(pack, taken)


def _pack(engagement: Engagement, document: Document, path: Path, folder: Path) -> Pack:
    industry = engagement.industry.value
    if engagement.pack is None:
        return pack_of(industry)
    if (kept := path.with_name(PACK_OF_RUN)).is_file():
        return read_pack(kept, industry, str(engagement.pack))
    where, _ = document.where(("pack",))
    file = (folder / engagement.pack).resolve()
    if not file.is_relative_to(folder.resolve()):
        raise EngagementError([Problem(where, "pack leads out of the project.", "Copy the file into the project.")])
    if not file.is_file():
        mend = "Write it (industry-packs.md in the guide), or delete this line."
        raise EngagementError(
            [Problem(where, f"pack: there is no file {str(engagement.pack)!r} in the project.", mend)]
        )
    return read_pack(file, industry, str(engagement.pack))


def pack_file(engagement: Engagement, folder: Path) -> Path | None:
    """The client's own pack; None where the industry's is in force."""
    return None if engagement.pack is None else folder / engagement.pack
