"""The end of the report: what to do in the next weeks, how it was done, what the numbers cannot say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customer_analytics.narrative.basket_rules import suggestions
from customer_analytics.narrative.exhibits import SectionWords

if TYPE_CHECKING:
    from customer_analytics.language import Text
    from customer_analytics.narrative.basket_rules.view import View


def next_section(view: View) -> SectionWords:
    """Opening of the next steps."""
    say = view.language.say
    return SectionWords(say("What to do next"), "next", say("In this order; each step needs the one before it."))


def next_steps(view: View) -> list[tuple[Text, Text]]:
    """When, and what."""
    say, made = view.language.say, view.result
    if view.rules is None:
        return [(say("First week"), say("Load more baskets, or all lines of each order, and run this report again."))]
    if not len(view.shown):
        return [
            (say("First week"), say("Leave bundles and offers as they are: nothing here speaks for another one.")),
            (say("Then"), say("Look again with more baskets, or with categories in place of products.")),
        ]
    first = (
        say("Read the strongest rules with somebody who knows the pages: which are linked to each other already?")
        if view.is_content
        else say("Read the strongest rules with somebody who knows the shop: which are sold as one, or on one shelf?")
    )
    steps = [(say("First week"), first)]
    bundles = made.bundles
    if bundles is not None and len(bundles.tests):
        count = len(bundles.tests)
        steps.append((
            say("Then"),
            view.language.say_count(
                "Test the bundle as its plan says, with its control group.",
                "Test the {count} bundles one after another as their plans say, each with its control group.", count,
            ),
        ))  # fmt: skip
    if made.recommend is not None and len(made.recommend.next_best):
        steps.append((
            say("Then"),
            say("Give the list of next items to whoever sends mails, for half of the customers drawn at random."),
        ))  # fmt: skip
    again = say("Run this report again: rules that do not hold any more are to be taken down.")
    return [*steps, (say("Each quarter"), again)]


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
    items = [(say("Basket"), view.what_is_a_basket)]
    if view.rules is None:
        return items
    return [
        *items,
        (say("Support and its floor"), _floor(view)),
        (
            say("Confidence and lift"),
            say("Confidence: of the baskets with the left side, the share with the right one too. Lift: that share "
                "over the right side's share of all baskets; {one} is chance.", one=view.language.number(1)),
        ),
        (
            say("Beyond chance"),
            say("Fisher's exact test, and a second one that knows how large each basket is; the larger p counts. Of "
                "all {family} comparisons that could have been made, at most {false} of those called significant are "
                "false (Benjamini and Hochberg).", family=view.language.number(view.rules.family),
                false=view.language.percent(view.rules.alpha)),
        ),
        (
            say("Repetition"),
            say("A rule is left out where a more general one is as good, or not surely worse: {count} are.",
                count=view.language.number(int(view.rules.table["redundant"].sum()))),
        ),
        (say("Later part"), _later(view)),
        *suggestions.method(view),
    ]  # fmt: skip


def _floor(view: View) -> Text:
    """The count that a set needs, and why."""
    say, floor, itemsets = view.language.say, view.result.floor, view.result.itemsets
    assert floor is not None and itemsets is not None
    numbers = {
        "count": view.counted(itemsets.floor), "share": view.language.percent(itemsets.floor / view.n, 2),
        "longest": view.language.number(itemsets.longest),
    }  # fmt: skip
    if not floor.chosen:
        return say(
            "A set has to be in {count} ({share} of all), as was asked; sets of up to {longest} items.", **numbers
        )
    if itemsets.floor == floor.count:
        return say("A set has to be in {count} ({share} of all), fewer are anecdotes; sets of up to {longest} items.",
                   **numbers)  # fmt: skip
    return say(
        "A set has to be in {count} ({share} of all), the fewest that memory allows; sets of up to {longest} items.",
        **numbers,
    )


def _later(view: View) -> Text:
    """How the later part was cut off."""
    say, baskets = view.language.say, view.baskets
    numbers = {"later": view.counted(baskets.n_later), "earlier": view.counted(baskets.n_earlier)}
    if baskets.split == "time" and baskets.cut_day is not None:
        return say("{later} from {day} on; the rules of the {earlier} before it are looked for again in them.",
                   day=view.day(baskets.cut_day), **numbers)  # fmt: skip
    if baskets.split == "chance":
        return say(
            "There are no dates: {later} drawn by chance are held back. That tests luck, not the course of time.",
            **numbers,
        )
    return say("All baskets are of one day: there is no later part.")


def limits_section(view: View) -> SectionWords:
    """Opening of the limits."""
    say = view.language.say
    return SectionWords(
        say("What the numbers cannot say"), "limits", say("Read this before a shelf is rebuilt or a price is cut.")
    )


def limits(view: View) -> list[Text]:
    """What does not follow."""
    say = view.language.say
    told: list[Text] = []
    if view.rules is None:
        return [view.why_not]
    told.append(
        say("A rule says what is viewed together, not what a link would bring: only a test tells the second.")
        if view.is_content
        else say("A rule says what is bought together, not what an offer would bring: only a test tells the second.")
    )
    told.append(
        say("What stands on one shelf, on one page or in one offer already is bought together for that reason too.")
    )
    told.append(
        say("Lift moves with the baskets that hold neither side: compare rules of one report, not of two shops.")
    )
    if not view.baskets.has_people:
        told.append(say("Customers are not known: a few who come often may stand behind a rule."))
    if not view.baskets.dated:
        told.append(say("Days are not known: season and promotion may stand behind a rule."))
    return [*told, *suggestions.limits(view)]
