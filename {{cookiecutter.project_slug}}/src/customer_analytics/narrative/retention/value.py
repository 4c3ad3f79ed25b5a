"""What retention is worth: one point more, and when the customers of a channel have brought what they cost."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from customer_analytics.analysis.outlook.point import LEAST_ARM, MONTH, Measure, Point
from customer_analytics.analysis.rfm.customers import as_date
from customer_analytics.language import Text
from customer_analytics.narrative import estimates
from customer_analytics.narrative.exhibits import Cell, Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.narrative.retention.payback import money_name, payback_finding, payback_table
from customer_analytics.narrative.retention.spans import spans

if TYPE_CHECKING:
    from customer_analytics.narrative.retention.view import View

__all__ = ["findings", "payback_table", "point_table", "point_words", "value_section"]

SMALL = 100.0  # orders below which a decimal is shown


def value_section(view: View) -> SectionWords:
    """Opening of the section."""
    say, outlook = view.language.say, view.outlook
    title = say("What retention is worth")
    if outlook is None or (outlook.point is None and outlook.payback is None):
        return SectionWords(
            title,
            "value",
            say("Not estimable: it takes orders, and people followed for {months} from their start.",
                months=spans(view.language, "month", 3)),
        )  # fmt: skip
    return SectionWords(
        title,
        "value",
        say(
            "What those who came back after their first month ordered, against those who were like them in that month "
            "and did not. Money is {money}.", money=money_name(view),
        ),
    )  # fmt: skip


def point_table(view: View, point: Point) -> TableWords:
    """Orders and money of those who came back, of the others, and what one point more goes with."""
    say, language = view.language.say, view.language
    rows = [_measure_row(view, say("Orders"), point.orders, is_money=False)]
    if point.money is not None:
        rows.append(_measure_row(view, _capital(money_name(view)), point.money, is_money=True))
    months = spans(language, "month", point.months)
    return TableWords(
        (
            (say("A person brings later"), "name"),
            (say("Came back"), "number"),
            (say("Did not"), "number"),
            (say("Difference among like people"), "number"),
            (say("One point more, a year") if point.intake_days else say("One point more"), "number"),
        ),
        tuple(rows),
        say("What one point more of retention goes with"),
        (
            (
                say("Unit"),
                say(
                    "{people} people who began from {first} to {last} and have been followed for {months}; {returned} "
                    "({rate}) were active in days {from_day} to {to_day}",
                    people=language.number(point.people), first=language.date(as_date(point.first)),
                    last=language.date(as_date(point.last)), months=months, returned=language.number(point.returned),
                    rate=language.percent(point.rate), from_day=language.number(MONTH),
                    to_day=language.number(2 * MONTH - 1),
                ),
            ),
            (
                say("Brings later"),
                say("From day {day} to the end of the {months}", day=language.number(MONTH), months=months),
            ),
            (
                say("Difference among like people"),
                say(
                    "Within {groups} groups alike in active days, money and channel in the first {day} days, weighted "
                    "as those who did not come back; at least {least} people on both sides; {used} of those who did "
                    "not come back are in one. Interval normal, {level}",
                    groups=language.number(point.groups), day=language.number(MONTH),
                    least=language.number(LEAST_ARM), used=language.percent(point.used), level=language.percent(0.95),
                ),
            ),
            (
                say("One point more"),
                say(
                    "The hundredth part of {intake} new people a year (by the last {days} days), times the difference",
                    intake=language.number(point.intake), days=language.number(point.intake_days),
                )
                if point.intake_days
                else say(
                    "The hundredth part of these {people} people, times the difference; hardly anybody began in the "
                    "last year", people=language.number(point.people),
                ),
            ),
        ),
        file="value_of_a_point.csv",
    )  # fmt: skip


def _capital(text: Text) -> Text:
    return Text(str(text)[:1].upper() + str(text)[1:])


def _measure_row(view: View, name: Text, one: Measure, *, is_money: bool) -> Row:
    def shown(value: float, *, large: bool = False) -> str:
        if is_money:
            return view.language.money(value)
        return view.language.number(value, 0 if large and abs(value) >= SMALL else 1 if large else 2)

    def ranged(value: float, low: float, high: float, *, large: bool = False) -> Cell:
        if math.isnan(value):
            return view.language.number(None), None
        words = view.language.say(
            "{value} ({low} to {high})",
            value=shown(value, large=large), low=shown(low, large=large), high=shown(high, large=large),
        )  # fmt: skip
        return words, value

    return (
        (name, None),
        (shown(one.returned), one.returned),
        (shown(one.others), one.others),
        ranged(one.difference, *one.interval),
        ranged(one.a_year, *one.a_year_interval, large=True),
    )


def point_words(view: View, point: Point) -> list[Text]:
    """How sure, what the least would be, and the answer to the common claim."""
    say, language = view.language.say, view.language
    measure = point.money or point.orders
    if math.isnan(measure.relative):
        return []
    what = money_name(view) if point.money is not None else say("orders")
    months = spans(language, "month", point.months)
    told = [
        say(
            "One point more goes with {relative} more {what} of new people in their first {months} (interval {low} to "
            "{high}). If the point brought its one month and nothing after it, it would be {floor}.",
            relative=language.percent(measure.relative, 1), what=what, months=months,
            low=language.percent(measure.relative_interval.low, 1),
            high=language.percent(measure.relative_interval.high, 1), floor=_amount(view, point, measure.floor),
        ),
        say(
            "It is often said that one percent more retention brings several percent more revenue. Here one percent "
            "(not point) more people retained after the first month goes with {multiple} percent more {what}.",
            multiple=language.number(point.multiple, 2), what=what,
        ),
        say(
            "The people chose to come back; those whom a measure brings back may order less. An experiment that brings "
            "some of them back would tell."
        ),
    ]  # fmt: skip
    return told


def _amount(view: View, point: Point, value: float) -> str:
    return view.language.money(value) if point.money is not None else view.language.number(value)


def findings(view: View) -> list[Finding]:
    """What one point is worth, and channels whose customers have not brought their cost."""
    outlook = view.outlook
    if outlook is None:
        return []
    told = [
        _point_finding(view, outlook.point) if outlook.point is not None else None,
        payback_finding(view, outlook.payback) if outlook.payback is not None else None,
    ]
    return [finding for finding in told if finding is not None]


def _point_finding(view: View, point: Point) -> Finding | None:
    say, language = view.language.say, view.language
    measure = point.money or point.orders
    if math.isnan(measure.difference):
        return None
    low, high = measure.a_year_interval
    numbers = {
        "value": _amount(view, point, measure.a_year), "low": _amount(view, point, low),
        "high": _amount(view, point, high), "rate": language.percent(point.rate),
        "interval": estimates.in_bracket(language, point.rate_interval), "n": language.number(point.people),
        "from_day": language.number(MONTH), "to_day": language.number(2 * MONTH - 1),
        "months": spans(language, "month", point.months),
        "what": money_name(view) if point.money is not None else say("orders"),
        "other": _other_than_headline(view),
    }  # fmt: skip
    return Finding(
        id="value_of_a_point",
        grade=Grade.C if not math.isnan(low) else Grade.D,
        head=say("What one point more of retention goes with"),
        statement=_point_statement(view, point, numbers),
        meaning=say("A measure that wins the point may cost so much at most, if those won are like those who came.")
        if low > 0
        else say("The interval holds zero: that coming back pays is not shown here."),
        action=say("Test a measure for the second month on half of the new people before paying for it.")
        if low > 0
        else say("Do not plan with a return on retention measures before an experiment has shown one."),
        section="value",
        value=measure.a_year,
        low=low,
        high=high,
        n=point.people,
        unit="money" if point.money is not None else "orders",
        notable=low > 0,
    )


def _other_than_headline(view: View) -> Text:
    """Why the rate is not that of the headline, where that counts calendar months."""
    definition = view.result.definition
    if definition.period == "month" and definition.clock == "calendar":
        return view.language.say("; the calendar month of the headline begins sooner for most")
    return Text("")


def _point_statement(view: View, point: Point, numbers: dict[str, Text | str]) -> Text:
    say = view.language.say
    if point.intake_days:
        return say(
            "Of {n} people followed for {months}, {rate} came in days {from_day} to {to_day} after their start "
            "({interval}{other}). One point more of that goes with **{value}** more {what} a year (interval {low} to "
            "{high}).", **numbers,
        )  # fmt: skip
    return say(
        "Of {n} people followed for {months}, {rate} came in days {from_day} to {to_day} after their start "
        "({interval}{other}). One point more of that goes with **{value}** more {what} of theirs (interval {low} to "
        "{high}).", **numbers,
    )  # fmt: skip
