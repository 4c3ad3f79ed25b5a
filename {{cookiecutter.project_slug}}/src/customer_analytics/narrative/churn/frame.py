"""Headings of the parts that stand on every page of the churn report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customer_analytics.narrative.exhibits import SectionWords

if TYPE_CHECKING:
    from customer_analytics.narrative.churn.view import View


def definition_section(view: View) -> SectionWords:
    """When somebody counts as gone, and how many leave."""
    say = view.language.say
    return SectionWords(
        say("When somebody counts as gone"),
        "definition",
        say("Leaving means {definition}.", definition=view.definition),
    )
