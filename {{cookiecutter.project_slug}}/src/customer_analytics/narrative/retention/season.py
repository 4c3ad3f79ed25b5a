"""The weeks in which more or fewer people came than usual, and the anniversary of the start."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from customer_analytics.analysis.outlook.season import LEVEL, Anniversary, Season
from customer_analytics.analysis.rfm.customers import as_date
from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import Row, TableWords
from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    from customer_analytics.narrative.retention.view import View

SHOWN = 6  # stretches of weeks on the page


def season_tables(view: View, found: Season) -> list[TableWords]:
    """The weeks in which people who were there already were more or less active than their ages let expect, if any."""
    return [_season_table(view, found)] if len(found.stretches) else []


def _season_table(view: View, found: Season) -> TableWords:
    say, language = view.language.say, view.language
    rows: list[Row] = []
    for row in found.stretches.head(SHOWN).sort_values("first_day").to_dict("records"):
        first, last = as_date(int(row["first_day"])), as_date(int(row["last_day"]))
        before = float(row["year_before"])
        rows.append(
            (
                (language.period(first, last), first.isoformat()),
                (language.signed_percent(row["factor"] - 1), row["factor"]),
                (language.number(None), None) if math.isnan(before) else (language.signed_percent(before - 1), before),
            )
        )
    return TableWords(
        (
            (say("Weeks, from and to"), "name"),
            (say("Activity against the usual"), "number"),
            (say("The same weeks a year before"), "number"),
        ),
        tuple(rows),
        say("Weeks that stand out, whoever was there"),
        (
            (
                say("Unit"),
                say("People who had begun in an earlier week, active in the week; by what their ages let expect"),
            ),
            (
                say("Stands out"),
                say(
                    "{tested} weeks tested against the scatter of all of them; false discovery rate {rate}",
                    tested=language.number(len(found.weeks)), rate=language.percent(0.05),
                ),
            ),
        ),
        file="calendar_weeks.csv",
    )  # fmt: skip


def season_words(view: View, found: Season) -> list[Text]:
    """Whether any week stands out, and the anniversary."""
    say = view.language.say
    told = []
    if not len(found.stretches) and len(found.weeks):
        told.append(
            say(
                "Of {tested} weeks none stands out: holidays and peaks do not show in how many of those who were there "
                "come.", tested=view.language.number(len(found.weeks)),
            )
        )  # fmt: skip
    if found.anniversary is not None:
        told.append(_anniversary(view, found.anniversary))
    return told


def _anniversary(view: View, one: Anniversary) -> Text:
    say, language = view.language.say, view.language
    numbers = {
        "active": language.number(one.active), "expected": language.number(one.expected),
        "change": language.signed_percent(one.ratio - 1), "low": language.signed_percent(one.interval.low - 1),
        "high": language.signed_percent(one.interval.high - 1), "level": language.percent(LEVEL),
    }  # fmt: skip
    if one.interval.low <= 1 <= one.interval.high:
        return say(
            "Around the anniversary of their start people come neither more nor less than some weeks before and after: "
            "{active} against {expected} expected ({change}, {level} interval {low} to {high}).", **numbers,
        )  # fmt: skip
    return say(
        "Around the anniversary of their start, {active} people came where {expected} were expected from those some "
        "weeks off it in the same weeks: {change} ({level} interval {low} to {high}).", **numbers,
    )  # fmt: skip


def season_finding(view: View, found: Season) -> Finding | None:
    """The strongest stretch of weeks; None where none stands out."""
    say, language = view.language.say, view.language
    if not len(found.stretches):
        return None
    known = found.stretches[found.stretches["year_before"].notna()]
    row = (known if len(known) else found.stretches).iloc[0]
    first, last, before = as_date(int(row["first_day"])), as_date(int(row["last_day"])), float(row["year_before"])
    has_before = not math.isnan(before)
    again = has_before and (before > 1) == (row["factor"] > 1) and abs(before - 1) > abs(row["factor"] - 1) / 2
    recurs = Text("")
    if has_before:
        recurs = (
            say(" A year before it was {before}.", before=language.signed_percent(before - 1))
            if again
            else say(" A year before the same weeks did not stand out like that ({before}).",
                     before=language.signed_percent(before - 1))
        )  # fmt: skip
    return Finding(
        id="busy_weeks",
        grade=Grade.C,
        head=say("Weeks in which more people came") if row["factor"] > 1 else say("Weeks in which fewer people came"),
        statement=say(
            "From {period} the people who were there already were active **{change}** against what their ages let "
            "expect.{recurs}",
            period=language.period(first, last), change=language.signed_percent(row["factor"] - 1), recurs=recurs,
        ),
        meaning=say("Cohorts that reach an age in such weeks look better or worse than they are.")
        if not again
        else say("It comes back each year: compare the retention of a month with that of the same month a year ago."),
        action=say("Judge retention over whole years, or beside the weeks that stand out."),
        section="rhythm",
        value=float(row["factor"]),
        n=len(found.weeks),
        unit="ratio",
        notable=False,
    )  # fmt: skip
