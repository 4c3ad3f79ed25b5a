"""What it costs: the size of each prize, and the finding that names the largest."""

from __future__ import annotations

import math

from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import BarRow, FigureWords, Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.narrative.funnel.drivers import has_drivers, none_words, top_reason
from customer_analytics.narrative.funnel.groups import (
    Record,
    before,
    counted,
    found,
    how,
    inside,
    passage,
    period,
    property_of,
    records,
)
from customer_analytics.narrative.funnel.view import View
from customer_analytics.statistics import Interval

SHOWN = 6


def has_prizes(view: View) -> bool:
    """Whether there is a group that loses more than the rest."""
    return has_drivers(view) and len(found(view).drivers.prizes) > 0


def prize_section(view: View) -> SectionWords:
    """Opening: what a prize is."""
    say = view.language.say
    deck = say(
        "What would be won if each of these groups lost no more at its step than the rest does. The groups overlap, so "
        "the prizes must not be added up."
    )
    return SectionWords(say("What it costs"), "prize", deck)


def prize_bars(view: View) -> list[BarRow]:
    """Bars of the prizes: name, extra conversions, words, role, interval."""
    number = view.language.number
    return [
        (
            before(view, row), float(row["extra"]), number(float(row["extra"])), "faint" if place else "alert",
            float(row["extra_low"]), float(row["extra_high"]),
        )
        for place, row in enumerate(_rows(view))
    ]  # fmt: skip


def prize_figure(view: View) -> FigureWords:
    """Words of the chart of prizes."""
    say, language, rows = view.language.say, view.language, _rows(view)
    first = rows[0]
    told = language.joined(
        [
            say(
                "{group}, {passage}: {extra} ({low} to {high})", group=row["value"],
                passage=passage(view, int(row["step"])), **_extra(view, row),
            )
            for row in rows
        ]
    )  # fmt: skip
    return FigureWords(
        say(
            "{group} at the level of the rest: {extra} more at “{last}”",
            group=first["value"], extra=language.number(first["extra"]), last=view.step(view.steps),
        ),
        say("More at the last step in the whole period if the group went on as often as the rest. Lines: interval"),
        say("Bars of the prizes. {rows}.", rows=told),
        say("Source: {what}, {period}; the prizes overlap.", what=view.data, period=period(view)),
    )  # fmt: skip


def prize_table(view: View) -> TableWords:
    """One row a group: how many, extra conversions by rest, with the others fixed, up to the best value, money."""
    say, language, result = view.language.say, view.language, found(view)
    has_money = not math.isnan(result.worth.mean)
    is_margin = not math.isnan(result.worth.margin)
    rows: list[Row] = []
    for row in _rows(view):
        cells: list[tuple[str, float | None]] = [
            (_with_interval(view, row), float(row["extra"])),
            (language.number(row["extra_adjusted"]), float(row["extra_adjusted"])),
            (language.number(row["extra_best"]), float(row["extra_best"])),
        ]
        if has_money:
            name = "margin" if is_margin else "money"
            cells.append((_money(view, row, name), float(row[name])))
        rows.append(((before(view, row), None), *cells))
    columns = [
        (say("Group"), "name"),
        (say("More at “{last}” (interval)", last=view.step(view.steps)), "number"),
        (say("The same, others fixed"), "number"),
        (say("Up to the best"), "number"),
    ]
    if has_money:
        columns.append((say("Margin (interval)") if is_margin else say("Net revenue (interval)"), "number"))
    return TableWords(
        tuple(columns), tuple(rows), say("Size of the prize"), how(view, *_how(view)), file="dropoff_prizes.csv"
    )


def _how(view: View) -> list[tuple[Text, Text]]:
    say, language, result = view.language.say, view.language, found(view)
    lines = [
        (
            say("Prize"),
            say(
                "Those who came that far × (rate of the rest − rate of the group), times the share of the group that "
                "goes on from there to the end; over the whole period. Interval: people drawn again"
            ),
        ),
        (
            say("Up to the best"),
            say("The same up to the best value of the property, taken at the low end of that value's interval"),
        ),
    ]
    if not math.isnan(result.worth.mean):
        money = say(
            "{value} net of refunds for each one at the last step",
            value=language.money(result.worth.mean, compact=False),
        )
        if not math.isnan(result.worth.margin):
            money = say("{money}, of which {share} is margin", money=money, share=language.percent(result.worth.margin))
        lines.append((say("Money"), money))
    return lines


def returned_words(view: View) -> Text | None:
    """How many of the lost visits were by people who got further in a later one; None where units are people."""
    result = found(view)
    step = int(result.drivers.prizes.iloc[0]["step"]) if len(result.drivers.prizes) else len(result.steps)
    lost, back = result.returned.get(step, (0, 0))
    if lost < view.minimum_base:
        return None
    say, language = view.language.say, view.language
    if view.result.definition.window_seconds is None:
        return say(
            "{share} of the {lost} lost before “{step}” were by people who reached it later: that part of a prize "
            "would have come anyway.",
            share=language.percent(back / lost), lost=counted(view, lost), step=view.step(step),
        )  # fmt: skip
    return say(
        "{share} of the {lost} lost before “{step}” were by people who reached it within {window} of that entry "
        "anyway: that part of a prize would have come without a fix.",
        share=language.percent(back / lost), lost=counted(view, lost), step=view.step(step), window=view.window,
    )  # fmt: skip


def notes(view: View) -> list[Text]:
    """What stands below the table."""
    words = returned_words(view)
    return [] if words is None else [words]


def dropoff_finding(view: View) -> Finding | None:
    """The group with the largest prize; the sentence for nothing; None where nothing could be looked at."""
    if not has_drivers(view):
        return None
    if not has_prizes(view):
        return _nothing(view)
    say, language, row = view.language.say, view.language, _rows(view)[0]
    step, is_adjusted = int(row["step"]), not math.isnan(float(row["adjusted"]))
    signed = language.signed
    statement = say(
        "Of {base} of “{group}” ({property}) that reached “{before}”, **{rate}** went on to “{step}”, against {rest} "
        "of the other {others}: {points} points ({low} to {high}), from {period}.",
        base=counted(view, int(row["n"])), group=row["value"],
        property=inside(view, property_of(view, str(row["property"]))),
        before=view.step(step - 1), step=view.step(step), rate=language.percent(row["rate"]),
        rest=language.percent(row["rest_rate"]), others=language.number(int(row["rest_n"])),
        points=signed(100 * row["difference"], 1), low=signed(100 * row["difference_low"], 1),
        high=signed(100 * row["difference_high"], 1), period=period(view),
    )  # fmt: skip
    if is_adjusted:
        statement = say(
            "{statement} After adjusting for the other properties the odds are {ratio} of theirs ({low} to {high}).",
            statement=statement, ratio=language.number(row["adjusted"], 2), low=language.number(row["adjusted_low"], 2),
            high=language.number(row["adjusted_high"], 2),
        )  # fmt: skip
    return Finding(
        id="dropoff", grade=Grade.B if is_adjusted else Grade.C,
        head=say("“{group}” loses people before “{step}”", group=row["value"], step=view.step(step)),
        statement=statement, meaning=_meaning(view, row), action=_action(view, row, step),
        section="drivers", value=float(row["extra"]), low=float(row["extra_low"]), high=float(row["extra_high"]),
        n=int(row["n"]), unit="conversions",
    )  # fmt: skip


def _meaning(view: View, row: Record) -> Text:
    say, language = view.language.say, view.language
    words = say(
        "If it went on as often as the rest, **{extra}** more ({low} to {high}) would have reached “{last}” in the "
        "period.",
        last=view.step(view.steps), **_extra(view, row),
    )  # fmt: skip
    name = "margin" if not math.isnan(float(row["margin"])) else "money"
    if math.isnan(float(row[name])):
        return words
    amounts = {key: language.money(float(row[f"{name}{end}"])) for key, end in _ENDS.items()}
    if name == "margin":
        return say("{words} At today's margin that is {value} ({low} to {high}).", words=words, **amounts)
    return say("{words} That is {value} of net revenue ({low} to {high}).", words=words, **amounts)


_ENDS = {"value": "", "low": "_low", "high": "_high"}


def _action(view: View, row: Record, step: int) -> Text:
    say, reason = view.language.say, top_reason(view, step, of_group=True)
    if reason is not None:
        return say(
            "Walk through “{step}” as “{group}” and look at “{what}”, which {share} of its {lost} lost there met; then "
            "test a fix with a part held back (test plan).",
            step=view.step(step), group=row["value"], what=reason["said"],
            share=view.language.percent(reason["share"]), lost=counted(view, int(reason["lost"])),
        )  # fmt: skip
    return say(
        "Walk through “{step}” as “{group}” and compare it with the others; then test a fix with a part held back "
        "(test plan).",
        step=view.step(step), group=row["value"],
    )  # fmt: skip


def _nothing(view: View) -> Finding:
    say, result = view.language.say, found(view)
    return Finding(
        id="dropoff", grade=Grade.C, head=say("No group drops off more than the rest"),
        statement=none_words(view),
        meaning=say("Who is lost is lost across the board: the steps themselves are what to look at."),
        action=say("Work on the step that loses most for everybody; do not chase a group."),
        section="drivers", n=int(result.totals["n_1"]), unit="conversions", notable=False,
    )  # fmt: skip


def _rows(view: View) -> list[Record]:
    return records(found(view).drivers.prizes.head(SHOWN))


def _extra(view: View, row: Record) -> dict[str, str]:
    number = view.language.number
    return {"extra": number(row["extra"]), "low": number(row["extra_low"]), "high": number(row["extra_high"])}


def _with_interval(view: View, row: Record) -> Text:
    return view.language.say("{extra} ({low} to {high})", **_extra(view, row))


def _money(view: View, row: Record, name: str) -> Text:
    interval = Interval(float(row[f"{name}_low"]), float(row[f"{name}_high"]))
    money = view.language.money
    return view.language.say(
        "{value} ({low} to {high})", value=money(float(row[name])), low=money(interval.low), high=money(interval.high)
    )
