"""What the sections on staying share: names of columns and groups, the boxes, days and points in words."""

from __future__ import annotations

import math

from customer_analytics.analysis.retention.result import as_date
from customer_analytics.analysis.survival import OTHERS, StayingResult
from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import How
from customer_analytics.narrative.retention.view import View
from customer_analytics.statistics import Interval

LEAST_SHOWN = 0.001  # p-values below are written as smaller than it


def staying(view: View) -> StayingResult:
    """The result on staying; the notebook asks before it comes here."""
    assert view.staying is not None
    return view.staying


def column_name(view: View, column: str) -> Text:
    """What people are compared by, as it stands inside a sentence; a client's own column by its own name."""
    say = view.language.say
    known = {
        "channel": say("channel"), "acquisition_channel": say("channel"), "campaign": say("campaign"),
        "region": say("region"), "device": say("first device"), "store": say("first store"),
        "first_category": say("category of the first purchase"), "first_product": say("first product"),
        "plan": say("plan"),
    }  # fmt: skip
    return known.get(column, Text(column))


def group_name(view: View, group: str) -> Text:
    """A group's name; the small ones together."""
    return view.language.say("the others together") if group == OTHERS else Text(group)


def days(view: View, count: float) -> Text:
    """A number of days: 1 day, 12 days."""
    whole = round(count)
    return view.language.say_count("{count} day", "{count} days", whole)


def between_days(view: View, interval: Interval) -> Text:
    """An interval of days, for a bracket."""
    number = view.language.number
    return view.language.say("interval {low} to {high}", low=number(interval.low), high=number(interval.high))


def p_value(view: View, p: float) -> str:
    """A p-value: 0.04, below a thousandth <0.001."""
    if math.isnan(p):
        return view.language.number(None)
    return f"<{view.language.number(LEAST_SHOWN, 3)}" if p < LEAST_SHOWN else view.language.number(p, 3)


def few(view: View, count: int) -> str:
    """A count of people, or the word for one that is too small to show."""
    return view.language.number(count) if count >= view.minimum_group or count == 0 else view.language.say("few")


def beginning(view: View) -> Text:
    """What age is counted from."""
    say, result = view.language.say, staying(view)
    if result.origin.kind == "registration":
        return say("the registration, or the first activity where it is earlier or no registration is known")
    return view.start


def since(view: View) -> Text:
    """Label of an axis of age in days."""
    say, result = view.language.say, staying(view)
    if result.origin.kind == "registration" or result.retention.definition.start == "signed_up":
        return say("Days since the registration")
    if result.retention.definition.start == "first_purchase":
        return say("Days since the first purchase")
    return say("Days since the first activity")


def how_of_lives(view: View, *own: tuple[Text, Text]) -> How:
    """The box of what rests on lives: who counts as gone, from when, who is left out."""
    say, language, result = view.language.say, view.language, staying(view)
    lines = list(own)
    if result.silence is not None and result.judged is not None:
        lines += [
            (
                say("Gone"),
                say(
                    "Silent for {days} at the end of the data; the life ends on the last active day. All are judged as "
                    "of {date}, so that everybody had as long to come back",
                    days=days(view, result.silence.days), date=language.date(as_date(result.judged.day)),
                ),
            ),
            (say("Age"), say("Days from {beginning}", beginning=beginning(view))),
            (
                say("Left out"),
                say(
                    "{new} people who began after that day, {old} who began before {first}: nobody saw their first "
                    "days",
                    new=few(view, result.judged.too_new), old=few(view, result.judged.earlier),
                    first=language.date(as_date(result.origin.first)),
                ),
            ),
        ]  # fmt: skip
    return (*lines, _zone(view))


def how_of_ages(view: View, *own: tuple[Text, Text]) -> How:
    """The box of what rests on activity by age."""
    say = view.language.say
    return (*own, (say("Age"), say("Days from {beginning}", beginning=beginning(view))), _zone(view))


def _zone(view: View) -> tuple[Text, Text]:
    say = view.language.say
    return say("Period"), say("{period}, calendar days in {zone}", period=view.period, zone=view.time_zone)
