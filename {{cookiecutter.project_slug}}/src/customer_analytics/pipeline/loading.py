"""`analytics load`: the loader, alone in its project and with a sign of life."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customer_analytics.engagement import Project
from customer_analytics.pipeline.identity_review import write_review
from customer_analytics.pipeline.lock import exclusive
from customer_analytics.pipeline.staleness import note_load

if TYPE_CHECKING:
    from customer_analytics.pipeline.terminal import Terminal
    from customer_analytics.tables.load_log import LoadLog


def load_tables(project: Project, terminal: Terminal) -> LoadLog:
    """Load the sources of engagement.yml.

    Raises:
        UserError: a source cannot be read as it is mapped, or another command is at work in the project.
    """
    from customer_analytics.tables.load import load

    with exclusive(project, "load"), terminal.loading() as progress:
        log = load(project, progress=progress, beside=lambda tables: write_review(project, tables))
        note_load(project, log)
    return log
