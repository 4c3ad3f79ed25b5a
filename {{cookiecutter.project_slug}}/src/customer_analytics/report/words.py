"""Words that several blocks share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customer_analytics.language import Language, Text
from customer_analytics.narrative.finding import Grade


def how_computed_label(language: Language) -> Text:
    """Title of the box that says how figures were computed."""
    return language.say("How it was computed")


def evidence(language: Language, grade: Grade) -> Text:
    """A grade with its meaning: "Evidence C: description with an interval"."""
    return language.say("Evidence {grade}: {meaning}", grade=grade.value, meaning=grade_meaning(language, grade))


def grade_meaning(language: Language, grade: Grade) -> Text:
    """What a grade stands for."""
    say = language.say
    return {
        Grade.A: say("randomised comparison"),
        Grade.B: say("prediction checked on later data, or adjusted comparison"),
        Grade.C: say("description with its interval"),
        Grade.D: say("before and after, or too few cases"),
    }[grade]


def interval(language: Language, finding: Mapping[str, Any]) -> str:
    """The interval and base of a finding as far as they are known, for example "interval 36% to 40%; base 4,338"."""
    parts: list[str] = []
    if finding["low"] is not None and finding["high"] is not None:
        low, high = (_value(language, finding[bound], finding["unit"]) for bound in ("low", "high"))
        parts.append(language.say("interval {low} to {high}", low=low, high=high))
    if finding["n"] is not None:
        parts.append(language.say("base {n}", n=language.number(finding["n"])))
    return language.joined(parts)


def _value(language: Language, value: float, unit: str) -> str:
    if unit in ("share", "rate", "percent", "%"):
        return language.percent(value, 1)
    if unit in ("money", "currency", language.currency):
        return language.money(value)
    if unit in ("times", "ratio"):
        return language.number(value, 2)
    return language.number(value, 0 if float(value).is_integer() else 1)
