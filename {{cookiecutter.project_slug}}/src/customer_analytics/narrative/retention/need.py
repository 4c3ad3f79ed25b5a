"""The retention that keeps the number of active people, and where the number tends to."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from customer_analytics.analysis.outlook.need import Need
from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import FigureWords, Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.narrative.retention.spans import one_span, spans

if TYPE_CHECKING:
    from customer_analytics.narrative.retention.view import View

BACK = 12  # periods of the past beside the path ahead
PathLine = tuple[str, list[int], list[float | None], str, None, None, bool]


def need_section(view: View) -> SectionWords:
    """Opening of the section."""
    say, outlook = view.language.say, view.outlook
    title = say("How much retention it takes")
    if outlook is None or outlook.need is None:
        return SectionWords(
            title, "need", say("Not estimable: too few complete periods, or too few people active in them.")
        )
    return SectionWords(
        title,
        "need",
        say(
            "Active people stay as many as they are when those lost are made up for by new ones and by those who come "
            "back. That sets a level for retention."
        ),
    )


def path_lines(view: View, needed: Need) -> list[PathLine]:
    """Active people by period, counted from the last complete one: as for the curve."""
    say = view.language.say
    past = _past(view)
    steps = list(range(1 - len(past), 1))
    ahead = needed.path
    here: list[float | None] = [float(value) for value in ahead["active"]]
    to_come = [int(step) for step in ahead["step"]]
    return [
        (say("So far"), steps, [*past], "s1", None, None, False),
        (say("If nothing changes"), to_come, here, "s2", None, None, True),
    ]


def _past(view: View) -> list[float]:
    activity = view.result.activity
    complete = activity[activity["complete"].astype(bool)].sort_values("period")
    return [float(value) for value in complete["active"].tail(BACK + 1)]


def path_label(view: View) -> Text:
    """Label of the axis of periods."""
    assert view.outlook is not None
    say = view.language.say
    if view.outlook.period == "day":
        return say("Days from the last complete one")
    if view.outlook.period == "week":
        return say("Weeks from the last complete one")
    return say("Months from the last complete one")


def path_figure(view: View, needed: Need) -> FigureWords:
    """Words of the chart of active people and where they tend to."""
    say, language = view.language.say, view.language
    numbers = {
        "steady": language.number(needed.steady) if math.isfinite(needed.steady) else say("ever more"),
        "now": language.number(needed.now),
    }
    title = say("If nothing changes, active people tend to {steady}; now they are {now}", **numbers)
    return FigureWords(
        title,
        say("People active in a period, and the path at the inflow and retention of the last {length}",
            length=_length(view, needed)),
        say("{title}. Each period {kept} of the active stay, and {came} come or come back.", title=title,
            kept=language.percent(needed.kept), came=language.number(needed.new + needed.resurrecting)),
        say("Source: complete periods from {first} to {last}.", first=_date(view, needed.first),
            last=_date(view, needed.last)),
    )  # fmt: skip


def _length(view: View, needed: Need) -> Text:
    assert view.outlook is not None
    return spans(view.language, view.outlook.period, needed.periods)


def _date(view: View, moment: object) -> str:
    return view.named(pd.Timestamp(str(moment)))


def need_table(view: View, needed: Need) -> TableWords:
    """Kept, needed, and what makes the difference."""
    say, language = view.language.say, view.language
    assert view.outlook is not None
    one = one_span(language, view.outlook.period)
    gap: Text | str = language.points(needed.gap)
    if not math.isnan(needed.interval.low):
        gap = say(
            "{value} ({low} to {high})", value=gap, low=language.signed(100 * needed.interval.low, 1),
            high=language.signed(100 * needed.interval.high, 1),
        )  # fmt: skip
    rows: list[Row] = [
        ((say("Active people who are active again in the next {period}", period=one), None),
         (language.percent(needed.kept, 1), needed.kept)),
        ((say("Share that would keep their number"), None), (language.percent(needed.needed, 1), needed.needed)),
        ((say("Difference: growth a {period}", period=one), None), (gap, needed.gap)),
        ((say("New people a {period}", period=one), None), (language.number(needed.new), needed.new)),
        ((say("Came back after a pause, a {period}", period=one), None),
         (language.number(needed.resurrecting), needed.resurrecting)),
        ((say("New people that would keep the number at today's retention"), None),
         (language.number(max(needed.new_needed, 0.0)), needed.new_needed)),
    ]  # fmt: skip
    return TableWords(
        ((say("A {period}", period=one), "name"), (say("How much"), "number")),
        tuple(rows),
        say("Retention that there is, and retention that is needed"),
        (
            (
                say("Window"),
                say("{length} up to {last}, each against the one before", length=_length(view, needed),
                    last=_date(view, needed.last)),
            ),
            (
                say("Needed"),
                say("One less the new and the returned people over the people active in the period before"),
            ),
            (say("Season"), _season(view, needed)),
            (
                say("Interval"),
                say("Student's t over the periods, {level}", level=language.percent(0.95))
                if not math.isnan(needed.interval.low)
                else say("Not estimable from so few periods"),
            ),
        ),
        file="retention_need.csv",
    )  # fmt: skip


def _season(view: View, needed: Need) -> Text:
    if needed.is_year:
        return view.language.say("A whole year: the season cancels")
    return view.language.say("Less than a year: the season is in it")


def findings(view: View) -> list[Finding]:
    """Whether the base grows or shrinks, where the periods show it."""
    outlook = view.outlook
    if outlook is None or outlook.need is None:
        return []
    return [_finding(view, outlook.need)]


def _finding(view: View, needed: Need) -> Finding:
    say, language = view.language.say, view.language
    assert view.outlook is not None
    has_interval = not math.isnan(needed.interval.low)
    numbers = {
        "kept": language.percent(needed.kept, 1), "needed": language.percent(needed.needed, 1),
        "period": one_span(language, view.outlook.period), "length": _length(view, needed),
        "points": language.signed(100 * needed.gap, 1),
        "low": language.signed(100 * needed.interval.low, 1) if has_interval else "",
        "high": language.signed(100 * needed.interval.high, 1) if has_interval else "",
    }  # fmt: skip
    statement = (
        say(
            "Of the people active in one {period}, **{kept}** were active in the next, over the last {length}; "
            "{needed} would have kept their number. That is {points} points (interval {low} to {high}).", **numbers,
        )
        if has_interval
        else say(
            "Of the people active in one {period}, **{kept}** were active in the next, over the last {length}; "
            "{needed} would have kept their number. That is {points} points.", **numbers,
        )
    )  # fmt: skip
    shrinks, grows = needed.interval.high < 0, needed.interval.low > 0
    head = say("The number of active people neither grows nor shrinks for sure")
    if shrinks or grows:
        head = say("Retention is below what is needed") if shrinks else say("Retention is above what is needed")
    return Finding(
        id="retention_need",
        grade=Grade.C if has_interval and needed.is_year else Grade.D,
        head=head,
        statement=statement,
        meaning=_meaning(view, needed, shrinks=shrinks, grows=grows),
        action=_action(view, needed, shrinks=shrinks),
        section="need",
        value=100 * needed.gap,
        low=100 * needed.interval.low if has_interval else None,
        high=100 * needed.interval.high if has_interval else None,
        n=round(needed.base),
        unit="points",
        notable=shrinks,
    )


def _meaning(view: View, needed: Need, *, shrinks: bool, grows: bool) -> Text:
    say, language = view.language.say, view.language
    steady = language.number(needed.steady) if math.isfinite(needed.steady) else say("ever more")
    if shrinks:
        return say(
            "At this inflow and retention the number of active people falls towards {steady}, from {now} now.",
            steady=steady, now=language.number(needed.now),
        )  # fmt: skip
    if grows:
        return say(
            "At this inflow and retention the number of active people rises towards {steady}, from {now} now.",
            steady=steady, now=language.number(needed.now),
        )  # fmt: skip
    return say(
        "The difference lies within what periods scatter; the fixed point is {steady}, now there are {now}.",
        steady=steady, now=language.number(needed.now),
    )  # fmt: skip


def _action(view: View, needed: Need, *, shrinks: bool) -> Text:
    say, language = view.language.say, view.language
    assert view.outlook is not None
    if not shrinks:
        return say("Take {needed} as the floor for retention, and look at it at each run.",
                   needed=language.percent(needed.needed, 1))  # fmt: skip
    return say(
        "Close the gap by {points} points of retention, or by {more} more new people a {period}.",
        points=language.number(-100 * needed.gap, 1),
        more=language.number(max(needed.new_needed - needed.new, 0.0)),
        period=one_span(language, view.outlook.period),
    )  # fmt: skip
