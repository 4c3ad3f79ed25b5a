"""Lengths of time in the report's periods: six months, twelve weeks, the age of a cohort."""

from __future__ import annotations

from customer_analytics.language import Language, Text


def spans(language: Language, period: str, count: int) -> Text:
    """A length in days, weeks or months: 6 months."""
    if period == "day":
        return language.say_count("{count} day", "{count} days", count)
    if period == "week":
        return language.say_count("{count} week", "{count} weeks", count)
    return language.say_count("{count} month", "{count} months", count)


def one_span(language: Language, period: str) -> Text:
    """One of them without a number, as in "people a month"."""
    say = language.say
    return {"day": say("day"), "week": say("week")}.get(period, say("month"))


def age_axis(language: Language, period: str) -> Text:
    """Label of an axis of ages."""
    say = language.say
    if period == "day":
        return say("Days since the start")
    return say("Weeks since the start") if period == "week" else say("Months since the start")
