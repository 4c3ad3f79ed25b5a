"""What all cohorts together did: the pooled curve, days one, seven and thirty, and periods taken together."""

from __future__ import annotations

import math
from typing import Any

from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import FigureWords, Row, TableWords
from customer_analytics.narrative.retention.spans import age_axis
from customer_analytics.narrative.retention.view import View
from customer_analytics.statistics import Interval

SHOWN = (1, 2, 3, 6, 9, 12, 18, 24, 36, 52)  # ages in the table, at most ROWS of them
ROWS = 6
CurveLine = tuple[str, list[int], list[float | None], str, list[float] | None, list[float] | None, bool]


def has_curve(view: View) -> bool:
    """Whether there are two ages to draw a line between."""
    return view.enough and len(view.after) > 1


def curve_lines(view: View) -> list[CurveLine]:
    """The share active at each age, and at each age or later, as arguments of charts.Line."""
    say, table = view.language.say, view.after
    ages = [int(age) for age in table["period"]]
    columns = {name: [float(value) for value in table[name]] for name in table.columns if name.startswith(_DRAWN)}
    return [
        (str(say("then or later")), ages, [*columns["unbounded"]], "s2", columns["unbounded_low"],
         columns["unbounded_high"], True),
        (str(say("then")), ages, [*columns["bounded"]], "s1", columns["bounded_low"],
         columns["bounded_high"], False),
    ]  # fmt: skip


_DRAWN = ("bounded", "unbounded")


def curve_axis(view: View) -> tuple[Any, ...]:
    """How shares are written, and the label of the axis of ages."""
    return view.language.percent, str(age_axis(view.language, view.result.definition.period))


def curve_figure(view: View) -> FigureWords:
    """Words of the pooled curve."""
    say, language, last = view.language.say, view.language, view.far
    numbers = {
        "span": view.spans(int(last["period"])), "bounded": language.percent(float(last["bounded"])),
        "unbounded": language.percent(float(last["unbounded"])), "n": view.counted(int(last["eligible"])),
    }  # fmt: skip
    points = [
        say(
            "{span}: {bounded}, or later {unbounded}", span=view.spans(int(row["period"])),
            bounded=language.percent(float(row["bounded"])), unbounded=language.percent(float(row["unbounded"])),
        )
        for row in view.after.to_dict("records")
    ]  # fmt: skip
    return FigureWords(
        say("After {span} {bounded} are active; {unbounded} are then or later", **numbers),
        say(
            "Share of all people whose period is complete, with its interval. The dashed line must fall to the other "
            "one where the data end"
        ),
        say("Two lines by age. {points}.", points=language.joined(points)),
        view.source,
    )


def tables(view: View) -> list[TableWords]:
    """The tables of the section that there are; the periods taken together first where the engagement asks for them."""
    if not view.enough:
        return []
    both = [curve_table(view), day_table(view)]
    if view.result.definition.measure == "bracket":
        both.reverse()
    return [table for table in both if table is not None]


def curve_table(view: View) -> TableWords:
    """The pooled curve under every measure, at a few ages."""
    say, language = view.language.say, view.language
    table = view.after[view.after["period"].isin(SHOWN)].head(ROWS)
    rows: list[Row] = []
    for row in table.to_dict("records"):
        interval = Interval(float(row["bounded_low"]), float(row["bounded_high"]))
        bounded = say("{share} ({interval})", share=language.percent(float(row["bounded"])),
                      interval=view.between(interval))  # fmt: skip
        rows.append(
            (
                (view.spans(int(row["period"])), int(row["period"])),
                (language.number(int(row["eligible"])), int(row["eligible"])),
                (bounded, float(row["bounded"])),
                *(
                    (language.percent(float(row[name])), float(row[name]))
                    for name in ("unbounded", "on_or_before", "bounded_simple")
                ),
                (language.number(float(row["period_over_period"]), 2), float(row["period_over_period"])),
            )
        )
    return TableWords(
        (
            (say("After"), "name"), (say("Number of people"), "number"), (say("Active in it"), "number"),
            (say("In it or later"), "number"), (say("Back by then"), "number"), (say("Mean of cohorts"), "number"),
            (say("Per active before"), "number"),
        ),
        tuple(rows),
        say("The same people under each measure of retention"),
        view.how(
            (say("Base"), say("People whose period of that age is complete; unobserved periods count for nothing")),
            (say("Shares"), say("Of these people together (weighted); interval: Wilson")),
            (say("Mean of cohorts"), say("Each cohort counts the same, whatever its size")),
            (say("Per active before"), say("People active in the period for each one active in the period before")),
        ),
        file="retention_curve.csv",
    )  # fmt: skip


def day_table(view: View) -> TableWords | None:
    """Retention of the next day, the seventh and the thirtieth, and of the brackets; None without any base."""
    say, language = view.language.say, view.language
    days = [row for row in view.result.headline.to_dict("records") if row["eligible"] >= view.least]
    brackets = [row for row in view.result.brackets.to_dict("records") if row["eligible"] >= view.least]
    day_rows: list[Row] = [_row(view, say("Day {day}", day=language.number(int(row["day"]))), row) for row in days]
    bracket_rows = [_row(view, _bracket(view, int(row["from"]), int(row["to"])), row) for row in brackets]
    rows = [*bracket_rows, *day_rows] if view.result.definition.measure == "bracket" else [*day_rows, *bracket_rows]
    if not rows:
        return None
    return TableWords(
        (
            (say("When"), "name"), (say("Number of people"), "number"), (say("Active then"), "number"),
            (say("Interval"), "number"), (say("Lately against before"), "number"),
        ),
        tuple(rows),
        say("Active on the next day, on later days, and within periods taken together"),
        view.how(
            (say("Day"), say("Active on exactly that day after the start; the day of the start is day {zero}",
                             zero=language.number(0))),
            (say("Periods together"), say("Active on at least one day of these periods")),
            (say("Lately against before"), say("The later half of the recent starts less the earlier half, in points; "
                                               "interval: Newcombe")),
        ),
        file="headline.csv",
    )  # fmt: skip


def _bracket(view: View, first: int, last: int) -> Text:
    say, number, period = view.language.say, view.language.number, view.result.definition.period
    if first == last:
        return view.spans(first) if first != 1 else say("The next period: {span}", span=view.spans(1))
    span = {"day": say("Days {first} to {last}", first=number(first), last=number(last)),
            "week": say("Weeks {first} to {last}", first=number(first), last=number(last))}  # fmt: skip
    return span.get(period, say("Months {first} to {last}", first=number(first), last=number(last)))


def _row(view: View, name: Text, row: dict[Any, Any]) -> Row:
    language, rate = view.language, float(row["rate"])
    change = float(row.get("difference", math.nan))
    enough = min(row.get("recent_eligible", 0), row.get("earlier_eligible", 0)) >= view.least
    words = Text(language.number(None))
    if enough and not math.isnan(change):
        words = language.say(
            "{change} ({low} to {high})", change=language.signed(100 * change, 1),
            low=language.signed(100 * float(row["difference_low"]), 1),
            high=language.signed(100 * float(row["difference_high"]), 1),
        )  # fmt: skip
    return (
        (name, None),
        (language.number(int(row["eligible"])), int(row["eligible"])),
        (language.percent(rate, 1), rate),
        (view.between(Interval(float(row["low"]), float(row["high"])), 1), None),
        (words, change if enough and not math.isnan(change) else None),
    )
