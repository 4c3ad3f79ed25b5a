"""From an executed notebook to one self-contained HTML file."""

from __future__ import annotations

import copy
import datetime as dt
import functools
import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jinja2
import mistune
from markupsafe import Markup
from nbconvert.exporters.templateexporter import TemplateExporter
from nbformat import NotebookNode
from nbformat.v4 import new_output

from customer_analytics.engagement import Project
from customer_analytics.language import Language
from customer_analytics.report import page as pages
from customer_analytics.report.changes import ID as SINCE
from customer_analytics.report.changes import Since, since_last_run
from customer_analytics.report.figures import NUMBER
from customer_analytics.report.mime import PART, REPORT, SECTION, STYLE
from customer_analytics.report.page import Page
from customer_analytics.report.report_names import report_name
from customer_analytics.report.summary import appendix, executive_summary, plain_summary, text

# Attributes as ElementTree writes them: no < or > inside a tag, no quote inside a value.
_DRAWING = re.compile(r'<svg class="(?:wide|narrow)".*?</svg>', re.S)
_STYLED_TAG = re.compile(r'(<\w+(?: [\w:-]+="[^"]*")*?) style="([^"]*)"((?: [\w:-]+="[^"]*")*\s*/?>)')


class ExportError(Exception):
    """The notebook cannot become a report; the message says which cell and why."""


@dataclass(frozen=True)
class ExportResult:
    """What was written: size in bytes, what a maintainer should know, the summary as plain values, the last day."""

    bytes: int
    warnings: tuple[str, ...]
    summary: dict[str, Any]
    as_of: str = ""


class ReportExporter(TemplateExporter):
    """nbconvert with our template and with escaping on: what is not Markup is text."""

    file_extension = ".html"
    output_mimetype = "text/html"
    template_name = "report"
    export_from_notebook = ""  # not in JupyterLab's menu: a report needs its run around it

    def _create_environment(self) -> jinja2.Environment:
        environment: jinja2.Environment = super()._create_environment()  # type: ignore[no-untyped-call]
        environment.autoescape = True
        environment.undefined = jinja2.StrictUndefined
        return environment


def export_report(
    notebook: NotebookNode,
    destination: Path,
    *,
    project: Project,
    show_code: bool = False,
    made: Mapping[str, Any] | None = None,
) -> ExportResult:
    """Write an executed notebook as a report. The same inputs give the same bytes.

    Args:
        notebook: executed; its last cell published a summary.
        destination: HTML file to write.
        project: whose client, brand and consultancy the page shows.
        show_code: whether analysts see the code, in boxes that open.
        made: facts for the appendix beside the published ones: parameters, data, versions, code. With `identity` and
            `loaded` the report is compared with an earlier one (see report.changes).

    Raises:
        ExportError: an error output, no published summary, or a finding that points to no section.
        guard.UnsafePage: the page would run, load or leave something that is not ours.
    """
    published, sections, inside = _collected(notebook)
    code = published["language"]
    language = Language(code, published["currency"], project.engagement.wording(code))
    listed = {section: title for section, title in sections.items() if section not in inside}
    since = None
    if made is not None and "identity" in made:
        since = since_last_run(published, made, destination.with_suffix(""), project, language)
    page = _page(published, sections, listed, language, project, made or {}, show_code, since)
    prepared, drawing_styles = _prepared(notebook, language)
    page = replace(page, drawing_styles=drawing_styles)
    finished = pages.finish(page, functools.partial(_render, prepared, language), language)
    size = pages.write(destination, finished.html)
    as_of = str(published.get("made", {}).get("as_of", ""))
    return ExportResult(size, finished.warnings, plain_summary(published), as_of)


def _collected(notebook: NotebookNode) -> tuple[dict[str, Any], dict[str, str], set[str]]:
    """The published summary, the sections (id -> title), and which of them lie inside the one before."""
    published: dict[str, Any] = {}
    sections: dict[str, str] = {}
    inside: set[str] = set()
    for number, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                raise ExportError(f"cell {number} stopped with {output.ename}")
            data = output.get("data", {})
            published = data.get(REPORT, published)
            if SECTION in data:
                sections[data[SECTION]["id"]] = data[SECTION]["title"]
                if data[SECTION].get("inside"):
                    inside.add(data[SECTION]["id"])
    if not published:
        raise ExportError("no cell published a summary: the last cell of a notebook calls report.publish(…)")
    astray = [f["id"] for f in published["findings"] if f["section"] and f["section"] not in sections]
    if astray:
        raise ExportError(f"these findings point to sections that the notebook does not have: {', '.join(astray)}")
    return published, sections, inside


def _page(
    published: Mapping[str, Any],
    sections: Mapping[str, str],
    listed: Mapping[str, str],
    language: Language,
    project: Project,
    made: Mapping[str, Any],
    show_code: bool,
    since: Since | None,
) -> Page:
    say = language.say
    summary = executive_summary(published, sections, language, since=None if since is None else since.sentence)
    fields: dict[str, Any] = pages.common(project, language, kind=report_name(published["report"], language))
    return Page(
        **fields,
        title=text(published["title"]),
        standfirst=text(published["standfirst"]),
        facts=_facts(published, made, language),
        footer=say("Figures come from the data described at the end of this report."),
        contents=[
            ("summary", say("Executive summary")),
            *listed.items(),
            *([] if since is None else [(SINCE, since.title)]),
            ("made", say("How this report was made")),
        ],
        summary=summary,
        made=(Markup("") if since is None else since.section) + appendix(published, made, language),
        show_code=show_code,
        back=str(made.get("back", "index.html")),
    )


def _facts(published: Mapping[str, Any], made: Mapping[str, Any], language: Language) -> list[tuple[str, str]]:
    say = language.say
    data = made.get("data", {})
    version = made.get("template_version") or published["made"].get("template_version", "")
    fingerprint = str(data.get("fingerprint", ""))[:8]
    facts: list[tuple[str, str]] = []
    if published["period"]:
        first, last = (dt.date.fromisoformat(day) for day in published["period"])
        facts.append((say("Data covered"), language.period(first, last)))
    if published.get("subset"):
        facts.append((say("Limited to"), str(published["subset"])))
    facts.append((say("Amounts in"), language.currency_name))
    if version or fingerprint:
        parts = [version, say("data {fingerprint}", fingerprint=fingerprint) if fingerprint else ""]
        facts.append((say("Version"), " · ".join(part for part in parts if part)))
    return facts


@functools.cache
def _exporter() -> ReportExporter:
    """The exporter of this process: reading and compiling the templates takes longer than filling them in.

    Without preprocessors: what they would change is left out of the notebook before.
    """
    return ReportExporter(  # type: ignore[no-untyped-call]
        extra_template_basedirs=[str(pages.TEMPLATES)],
        default_preprocessors=[],
        filters={"figure": pages.figure},  # of the macros, which both environments read
    )


def _render(notebook: NotebookNode, language: Language, page: Page) -> str:
    exporter = _exporter()
    exporter.environment.filters["client_text"] = functools.partial(_client_text, language)
    html, _ = exporter.from_notebook_node(notebook, resources={"page": page})
    return str(html)


def _prepared(notebook: NotebookNode, language: Language) -> tuple[NotebookNode, Markup]:
    """A copy whose outputs are only our parts, with figure numbers in them; and the styles that its drawings share."""
    prepared = copy.deepcopy(notebook)
    numbers = itertools.count(1)
    styles: dict[str, str] = {}

    def figure_number(_: re.Match[str]) -> str:
        label = language.say("Figure {n}", n=str(next(numbers)))
        return str(Markup('<span class="figure-number">{}</span>').format(label))

    def shared_style(tag: re.Match[str]) -> str:
        name = styles.setdefault(tag[2], f"d{len(styles)}")
        bold = "bold " if "font-weight:600" in tag[2] or "font-weight:700" in tag[2] else ""
        return f'{tag[1]} class="{bold}{name}"{tag[3]}'

    for cell in prepared.cells:
        bundles = [output.get("data", {}) for output in cell.get("outputs", [])]
        kept = [data["text/html"] for data in bundles if PART in data and STYLE not in data]
        kept = [re.sub(re.escape(NUMBER), figure_number, html) for html in kept]
        kept = [_DRAWING.sub(lambda drawing: _STYLED_TAG.sub(shared_style, drawing[0]), html) for html in kept]
        cell.outputs = [
            new_output("display_data", {"text/html": html})  # type: ignore[no-untyped-call]
            for html in kept
        ]
    return prepared, Markup("".join(f".{name}{{{style}}}\n" for style, name in styles.items()))


def _client_text(language: Language, source: str) -> Markup:
    """A markdown cell for the client, in the report's language; HTML in it is text."""
    markdown = mistune.create_markdown(escape=True)
    return Markup(markdown(language.translated(source.strip())))
