"""The blocks that a report is made of. Each function displays one block in the notebook.

Only this module and its neighbours in `report` emit HTML. Texts and cells are data: they are escaped here, and the
catalogue's `**bold**` is the only emphasis there is.
"""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from customer_analytics.narrative.finding import Finding
from customer_analytics.report import desk
from customer_analytics.report.blocks import definition_list, how_computed_box
from customer_analytics.report.figures import figure
from customer_analytics.report.mime import SECTION
from customer_analytics.report.show import show
from customer_analytics.report.tables import Cell, Column, table
from customer_analytics.report.words import evidence

__all__ = [
    "Cell", "Column", "bullets", "callout", "card", "command", "definitions", "figure", "finding", "findings",
    "how_computed",
    "paragraph", "section", "subheading", "table",
]  # fmt: skip

_CALLOUTS = ("note", "act", "warning")


def section(title: str, *, id: str, deck: str | None = None, inside: bool = False) -> None:
    """Begin a section: a heading, and one sentence that says what the section shows.

    `id`: short name in the page's address (letters, digits, hyphens); findings refer to it. `inside`: a part of the
    section before it, with a smaller heading; the contents of the page do not list it.
    """
    if not id.replace("-", "").replace("_", "").isalnum() or not id.isascii():
        raise ValueError(f"the id of a section is letters, digits and hyphens, not {id!r}")
    heading = Markup('<h3 id="{}">{}</h3>' if inside else '<h2 id="{}">{}</h2>').format(id, title)
    standfirst = Markup("<p>{}</p>" if inside else '<p class="deck">{}</p>').format(deck) if deck else ""
    show(heading + standfirst, **{SECTION: {"id": id, "title": str(title), "inside": inside}})


def subheading(title: str) -> None:
    """A heading inside a section."""
    show(Markup("<h3>{}</h3>").format(title))


def paragraph(*texts: str) -> None:
    """Paragraphs of running text."""
    show(Markup("").join(Markup("<p>{}</p>").format(text) for text in texts))


def bullets(items: Iterable[str]) -> None:
    """A list without order; nothing when there are no items."""
    lines = [Markup("<li>{}</li>").format(item) for item in items]
    if lines:
        show(Markup("<ul>{}</ul>").format(Markup("").join(lines)))


def definitions(items: Iterable[tuple[str, str]]) -> None:
    """Terms and what they mean, side by side."""
    show(definition_list(items))


def callout(label: str, body: str, kind: str = "note") -> None:
    """A block that stands out. `kind`: note (how to read this), act (what to do), warning (what does not hold)."""
    if kind not in _CALLOUTS:
        raise ValueError(f"kind of a callout is one of {', '.join(_CALLOUTS)}, not {kind!r}")
    show(
        Markup('<div class="callout {}" role="note" aria-label="{}"><p class="label">{}</p><p>{}</p></div>').format(
            kind, label, label, body
        )
    )


def card(
    title: str,
    line: str,
    *,
    figures: Iterable[tuple[str, str]] = (),
    details: Iterable[tuple[str, str]] = (),
    note: str | None = None,
) -> None:
    """A portrait of a group: its name, one line that says who they are, figures with labels, and what belongs to it.

    Args:
        title: the name.
        line: the group in one sentence.
        figures: (value, label) pairs, set large.
        details: terms and what they mean, side by side.
        note: small print at the foot.
    """
    numbers = [Markup('<li><b class="value">{}</b> {}</li>').format(value, label) for value, label in figures]
    strip = Markup('<ul class="figures">{}</ul>').format(Markup("").join(numbers)) if numbers else ""
    pairs = [*details]
    listed = definition_list(pairs) if pairs else ""
    small = Markup('<p class="small">{}</p>').format(note) if note else ""
    show(Markup('<article class="card"><h3>{}</h3><p>{}</p>{}{}{}</article>').format(title, line, strip, listed, small))


def command(label: str, lines: Iterable[str]) -> None:
    """Lines to copy into a terminal, letter by letter as they are. `label`: what they do."""
    text = Markup("\n").join(lines)
    show(Markup('<div class="command"><p><b>{}</b></p><pre><code>{}</code></pre></div>').format(label, text))


def finding(finding: Finding) -> None:
    """One finding in the body of the report: sentence, meaning, action, evidence grade."""
    language = desk.current().language
    say = language.say
    lines = [Markup("<h3>{}</h3><p>{}</p>").format(finding.head, finding.statement)]
    pairs = [(say("What it means"), finding.meaning), (say("What to do"), finding.action)]
    lines += [Markup("<p><b>{}</b> {}</p>").format(label, text) for label, text in pairs if text]
    lines.append(Markup('<p class="grade">{}</p>').format(evidence(language, finding.grade)))
    show(Markup('<div class="finding">{}</div>').format(Markup("").join(lines)))


def findings(found: Iterable[Finding]) -> None:
    """Findings of a section, one after another; nothing when there are none."""
    for one in found:
        finding(one)


def how_computed(items: Iterable[tuple[str, str]]) -> None:
    """The box that says how figures were computed: unit, window, denominator, exclusions, time zone, cut-off."""
    show(how_computed_box(items, desk.current().language))
