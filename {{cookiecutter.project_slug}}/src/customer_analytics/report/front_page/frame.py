"""What the front page and the list of runs share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from customer_analytics.engagement import Project
from customer_analytics.language import Language
from customer_analytics.report import page as pages
from customer_analytics.report.page import Page


def draw(template: str, **values: Any) -> Callable[[Page], str]:
    """A template of ours with its values, to be drawn once the page knows its fonts."""
    return lambda page: pages.render(template, page=page, **values)


def fields(project: Project, language: Language, kind: str) -> dict[str, Any]:
    """The fields of a page that come from the engagement."""
    shared: dict[str, Any] = pages.common(project, language, kind=kind)
    shared["words"] |= {"contents": language.say("On this page"), "back": language.say("All runs")}
    return shared
