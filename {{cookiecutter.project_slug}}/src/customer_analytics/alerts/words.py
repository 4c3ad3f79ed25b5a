"""What an alert says, in the language of the run. A client's words are data: each dialect escapes them as it writes."""

from __future__ import annotations

import datetime as dt

from customer_analytics.alerts.judging import Judged, State
from customer_analytics.alerts.rules import Level, Rule
from customer_analytics.analysis.changes.difference import Estimate
from customer_analytics.language import Language
from customer_analytics.narrative.glossary import term_of
from customer_analytics.report.report_names import report_name

_LEVELS = {Level.NOTICE: "Notice", Level.WARNING: "Caution", Level.CRITICAL: "Critical"}
_SIGNIFICANT = 3


def level_name(level: Level, language: Language) -> str:
    """The level as a client reads it."""
    return str(language.say(_LEVELS[level]))


def title(judged: Judged, language: Language) -> str:
    """What it is about: the report, the term behind the metric, the group."""
    report, _, metric = judged.rule.metric.partition(".")
    term = term_of(report, metric, language.code)
    name = metric if term is None else term.name
    about = f"{report_name(report, language)}: {name}"
    return about if judged.group is None else f"{about} ({judged.group})"


def statement(judged: Judged, language: Language) -> str:
    """One sentence with the number, its interval, what it is held against, and since when."""
    said = _condition(judged, language)
    if judged.fired and judged.runs > 1:
        gap = "" if language.is_chinese else " "
        since, count = _day(judged.since, language), language.number(judged.runs)
        said += gap + str(language.say("It has been so since {day}, in {count} runs.", day=since, count=count))
    return said


def reason(judged: Judged, language: Language) -> str:
    """Why a rule did not fire; empty where it did or where its condition does not hold."""
    say = language.say
    rule = judged.rule
    told = {
        State.WAITING: say(
            "holds in {runs} of {needed} runs in a row",
            runs=language.number(judged.runs),
            needed=language.number(rule.persistence),
        ),
        State.TOO_FEW: say("fewer than {n} behind it", n=language.number(rule.minimum_n)),
        State.NO_METRIC: say("this run does not hold the metric"),
        State.NO_EARLIER: say("no run of an earlier day to compare with"),
    }
    return str(told.get(judged.state, ""))


def shown(value: float | None, rule: Rule, language: Language) -> str:
    """A value of the rule's metric."""
    if value is None:
        return str(language.say("not estimable"))
    if rule.shown_as == "share":
        return language.percent(value, 1)
    if rule.shown_as == "money":
        return language.money(value, compact=False)
    if float(value).is_integer():
        return language.number(value)
    whole = len(str(int(abs(value)))) if abs(value) >= 1 else 0
    return language.number(value, max(1, _SIGNIFICANT - whole))


def _condition(judged: Judged, language: Language) -> str:
    say, rule, when = language.say, judged.rule, judged.rule.when
    now = _with_interval(judged.now, rule, language)
    if when.missing:
        return str(say("{metric} is not estimable.", metric=rule.metric))
    if when.above is not None:
        limit = shown(when.above, rule, language)
        return str(
            say("{metric} is {value}; the alert is set above {limit}.", metric=rule.metric, value=now, limit=limit)
        )
    if when.below is not None:
        limit = shown(when.below, rule, language)
        return str(
            say("{metric} is {value}; the alert is set below {limit}.", metric=rule.metric, value=now, limit=limit)
        )
    values = {
        "metric": rule.metric,
        "value": now,
        "before": _with_interval(judged.before, rule, language),
        "day": _day(judged.day_before, language),
        "step": str(when.rises_by or when.falls_by),
    }
    if when.rises_by is not None:
        return str(
            say("{metric} rose from {before} on {day} to {value}; the alert is set at a rise of {step}.", **values)
        )
    return str(say("{metric} fell from {before} on {day} to {value}; the alert is set at a fall of {step}.", **values))


def _with_interval(estimate: Estimate | None, rule: Rule, language: Language) -> str:
    if estimate is None:
        return shown(None, rule, language)
    value = shown(estimate.value, rule, language)
    if not estimate.is_testable:
        return value
    low, high = (shown(bound, rule, language) for bound in (estimate.low, estimate.high))
    return str(language.say("{value} (interval {low} to {high})", value=value, low=low, high=high))


def _day(day: str, language: Language) -> str:
    return language.date(dt.date.fromisoformat(day)) if day else ""
