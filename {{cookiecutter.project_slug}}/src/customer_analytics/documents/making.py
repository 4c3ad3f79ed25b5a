"""The documents of a run beside its pages: what was asked for, and whether this machine can make it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from customer_analytics.engagement import Project

PDF = "pdf"
XLSX = "xlsx"
PPTX = "pptx"


def require(documents: frozenset[str]) -> None:
    """Refuse what could not be made, before a kernel starts.

    Raises:
        UserError: nothing here makes such a document; how to mend it.
    """
    if PDF in documents:
        from customer_analytics.documents.pdf.printing import find_printer

        find_printer()
    if PPTX in documents:
        from customer_analytics.documents.slides.write import require_slides

        require_slides()


def make_documents(
    folder: Path, manifest: Mapping[str, Any], project: Project, documents: frozenset[str]
) -> tuple[str, ...]:
    """Write the documents into the run's folder, which is still aside.

    Returns:
        What could not be made, a sentence each. The run is complete without it.
    """
    problems: list[str] = []
    if PDF in documents:
        from customer_analytics.documents.pdf.printing import find_printer, print_run

        problems += print_run(folder, manifest, find_printer(), scratch=project.folder / ".analytics" / "scratch")
    if XLSX in documents:
        from customer_analytics.documents.workbook.write import write_workbooks

        write_workbooks(folder, manifest, project)
    if PPTX in documents:
        from customer_analytics.documents.slides.write import write_slides

        write_slides(folder, manifest, project)
    return tuple(problems)
