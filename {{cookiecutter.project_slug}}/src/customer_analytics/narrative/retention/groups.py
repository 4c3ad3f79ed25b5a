"""Who stays: survival curves of groups, what the tests say, and the group that does not stay."""

from __future__ import annotations

import math
from typing import Any

from customer_analytics.analysis.survival.comparison import Comparison
from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import FigureWords, Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.narrative.retention.staying_words import (
    column_name,
    days,
    few,
    group_name,
    how_of_lives,
    p_value,
    since,
    staying,
)
from customer_analytics.narrative.retention.view import View
from customer_analytics.statistics import Interval

FIRST_SCREEN = ("channel", "campaign")  # columns whose finding may stand on the first screen: somebody chose them
POINTS = 36  # of a drawn curve
TICKS = 5
NICE = (1, 2, 5, 7, 10, 14, 30, 60, 90, 120, 180, 365)
SHORTEST_SHOWN = 3

CurveRow = tuple[str, list[float], list[float], str, list[float] | None, list[float] | None, list[str]]


def shown(view: View) -> Comparison | None:
    """The comparison that is drawn: the first whose groups differ, by channel where none does."""
    found = [each for each in staying(view).comparisons if each.limit >= SHORTEST_SHOWN]
    return next((each for each in found if each.worst is not None), found[0] if found else None)


def groups_section(view: View) -> SectionWords:
    """Opening of the section, with the definition of being gone."""
    say, result = view.language.say, staying(view)
    title = say("Who stays")
    if result.silence is None:
        deck = say("Not estimable: too few returns to say after how long a silence somebody is gone.")
    elif result.curve is None:
        deck = say(
            "Not estimable: {people} began long enough ago to be judged.",
            people=view.language.number(0 if result.judged is None else result.judged.people),
        )
    else:
        median = result.curve.median()
        what = (
            say("More than half of the people never came again after the first day")
            if median is not None and median <= 1
            else say("Half of the people are gone within {days}", days=days(view, median))
            if median is not None
            else say("More than half of the people are still here at the end of the data")
        )
        deck = say(
            "{what}. Gone means silent for {silence}: {reason}.", what=what, silence=days(view, result.silence.days),
            reason=say("a third of the days of data, as these could not judge a longer silence")
            if result.silence.shortened
            else say("longer than nearly all of the silences that ended with a return"),
        )  # fmt: skip
    return SectionWords(title, "groups", deck)


def curve_rows(view: View) -> list[CurveRow]:
    """Curves of the groups drawn, the named one last so that it lies on top, as arguments of charts.StepCurve."""
    comparison = shown(view)
    assert comparison is not None
    named = str(comparison.worst["group"]) if comparison.worst is not None else None
    order = [str(group) for group in comparison.groups["group"][::-1] if group != named]
    return [
        _curve_row(view, comparison, group, "mute" if group != named else "alert")
        for group in (*order, *([named] if named is not None else []))
    ]


def _curve_row(view: View, comparison: Comparison, group: str, role: str) -> CurveRow:
    curve = comparison.curves[group]
    step = max(1, math.ceil(comparison.limit / POINTS))
    x = [float(day) for day in range(1, comparison.limit + 1, step)]
    intervals = [curve.interval_at(day) for day in x]
    with_band = role == "alert"
    return (
        str(group_name(view, group)), x, [curve.at(day) for day in x], role,
        [each.low for each in intervals] if with_band else None,
        [each.high for each in intervals] if with_band else None,
        [few(view, curve.under_observation(tick)) for tick in ticks(comparison.limit)],
    )  # fmt: skip


def ticks(limit: int) -> list[int]:
    """Days at which the axis is marked, from 0 to the limit."""
    step = next((nice for nice in NICE if limit / nice <= TICKS), math.ceil(limit / TICKS / 365) * 365)
    marks = list(range(0, limit + 1, step))
    return [*marks, limit] if limit - marks[-1] > step / 2 else [*marks[:-1], limit]


def curve_axis(view: View) -> tuple[Any, ...]:
    """Arguments of charts.CurveAxis."""
    comparison = shown(view)
    assert comparison is not None
    marks, number = ticks(comparison.limit), view.language.number
    title = str(view.language.say("People under observation"))
    return marks, view.language.percent, [number(mark) for mark in marks], str(since(view)), title


def curve_figure(view: View) -> FigureWords:
    """Words of the curves."""
    say, language, comparison = view.language.say, view.language, shown(view)
    assert comparison is not None
    worst, column = comparison.worst, column_name(view, comparison.column)
    limit = days(view, comparison.limit)
    rows = language.joined(
        say("{group}: {share}", group=group_name(view, str(row["group"])), share=language.percent(row["at_limit"]))
        for row in comparison.groups.to_dict("records")
    )
    return FigureWords(
        say("People from {group} do not stay", group=worst["group"])
        if worst is not None
        else say("By {column}, no group stays clearly longer or shorter than the others", column=column),
        say(
            "Share of people who are still here, by days of age and {column} (Kaplan-Meier). Red with its interval: "
            "the group that stays shortest", column=column,
        )
        if worst is not None
        else say("Share of people who are still here, by days of age and {column} (Kaplan-Meier)", column=column),
        say("Survival curves by {column}. Still here after {limit}: {rows}.", column=column, limit=limit, rows=rows),
        _source(view, comparison),
    )  # fmt: skip


def _source(view: View, comparison: Comparison) -> Text:
    say, definition = view.language.say, staying(view).retention.definition
    return say(
        "Source: activity {first} to {last}; {people} people who began in it and could be judged.",
        first=view.language.date(definition.first_date), last=view.language.date(definition.last_date),
        people=view.language.number(int(comparison.groups["people"].sum())),
    )  # fmt: skip


def group_table(view: View) -> TableWords:
    """The groups drawn: people, still here, restricted mean, difference from the others."""
    say, comparison = view.language.say, shown(view)
    assert comparison is not None
    rows = tuple(_group_row(view, row) for row in comparison.groups.to_dict("records"))
    limit = days(view, comparison.limit)
    return TableWords(
        (
            (say("Group"), "name"),
            (say("People counted"), "number"),
            (say("Still here after {days}", days=limit), "number"),
            (say("Mean stay, in days"), "number"),
            (say("Days less or more than the others"), "number"),
        ),
        rows,
        say("How long people stay, by {column}", column=column_name(view, comparison.column)),
        how_of_lives(
            view,
            (say("Unit"), say("One person; groups of fewer than {n} are taken together", n=view.minimum_base)),
            (
                say("Mean stay"),
                say(
                    "Within the first {days}, to which every group is observed (restricted mean, the area under the "
                    "curve); the difference is from all other groups together", days=limit,
                ),
            ),
            (
                say("Test"),
                say(
                    "Log-rank, stated before looking: p {p} after correction over all columns ({count}; Holm); within "
                    "quarters of arrival p {within}",
                    p=p_value(view, comparison.p_adjusted), within=p_value(view, comparison.within.p),
                    count=view.language.number(len(staying(view).comparisons)),
                ),
            ),
        ),
        file="staying_groups.csv",
    )  # fmt: skip


def _group_row(view: View, row: dict[Any, Any]) -> Row:
    language = view.language
    number = language.number
    low, high = language.signed(row["difference_low"]), language.signed(row["difference_high"])
    return (
        (group_name(view, str(row["group"])), None),
        (number(row["people"]), row["people"]),
        (language.percent(row["at_limit"]), row["at_limit"]),
        (number(row["mean"]), row["mean"]),
        (
            language.say("{value} ({low} to {high})", value=language.signed(row["difference"]), low=low, high=high),
            row["difference"],
        ),
    )


def test_table(view: View) -> TableWords:
    """Every column compared: how many groups, what the test says, which group stays shortest."""
    say, language, result = view.language.say, view.language, staying(view)
    rows: list[Row] = []
    for comparison in result.comparisons:
        worst = comparison.worst
        rows.append(
            (
                (column_name(view, comparison.column), None),
                (language.number(len(comparison.groups)), len(comparison.groups)),
                (p_value(view, comparison.p_adjusted), comparison.p_adjusted),
                (p_value(view, comparison.within.p), comparison.within.p),
                (say("none clearly") if worst is None else Text(str(worst["group"])), None),
                (
                    language.number(None) if worst is None else language.signed(float(str(worst["difference"]))),
                    None if worst is None else worst["difference"],
                ),
            )
        )
    return TableWords(
        (
            (say("Compared by"), "name"),
            (say("Groups"), "number"),
            (say("p, corrected"), "number"),
            (say("p within quarters"), "number"),
            (say("Stays shortest"), "text"),
            (say("Days less"), "number"),
        ),
        tuple(rows),
        say("What was compared, and what the tests say"),
        how_of_lives(
            view,
            (say("Test"), say("Log-rank over all groups of a column, corrected over the columns (Holm)")),
            (
                say("Named"),
                say(
                    "Only where both tests have a p below {level} and the group's own difference too, corrected over "
                    "the groups", level=language.number(0.01, 2),
                ),
            ),
        ),
    )  # fmt: skip


def findings(view: View) -> list[Finding]:
    """The group that does not stay, for each column in which there is one; on the first screen those that were
    chosen by somebody: channel and campaign."""
    if view.staying is None:
        return []
    return [
        _finding(view, comparison, comparison.worst)
        for comparison in view.staying.comparisons
        if comparison.worst is not None
    ]


def _finding(view: View, comparison: Comparison, worst: dict[str, object]) -> Finding:
    say, language = view.language.say, view.language
    row = {key: float(str(worst[key])) for key in worst if key != "group"}
    interval = Interval(row["difference_low"], row["difference_high"])
    group, number = Text(str(worst["group"])), language.number
    bought = comparison.column in FIRST_SCREEN
    return Finding(
        id=f"staying_{comparison.column}",
        grade=Grade.C,
        head=say("People from {group} do not stay", group=group)
        if bought
        else say("By {column}, {group} stays shortest", column=column_name(view, comparison.column), group=group),
        statement=say(
            "Of {people} people from **{group}** ({column}), {share} are still here after {limit}, of all others "
            "{rest}. Within that time they stay {mean} days on average, the others {rest_mean}: **{less} days less** "
            "(interval {low} to {high}).",
            people=number(row["people"]), column=column_name(view, comparison.column), group=group,
            share=language.percent(row["at_limit"]), rest=language.percent(row["rest_at_limit"]),
            limit=days(view, comparison.limit), mean=number(row["mean"]), rest_mean=number(row["rest_mean"]),
            less=number(-interval.low / 2 - interval.high / 2), low=number(-interval.high), high=number(-interval.low),
        ),
        meaning=say(
            "Winning them costs the same whether they stay or not. The difference holds among people who came in the "
            "same quarter, so it is neither season nor growth; whether the {column} brings other people or treats them "
            "otherwise, these data do not say.", column=column_name(view, comparison.column),
        )
        if bought
        else say("It holds among people who came in the same quarter. Such groups differ in much else: it goes with."),
        action=say(
            "Judge {group} by the cost of a customer who is still here after {limit}, and move spend in steps until it "
            "is level with the others.", group=group, limit=days(view, comparison.limit),
        )
        if bought
        else say("Look at the first weeks of this group before anything is offered to it."),
        section="groups", value=row["difference"], low=interval.low, high=interval.high, n=int(row["people"]),
        unit="days", notable=bought,
    )  # fmt: skip
