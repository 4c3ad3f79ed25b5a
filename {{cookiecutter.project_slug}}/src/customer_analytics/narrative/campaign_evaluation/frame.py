"""Headings of the parts of the page that belong to no single analysis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from customer_analytics.narrative.campaign_evaluation.verdicts import SOUND, of_kind
from customer_analytics.narrative.exhibits import SectionWords

if TYPE_CHECKING:
    from customer_analytics.narrative.campaign_evaluation.view import View


def caused_section(view: View) -> SectionWords:
    """What each campaign caused: the opening of the scorecard."""
    say, title = view.language.say, view.language.say("What each campaign caused")
    if not view.listed:
        return SectionWords(title, "caused", view.why_not)
    compared = of_kind(view, *SOUND)
    if not compared:
        return SectionWords(
            title, "caused", say("Nothing can be said to have been caused: no campaign was a sound experiment.")
        )
    deck = view.language.say_count(
        "Of {all} one was a sound experiment: who was contacted was drawn by lot, and the lot held.",
        "Of {all} {count} were sound experiments: who was contacted was drawn by lot, and the lot held.",
        len(compared), all=view.counted_campaigns(len(view.listed)),
    )  # fmt: skip
    return SectionWords(title, "caused", deck)


def inside(section: SectionWords) -> dict[str, Any]:
    """A section as a part of the one before it, for parts.section: the contents do not list it."""
    return section.keywords | {"inside": True}
