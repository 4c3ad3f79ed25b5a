"""The section "What changed since the last run" of a report, and the table that it shares with the compare page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from customer_analytics.analysis.changes.compared import Comparison, Row, compare
from customer_analytics.engagement import Project
from customer_analytics.language import Language, Text
from customer_analytics.narrative.changes import frame
from customer_analytics.narrative.changes.rows import verdict
from customer_analytics.narrative.changes.values import change, value
from customer_analytics.report.basis import BASIS, as_text, basis
from customer_analytics.report.blocks import how_computed_box
from customer_analytics.report.page import render
from customer_analytics.report.states import earlier_report, read_state

ID = "since-last-run"
_NOTHING = Markup("")


@dataclass(frozen=True)
class Since:
    """What a page says of the time since the last run. `sentence`: for the summary, where something moved."""

    title: Text
    section: Markup
    sentence: Text | None = None


def since_last_run(
    published: Mapping[str, Any], made: Mapping[str, Any], folder: Path, project: Project, language: Language
) -> Since:
    """Write the basis of a report into its folder, and say what changed since the one it is compared with.

    `made`: with `identity`, `asked` and `loaded` (see report.basis) beside what the appendix shows.
    """
    own = basis(published, made, project)
    (folder / BASIS).write_text(as_text(own), encoding="utf-8", newline="\n")
    heading = frame.title(language)
    earlier = earlier_report(
        project,
        published["report"],
        published["subset"],
        identity=own["identity"],
        asked=own["asked"],
        as_of=own["as_of"],
    )
    before = None if earlier is None else read_state(earlier.folder)
    now = read_state(folder)
    if before is None or now is None:
        return Since(heading, _section(heading, frame.first_run(language)))
    found = compare(before, now)
    body = changes_table(found, language)
    section = _section(heading, frame.against(language, found), cause_list(found, language) + body)
    return Since(heading, section, frame.in_summary(language, found))


def cause_list(found: Comparison, language: Language) -> Markup:
    """What changed beside the customers; nothing where nothing did."""
    named = frame.named_causes(language, found)
    if not named:
        return _NOTHING
    lines = Markup("").join(Markup("<li>{}</li>").format(each) for each in named)
    label = language.say("What else is different between the two runs:")
    return Markup("<p>{}</p><ul>{}</ul>").format(label, lines)


def changes_table(found: Comparison, language: Language) -> Markup:
    """The findings of both runs side by side, with the box that says how they were compared."""
    say = language.say
    words = {
        "finding": say("Finding"),
        "before": say("Before"),
        "now": say("Now"),
        "change": say("Change"),
        "verdict": say("Verdict"),
        "caption": frame.side_by_side(language),
    }
    rows = [_shown(row, found, language) for row in found.rows]
    table = render("changes.html.j2", words=words, rows=rows)
    return table + how_computed_box(frame.how(language, found), language)


def _shown(row: Row, found: Comparison, language: Language) -> dict[str, Any]:
    sides: Sequence[str] = [
        value(language, None if each is None or row.hidden else each.estimate) for each in (row.before, row.now)
    ]
    return {
        "kind": row.kind.value,
        "head": row.told.head,
        "earlier": _earlier_head(row, language),
        "before": sides[0],
        "now": sides[1],
        "change": change(language, row),
        "verdict": verdict(language, row, found),
    }


def _earlier_head(row: Row, language: Language) -> str:
    """How the finding was headed before, where that was in other words of the same language."""
    if row.before is None or row.now is None or row.before.language != row.now.language:
        return ""
    return "" if row.before.head == row.now.head else language.say("before: {head}", head=row.before.head)


def _section(heading: str, deck: str, body: Markup = _NOTHING) -> Markup:
    return Markup('<section><h2 id="{}">{}</h2><p class="deck">{}</p>{}</section>').format(ID, heading, deck, body)
