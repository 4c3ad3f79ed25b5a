"""The page of a report that was not made: where it stopped, why in plain words, where the notebook lies."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from customer_analytics.engagement import Project
from customer_analytics.language import Language
from customer_analytics.report import page as pages
from customer_analytics.report.page import Page
from customer_analytics.report.report_names import report_name


def write_failure_page(
    destination: Path,
    *,
    project: Project,
    report: str,
    cell: str,
    error: str,
    notebook: str,
    language: str,
    back: str = "index.html",
) -> int:
    """Write the page; returns its size in bytes.

    Args:
        destination: HTML file to write.
        project: whose client and brand it shows.
        report: name of the report.
        cell: which cell stopped, for example "cell 5 of 12, Segments"; empty when none did.
        error: what happened and what to do, in plain words, a line each; no value of the client's data.
        notebook: path of the executed notebook, as seen from the page.
        language: code of the language.
        back: address of the front page, as seen from the page.
    """
    words = Language(language, project.engagement.currency, project.engagement.wording(language))
    say = words.say
    name = report_name(report, words)
    fields: dict[str, Any] = pages.common(project, words, kind=name)
    page = Page(
        **fields,
        title=say("This report could not be made"),
        standfirst=say("The other reports of the run do not depend on it."),
        facts=[(say("Report"), name), *([(say("Stopped at"), cell)] if cell else [])],
        footer=say("Made by {consultancy}.", consultancy=project.engagement.consultancy),
        contents=[],
        back=back,
    )
    draw = functools.partial(
        _draw,
        heading=say("What happened"),
        lines=[line for line in error.splitlines() if line.strip()],
        notebook=say("The executed notebook lies in {path}.", path=notebook),
    )
    return pages.write(destination, pages.finish(page, draw, words).html)


def _draw(page: Page, **values: Any) -> str:
    return pages.render("failure.html.j2", page=page, **values)
