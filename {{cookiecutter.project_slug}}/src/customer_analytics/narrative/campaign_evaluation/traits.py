"""What dimensions, states and rates of messages are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customer_analytics.analysis.messages.rows import FREQUENCY, GROUP, MANY, NEVER, RECENCY
from customer_analytics.narrative.data_audit.names import WEEKDAYS

if TYPE_CHECKING:
    from customer_analytics.language import Text
    from customer_analytics.narrative.campaign_evaluation.view import View


def metric(view: View, name: str) -> Text:
    """A rate as the head of a row."""
    say = view.language.say
    return {
        "delivery": say("Delivered"),
        "open": say("Opened"),
        "machine_open": say("Opened by a machine"),
        "click": say("Clicked"),
        "click_to_open": say("Clicked, of those who opened"),
        "conversion": say("Ordered in the window"),
        "conversion_sent": say("Ordered in the window, of all sent"),
        "repurchase": say("Ordered a second time"),
    }.get(name) or say("Unsubscribed")


def denominator(view: View, metric_name: str, base: int) -> Text:
    """What a rate is a share of, with its number."""
    say, shown = view.language.say, view.language.number(base)
    return {
        "delivery": say("{n} sent", n=shown),
        "click_to_open": say("{n} opened", n=shown),
        "conversion": say("{n} delivered, window over", n=shown),
        "conversion_sent": say("{n} sent, window over", n=shown),
        "repurchase": say("{n} who ordered", n=shown),
    }.get(metric_name) or say("{n} delivered", n=shown)


def dimension(view: View, name: str) -> Text:
    """What messages are told apart by."""
    say = view.language.say
    if name.startswith(GROUP):
        return say("{column} of the customer", column=view.shortened(name.removeprefix(GROUP)))
    return {
        "channel": say("Channel"),
        "offer": say("What was offered"),
        "arm": say("Arm of the campaign"),
        "hour": say("Hour of sending"),
        "weekday": say("Weekday of sending"),
        "recency": say("Time since the last order"),
    }.get(name) or say("Orders before the message")


def value(view: View, dimension_name: str, key: str) -> str:
    """A value for a cell: the client's word, or what a key stands for."""
    if dimension_name == "hour":
        return f"{int(key):02d}:00"
    if dimension_name == "weekday":
        return view.language.say(WEEKDAYS[int(key) - 1])
    if dimension_name == "recency":
        return recency(view, key)
    if dimension_name == "frequency":
        return frequency(view, key)
    return view.shortened(key)


def recency(view: View, key: str) -> Text:
    """Time since the last order, in words."""
    say, number = view.language.say, view.language.number
    if key == NEVER:
        return say("no order yet")
    (first, recent), (second, cooling) = RECENCY
    if key == recent:
        return say("ordered in the {days} days before", days=number(first))
    if key == cooling:
        return say("last order {first} to {last} days before", first=number(first + 1), last=number(second))
    return say("last order more than {days} days before", days=number(second))


def frequency(view: View, key: str) -> Text:
    """Orders before the message, in words."""
    say, number = view.language.say, view.language.number
    limits = {name: most for most, name in FREQUENCY}
    few = limits["few"]
    if key == MANY:
        return say("{count} orders or more before", count=number(few + 1))
    if key == "none":
        return say("no order before")
    if key == "one":
        return say("one order before")
    return say("{first} to {last} orders before", first=number(limits["one"] + 1), last=number(few))
