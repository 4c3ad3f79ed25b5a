"""What is made of a run as a whole, once its reports are there: above all its front page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from customer_analytics.engagement import Project


def finish(
    folder: Path, manifest: dict[str, Any], project: Project, documents: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """Write what stands above the reports into the run's folder, which is still aside.

    Args:
        folder: the run's folder, with run.json and all reports.
        manifest: the content of run.json.
        project: the client project.
        documents: which documents are made of the run: documents.making.PDF and others.

    Returns:
        What could not be made, a sentence each. The run is complete without it.
    """
    from customer_analytics.documents.making import make_documents
    from customer_analytics.pipeline.glossary_page import make_glossary
    from customer_analytics.questions.offline import make_questions
    from customer_analytics.report.front_page import write_front_page

    make_glossary(folder, manifest, project)
    make_questions(folder, manifest, project)
    write_front_page(folder, manifest, project)
    return make_documents(folder, manifest, project, documents)
