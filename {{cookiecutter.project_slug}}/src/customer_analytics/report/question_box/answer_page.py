"""One answer as a page: what was understood, the numbers, a chart, and the line that makes the list."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from customer_analytics.engagement import Project
from customer_analytics.language import Language
from customer_analytics.report import page as pages
from customer_analytics.report import theme
from customer_analytics.report.charts.bars import Bar, bars
from customer_analytics.report.page import Page
from customer_analytics.report.svg import draw_svg
from customer_analytics.report.theme import Theme


def write_answer_page(
    path: Path,
    project: Project,
    language: Language,
    *,
    question: str,
    said: Any,
    facts: list[tuple[str, str]],
) -> int:
    """Write the page; returns its size in bytes.

    Args:
        path: where.
        project: for brand and client.
        language: of the page.
        question: as it was asked.
        said: the answer in words, with head, understood, rows, chart, bars, expression, command and notes.
        facts: name and value of what stands on the cover.
    """
    say = language.say
    fields = pages.common(project, language, kind=say("Question"))
    page = Page(
        **fields,  # type: ignore[arg-type]  # the fields that `common` promises
        title=said.head,
        standfirst=question,
        facts=facts,
        footer=say("Made by {consultancy}.", consultancy=project.engagement.consultancy),
    )
    words = {
        "figures": say("Figures"),
        "phrase": say("Phrase"),
        "understood": say("Understood as"),
        "how": say("How the question was understood"),
        "these": say("These customers"),
        "all": say("All customers"),
        "value": say("What they are worth"),
        "list": say("Make the list"),
    }
    drawing = _drawing(said.chart, said.bars, project) if said.bars else Markup("")
    draw = functools.partial(_draw, words=words, said=said, drawing=drawing)
    return pages.write(path, pages.finish(page, draw, language).html)


def _draw(page: Page, **values: Any) -> str:
    return pages.render("answer.html.j2", page=page, **values)


def _drawing(title: str, items: Sequence[Any], project: Project) -> Markup:
    """The bars, once for a wide page and once for a phone."""
    drawn = bars([Bar(one.name, one.value, one.shown, "s1") for one in items])
    alt = f"{title}: " + "; ".join(f"{one.name} {one.shown}" for one in items)
    colours = Theme.of(project.engagement.brand).light
    made = []
    with theme.style():
        for width, narrow, css_class in ((theme.WIDE, False, "wide"), (theme.NARROW, True, "narrow")):
            made.append(draw_svg(drawn(width, narrow), alt=alt, css_class=css_class, colours=colours, serial=css_class))
    return Markup("").join(made)
