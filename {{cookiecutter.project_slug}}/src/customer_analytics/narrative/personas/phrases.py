"""The words that names of personas are made of: for each tag of the catalogue a noun for those who have much (or
little) of it, and a clause that can follow another noun.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from customer_analytics.analysis.personas.result import OTHER
from customer_analytics.language import Language, Text


class Phrase(NamedTuple):
    """`noun`: "Night buyers"; `clause`: "who buy at night". `family`: two of one family say the same thing twice."""

    noun: Text
    clause: Text
    family: str


def phrases(language: Language) -> Mapping[tuple[str, str], Phrase]:
    """(tag, "high" or "low") -> its phrase, for the tags of the catalogue that personas are made of."""
    return {**_hours(language), **_money(language), **_pace(language), **_ways(language)}


def _hours(language: Language) -> dict[tuple[str, str], Phrase]:
    say = language.say
    buying = {
        "early": Phrase(say("Early buyers"), say("who buy early in the morning"), "hour"),
        "forenoon": Phrase(say("Morning buyers"), say("who buy in the morning"), "hour"),
        "midday": Phrase(say("Midday buyers"), say("who buy at midday"), "hour"),
        "afternoon": Phrase(say("Afternoon buyers"), say("who buy in the afternoon"), "hour"),
        "evening": Phrase(say("Evening buyers"), say("who buy in the evening"), "hour"),
        "night": Phrase(say("Night buyers"), say("who buy at night"), "hour"),
    }
    visiting = {
        "early": Phrase(say("Early visitors"), say("who come early in the morning"), "hour"),
        "forenoon": Phrase(say("Morning visitors"), say("who come in the morning"), "hour"),
        "midday": Phrase(say("Midday visitors"), say("who come at midday"), "hour"),
        "afternoon": Phrase(say("Afternoon visitors"), say("who come in the afternoon"), "hour"),
        "evening": Phrase(say("Evening visitors"), say("who come in the evening"), "hour"),
        "night": Phrase(say("Night visitors"), say("who come at night"), "hour"),
    }
    weekend = {
        ("weekend_share", "high"): Phrase(say("Weekend buyers"), say("who buy at weekends"), "weekday"),
        ("weekend_share", "low"): Phrase(say("Weekday buyers"), say("who buy on weekdays"), "weekday"),
        ("visit_weekend_share", "high"): Phrase(say("Weekend visitors"), say("who come at weekends"), "weekday"),
        ("visit_weekend_share", "low"): Phrase(say("Weekday visitors"), say("who come on weekdays"), "weekday"),
    }
    return {
        **{(f"{hours}_share", "high"): phrase for hours, phrase in buying.items()},
        **{(f"visit_{hours}_share", "high"): phrase for hours, phrase in visiting.items()},
        **weekend,
    }


def _money(language: Language) -> dict[tuple[str, str], Phrase]:
    say = language.say
    return {
        ("discount_share", "high"): Phrase(say("Bargain buyers"), say("who buy at a discount"), "discount"),
        ("discount_share", "low"): Phrase(say("Full-price buyers"), say("who pay the full price"), "discount"),
        ("order_value", "high"): Phrase(say("Large-order buyers"), say("with large orders"), "order"),
        ("order_value", "low"): Phrase(say("Small-order buyers"), say("with small orders"), "order"),
        ("price_level", "high"): Phrase(say("Premium buyers"), say("who choose expensive items"), "price"),
        ("price_level", "low"): Phrase(say("Low-price buyers"), say("who choose cheap items"), "price"),
        ("margin_share", "high"): Phrase(say("High-margin buyers"), say("who bring high margins"), "margin"),
        ("margin_share", "low"): Phrase(say("Low-margin buyers"), say("who bring low margins"), "margin"),
    }


def _pace(language: Language) -> dict[tuple[str, str], Phrase]:
    say = language.say
    return {
        ("orders_per_month", "high"): Phrase(say("Frequent buyers"), say("who buy often"), "pace"),
        ("orders_per_month", "low"): Phrase(say("Occasional buyers"), say("who buy seldom"), "pace"),
        ("basket_lines", "high"): Phrase(say("Large-basket buyers"), say("with large baskets"), "basket"),
        ("basket_lines", "low"): Phrase(say("Few-item buyers"), say("who buy few items at a time"), "basket"),
        ("categories_per_line", "high"): Phrase(say("Wide-range buyers"), say("who buy across the range"), "breadth"),
        ("categories_per_line", "low"): Phrase(
            say("Specialist buyers"), say("who stay with few categories"), "breadth"
        ),
        ("same_product_share", "high"): Phrase(say("Repeat buyers"), say("who buy the same again"), "same"),
        ("same_product_share", "low"): Phrase(say("Explorers"), say("who buy something else each time"), "same"),
    }


def _ways(language: Language) -> dict[tuple[str, str], Phrase]:
    say = language.say
    return {
        ("views_per_purchase", "high"): Phrase(say("Long lookers"), say("who look long before buying"), "browsing"),
        ("views_per_purchase", "low"): Phrase(say("Quick deciders"), say("who decide quickly"), "browsing"),
        ("events_per_session", "high"): Phrase(say("Thorough visitors"), say("who do much in a visit"), "visit"),
        ("events_per_session", "low"): Phrase(say("Brief visitors"), say("who do little in a visit"), "visit"),
        ("search_share", "high"): Phrase(say("Searchers"), say("who search for what they want"), "search"),
        ("search_share", "low"): Phrase(say("Strollers"), say("who seldom use the search"), "search"),
    }


def of_value(language: Language, value: str, family: str, direction: str) -> Phrase:
    """Those who prefer one value, or hardly have it: a category they buy, a device or channel they use."""
    say = language.say
    if direction == "low":
        noun, clause = say("Customers with little {value}", value=value), say("with little {value}", value=value)
        return Phrase(noun, clause, f"{family} low")
    if family == "category":
        return Phrase(say("{value} buyers", value=value), say("who prefer {value}", value=value), family)
    return Phrase(say("{value} users", value=value), say("who use {value}", value=value), family)


def of_label(language: Language, label: str, direction: str, family: str) -> Phrase:
    """Any other tag, by its label."""
    say = language.say
    if direction == "low":
        return Phrase(say("Customers low in “{label}”", label=label), say("low in “{label}”", label=label), family)
    return Phrase(say("Customers high in “{label}”", label=label), say("high in “{label}”", label=label), family)


def value_word(language: Language, value: str) -> str:
    """A value as the client's data hold it; words of our own for the few that we make."""
    say = language.say
    known = {"": say("not known"), "True": say("yes"), "False": say("no"), OTHER: say("another one")}
    return known.get(str(value), str(value))
