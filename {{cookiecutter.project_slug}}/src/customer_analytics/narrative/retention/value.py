"""What retention is worth: one point more, and when the customers of a channel have brought what they cost."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from customer_analytics.analysis.outlook.payback import Payback
from customer_analytics.analysis.outlook.point import LEAST_ARM, MONTH, Measure, Point
from customer_analytics.analysis.rfm.customers import as_date
from customer_analytics.analysis.rfm.groups import small_groups
from customer_analytics.language import Text
from customer_analytics.narrative import estimates
from customer_analytics.narrative.exhibits import Cell, Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.narrative.retention.spans import spans

if TYPE_CHECKING:
    from customer_analytics.narrative.retention.view import View

QUARTERS, CHANNELS = 4, 8  # shown on the page
JUDGED = 6  # steps of thirty days after which a quarter that has not paid back is worth a word
SMALL = 100.0  # orders below which a decimal is shown
Record = dict[str, Any]


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


def money_name(view: View) -> Text:
    """Margin where costs are known, else net revenue."""
    assert view.outlook is not None
    return view.language.say("margin") if view.outlook.is_margin else view.language.say("net revenue")


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


def payback_table(view: View, found: Payback) -> TableWords:
    """After how many days the mean new customer had brought the cost, by channel and the last quarters."""
    say, language = view.language.say, view.language
    records = shown_records(view, found)
    quarters = sorted({row["quarter"] for row in records})[-QUARTERS:]
    channels = _largest(records)
    by_cell = {(row["channel"], row["quarter"]): row for row in records}
    rows: list[Row] = []
    for channel in channels:
        cells = [_payback_cell(view, by_cell.get((channel, quarter))) for quarter in quarters]
        rows.append(((channel, None), *cells))
    return TableWords(
        (
            (say("Channel"), "name"),
            *((say("Won from {month}", month=language.month(quarter)), "number") for quarter in quarters),
        ),
        tuple(rows),
        say("When new customers have brought what they cost"),
        (
            (say("Unit"), say("New customers with a purchase, by the quarter of sign-up (else first purchase)")),
            (say("Cost"), say("Spend on the channel in the quarter over its new customers")),
            (
                say("Paid back after"),
                say(
                    "First step of {days} days by which the mean customer had brought the cost in {money}, among those "
                    "followed for it. In brackets: brought so far, of the cost",
                    days=language.number(MONTH), money=money_name(view),
                ),
            ),
        ),
        file="payback.csv",
    )  # fmt: skip


def shown_records(view: View, found: Payback) -> list[Record]:
    """Rows large enough to be shown."""
    records: list[Record] = []
    for _, own in found.table.groupby("channel"):
        hidden = small_groups(own["customers"].to_numpy(), view.minimum_group)
        records += [{str(key): value for key, value in row.items()} for row in own[~hidden].to_dict("records")]
    return records


def _largest(records: list[Record]) -> list[str]:
    """Channels with the most spend, at most CHANNELS."""
    spent: dict[str, float] = {}
    for row in records:
        spent[str(row["channel"])] = spent.get(str(row["channel"]), 0.0) + float(row["spend"])
    return sorted(spent, key=lambda name: (-spent[name], name))[:CHANNELS]


def _payback_cell(view: View, row: Record | None) -> Cell:
    say, language = view.language.say, view.language
    if row is None:
        return language.number(None), None
    if not math.isnan(row["payback"]):
        return say("{days} days", days=language.number(MONTH * row["payback"])), MONTH * float(row["payback"])
    if math.isnan(row["worth"]):
        return say("too early"), None
    shown = say("not yet ({worth} of {cost})", worth=language.money(row["worth"]), cost=language.money(row["cost"]))
    return shown, math.inf


def findings(view: View) -> list[Finding]:
    """What one point is worth, and channels whose customers have not brought their cost."""
    outlook = view.outlook
    if outlook is None:
        return []
    told = [
        _point_finding(view, outlook.point) if outlook.point is not None else None,
        _payback_finding(view, outlook.payback) if outlook.payback is not None else None,
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
        "interval": estimates.in_bracket(language, point.rate_interval),
        "more": language.percent(point.rate + 0.01), "n": language.number(point.people),
        "months": spans(language, "month", point.months),
        "what": money_name(view) if point.money is not None else say("orders"),
    }  # fmt: skip
    return Finding(
        id="value_of_a_point",
        grade=Grade.C if not math.isnan(low) else Grade.D,
        head=say("What one point more of retention goes with"),
        statement=say(
            "If {more} instead of {rate} of new people came back after their first month ({interval}, n = {n}), that "
            "goes with **{value}** more {what} a year (interval {low} to {high}), counted over {months}.",
            **numbers,
        )
        if point.intake_days
        else say(
            "If {more} instead of {rate} of these {n} people had come back after their first month ({interval}), that "
            "goes with **{value}** more {what} (interval {low} to {high}), counted over {months}.",
            **numbers,
        ),
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


def _payback_finding(view: View, found: Payback) -> Finding | None:
    """The channel that has lost most over the judged quarters of the last year, by quarters whose interval says so."""
    say, language = view.language.say, view.language
    table = pd.DataFrame(shown_records(view, found))
    if not len(table):
        return None
    judged = table[(table["steps"] >= JUDGED) & (table["paid"] == False) & table["payback"].isna()]  # noqa: E712
    if not len(judged):
        return None
    judged = judged.assign(missing=(judged["cost"] - judged["worth"]) * judged["customers"])
    worst = str(judged.groupby("channel")["missing"].sum().idxmax())
    own = judged[judged["channel"] == worst]
    row = own.sort_values("quarter").iloc[-1]
    return Finding(
        id="payback",
        grade=Grade.C,
        head=say("Customers of {channel} have not brought what they cost", channel=worst),
        statement=say(
            "A new customer of **{channel}**, won from {month}, cost {cost} and brought {worth} of {money} in {days} "
            "days (interval {low} to {high}, {n} customers); {quarters} of its quarters stand like that.",
            channel=worst, month=language.month(row["quarter"]), cost=language.money(row["cost"]),
            worth=language.money(row["worth"]), money=money_name(view),
            days=language.number(MONTH * int(row["steps"])), low=language.money(row["low"]),
            high=language.money(row["high"]), n=language.number(row["customers"]), quarters=language.number(len(own)),
        ),
        meaning=say("Spend on it is not earned back in the time seen; later purchases may still do so."),
        action=say("Lower what is paid for a new customer of the channel, or stop it until its customers stay."),
        section="value",
        value=float(row["worth"]),
        low=float(row["low"]),
        high=float(row["high"]),
        n=int(row["customers"]),
        unit="money",
        notable=True,
    )  # fmt: skip
