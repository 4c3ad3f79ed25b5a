"""The glossary of a run: what each number means, and why another tool shows another one."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from customer_analytics.engagement import Project
from customer_analytics.language import Language
from customer_analytics.narrative.glossary import REPORTS, Term, terms
from customer_analytics.report import page as pages
from customer_analytics.report.blocks import definition_list
from customer_analytics.report.page import Page
from customer_analytics.report.report_names import report_name

FILE_NAME = "glossary.html"


def write_glossary(run_folder: Path, manifest: Mapping[str, Any], project: Project) -> int:
    """Write glossary.html of a run, for the reports that it holds; returns its size in bytes, 0 where there is none."""
    code = manifest["language"]
    language = Language(code, project.engagement.currency, project.engagement.wording(code))
    there = {entry["name"] for entry in manifest["reports"] if entry["status"] == "complete"}
    sections = [_section(report, language) for report in REPORTS if report in there]
    if not sections:
        return 0
    say = language.say
    fields: dict[str, Any] = pages.common(project, language, kind=say("Glossary"))
    fields["words"] |= {"contents": say("On this page")}
    page = Page(
        **fields,
        title=say("What each number means"),
        standfirst=say("One definition everywhere. Where another tool shows another number, this is why."),
        facts=[],
        footer=say("Made by {consultancy}.", consultancy=project.engagement.consultancy),
        contents=[(section["id"], section["title"]) for section in sections],
        back="index.html",
    )
    words = {"elsewhere": say("In other tools")}
    draw = functools.partial(_draw, sections=sections, words=words)
    return pages.write(run_folder / FILE_NAME, pages.finish(page, draw, language).html)


def _draw(page: Page, **values: Any) -> str:
    return pages.render("glossary.html.j2", page=page, **values)


def _section(report: str, language: Language) -> dict[str, Any]:
    return {
        "id": report.replace("_", "-"),
        "title": report_name(report, language),
        "terms": [
            {
                "id": f"{report}-{term.id}".replace("_", "-"),
                "name": term.name,
                "meaning": term.meaning,
                "details": _details(term, language),
                "elsewhere": term.elsewhere,
            }
            for term in terms(report, language.code)
        ],
    }


def _details(term: Term, language: Language) -> Markup:
    say = language.say
    return definition_list(
        [
            (say("Formula"), term.formula),
            (say("Edge cases"), term.edge),
            (say("Source of the formula"), term.source),
            (
                say("Names in metrics.json"),
                Markup(", ").join(Markup("<code>{}</code>").format(name) for name in term.metrics),
            ),
        ]
    )
