"""The first words of the report where a group loses more than the rest: title, standfirst, figure, recommendation."""

from __future__ import annotations

import math

from customer_analytics.language import Text
from customer_analytics.narrative.finding import Kpi
from customer_analytics.narrative.funnel.groups import Record, counted, found, records
from customer_analytics.narrative.funnel.prize import has_prizes
from customer_analytics.narrative.funnel.view import View
from customer_analytics.statistics import newcombe

WEEKS = 4  # of entry, compared with as many before


def largest(view: View) -> Record | None:
    """The group with the largest prize; None where no group loses more than the rest."""
    if view.dropoff is None or not view.enough or not has_prizes(view):
        return None
    return records(found(view).drivers.prizes.head(1))[0]


def title(view: View, row: Record) -> Text:
    """The group, its rate and that of the rest."""
    language = view.language
    return language.say(
        "“{group}”: {rate} go from “{before}” to “{step}”, elsewhere {rest}",
        group=row["value"], before=view.step(int(row["step"]) - 1), step=view.step(int(row["step"])),
        rate=language.percent(row["rate"]), rest=language.percent(row["rest_rate"]),
    )  # fmt: skip


def standfirst(view: View, row: Record) -> Text:
    """The conversion of all, and what the group would bring at the level of the rest.

    The gain stands beside its own base: it may count visits where the conversion counts people.
    """
    say, language = view.language.say, view.language
    words = say(
        "{rate} of {base} reached “{last}”, from {period}. With that group at the level of the rest, {extra} more "
        "would have, beside the {reached} that did.",
        rate=language.percent(view.result.conversion.value), base=view.counted(view.n), last=view.step(view.steps),
        extra=_extra(view, row), period=view.period, reached=language.number(_reached(view)),
    )  # fmt: skip
    money = _money(view, row)
    return words if money is None else say("{words} That is {money}.", words=words, money=money)


def kpi(view: View, row: Record) -> Kpi:
    """The prize with its interval."""
    say, language = view.language.say, view.language
    low, high = language.number(row["extra_low"]), language.number(row["extra_high"])
    name = _best_name(row)
    if name is None:
        return Kpi(
            say("Prize: “{group}” like the rest", group=row["value"]), language.number(row["extra"]),
            say("more that reach “{last}”; interval {low} to {high}", last=view.step(view.steps), low=low, high=high),
        )  # fmt: skip
    ends = [language.money(float(row[f"{name}_{end}"])) for end in ("low", "high")]
    note = (
        say("margin of {extra} more to the end; interval {low} to {high}", extra=_extra(view, row), low=ends[0],
            high=ends[1])
        if name == "margin"
        else say("net revenue of {extra} more to the end; interval {low} to {high}", extra=_extra(view, row),
                 low=ends[0], high=ends[1])
    )  # fmt: skip
    return Kpi(say("Prize: “{group}” like the rest", group=row["value"]), language.money(float(row[name])), note)


def recommendation(view: View, row: Record) -> Text:
    """What to do first, with a number, its assumption, and the size of the test."""
    say, language = view.language.say, view.language
    words = say(
        "Mend the way from “{before}” to “{step}” for “{group}” first. If it then goes on as often as the rest, about "
        "**{extra} more** reach “{last}” in a period as long as this one.",
        before=view.step(int(row["step"]) - 1), step=view.step(int(row["step"])), group=row["value"],
        extra=_extra(view, row), last=view.step(view.steps),
    )  # fmt: skip
    plan = [
        each
        for each in records(found(view).portfolio)
        if each["kind"] == "group" and (each["step"], each["value"]) == (row["step"], row["value"])
    ]
    if not plan or math.isnan(float(plan[0]["weeks"])):
        return say("{words} Test the fix with a part held back.", words=words)
    return say(
        "{words} Test the fix with {count} in each half, about {weeks} weeks: enough to see one that closes half of "
        "the gap.",
        words=words, count=counted(view, int(plan[0]["per_arm"])),
        weeks=language.number(max(1, math.ceil(float(plan[0]["weeks"])))),
    )  # fmt: skip


def change_words(view: View, note: Text) -> Text:
    """A note with the change of the conversion on the weeks of entry before; as it is where there are too few."""
    whole = view.result.trend[view.result.trend["step"] == view.steps].sort_values("week")
    if len(whole) < 2 * WEEKS:
        return note
    sums = [part[["reached", "entered"]].sum() for part in (whole.tail(WEEKS), whole.tail(2 * WEEKS).head(WEEKS))]
    (now, n), (before, n_before) = ((int(each["reached"]), int(each["entered"])) for each in sums)
    if min(n, n_before) < view.minimum_base:
        return note
    language, interval = view.language, newcombe(now, n, before, n_before)
    low, high = (language.signed(100 * end, 1) for end in interval)
    return language.say(
        "{note}. Last {weeks} weeks: {change} ({low} to {high}) on those before",
        note=note, weeks=language.number(WEEKS), change=language.points(now / n - before / n_before), low=low,
        high=high,
    )  # fmt: skip


def _extra(view: View, row: Record) -> Text:
    return counted(view, round(float(row["extra"])))


def _reached(view: View) -> int:
    return int(found(view).totals[f"n_{view.steps}"])


def _best_name(row: Record) -> str | None:
    return next((name for name in ("margin", "money") if not math.isnan(float(row[name]))), None)


def _money(view: View, row: Record) -> Text | None:
    say, language, name = view.language.say, view.language, _best_name(row)
    if name is None:
        return None
    amounts = {key: language.money(float(row[f"{name}{end}"])) for key, end in
               {"value": "", "low": "_low", "high": "_high"}.items()}  # fmt: skip
    if name == "margin":
        return say("about {value} of margin ({low} to {high})", **amounts)
    return say("about {value} of net revenue ({low} to {high})", **amounts)
