"""Product, season or intake: what the calendar does, what the make-up of newcomers does, what is left."""

from __future__ import annotations

import datetime as dt
from typing import Any

from customer_analytics.analysis.retention.result import as_date
from customer_analytics.analysis.survival.comparison import LEVEL
from customer_analytics.analysis.survival.reading import DAY, WEEK, Effect, Mix, Reading
from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import FigureWords, Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.narrative.retention.staying_words import (
    column_name,
    days,
    group_name,
    how_of_ages,
    p_value,
    staying,
)
from customer_analytics.narrative.retention.view import View
from customer_analytics.statistics import Interval

LEAST_MIX = 0.005  # a smaller part of a change is nothing to act on
MOST_ROWS = 9


def _reading(view: View) -> Reading:
    return staying(view).reading


def has_reading(view: View) -> bool:
    """Whether there is anything to say."""
    reading = _reading(view)
    return reading.calendar is not None or reading.mix is not None


def has_calendar(view: View) -> bool:
    """Whether the calendar's effect can be told apart; the make-up can be known without it."""
    return _reading(view).calendar is not None


def reading_section(view: View) -> SectionWords:
    """Opening of the section."""
    say = view.language.say
    return SectionWords(
        say("Product, season or intake"),
        "reading",
        say(
            "Three things move retention: how long people have been here, what the calendar does to everybody, and who "
            "came. A straight trend over time can be any of the three; breaks, seasons and make-up can be told apart."
        ),
    )


def calendar_line(view: View) -> list[tuple[Any, ...]]:
    """The calendar's effect with its band, as arguments of charts.Line."""
    effect = _reading(view).calendar
    assert effect is not None
    table, name = effect.table, str(view.language.say("Calendar"))
    x: list[dt.date] = [as_date(day) for day in table["start"]]
    y = [float(value) for value in table["effect"]]
    return [(name, x, y, "s1", table["low"].tolist(), table["high"].tolist())]


def calendar_axis(view: View) -> tuple[Any, ...]:
    """How an effect is written."""
    return (lambda value: view.language.signed_percent(value - 1),)


def calendar_figure(view: View) -> FigureWords:
    """Words of the calendar's effect."""
    say, language, effect = view.language.say, view.language, _reading(view).calendar
    assert effect is not None
    highest, lowest = _extremes(effect)
    values = {
        "high": language.signed_percent(highest[1] - 1), "low": language.signed_percent(lowest[1] - 1),
        "high_day": language.date(as_date(highest[0])), "low_day": language.date(as_date(lowest[0])),
    }  # fmt: skip
    is_clear = effect.p < LEVEL
    unit = _reading(view).unit
    return FigureWords(
        _most_moved(view, unit, values["high"], values["high_day"])
        if is_clear
        else say("The calendar moves activity no more than chance does"),
        say(
            "Activity against what the ages of the people there make one expect, by {unit}",
            unit={DAY: say("day"), WEEK: say("week")}.get(unit, days(view, unit)),
        ),
        say("Line of the calendar's effect. Highest {high} from {high_day}, lowest {low} from {low_day}.", **values),
        say(
            "Source: activity {first} to {last}. Test against a straight line: p {p}.",
            first=language.date(staying(view).retention.definition.first_date),
            last=language.date(staying(view).retention.definition.last_date), p=p_value(view, effect.p),
        ),
    )  # fmt: skip


def _most_moved(view: View, unit: int, high: str, day: str) -> Text:
    """The title: where activity is highest against what is expected."""
    say = view.language.say
    if unit == DAY:
        return say("The calendar moves activity: {high} on {day}", high=high, day=day)
    if unit == WEEK:
        return say("The calendar moves activity: {high} in the week from {day}", high=high, day=day)
    return say(
        "The calendar moves activity: {high} in the {unit} from {day}", high=high, unit=days(view, unit), day=day
    )


def _extremes(effect: Effect) -> tuple[tuple[int, float], tuple[int, float]]:
    """Day number and size of the largest and of the smallest effect."""
    rows = [(int(start), float(size)) for start, size in effect.table[["start", "effect"]].to_numpy().tolist()]
    return max(rows, key=lambda row: row[1]), min(rows, key=lambda row: row[1])


def intake_words(view: View) -> Text | None:
    """Whether some arrival periods stay better than others of the same age in the same calendar."""
    say, effect = view.language.say, _reading(view).intake
    if effect is None:
        return None
    if effect.p < LEVEL:
        start, size = _extremes(effect)[0]
        return say(
            "Intake: people who came in some periods are more active than others of the same age at the same time (p "
            "{p}); most those from {date}, {effect}.", p=p_value(view, effect.p),
            date=view.language.date(as_date(start)), effect=view.language.signed_percent(size - 1),
        )  # fmt: skip
    return say(
        "Intake: beyond a straight trend, no period of arrival brought people who are more or less active than their "
        "age and the season explain (p {p}).", p=p_value(view, effect.p),
    )  # fmt: skip


def mix_words(view: View) -> Text | None:
    """The change of the early return in two parts."""
    mix = _reading(view).mix
    if mix is None:
        return None
    say, points = view.language.say, view.language.points
    return say(
        "Make-up: of those who came before {date}, {earlier} were active again at the age of {first} to {last} days, "
        "of those who came later {lately}: {change}. Of it {mix} (interval {mix_low} to {mix_high}) comes from another "
        "make-up by {column}, {rate} (interval {rate_low} to {rate_high}) from the same groups returning otherwise.",
        date=view.language.date(as_date(mix.middle)), earlier=view.language.percent(mix.earlier, 1),
        lately=view.language.percent(mix.lately, 1), first=view.language.number(mix.early_from),
        last=view.language.number(mix.early_to), change=points(mix.change), mix=points(mix.mix),
        rate=points(mix.rate), column=column_name(view, mix.column), **_ends(view, mix),
    )  # fmt: skip


def _ends(view: View, mix: Mix) -> dict[str, str]:
    signed = view.language.signed
    return {
        f"{name}_{side}": signed(100 * value, 1)
        for name, interval in (("mix", mix.mix_interval), ("rate", mix.rate_interval))
        for side, value in (("low", interval.low), ("high", interval.high))
    }


def mix_table(view: View) -> TableWords | None:
    """Groups before and after: their share of newcomers, and how many return."""
    mix = _reading(view).mix
    if mix is None:
        return None
    say, language = view.language.say, view.language
    total = mix.table[["people_earlier", "people_lately"]].sum()
    rows: list[Row] = []
    for row in mix.table.head(MOST_ROWS).to_dict("records"):
        shares = [row[name] / total[name] for name in ("people_earlier", "people_lately")]
        enough = [row[name] >= view.minimum_base for name in ("people_earlier", "people_lately")]
        rates = [
            row[name] if there else None for name, there in zip(("rate_earlier", "rate_lately"), enough, strict=True)
        ]
        rows.append(
            (
                (group_name(view, str(row["group"])), None),
                *((language.percent(share), share) for share in shares),
                *((language.percent(rate), rate) for rate in rates),
            )
        )
    foot: Row = (
        (say("Total"), None),
        *((language.number(int(total[name])), None) for name in ("people_earlier", "people_lately")),
        *((language.percent(rate, 1), None) for rate in (mix.earlier, mix.lately)),
    )
    return TableWords(
        (
            (say("Group"), "name"),
            (say("Of those who came earlier"), "number"),
            (say("Of those who came later"), "number"),
            (say("Active again, earlier"), "number"),
            (say("Active again, later"), "number"),
        ),
        tuple(rows),
        say("Who came, and who was active again, by {column}", column=column_name(view, mix.column)),
        how_of_ages(
            view,
            (
                say("Split"),
                say(
                    "Exact: make-up is the change of each group's share times its mean rate, the rest is the change of "
                    "rates at mean shares; intervals by bootstrap over people"
                ),
            ),
            (
                say("Window"),
                say(
                    "Active again at the age of {first} to {last} days; people whose window is complete, in two equal "
                    "spans of arrival that part on {date}", first=language.number(mix.early_from),
                    last=language.number(mix.early_to), date=language.date(as_date(mix.middle)),
                ),
            ),
        ),
        foot,
        file="return_mix.csv",
    )  # fmt: skip


def findings(view: View) -> list[Finding]:
    """The make-up of newcomers moves the early return, where that is beyond chance and large enough to matter."""
    mix = None if view.staying is None else view.staying.reading.mix
    if mix is None or mix.mix_p >= LEVEL or abs(mix.mix) < LEAST_MIX:
        return []
    say, language = view.language.say, view.language
    interval = Interval(mix.mix_interval.low, mix.mix_interval.high)
    later, before = (mix.table[name] / mix.table[name].sum() for name in ("people_lately", "people_earlier"))
    grown, group = max(zip((later - before).tolist(), mix.table["group"].tolist(), strict=True))
    return [
        Finding(
            id="mix", grade=Grade.C,
            head=say("The make-up of newcomers lowers the early return")
            if mix.mix < 0
            else say("The make-up of newcomers raises the early return"),
            statement=say(
                "The make-up of newcomers by {column} has moved the share who are active again at the age of {first} "
                "to {last} days by **{mix}** (interval {low} to {high}), from {earlier} to {lately} in all; {group} "
                "grew most, by {grown}.",
                column=column_name(view, mix.column), first=language.number(mix.early_from),
                last=language.number(mix.early_to), mix=language.points(mix.mix),
                low=language.signed(100 * interval.low, 1), high=language.signed(100 * interval.high, 1),
                earlier=language.percent(mix.earlier, 1), lately=language.percent(mix.lately, 1),
                group=group_name(view, str(group)), grown=language.points(float(grown), 0),
            ),
            meaning=say("That part of the change says nothing about the product: the same groups, in other shares."),
            action=say("Follow retention by group, and judge the product by the part that the make-up leaves."),
            section="reading", value=100 * mix.mix, low=100 * interval.low, high=100 * interval.high,
            n=int(mix.table[["people_earlier", "people_lately"]].to_numpy().sum()), unit="points", notable=False,
        )
    ]  # fmt: skip
