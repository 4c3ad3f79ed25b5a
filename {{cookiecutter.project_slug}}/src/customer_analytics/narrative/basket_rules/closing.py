"""The end of the report: what to do in the next weeks, how it was done, what the numbers cannot say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customer_analytics.narrative.exhibits import SectionWords

if TYPE_CHECKING:
    from customer_analytics.language import Text
    from customer_analytics.narrative.basket_rules.view import View


def method_section(view: View) -> SectionWords:
    """Opening of the method."""
    say = view.language.say
    return SectionWords(
        say("How it was done"),
        "method",
        say("Definitions and formulas; the longer story is in the project's documentation."),
    )


def method(view: View) -> list[tuple[Text, Text]]:
    """Terms and what they mean here."""
    say = view.language.say
    return [(say("Basket"), view.what_is_a_basket)]


def limits_section(view: View) -> SectionWords:
    """Opening of the limits."""
    say = view.language.say
    return SectionWords(
        say("What the numbers cannot say"), "limits", say("Read this before a shelf is rebuilt or a price is cut.")
    )


def limits(view: View) -> list[Text]:
    """What does not follow."""
    say = view.language.say
    return [say("A rule says what is bought together, not what an offer would bring: only a test tells the second.")]
