"""The end of the report: what to do in the next weeks, how it was done, what the numbers cannot say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customer_analytics.narrative.campaign_evaluation import groups, targets, worth
from customer_analytics.narrative.campaign_evaluation.verdicts import Kind, of_kind
from customer_analytics.narrative.exhibits import SectionWords

if TYPE_CHECKING:
    from customer_analytics.language import Text
    from customer_analytics.narrative.campaign_evaluation.view import View


def next_section(view: View) -> SectionWords:
    """Opening of the next steps."""
    say = view.language.say
    return SectionWords(say("What to do next"), "next", say("In this order; each step needs the one before it."))


def next_steps(view: View) -> list[tuple[Text, Text]]:
    """When, and what."""
    say = view.language.say
    steps: list[tuple[Text, Text]] = []
    broken = [one.campaign for one in of_kind(view, Kind.UNKNOWN, Kind.DOUBTFUL) if one.reason.startswith("ratio")]
    if broken:
        steps.append((
            say("First week"),
            say("Ask whoever exported {names} which rows are missing, and load the whole list.",
                names=view.names(broken)),
        ))  # fmt: skip
    for decision, words in (("roll_out", say("Roll out")), ("stop", say("Stop"))):
        chosen = [str(one.campaign) for one in view.listed if worth.decision(view, str(one.campaign)) == decision]
        if chosen:
            told = (
                say("{names}, with a small group held out each time: the effect fades, and only the group shows it.",
                    names=view.names(chosen))
                if decision == "roll_out"
                else say("{names}: the money goes to what is rolled out, or to the next test.",
                         names=view.names(chosen))
            )  # fmt: skip
            steps.append((words, told))
    test = view.result.next_test
    if test is not None and not test.pool_reason:
        steps.append((
            say("Then"),
            say("Run the next test as its plan says: the list of who gets what is made already, and its arms stay as "
                "they were drawn."),
        ))  # fmt: skip
    if not view.listed:
        steps.append((
            say("First week"), say("Keep a record of who is contacted when, and who is left out on purpose.")
        ))  # fmt: skip
    again = say("Run this report again when the window of the last campaign is over, not before.")
    return [*steps, (say("After each campaign"), again)]


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
    say, language = view.language.say, view.language
    if not view.listed:
        return [(say("Campaigns"), view.why_not), *_channels(view)]
    return [
        (
            say("Effect"),
            say("Mean of all customers drawn into an arm less the mean of the control arm, whether they were reached "
                "or not (intention to treat). What counts: {outcome}{within}.", outcome=view.outcome(view.main),
                within=view.within(view.main)),
        ),
        (
            say("Control"),
            say("The arm to which nothing was sent; where every arm got something, the first one or the one named in "
                "the settings, and the page says “against”, not “without contact”."),
        ),
        (
            say("Sample ratio"),
            say("Before any effect: do the sizes of the arms fit the plan? Below a p of {look} the verb “caused” is "
                "withdrawn, below {alarm} the effect itself.", look=language.number(0.01, 2),
                alarm=language.number(0.001, 3)),
        ),
        (
            say("Beyond chance"),
            say("p-values are corrected over the arms and outcomes of a campaign (Holm), and over the campaigns of the "
                "page (Benjamini and Hochberg). Intervals are of {level}.", level=language.percent(0.95)),
        ),
        (
            say("Grades"),
            say("A: drawn by lot and sound, may be called caused. B: compared with alike customers, goes with. C: "
                "differs, its cause is open. D: was so; no effect is given."),
        ),
        *groups.method(view),
        *targets.method(view),
        *_money(view),
        *_channels(view),
    ]  # fmt: skip


def _channels(view: View) -> list[tuple[Text, Text]]:
    """What is told of channels; nothing where none are known."""
    say, told = view.language.say, []
    channels, credit = view.result.channels, view.result.attribution
    if channels is not None and not channels.reason:
        told.append((
            say("Channels"),
            say("Customers by the channel that won them: how many are still active, what they cost and bring. Channels "
                "reach different people, so this is a description."),
        ))  # fmt: skip
    if credit is not None and not credit.reason:
        told.append((
            say("Credit of channels"),
            say("Each order is shared among the channels that came before it, by several rules side by side. None of "
                "them says what a channel caused."),
        ))  # fmt: skip
    return told


def _money(view: View) -> list[tuple[Text, Text]]:
    """What money means here; nothing where there is none."""
    say = view.language.say
    if not worth.basis(view):
        return []
    return [
        (
            say("Money"),
            say("Margin of all orders in the window, refunds taken off, beyond what the control arm shows; cost is "
                "that of the campaign, of the spend booked on it and of its messages.")
            if worth.basis(view) == "margin"
            else say("Revenue of all orders in the window, refunds taken off, beyond what the control arm shows: no "
                     "costs of goods are known. Cost is that of the campaign, of the spend booked on it and of its "
                     "messages."),
        )
    ]  # fmt: skip


def limits_section(view: View) -> SectionWords:
    """Opening of the limits."""
    say = view.language.say
    return SectionWords(
        say("What the numbers cannot say"), "limits", say("Read this before a budget is moved or a campaign repeated.")
    )


def limits(view: View) -> list[Text]:
    """What does not follow."""
    say = view.language.say
    if not view.listed:
        return [view.why_not, say("Credit that is divided among channels is a rule of counting, not what they caused.")]
    told = [
        say("An effect is of these customers in these weeks: other customers, another season or a repeated message may "
            "react less."),
        say("What comes after the window is only told where the data go on long enough."),
        say("Without a group held out, what followed a campaign would partly have come anyway."),
        say("Of many campaigns the best one looks better than it is; the shrunken figures allow for that."),
        say("Credit that is divided among channels is a rule of counting, not what they caused."),
    ]  # fmt: skip
    if any(one.source == "audience" for one in view.listed):
        told.append(say("Lists that were exported count as contacted, whether they were sent or not."))
    return told
