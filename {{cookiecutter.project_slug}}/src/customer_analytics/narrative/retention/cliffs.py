"""Where people fall away at once: activity by age with the season taken out, and the ages at which it breaks."""

from __future__ import annotations

import math
from typing import Any

from customer_analytics.analysis.survival.cliffs import LEVEL, Cliff, Cliffs
from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import FigureWords, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.narrative.retention.staying_words import days, how_of_ages, p_value, since, staying
from customer_analytics.narrative.retention.view import View
from customer_analytics.statistics import Interval

MONTH = 30  # days
OLDEST_SHARE = 0.15  # of the people at the first age: later ages are too few to draw
LEAST_POINTS = 4
LineRow = tuple[str, list[float], list[float | None], str, list[float], list[float]]


def _cliffs(view: View) -> Cliffs:
    return staying(view).cliffs


def has_curve(view: View) -> bool:
    """Whether activity by age can be drawn."""
    return len(_shown(view)) >= LEAST_POINTS


def _shown(view: View) -> Any:
    """Ages after the first unit with enough people; the first holds the beginning, on which everybody is active."""
    table = staying(view).ages
    table = table[table["age_days"] > 0]
    least = max(view.minimum_base, view.minimum_group, OLDEST_SHARE * table["people"].max() if len(table) else 0)
    return table[table["people"] >= least]


def cliffs_section(view: View) -> SectionWords:
    """Opening of the section: what a cliff is, and whether there is one."""
    say, found = view.language.say, _cliffs(view)
    deck = (
        found_words(view, found.found[0])
        if found.found
        else _no_search(view, found)
        if found.reason
        else say(
            "No age stands out: activity rises and falls in a rhythm, as people come back after the same number of "
            "days, and every fall behind a peak is made good."
        )
        if _after_a_peak(found)
        else say(
            "No age stands out: activity declines with age, but nowhere at once. This search would have found a fall "
            "of {least} or more at a typical age.", least=view.language.percent(found.detectable),
        )
    )  # fmt: skip
    return SectionWords(say("Where people fall away at once"), "cliffs", deck)


def _no_search(view: View, found: Cliffs) -> Text:
    say = view.language.say
    if found.reason == "close":
        return say("Not estimable: the people began within so few days that age and calendar can not be told apart.")
    return say("Not estimable: too few people are observed for long enough.")


def found_words(view: View, cliff: Cliff) -> Text:
    """One cliff in a sentence: how much, at which age, beyond what."""
    say, change = view.language.say, view.language.percent(-cliff.change)
    if cliff.month:
        return say(
            "In month {month}, {days} after the beginning, activity falls by {change} at once, beyond its slow "
            "decline.",
            month=view.language.number(cliff.month), days=days(view, cliff.age), change=change,
        )  # fmt: skip
    return say(
        "On day {day} after the beginning activity falls by {change} at once, beyond its slow decline.",
        day=view.language.number(cliff.age), change=change,
    )  # fmt: skip


def _at(view: View, cliff: Cliff) -> Text:
    """The age of a cliff in a few words: month 6; day 4."""
    if cliff.month:
        return view.language.say("month {month}", month=view.language.number(cliff.month))
    return view.language.say("day {day}", day=view.language.number(cliff.age))


def _after_a_peak(found: Cliffs) -> bool:
    """Whether the steepest fall is no chance and yet no cliff: people come back in a rhythm of their own."""
    return not found.found and found.steepest is not None and found.steepest.p < LEVEL


def age_line(view: View) -> list[LineRow]:
    """The line of activity by age with its band, as arguments of charts.Line."""
    table = _shown(view)
    x = [float(age) for age in table["age_days"]]
    y: list[float | None] = [float(level) for level in table["level"]]
    name = str(view.language.say("Active"))
    return [(name, x, y, "s1", [float(low) for low in table["low"]], [float(high) for high in table["high"]])]


def age_marks(view: View) -> list[tuple[float, float, str]]:
    """The cliffs as arguments of charts.Mark."""
    table, marks = _shown(view), []
    for cliff in _cliffs(view).found:
        here = table[table["age_days"] == cliff.age]
        if len(here):
            marks.append((float(cliff.age), float(here["level"].iloc[0]), str(_at(view, cliff))))
    return marks


def age_axis(view: View) -> tuple[Any, ...]:
    """How levels are written, and the label of the age axis."""
    return view.language.percent, str(since(view))


def age_figure(view: View) -> FigureWords:
    """Words of the figure."""
    say, language, found = view.language.say, view.language, _cliffs(view)
    table, unit = _shown(view), staying(view).age_unit
    span = say("week") if unit > 1 else say("day")
    first, last = table.iloc[0], table.iloc[-1]
    points = say(
        "from {first} at the age of {first_age} to {last} at {last_age}", first=language.percent(first["level"], 1),
        first_age=days(view, first["age_days"]), last=language.percent(last["level"], 1),
        last_age=days(view, last["age_days"]),
    )  # fmt: skip
    fall = language.joined(
        say(
            "a fall of {change} at {days}", change=language.percent(-cliff.change), days=days(view, cliff.age)
        )
        for cliff in found.found
    )  # fmt: skip
    return FigureWords(
        say("Activity breaks off: {at}", at=_at(view, found.found[0]))
        if found.found
        else say("Activity comes and goes in a rhythm, without a break")
        if _after_a_peak(found)
        else say("Activity declines with age, without a break"),
        say("Share of people active in a {unit} of age, season taken out, with its interval", unit=span),
        say("Line of the active share by age, {points}; {falls}.", points=points, falls=fall or say("no break")),
        say(
            "Source: activity {first_day} to {last_day}; every {unit} of age rests on at least {people} people.",
            first_day=language.date(staying(view).retention.definition.first_date),
            last_day=language.date(staying(view).retention.definition.last_date), unit=span,
            people=language.number(int(table["people"].min())),
        ),
    )  # fmt: skip


def cliff_table(view: View) -> TableWords | None:
    """The cliffs found, or the steepest fall searched with its p; None where nothing could be searched."""
    say, language, found = view.language.say, view.language, _cliffs(view)
    shown = found.found or ((found.steepest,) if found.steepest is not None else ())
    if not shown:
        return None
    number, percent = language.number, language.percent
    rows = []
    for cliff in shown:
        low, high = language.signed_percent(cliff.interval.low), language.signed_percent(cliff.interval.high)
        rows.append(
            (
                (_row_name(view, cliff), cliff.age),
                (percent(cliff.before, 1), cliff.before),
                (percent(cliff.after, 1), cliff.after),
                (language.signed_percent(cliff.change), cliff.change),
                (say("{low} to {high}", low=low, high=high), None),
                (p_value(view, cliff.p), cliff.p),
            )
        )
    return TableWords(
        (
            (say("Age"), "name"),
            (say("Active before"), "number"),
            (say("Active after"), "number"),
            (say("Fall"), "number"),
            (say("Interval"), "number"),
            (say("p of the search"), "number"),
        ),
        tuple(rows),
        say("Falls that are no chance")
        if found.found
        else say("The steepest fall, which chance explains")
        if shown[0].p >= LEVEL
        else say("The steepest fall: behind a peak, and made good afterwards"),
        how_of_ages(
            view,
            (
                say("Fall"),
                say(
                    "Step in the logarithm of the active share against a straight line through {width} on both sides; "
                    "a decline that flattens, as it does everywhere, gives no step downwards",
                    width=days(view, shown[0].width),
                ),
            ),
            (
                say("Search"),
                say(
                    "{count} ages and widths up to the age of {days}; p is of the largest of them (bootstrap over "
                    "people), named below {level}", count=number(found.searched), days=days(view, found.last_age),
                    level=number(0.01, 2),
                ),
            ),
            (
                say("Season"),
                say("Taken out: each calendar week counts with what is usual in it. The first week is not shown"),
            )
            if staying(view).age_unit > 1
            else (
                say("Season"),
                say("Taken out: each calendar day counts with what is usual on it. The first day is not shown"),
            ),
*(
                [(say("Month"), say("{days} each; the first is month {zero}", days=days(view, MONTH), zero=number(0)))]
                if shown[0].month
                else []
            ),
        ),
    )  # fmt: skip


def _row_name(view: View, cliff: Cliff) -> Text:
    if not cliff.month:
        return days(view, cliff.age)
    return view.language.say(
        "{days}, month {month}", days=days(view, cliff.age), month=view.language.number(cliff.month)
    )


def findings(view: View) -> list[Finding]:
    """The steepest cliff, where one is beyond chance."""
    if view.staying is None or not view.staying.cliffs.found:
        return []
    say, language, cliff = view.language.say, view.language, view.staying.cliffs.found[0]
    percent, interval = language.percent, Interval(-cliff.interval.high, -cliff.interval.low)
    week = staying(view).age_unit > 1
    return [
        Finding(
            id="cliff", grade=Grade.C,
            head=say("In month {month} people leave at once", month=language.number(cliff.month))
            if cliff.month
            else say("On day {day} people leave at once", day=language.number(cliff.age)),
            statement=say(
                "At an age of {days} the share who are active in a week falls from {before} to {after}: **{change} "
                "less at once** (interval {low} to {high}), beyond the slow decline and the season.",
                days=days(view, cliff.age), before=percent(cliff.before, 1), after=percent(cliff.after, 1),
                change=percent(-cliff.change), low=percent(interval.low), high=percent(interval.high),
            )
            if week
            else say(
                "At an age of {days} the share who are active on a day falls from {before} to {after}: **{change} less "
                "at once** (interval {low} to {high}), beyond the slow decline and the season.",
                days=days(view, cliff.age), before=percent(cliff.before, 1), after=percent(cliff.after, 1),
                change=percent(-cliff.change), low=percent(interval.low), high=percent(interval.high),
            ),
            meaning=say(
                "So many at the same age do not tire by chance: something ends or begins then, such as a trial, a "
                "voucher, a term, a change of price. These data do not say what."
            ),
            action=say(
                "Find out what happens to customers at {days}, and contact them {before} earlier, with a part of them "
                "left out at random to measure it.", days=days(view, cliff.age),
                before=days(view, _lead(cliff)),
            ),
            section="cliffs", value=cliff.change, low=cliff.interval.low, high=cliff.interval.high,
            n=int(_people_at(view, cliff)), unit="share",
        )
    ]  # fmt: skip


def _lead(cliff: Cliff) -> int:
    """Days before a cliff to contact people: two weeks, less where the cliff comes early."""
    return max(1, min(14, math.floor(cliff.age / 3)))


def _people_at(view: View, cliff: Cliff) -> float:
    table = staying(view).ages
    return float(table.loc[table["age_days"] == cliff.age, "people"].sum())
