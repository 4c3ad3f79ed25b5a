"""The end of the report: what to do in the next weeks, how it was done, what the numbers cannot say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customer_analytics.narrative.churn.acting import excluded
from customer_analytics.narrative.exhibits import SectionWords

if TYPE_CHECKING:
    from customer_analytics.language import Text
    from customer_analytics.narrative.churn.view import View

WEEKS = (1, 2, 6)  # first weeks of the next steps where nothing is scored
ENOUGH_TESTS = 3


def next_section(view: View) -> SectionWords:
    """Opening of the next steps."""
    say, acts = view.language.say, view.result.actions
    if view.scoring is None or acts is None or acts.valid_until is None:
        return SectionWords(say("What to do next"), "next", say("In this order; each step needs the one before it."))
    day = view.language.date(acts.valid_until)
    return SectionWords(
        say("What to do next"), "next",
        say("The list of scores is good until {day}; whoever acts later runs the report again first.", day=day),
    )  # fmt: skip


def next_steps(view: View) -> list[tuple[Text, Text]]:
    """When, and what."""
    say, number = view.language.say, view.language.number
    weeks = [say("From week {week}", week=number(week)) for week in WEEKS]
    if view.scoring is None:
        return [
            (weeks[0], say("Ask for what is missing: a longer history, or the dates of orders and contracts.")),
            (weeks[1], say("Load it and run this report again.")),
        ]
    if not view.predicts:
        return [
            (weeks[0], say("Ask those who left for the reason: a call to a few dozen tells more than these data.")),
            (weeks[1], say("Collect what could tell: complaints, use, late deliveries, each with its date.")),
            (weeks[2], say("Test one offer on customers drawn at random, with a control group.")),
        ]
    acts = view.result.actions
    quiet = 0 if acts is None else int(acts.disturb["customers"].sum())
    steps = [offer_step(view)]
    if quiet >= view.minimum_group:
        steps.append(
            say("Give the list of the {quiet} not to disturb to everybody who sends messages.", quiet=number(quiet))
        )
    steps.append(say("Ask one in ten of those contacted whether the reason on the list is theirs."))
    named = [(say("First week"), steps[0]), *((say("Then"), step) for step in steps[1:])]
    return [*named, (_after_window(view), say("Run this report again: it checks what the scores of this run promised, "
                                              "and a measured acceptance replaces the assumed one."))]  # fmt: skip


def offer_step(view: View) -> Text:
    """Who gets an offer, and who is left alone to compare with."""
    say, number, acts = view.language.say, view.language.number, view.result.actions
    pilot = None if acts is None else acts.pilot
    if pilot is None or pilot.reason or pilot.result_on is None:
        return say("Contact those at high risk, each by the reason on the list; half of them, drawn at random, later.")
    numbers = {
        "treatment": number(pilot.treatment), "control": number(pilot.control),
        "day": view.language.date(pilot.result_on),
    }  # fmt: skip
    if excluded(view):
        return say(
            "Test another, better offer on the {treatment} of the pilot's treatment arm, each by the reason on the "
            "list; leave the {control} of its control group alone until {day}.", **numbers,
        )  # fmt: skip
    return say(
        "Make the offer to the {treatment} of the pilot's treatment arm, each by the reason on the list; leave the "
        "{control} of its control group alone until {day}.", **numbers,
    )  # fmt: skip


def _after_window(view: View) -> Text:
    """When the outcome of these scores is known."""
    say, windows = view.language.say, view.study.windows
    if view.kind == "snapshot":
        return say("With the next export")
    return say("On {day}", day=view.day(windows.label(windows.now)[1]))


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
    say, windows = view.language.say, view.study.windows
    items = [(say("Leaving"), _leaving(view))]
    if view.kind != "snapshot":
        items.append((say("Cut-off"), _cut_off(view)))
    if view.study.limits:
        items.append(
            (
                say("Here at a cut-off"),
                say(
                    "Whose silence is no longer than their own rhythm allows: until the chance to come back within "
                    "{days} falls below {chance}.", days=view.horizon,
                    chance=view.language.percent(view.result.parameters.return_probability),
                ),
            )
        )  # fmt: skip
    if view.scoring is not None:
        items += _tests(view)
    if windows.gap_days:
        items.append(
            (
                say("Gap before the window"),
                say("{days} between the last day known and the first predicted, left free to act.",
                    days=view.days(windows.gap_days)),
            )
        )  # fmt: skip
    return items


def _leaving(view: View) -> Text:
    say = view.language.say
    return {
        "orders": say("No order placed in the {days} of the window; an order that was returned later is an order.",
                      days=view.horizon),
        "activity": say("No event and no order in the {days} of the window.", days=view.horizon),
        "contracts": say("None of a customer's contracts runs on the last of the {days} of the window: whoever goes on "
                         "with another contract has not left.", days=view.horizon),
    }.get(view.kind) or say("All contracts of a customer are marked as ended in the export.")  # fmt: skip


def _cut_off(view: View) -> Text:
    say = view.language.say
    return say(
        "The first day that is not known: features use only what had arrived before it. Past cut-offs lie {days} "
        "apart, so that no day is counted twice.", days=view.horizon,
    )  # fmt: skip


def _tests(view: View) -> list[tuple[Text, Text]]:
    say, scoring = view.language.say, view.scoring
    assert scoring is not None
    tested = (
        say(
            "Each cut-off is forecast by what was learned on the cut-offs before it; strength and calibration are "
            "chosen there too. The method with the smallest log loss is used, a model only where it beats the rules."
        )
        if scoring.out_of_time
        else say(
            "People are left out in turn and forecast by what was learned on the others. That is kinder than a later "
            "time would be."
        )
    )
    return [
        (say("Test"), tested),
        (
            say("Features"),
            say("{count} of them, built in the database; those that might know the outcome are taken out first.",
                count=view.language.number(len(scoring.features))),
        ),
        (say("Intervals"), say("{level}, over people drawn again, not over rows.", level=view.language.percent(0.95))),
    ]  # fmt: skip


def limits_section(view: View) -> SectionWords:
    """Opening of the limits."""
    say = view.language.say
    return SectionWords(
        say("What the numbers cannot say"), "limits", say("Read this before the scores leave the building.")
    )


def limits(view: View) -> list[Text]:
    """What does not follow."""
    say, number, scoring = view.language.say, view.language.number, view.scoring
    told: list[Text] = []
    if scoring is None:
        return [view.why_not, say("What is counted here describes the past; it is no forecast.")]
    told.append(
        say("A score says who will leave, not who can be kept: only a test with a control group tells the second.")
    )
    told.append(say("Reasons go with leaving in these data; whether mending one keeps the customer, a test must show."))
    if view.kind == "snapshot":
        told.append(
            say("The contracts have no dates, so the past cannot be cut off: a change since the export is not seen.")
        )
    elif scoring.out_of_time and len(scoring.tests) < ENOUGH_TESTS:
        told.append(
            say(
                "Only {count} later cut-offs could be tested; {enough} would be wanted.",
                count=number(len(scoring.tests)), enough=number(ENOUGH_TESTS),
            )
        )  # fmt: skip
    samples = view.result.samples
    if samples is not None and samples.sampled:
        told.append(
            say(
                "Models learned from {most} people a cut-off at most, chosen by a hash of the id; everybody is scored.",
                most=number(samples.most),
            )
        )  # fmt: skip
    if view.kind in ("orders", "activity"):
        told.append(
            say("Who stays away longer than {days} and comes back later has counted as leaving.", days=view.horizon)
        )
    told.append(say("Whoever left before the data begin is not in them."))
    return told
