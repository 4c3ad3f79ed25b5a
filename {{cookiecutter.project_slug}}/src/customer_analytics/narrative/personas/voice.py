"""Section: what customers say, by persona and topic."""

from __future__ import annotations

from customer_analytics.narrative.exhibits import SectionWords
from customer_analytics.narrative.finding import Finding
from customer_analytics.narrative.personas.view import View


def voice_section(view: View) -> SectionWords:
    """Opening of the section on feedback; with the reason where there is none."""
    say = view.language.say
    return SectionWords(
        say("Voice of the customer"), "voice",
        say("The data hold no written feedback, so nothing is said about how customers feel."),
    )  # fmt: skip


def voice_finding(view: View) -> Finding | None:
    """Whether one persona is unhappier than the others; None without written feedback."""
    return None
