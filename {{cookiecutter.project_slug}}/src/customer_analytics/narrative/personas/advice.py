"""What follows from a trait: tone, message and offer to try, and what not to say. Proposals to test, not effects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from customer_analytics.analysis.personas.result import Persona
from customer_analytics.language import Text
from customer_analytics.narrative.personas.view import CLEAR, View


class Advice(NamedTuple):
    """What a trait suggests. Empty texts where it says nothing on that."""

    do: Text
    dont: Text
    tone: Text
    message: Text
    offer: Text


def advice(view: View, persona: Persona) -> list[Advice]:
    """What the persona's clear traits suggest, the clearest first; at least one."""
    by_trait = _by_trait(view)
    found: list[Advice] = []
    values: set[bool] = set()  # one category and one channel or device are enough
    for standout in persona.standouts:
        if abs(standout.z) < CLEAR and found:
            continue
        tag = view.result_tag(standout.feature)
        each: Advice | None
        if tag is not None and tag.each is not None and standout.direction == "high":
            is_category = "order_lines" in tag.source or "products" in tag.source
            each = None if is_category in values else _of_value(view, tag.each, is_category=is_category)
            values.add(is_category)
        else:
            each = by_trait.get((standout.feature, standout.direction))
        if each is None and standout.direction == "is":
            each = _of_value(view, view.value_of(standout.feature, standout.value), is_category=False)
        if each is not None and each not in found:
            found.append(each)
    return found or [_usual(view)]


def _by_trait(view: View) -> Mapping[tuple[str, str], Advice]:
    say, none = view.language.say, Text()
    return {
        ("discount_share", "high"): Advice(
            say("Say the saving in money, with a date on which it ends."),
            say("No news without a price; no discount that never ends."),
            say("plain and quick"),
            say("What it costs today, and until when"),
            say("A dated saving on a second item, smaller than the usual one, against a held-out part"),
        ),
        ("discount_share", "low"): Advice(
            say("Offer early access and service in place of a price."),
            say("No discount: they buy without one."),
            say("assured, without urgency"),
            say("What is new and why it is good"),
            say("Early access or a service, no price cut"),
        ),
        ("orders_per_month", "high"): Advice(
            say("Remind at their own rhythm, and thank them."),
            say("Do not pay for purchases that come anyway."),
            say("familiar, like a regular's shop"),
            say("What goes with the last purchase"),
            say("A benefit for members, not for the single order"),
        ),
        ("orders_per_month", "low"): Advice(
            say("Give a reason and an occasion for the next purchase."),
            say("Do not write every week: they buy seldom."),
            say("calm, with a clear occasion"),
            say("One good reason to come back now"),
            say("A small benefit on the next order, against a held-out part"),
        ),
        ("order_value", "high"): Advice(
            say("Show what completes the purchase; offer help in person."),
            say("No threshold such as free delivery that they pass anyway."),
            say("competent, with details"),
            say("Quality, guarantee and what belongs to it"),
            say("Service: delivery by appointment, installation, extended return"),
        ),
        ("order_value", "low"): Advice(
            say("Show sets and refills at a small price."),
            say("Do not lead with the most expensive items."),
            say("light and friendly"),
            say("Small things that are useful every day"),
            say("A set that costs a little more than their usual order"),
        ),
        ("basket_lines", "high"): Advice(
            say("Make lists and bundles for the large shop."),
            say("Do not push single items."),
            none,
            say("Everything for one occasion, in one list"),
            say("A bundle across categories"),
        ),
        ("basket_lines", "low"): Advice(
            say("Show one item that goes with the one they buy."),
            say("No long lists of products."),
            none,
            say("One product, and what goes with it"),
            say("A benefit on a second item"),
        ),
        ("categories_per_line", "high"): Advice(
            say("Show what is new across the range."), none, none,
            say("A selection across the categories"), none,
        ),
        ("views_per_purchase", "high"): Advice(
            say("Help to decide: sizes, comparison, reviews, a short video."),
            say("Do not buy more traffic: they look already."),
            say("factual and helpful"),
            say("Answers to what people ask before they buy"),
            say("Easy return, advice before the purchase"),
        ),
        ("price_level", "high"): Advice(
            say("Show quality, material and origin; the price comes last."),
            say("Do not open with a price cut."),
            say("competent, with details"),
            say("What makes it worth its price"),
            say("Advice and an extended return, no price cut"),
        ),
        ("price_level", "low"): Advice(
            say("Name the price first; show what is good and cheap."),
            say("Do not lead with the most expensive items."),
            say("plain and quick"),
            say("Good things at a small price"),
            say("A set that costs a little more than their usual order"),
        ),
        ("weekend_share", "high"): Advice(
            say("Write on Friday, for the weekend."), none, none, none, none,
        ),
    }  # fmt: skip


def _of_value(view: View, value: str, *, is_category: bool) -> Advice:
    say, none = view.language.say, Text()
    if is_category:
        return Advice(
            say("Lead with {value}.", value=value),
            say("Do not send the general newsletter: {value} would be lost in it.", value=value),
            none,
            say("News and use of {value}", value=value),
            say("Something that goes with {value}", value=value),
        )
    return Advice(say("Use what they use: {value}.", value=value), none, none, none, none)


def _usual(view: View) -> Advice:
    say, none = view.language.say, Text()
    return Advice(
        say("Treat them as the average customer, and test before doing more."),
        say("Nothing sets them far apart: no special offer without a test."),
        say("friendly and plain"),
        say("What most customers like"),
        none,
    )


def offer(view: View, persona: Persona) -> Text:
    """The first offer that a trait suggests, or to test none."""
    return next((each.offer for each in advice(view, persona) if each.offer), view.language.say("No offer: news only"))


def tone(view: View, persona: Persona) -> Text:
    """The first tone that a trait suggests."""
    return next(
        (each.tone for each in advice(view, persona) if each.tone), view.language.say("friendly and plain")
    )  # fmt: skip
