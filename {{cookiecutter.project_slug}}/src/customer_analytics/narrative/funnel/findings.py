"""Findings about the steps, one function each, with the condition under which it is said."""

from __future__ import annotations

import math

from customer_analytics.language import Text
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.narrative.funnel.view import Passage, View

ASSUMED_GAIN = 0.1  # share of those lost at the worst step that a good fix is assumed to win
MOST_OF_THE_LOSS = 0.5  # share of all that is lost from which one step is called the leak
SOON = 0.5  # share of the window in which nine of ten conversions happen, up to which they come soon
DAY, LEAST_WAIT = 86_400.0, 3_600.0  # seconds; nobody is reminded before an hour has passed


def leak_finding(view: View) -> Finding | None:
    """The step that loses most; None where nobody is lost."""
    worst = view.worst
    if worst is None:
        return None
    say, language = view.language.say, view.language
    lost = view.n - view.passages[-1].reached if view.result.definition.entry == "closed" else 0
    share = worst.lost / lost if lost > 0 else 0.0
    statement = say(
        "Of {base} that reached “{before}”, {reached} went on to “{step}” (**{rate}**, {interval}); {lost} did not, "
        "from {period}.",
        base=view.counted(worst.base), before=view.step(worst.step - 1), reached=language.number(worst.reached),
        step=worst.name, rate=language.percent(worst.rate), interval=view.interval(worst.interval),
        lost=language.number(worst.lost), period=view.period,
    )  # fmt: skip
    return Finding(
        id="leak", grade=Grade.C,
        head=say("Who goes on, and who does not")
        if view.steps == 2
        else say("One step loses most of them")
        if share >= MOST_OF_THE_LOSS
        else say("The step that loses most"),
        statement=statement,
        meaning=say("{share} {prize}", share=_share_words(view, share), prize=_prize_words(view, worst))
        if share > 0 and view.steps > 2
        else _prize_words(view, worst),
        action=fix_words(view, worst),
        section="steps", value=worst.rate, low=worst.interval.low, high=worst.interval.high, n=worst.base, unit="share",
    )  # fmt: skip


def fix_words(view: View, worst: Passage) -> Text:
    """What to do about the passage that loses most: orders are not pages."""
    say, language = view.language.say, view.language
    label = view.result.definition.labels[worst.step - 1]
    median = view.result.times.loc[view.result.times["step"] == worst.step, "p50"]
    time = language.duration(float(median.iloc[0])) if len(median) else language.number(None)
    if label == "order placed again":
        return say(
            "Ask for the second order before half of those who come back have done so ({time} after the first), and "
            "hold a part out at random: some would have come anyway.", time=time,
        )  # fmt: skip
    if label in ("order paid", "order kept"):
        return say(
            "Take twenty orders that were not paid or not kept, and write down the reason of each: price, payment, "
            "stock, delivery. Then mend the most frequent one."
        )
    if label == "order placed":
        return say(
            "Welcome those who have registered and not ordered before half of the others order ({time}), and hold a "
            "part out at random.", time=time,
        )  # fmt: skip
    return say(
        "Look at this step first: watch people use it, read its error messages, and test one change at a time with "
        "a part held back at random."
    )


def won(view: View, worst: Passage) -> int | None:
    """How many more would reach the end if a fix won ASSUMED_GAIN of those lost, and these went on as others do; None
    where nobody got so far that one could tell."""
    onward = math.prod(one.rate for one in view.passages if one.step > worst.step)
    return None if math.isnan(onward) else max(1, round(ASSUMED_GAIN * worst.lost * onward))


def _share_words(view: View, share: float) -> Text:
    return view.language.say(
        "That is {share} of all who enter and do not reach the end. {next}",
        share=view.language.percent(share), next=_next_leak(view),
    )  # fmt: skip


def _prize_words(view: View, worst: Passage) -> Text:
    """What a tenth of the loss is worth; with money where a conversion has a worth."""
    say, language, extra = view.language.say, view.language, won(view, worst)
    if extra is None:
        return say("What a fix would bring is not estimable: nobody came to a later step.")
    words = say(
        "If {gain} of those lost here went on as the others do, {extra} more would reach “{last}”",
        gain=language.percent(ASSUMED_GAIN), extra=view.counted(extra), last=view.step(view.steps),
    )  # fmt: skip
    worth = view.dropoff.worth if view.dropoff is not None else None
    if worth is None or math.isnan(worth.mean):
        return say("{words}.", words=words)
    if math.isnan(worth.margin):
        money = language.money(extra * worth.mean)
        return say("{words}: about {money} of net revenue.", words=words, money=money)
    money = language.money(extra * worth.mean * worth.margin)
    return say("{words}: about {money} of margin.", words=words, money=money)


def _next_leak(view: View) -> Text:
    """The passage that loses most after the worst one."""
    say, language, worst = view.language.say, view.language, view.worst
    others = [one for one in view.passages if worst is not None and one.step != worst.step and one.lost > 0]
    if not others:
        return say("No other step loses anybody.")
    second = max(others, key=lambda one: one.lost)
    return say(
        "The next largest loss, before “{step}”, is {lost}.", step=second.name, lost=language.number(second.lost)
    )


def pace_finding(view: View) -> Finding | None:
    """How fast conversions come; None where there are too few."""
    whole = view.result.times[view.result.times["from_step"] == 1]
    if not len(whole) or view.steps < 2:
        return None
    row = whole.iloc[-1]
    converters = int(row["converters"])
    if converters < view.minimum_base:
        return None
    say, language = view.language.say, view.language
    slow, reminder = float(row["p90"]), max(float(row["p90"]), LEAST_WAIT)
    seconds = view.result.definition.window_seconds
    is_soon = slow <= DAY if seconds is None else slow <= SOON * seconds
    return Finding(
        id="pace", grade=Grade.C,
        head=say("Those who get there get there soon") if is_soon else say("The way takes its time"),
        statement=say(
            "Half of {converters} that reached the end did so within **{median}**, three quarters within {most}; the "
            "slowest tenth took longer than {last}.",
            converters=view.counted(converters), median=language.duration(float(row["p50"])),
            most=language.duration(float(row["p75"])), last=language.duration(slow),
        ),
        meaning=say("After {last} only a tenth of the conversions is still to come.", last=language.duration(slow))
        if is_soon
        else say("A count after a short wait would call many lost who are still on their way."),
        action=say(
            "Remind whoever has not come to the end after {time}, and hold a part of them out at random.",
            time=language.duration(reminder),
        )
        if is_soon
        else say("Judge a change only after {time}, when three quarters have had their time.",
                 time=language.duration(float(row["p75"]))),
        section="time", value=float(row["p50"]), n=converters, unit="seconds", notable=False,
    )  # fmt: skip


def silent_finding(view: View) -> Finding | None:
    """People who match no funnel; None where they are few."""
    from customer_analytics.narrative.funnel.steps import silent_words

    silent = view.result.silent
    words = silent_words(view)
    if words is None:
        return None
    say = view.language.say
    outside = silent.people - silent.entered
    share = outside / silent.people
    return Finding(
        id="silent_majority", grade=Grade.C,
        head=say("Most people never enter the funnel") if share > 0.5 else say("Part of the people never enter it"),
        statement=words,
        meaning=say("No rate of this report is about them: a better checkout does not reach who never comes near it."),
        action=say("Ask what they came for, and count that as a funnel of its own."),
        section="steps", value=share, n=silent.people, unit="share", notable=False,
    )  # fmt: skip
