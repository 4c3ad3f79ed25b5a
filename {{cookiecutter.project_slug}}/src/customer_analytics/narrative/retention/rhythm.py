"""How often people come by nature, and who is late by their own rhythm."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from customer_analytics.analysis.outlook.lapse import REGULAR, Lapse
from customer_analytics.analysis.outlook.usage import MOST, Usage
from customer_analytics.analysis.rfm.customers import as_date
from customer_analytics.analysis.rfm.due import LATE_SHARE, Check
from customer_analytics.language import Text
from customer_analytics.narrative import estimates
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.narrative.retention.season import season_finding
from customer_analytics.statistics import Interval

if TYPE_CHECKING:
    from customer_analytics.narrative.retention.view import View


def rhythm_section(view: View) -> SectionWords:
    """Opening of the section, with the period that follows from the rhythm."""
    say, outlook = view.language.say, view.outlook
    title = say("Rhythm, season and who is late")
    if outlook is None or outlook.usage is None:
        return SectionWords(
            title, "rhythm",
            say("Not estimable: fewer than {least} people were active on two days or more.",
                least=view.language.number(view.minimum_base)),
        )  # fmt: skip
    return SectionWords(title, "rhythm", _period(view, outlook.usage))


def _period(view: View, found: Usage) -> Text:
    say, language = view.language.say, view.language
    assert view.outlook is not None
    numbers = {
        "share": language.percent(MOST), "most": _days(view, found.most_days),
        "typical": _days(view, found.typical_days),
        "period": {"day": say("days"), "week": say("weeks"), "month": say("months")}.get(
            found.period, say("quarters")
        ),
    }  # fmt: skip
    if found.period == view.outlook.period:
        return say(
            "Half of the people who came more than once have a usual gap of {typical} or less, {share} of {most} or "
            "less: {period}, as in this report, are the period that fits.", **numbers,
        )  # fmt: skip
    return say(
        "Half of the people who came more than once have a usual gap of {typical} or less, {share} of {most} or less: "
        "the period that fits them is {period}. In shorter ones, people who are not lost look lost.", **numbers,
    )  # fmt: skip


def _days(view: View, days: float) -> Text:
    return view.language.say_count("{count} day", "{count} days", math.ceil(days))


def returns_table(view: View, found: Usage) -> TableWords:
    """Share of active days after which another followed, by days of silence."""
    say, language = view.language.say, view.language
    rows: list[Row] = []
    for row in found.returns.to_dict("records"):
        days = int(row["days"])
        share = float(row["share"])
        rows.append(
            (
                (_days(view, days), days),
                (language.percent(share), share),
                (language.number(row["at_risk"]), int(row["at_risk"])),
            )
        )
    window = view.result.silent_days
    return TableWords(
        (
            (say("Within"), "name"),
            (say("Active days followed by another"), "number"),
            (say("Followed for that long"), "number"),
        ),
        tuple(rows),
        say("How soon people come again"),
        (
            (say("Unit"), say("One active day of one person; all of them, of everybody")),
            (
                say("Method"),
                say("Kaplan-Meier: a silence that still goes on counts as long as it has lasted, and not as a loss"),
            ),
            (
                say("Counts as gone"),
                say("After {days} of silence, in this report", days=_days(view, window))
                if window is not None
                else say("Not told by the data"),
            ),
        ),
        file="returns_within.csv",
    )


def lapse_table(view: View, found: Lapse) -> TableWords:
    """Regulars by where they are in their own rhythm, and what became of the like before."""
    say, language = view.language.say, view.language
    total = sum(found.counts.values())
    names = {
        "not_due": say("Not due yet"), "due": say("Due"), "late": say("Late by their own rhythm"),
        "gone": say("Silent for longer than counts as gone"),
    }  # fmt: skip
    rows: list[Row] = []
    for state, name in names.items():
        count = found.counts[state]
        small = 0 < count < view.minimum_group
        shown = say("fewer than {least}", least=language.number(view.minimum_group)) if small else Text(
            language.number(count)
        )  # fmt: skip
        share = count / total if total else math.nan
        rows.append(
            (
                (name, None),
                (shown, None if small else count),
                (language.number(None) if small else language.percent(share), None if small else share),
                _again(view, found.check, state),
            )
        )
    return TableWords(
        (
            (say("Regulars"), "name"),
            (say("People in it"), "number"),
            (say("Share"), "number"),
            (say("Came again, of the like before"), "number"),
        ),
        tuple(rows),
        say("Who is about to be lost"),
        (
            (
                say("Regulars"),
                say("People active on {days} days or more", days=language.number(REGULAR + 1)),
            ),
            (
                say("Late"),
                say(
                    "Silent for longer than {share} of past gaps lasted, set against what was expected of the person: "
                    "the mean of the own gaps, drawn towards that of all when there are few",
                    share=language.percent(LATE_SHARE),
                ),
            ),
            (
                say("Counts as gone"),
                say("After {days} of silence, in this report", days=_days(view, found.silent_days)),
            ),
            (say("Came again"), _checked(view, found.check)),
        ),
        file="lapse.csv",
    )  # fmt: skip


def _again(view: View, check: Check | None, state: str) -> tuple[str, float | None]:
    language = view.language
    if check is None or state == "gone":
        return language.number(None), None
    (row,) = check.table[check.table["state"] == state].to_dict("records")
    if math.isnan(row["rate"]):
        return estimates.not_estimable(language, int(row["customers"])), None
    low, high = estimates.bounds(language, Interval(row["low"], row["high"]))
    rate = float(row["rate"])
    return language.say("{value} ({low} to {high})", value=language.percent(rate), low=low, high=high), rate


def _checked(view: View, check: Check | None) -> Text:
    say, language = view.language.say, view.language
    if check is None:
        return say("Not estimable: the history is too short, or too few were late")
    return say(
        "{people} regulars on {date}, by the rhythm known then: active in the {days} days that followed",
        people=language.number(check.customers), date=language.date(as_date(check.future.start - 1)),
        days=language.number(check.future.days),
    )  # fmt: skip


def findings(view: View) -> list[Finding]:
    """Who is late, and the strongest weeks."""
    outlook = view.outlook
    if outlook is None:
        return []
    told = [
        _lapse_finding(view, outlook.lapse) if outlook.lapse is not None else None,
        season_finding(view, outlook.season) if outlook.season is not None else None,
    ]
    return [finding for finding in told if finding is not None]


def _lapse_finding(view: View, found: Lapse) -> Finding | None:
    say, language = view.language.say, view.language
    late = found.counts["late"]
    if late < max(view.minimum_group, 1):
        return None
    check = found.check
    tells = check is not None and check.interval.low > 0
    meaning = say("Whether being late says anything could not be tested: the history is too short.")
    if check is not None:
        gone = check.own_mark
        numbers = {
            "late": language.percent(gone), "others": language.percent(gone - check.difference),
            "points": language.signed(100 * check.difference, 1), "low": language.signed(100 * check.interval.low, 1),
            "high": language.signed(100 * check.interval.high, 1), "days": language.number(check.future.days),
        }  # fmt: skip
        meaning = (
            say(
                "Held out: of those who were late before, {late} did not come in the next {days} days, of the others "
                "{others}; a difference of {points} points (interval {low} to {high}).", **numbers,
            )
            if tells
            else say(
                "Held out: being late says nothing here. Of those who were late before, {late} did not come in the "
                "next {days} days, of the others {others}.", **numbers,
            )
        )  # fmt: skip
    return Finding(
        id="at_risk_of_lapse",
        grade=Grade.B if check is not None else Grade.D,
        head=say("Regulars who are late by their own rhythm"),
        statement=say(
            "**{late}** regulars are late by their own rhythm and not yet silent for {gone}.",
            late=language.number(late), gone=_days(view, found.silent_days),
        ),
        meaning=meaning,
        action=say("Contact those of the list at_risk_of_lapse first; a part of them, drawn by lot, is left alone.")
        if tells
        else say("Do not contact them for being late alone."),
        section="rhythm",
        value=float(late),
        n=sum(found.counts.values()),
        unit="people",
        notable=False,
    )  # fmt: skip
