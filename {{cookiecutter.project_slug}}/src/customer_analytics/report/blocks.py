"""Markup that more than one part uses."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from customer_analytics.language import Language
from customer_analytics.report.words import how_computed_label


def definition_list(items: Iterable[tuple[str, str]], css_class: str = "definitions") -> Markup:
    """Terms and texts side by side."""
    pairs = [Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(term, text) for term, text in items]
    return Markup('<dl class="{}">{}</dl>').format(css_class, Markup("").join(pairs))


def how_computed_box(items: Iterable[tuple[str, str]], language: Language) -> Markup:
    """The box that says how figures were computed; closed on screen, open on paper."""
    label = how_computed_label(language)
    return Markup('<details class="how"><summary>{}</summary>{}</details>').format(label, definition_list(items))
