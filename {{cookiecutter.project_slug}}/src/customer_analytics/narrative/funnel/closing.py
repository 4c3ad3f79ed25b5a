"""The last sections: next steps, method, data and limits."""

from __future__ import annotations

from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import SectionWords
from customer_analytics.narrative.funnel.findings import fix_words
from customer_analytics.narrative.funnel.steps import order_words
from customer_analytics.narrative.funnel.view import View

DAY = 86_400.0  # seconds
Pairs = list[tuple[Text, Text]]


def next_section(view: View) -> SectionWords:
    """Opening of the next steps."""
    say = view.language.say
    return SectionWords(say("Next steps"), "next", say("A quarter that ends with a number instead of an impression."))


def next_steps(view: View) -> Pairs:
    """What to do in the coming weeks."""
    say, worst = view.language.say, view.worst
    steps: Pairs = []
    if worst is not None and view.result.definition.origin == "orders":
        steps.append((say("First fortnight"), fix_words(view, worst)))
    elif worst is not None:
        steps.append(
            (
                say("First fortnight"),
                say(
                    "Watch ten people go from “{before}” to “{step}” on their own devices, and read what the lost ones "
                    "did next.", before=view.step(worst.step - 1), step=worst.name,
                ),
            )
        )  # fmt: skip
    return [
        *steps,
        (say("Next month"), say("Test one change at a time, with the other half left as it is.")),
        (say("End of the quarter"), say("Compare both halves by assignment, and run this report again.")),
    ]


def method_section(view: View) -> SectionWords:
    """Opening of the method."""
    say = view.language.say
    return SectionWords(say("Method and definitions"), "method", say("What the words in this report mean."))


def method(view: View) -> Pairs:
    """Definitions."""
    say, language, found = view.language.say, view.language, view.result.definition
    occurrence = (
        say("The first event of its name that somebody makes in the data, if it matches")
        if found.occurrence == "first_ever"
        else say("The first matching event in the period")
    )
    pairs: Pairs = [
        (say("Unit"), view.unit_words),
        (say("Entry into the funnel"), occurrence),
        (say("Order of the steps"), order_words(view)),
        (
            say("Simultaneous"),
            say(
                "Events at most {time} apart count as simultaneous: either may be the first.",
                time=language.duration(found.tolerance_seconds),
            ),
        ),
        (
            say("Conversion window"),
            say("None: everybody is followed as far as the data reach, all of them for {time} or longer.",
                time=language.duration(view.result.watched_days * DAY))
            if view.result.no_window
            else say("{window} from entry, in elapsed time and not in calendar days.", window=view.window)
            if found.window_given
            else say(
                "{window} from entry, the usual one of such steps; the parameter {parameter} sets another.",
                window=view.window, parameter="window_days",
            ),
        ),
        (
            say("Mature"),
            say("An entry whose whole window lies before the end of the data. Only these are in the rates."),
        ),
        (say("Lost at a step"), say("Reached the step before, and not this one in the window. Some come back later.")),
        (
            say("Interval"),
            say(
                "Confidence {level}: Wilson for shares, Greenwood on the log-log scale for curves.",
                level=language.percent(0.95),
            ),
        ),
        (
            say("Evidence grade"),
            say(
                "A: randomised comparison. B: checked on later data. C: description with interval. D: before and after."
            ),
        ),
    ]  # fmt: skip
    if found.exclude:
        names = language.listing([step.label for step in found.exclude])
        pairs.insert(4, (say("Exclusion"), say("An attempt ends at: {names}.", names=names)))
    if found.hold:
        names = language.listing([*found.hold])
        pairs.insert(4, (say("Held constant"), say("The same value in all steps of: {names}.", names=names)))
    return pairs


def limits_section(view: View) -> SectionWords:
    """Opening of the limits."""
    say = view.language.say
    return SectionWords(say("Data and limits"), "limits", say("What was left out, and what the data cannot show."))


def limits(view: View) -> list[Text]:
    """What was left out and what the data cannot show; a line only where it applies."""
    say, language, result = view.language.say, view.language, view.result
    lines = [say("The data run from {period}.", period=view.span)]
    if result.no_window:
        lines.append(
            say(
                "There is no window: everybody is followed as far as the data reach, the last who entered for {time}.",
                time=language.duration(result.watched_days * DAY),
            )
        )
    elif result.immature:
        lines.append(
            say(
                "{count} entered so late that their window of {window} is still open. They are counted and in no rate.",
                count=view.counted(result.immature), window=view.window,
            )
        )  # fmt: skip
    rows = language.number(result.unknown_rows)
    if result.unknown_rows:
        lines.append(
            say("{rows} orders name no customer: nobody can be followed through them.", rows=rows)
            if result.definition.origin == "orders"
            else say(
                "{rows} rows of events name neither a customer nor a visitor: nobody can be followed through them.",
                rows=rows,
            )
        )
    if view.unit == "customer" and result.definition.origin != "orders":
        lines.append(
            say(
                "Somebody who changes the device or deletes cookies looks like two people: one is lost, the other "
                "appears half-way."
            )
        )
    if view.unit == "order":
        lines.append(say("Nobody is named in the data: what is followed is an order, not a person."))
    if result.definition.origin == "orders":
        lines.append(say("There are no events: what happens before an order or a registration is not seen."))
    else:
        lines.append(say("A step that is not recorded cannot be lost: check the tracking before blaming the page."))
    lines.append(say("Shares may not add up to the whole because of rounding."))
    return lines
