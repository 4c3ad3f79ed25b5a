"""The last sections: what to do with each persona, next steps, method, data and limits."""

from __future__ import annotations

from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords
from customer_analytics.narrative.personas.advice import advice, offer
from customer_analytics.narrative.personas.contact import best_way, hours_word, window
from customer_analytics.narrative.personas.rules import HOLDOUT
from customer_analytics.narrative.personas.view import View

Pairs = list[tuple[Text, Text]]


def plan_section(view: View) -> SectionWords:
    """Opening of the plan."""
    say = view.language.say
    return SectionWords(
        say("What to do with each persona"), "plan",
        say("One proposal for each, to be tested against a held-out part. A brief for each lies beside this report."),
    )  # fmt: skip


def plan_table(view: View) -> TableWords:
    """One row a persona: message, offer, time and channel, what to leave."""
    say, language = view.language.say, view.language
    rows: list[Row] = []
    for persona in view.personas:
        given = advice(view, persona)
        message = next((each.message for each in given if each.message), say("What most customers like"))
        rows.append(
            (
                (view.short(persona.key), None),
                (language.number(persona.customers), persona.customers),
                (message, None),
                (offer(view, persona), None),
                (when_and_where(view, persona.key), None),
                (next((each.dont for each in given if each.dont), Text(language.number(None))), None),
            )
        )
    return TableWords(
        (
            (say("Persona"), "name"), (say("Customers"), "number"), (say("Message"), "text"), (say("Offer"), "text"),
            (say("Channel and time"), "text"), (say("Do not"), "text"),
        ),
        tuple(rows),
        say("What to say to each persona"),
        view.how(
            (
                say("Proposals"),
                say("The usual first step for what sets a persona apart; times and channels are this client's own"),
            ),
        ),
    )  # fmt: skip


def when_and_where(view: View, key: str) -> Text:
    """Channel and hours of a persona in a few words."""
    say = view.language.say
    hours, way = window(view, key), best_way(view, key)
    if hours is not None and hours.own:
        at = say("shortly before {hour}", hour=f"{hours.hour:02d}:00")
        return say("{channel}. {time}", channel=way.value, time=at) if way is not None else at
    if way is not None:
        return Text(way.value)
    return say("as usual") if hours is None else say("as usual; most acts from {hours}",
                                                     hours=hours_word(view, hours.hour))  # fmt: skip


def next_steps(view: View) -> Pairs:
    """What to do in the coming weeks."""
    say, language = view.language.say, view.language
    share = language.percent(HOLDOUT / 100)
    if not view.has_personas:
        return [
            (
                say("This week"),
                say("Do not print persona names in plans: the data show no such kinds.")
                if view.estimable
                else say("Do not print persona names in plans: nobody knows the kinds yet."),
            ),
            (
                say("First fortnight"),
                say("Pick one audience from tags, agree the offer, and hold {share} of it out at random.", share=share),
            ),
            (
                say("End of the quarter"),
                say("Compare contacted and held-out customers by assignment, and run this report on the longer data."),
            ),
        ]
    return [
        (
            say("First fortnight"),
            say("Show the cards to those who talk to customers: which of them do they know, and which not?"),
        ),
        (
            say("Next month"),
            say(
                "Write one message by two briefs, draw the lists with {share} held out at random, and send it at the "
                "persona's own hours.", share=share,
            ),
        ),
        (
            say("Second month"),
            say("Put the rules into the CDP, delete the tags that can go, and let the tags run every week."),
        ),
        (
            say("End of the quarter"),
            say("Compare contacted and held-out customers by assignment, and see who changed persona."),
        ),
    ]  # fmt: skip


def next_section(view: View) -> SectionWords:
    """Opening of the next steps."""
    say = view.language.say
    return SectionWords(say("Next steps"), "next", say("A quarter that ends with a number instead of an impression."))


def method_section(view: View) -> SectionWords:
    """Opening of the method."""
    say = view.language.say
    return SectionWords(say("Method and definitions"), "method", say("What the words in this report mean."))


def method(view: View) -> Pairs:
    """Definitions."""
    say, language, made = view.language.say, view.language, view.result.preparation
    number = language.number
    return [
        (
            say("Persona"),
            say(
                "A group of customers whose tags of habit are alike: what, when, how and at what price they buy. How "
                "much and how long they buy is left to RFM.",
            ),
        ),
        (
            say("Tags used"),
            say(
                "{count}: {names}.", count=number(len(made.used)),
                names=language.listing([view.label_of(feature.name) for feature in made.used]),
            )
            if made.used
            else say("None: too few tags vary."),
        ),
        (
            say("Distance"),
            say(
                "Numbers after taming long tails, in standard deviations; a different category costs {gamma}. "
                "{components} components hold {share} of what varies together.",
                gamma=number(made.gamma, 2), components=number(made.components),
                share=language.percent(made.explained),
            ),
        ),
        (
            say("Groups"),
            say(
                "k-means on these components, on a sample of {sample}; everybody is then put to the nearest centre.",
                sample=number(made.sample),
            ),
        ),
        (
            say("Kinds or no kinds"),
            say(
                "Customers fall into kinds only if the division is clearer than in {sets} data sets without kinds: "
                "columns mixed at random, and one single group with the same relations.",
                sets=number(view.result.structure.reference_sets),
            ),
        ),
        (
            say("Names"),
            say("Made from the two clearest marks of a persona. An invented example is of typical values."),
        ),
        (
            say("Index (TGI)"),
            say("Share of the persona with a value, over the share of all customers, times a hundred."),
        ),
        (
            say("Evidence grade"),
            say(
                "A: randomised comparison. B: checked on later data. C: description with interval. D: before and after."
            ),
        ),
    ]  # fmt: skip


def limits_section(view: View) -> SectionWords:
    """Opening of the limits."""
    say = view.language.say
    return SectionWords(say("Data and limits"), "limits", say("What was left out, and what the data cannot show."))


def limits(view: View) -> list[Text]:
    """What was left out and what the data cannot show; a line only where it applies."""
    say, language, people = view.language.say, view.language, view.result.population
    number, lines = language.number, []
    if view.told and people.too_little:
        lines.append(
            say(
                "{count} of {all} customers have {few}. Their habits cannot be known yet, and they have no persona.",
                count=number(people.too_little), all=number(people.customers),
                few=view.too_few,
            )
        )  # fmt: skip
    likely = view.result.lookalike_counts
    if len(likely) and int(likely["customers"].sum()) >= view.minimum_group:
        lines.append(
            say(
                "Of these, {count} look much like a persona by what is known; a list of its own names them, for tests "
                "only.", count=number(int(likely["customers"].sum())),
            )
        )  # fmt: skip
    left = [view.label_of(one.name) for one in view.result.preparation.features if one.status == "mostly_missing"]
    if left:
        lines.append(say("Left out, known of too few: {names}.", names=language.listing(left[:6])))
    if view.has_personas:
        lines.append(
            say("A persona goes with habits; it does not cause them, and does not show what contact would change.")
        )
        lines.append(say("Names and advice rest on group means. Do not treat one customer as if they were the group."))
    if not len(view.result.hours):
        lines.append(say("The times in the data carry no hours, so nothing is said about the time of day."))
    if view.has_money:
        lines.append(say("Revenue is what was paid, less refunds; costs are not counted unless margin is named."))
    else:
        lines.append(say("The data hold no money, so nothing is said about what a persona brings."))
    lines.append(say("Shares may not add up to the whole because of rounding."))
    return lines
