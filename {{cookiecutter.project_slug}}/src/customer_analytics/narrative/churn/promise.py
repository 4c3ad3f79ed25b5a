"""What earlier runs promised, and what happened."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

from customer_analytics.analysis.model_checks.result import Promise
from customer_analytics.narrative.exhibits import FigureWords, Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.statistics import Interval

if TYPE_CHECKING:
    import pandas as pd

    from customer_analytics.language import Text
    from customer_analytics.narrative.churn.view import View

MOST_ROWS = 8
UNSAID = ("few", "uncovered")
Line = Mapping[Hashable, Any]
PointRow = tuple[float, float, float, float, str]


def _promise(view: View) -> Promise:
    assert view.result.promise is not None
    return view.result.promise


def has(view: View) -> bool:
    """Whether there is a section at all: wherever people are scored for a time that will be over."""
    return view.result.promise is not None and view.kind != "snapshot"


def checked(view: View) -> bool:
    """Whether an earlier run could be held against what happened."""
    return has(view) and bool((~_promise(view).runs["verdict"].isin(UNSAID)).any())


def _last(view: View) -> pd.Series:
    runs = _promise(view).runs
    last: pd.Series = runs[~runs["verdict"].isin(UNSAID)].iloc[-1]
    return last


def section(view: View) -> SectionWords:
    """Opening: whether the last run's scores held, or why that cannot be said."""
    say, language = view.language.say, view.language
    if checked(view):
        last = _last(view)
        numbers = {
            "day": language.date(last["as_of"]), "promised": language.percent(last["promised"]),
            "seen": language.percent(last["seen"]), "days": view.days(int(last["horizon_days"])),
        }  # fmt: skip
        deck = say("The scores of {day} said that {promised} would leave within {days}; {seen} did.", **numbers)
    else:
        deck = _why_not(view)
    return SectionWords(say("Did the last scores keep their promise?"), "promise", deck)


def _why_not(view: View) -> Text:
    say, language, result = view.language.say, view.language, _promise(view)
    if result.reason == "executive":
        return say("Cannot be checked: with the privacy level executive no run writes scores of customers.")
    if result.reason == "other_kind":
        return say("Cannot be checked: earlier runs meant something else by leaving.")
    if result.reason == "unmatched":
        return say("Cannot be checked: nobody scored by an earlier run is found in today's data.")
    if result.reason == "uncovered":
        return say("Cannot be checked: the data end before the time that the scores were about is over.")
    if result.reason == "unreadable":
        return say("Cannot be checked: the scores of earlier runs cannot be read.")
    if len(result.runs):
        return say("Not estimable: too few people scored by an earlier run are found in today's data.")
    over = _over(view)
    if view.scoring is None or over is None:
        return say("There is no earlier run whose time is over.")
    return say(
        "There is no earlier run whose time is over. The scores of this one can be checked with data up to {day}.",
        day=language.date(over),
    )


def _over(view: View) -> dt.date | None:
    """The last day of the window that this run's scores are about."""
    windows = view.study.windows
    if not windows.horizon_days:
        return None
    return view.today + dt.timedelta(days=windows.gap_days + windows.horizon_days)


def points(view: View) -> list[PointRow]:
    """Arguments of charts.CalibrationPoint: the last run's classes, and grey those of all runs together."""
    table = _promise(view).reliability
    table = table[table["people"] >= view.least]
    last = _last(view)["as_of"]
    rows: list[PointRow] = []
    for line in table.to_dict("records"):
        pooled = line["as_of"] is None
        if pooled or line["as_of"] == last:
            role = "mute" if pooled else "s1"
            rows.append((line["promised"], line["seen"], line["low"], line["high"], role))
    return sorted(rows, key=lambda row: (row[4] == "s1", row[0]))


def axis(view: View) -> tuple[str, str, str]:
    """Arguments of charts.CalibrationWords."""
    say = view.language.say
    return str(say("Probability that was given")), str(say("Share that left since")), str(say("promise kept"))


def figure(view: View) -> FigureWords:
    """Promised against seen, by class of the last run."""
    say, language, last, table = view.language.say, view.language, _last(view), _promise(view).reliability
    own = table[(table["as_of"] == last["as_of"]) & (table["people"] >= view.least)]
    listed = language.listing(
        [
            str(say("{promised} said and {seen} seen", promised=language.percent(line["promised"]),
                    seen=language.percent(line["seen"])))
            for line in own.to_dict("records")
        ]
    )  # fmt: skip
    runs = int((~_promise(view).runs["verdict"].isin(UNSAID)).sum())
    subtitle = say(
        "Share that left, by probability given on {day}; bars are intervals", day=language.date(last["as_of"])
    )
    if runs > 1:
        subtitle = say("{subtitle}; grey: all {runs} runs together", subtitle=subtitle, runs=language.number(runs))
    return FigureWords(
        _head(view, last), subtitle,
        say("Scores of {day} against what happened, by class: {listed}.", day=language.date(last["as_of"]),
            listed=listed),
        say("Source: scores.csv of earlier runs, and what their {people} did since.",
            people=view.counted(int(last["matched"]))),
    )  # fmt: skip


def run_table(view: View) -> TableWords:
    """One line a run."""
    say, language = view.language.say, view.language
    shown = _promise(view).runs.iloc[::-1].head(MOST_ROWS)
    return TableWords(
        (
            (say("Run for"), "name"),
            (say("Scored then"), "number"),
            (say("Found today"), "number"),
            (say("Said"), "number"),
            (say("Left since"), "number"),
            (say("Slope of the calibration"), "number"),
            (say("Leaver ranked first"), "number"),
            (say("Promise"), "text"),
        ),
        tuple(_row(view, line) for line in shown.to_dict("records")),
        say("Earlier runs and what became of their scores"),
        view.how(
            (
                say("Promise kept"),
                say("The share said lies within the interval of the share that left ({level})",
                    level=language.percent(0.95)),
            ),
            (
                say("Slope of the calibration"),
                say("{one} is right; below it, high and low probabilities were too far apart", one=language.number(1)),
            ),
            (
                say("Matched by"),
                say("The customer id as that run wrote it, hashed with the project's key where it was; the newest run "
                    "of each day counts"),
            ),
        ),
        file="promise.csv",
    )  # fmt: skip


def _row(view: View, line: Line) -> Row:
    language, say = view.language, view.language.say
    unsaid = line["verdict"] in UNSAID
    slope = (
        language.number(None)
        if math.isnan(line["slope"])
        else say("{slope} ({low} to {high})", slope=language.number(line["slope"], 2),
                 low=language.number(line["slope_low"], 2), high=language.number(line["slope_high"], 2))
    )  # fmt: skip
    seen = say(
        "{rate} ({interval})", rate=language.percent(line["seen"]),
        interval=view.between(Interval(line["low"], line["high"])),
    )  # fmt: skip
    return (
        (language.date(line["as_of"]), line["as_of"]),
        (language.number(line["scored"]), line["scored"]),
        (view.few(int(line["matched"])), line["matched"]),
        (language.percent(line["promised"]), line["promised"]),
        (language.number(None) if unsaid else seen, line["seen"]),
        (slope, line["slope"]),
        (language.percent(line["auc"]), line["auc"]),
        (_verdict(view, str(line["verdict"])), line["verdict"]),
    )


def _verdict(view: View, verdict: str) -> Text:
    say = view.language.say
    return {
        "kept": say("as promised"),
        "too_high": say("too high"),
        "too_low": say("too low"),
        "few": say("too few people"),
        "uncovered": say("data end before"),
    }[verdict]


def _head(view: View, last: pd.Series) -> Text:
    say = view.language.say
    return {
        "kept": say("The last scores kept their promise"),
        "too_high": say("Fewer left than the last scores said"),
        "too_low": say("More left than the last scores said"),
    }[str(last["verdict"])]


def caution(view: View) -> Text:
    """What a difference need not mean."""
    return view.language.say(
        "Whoever was contacted because of the scores may have stayed for it: then fewer leave than was said, and the "
        "scores were right. Only a control group that was left alone tells both apart."
    )


def findings(view: View) -> list[Finding]:
    """Whether the last run's probabilities held."""
    if not checked(view):
        return []
    say, language, last = view.language.say, view.language, _last(view)
    interval = Interval(float(last["low"]), float(last["high"]))
    meaning = {
        "kept": say("The probabilities mean what they say, also on people and a time that no model had seen."),
        "too_high": say("The scores were too high, or what was done about them worked: the numbers cannot tell which."),
        "too_low": say("Leaving has become more frequent than the past had shown: plan with more than the scores say."),
    }[str(last["verdict"])]
    action = (
        say("Go on as planned, and check again after the next window.")
        if last["verdict"] == "kept"
        else say(
            "Look at season and at what changed since, before the new scores are used; the ranking may still hold."
        )
    )
    return [
        Finding(
            id="promise", grade=Grade.B, head=_head(view, last),
            statement=say(
                "On {day} {people} were scored who are found today: {said} of them were said to leave within {days}, "
                "and **{seen}** did ({interval}).",
                day=language.date(last["as_of"]), people=view.counted(int(last["matched"])),
                said=language.percent(last["promised"]), days=view.days(int(last["horizon_days"])),
                seen=language.percent(last["seen"]), interval=view.in_bracket(interval),
            ),
            meaning=meaning, action=action, section="promise", value=float(last["seen"]), low=interval.low,
            high=interval.high, n=int(last["matched"]), unit="share",
        )
    ]  # fmt: skip
