"""The list of all runs, newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from customer_analytics.engagement import Project
from customer_analytics.language import Language
from customer_analytics.report import page as pages
from customer_analytics.report.front_page.cards import day
from customer_analytics.report.front_page.frame import draw, fields
from customer_analytics.report.page import Page


def write_runs_index(project: Project, runs: Sequence[Mapping[str, Any]]) -> int:
    """Write index.html of all runs, newest first; returns its size in bytes."""
    code, engagement = project.engagement.language.value, project.engagement
    language = Language(code, engagement.currency, engagement.wording(code))
    say = language.say
    words = {
        "runs": say("Runs"),
        "run": say("Run"),
        "day": say("Last day that counts"),
        "reports": say("Reports"),
        "conclusion": say("Conclusions"),
    }
    page = Page(
        **fields(project, language, say("All runs")),
        title=say("Reports for {client}", client=project.engagement.client),
        standfirst=say("The newest run comes first. A run is never changed once it is complete."),
        facts=[(say("Runs"), language.number(len(runs)))],
        footer=say("Made by {consultancy}.", consultancy=project.engagement.consultancy),
    )
    rows = [_run_row(run, language) for run in runs]
    drawn = pages.finish(page, draw("runs.html.j2", words=words, rows=rows), language)
    return pages.write(project.reports / "index.html", drawn.html)


def _run_row(run: Mapping[str, Any], language: Language) -> dict[str, Any]:
    complete = [entry for entry in run["reports"] if entry["status"] == "complete"]
    titles = [entry["summary"]["title"] for entry in complete if entry.get("summary") and not run.get("for_each")]
    return {
        "run": run["run"],
        "page": f"{run['run']}/index.html",
        "as_of": day(run["as_of"], language) if run.get("as_of") else language.date(None),
        "as_of_key": run.get("as_of") or "",
        "reports": language.say(
            "{complete} of {total}",
            complete=language.number(len(complete)),
            total=language.number(len(run["reports"])),
        ),
        "titles": titles,
    }
