"""Names of segments, types, classes and stages."""

from __future__ import annotations

from customer_analytics.language import Language, Text


def segment_name(language: Language, segment: str) -> Text:
    """Name of a segment, or of the hidden small ones together ("small")."""
    say = language.say
    return {
        "champions": say("Champions"),
        "loyal": say("Loyal"),
        "potential_loyalist": say("Potential loyalists"),
        "new": say("New"),
        "promising": say("Promising"),
        "needing_attention": say("Needing attention"),
        "about_to_sleep": say("About to sleep"),
        "cant_lose_them": say("Can't lose them"),
        "at_risk": say("At risk"),
        "hibernating": say("Hibernating"),
        "lost": say("Lost"),
        "small": say("Small segments together"),
    }[segment]


def type_name(language: Language, name: str) -> Text:
    """Name of one of the eight types."""
    say = language.say
    return {
        "important_value": say("Important: value"),
        "important_develop": say("Important: develop"),
        "important_keep": say("Important: keep"),
        "important_win_back": say("Important: win back"),
        "general_value": say("General: value"),
        "general_develop": say("General: develop"),
        "general_keep": say("General: keep"),
        "general_win_back": say("General: win back"),
        "small": say("Small types together"),
    }[name]


def class_name(language: Language, name: str) -> Text:
    """A class by revenue with what it stands for."""
    say = language.say
    return {
        "A": say("A: the customers behind most of the revenue"),
        "B": say("B: the next"),
        "C": say("C: the rest"),
        "small": say("Small classes together"),
    }[name]


def class_action(language: Language, name: str) -> Text:
    """What to do with a class."""
    say = language.say
    return {
        "A": say("Keep: exclusive offers and service, no general discounts"),
        "B": say("Wake up: a reason for the next purchase before it is overdue"),
        "C": say("Raise conversion at low cost: newsletter and automatic messages only"),
        "small": Text(language.number(None)),
    }[name]


def stage_name(language: Language, name: str) -> Text:
    """Name of a stage of either list."""
    say = language.say
    return {
        "new": say("New customers"),
        "active": say("Active customers"),
        "returned": say("Returned customers"),
        "sleeping": say("Sleeping customers"),
        "lost": say("Lost customers"),
        "activation": say("Activation"),
        "growth": say("Growth"),
        "maturity": say("Maturity"),
        "warning": say("Warning"),
        "small": say("Small stages together"),
    }[name]


def measure_name(language: Language, measure: str) -> Text:
    """Recency, frequency or monetary value."""
    say = language.say
    return {
        "recency_days": say("Recency"),
        "frequency": say("Frequency"),
        "monetary": say("Monetary value"),
    }[measure]
