"""Headings of the parts of the page that belong to no single analysis: the rules in words and in pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customer_analytics.narrative.exhibits import SectionWords

if TYPE_CHECKING:
    from customer_analytics.narrative.basket_rules.view import View


def rules_section(view: View) -> SectionWords:
    """What goes together: the opening of the rules."""
    say, shown = view.language.say, len(view.shown)
    if view.rules is None:
        return SectionWords(say("What goes together"), "rules", view.why_not)
    if not shown:
        return SectionWords(say("What goes together"), "rules", say("Nothing does, beyond what chance gives."))
    deck = view.language.say_count(
        "One combination is found more often than chance gives, and is no repetition of a more general one.",
        "{count} combinations are found more often than chance gives, and are no repetitions of more general ones.",
        shown,
    )
    return SectionWords(say("What goes together"), "rules", deck)
