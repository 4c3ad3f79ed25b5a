"""How estimates are written: intervals, and the words that stand where there is no number."""

from __future__ import annotations

from customer_analytics.language import Language, Text
from customer_analytics.statistics import Interval


def bounds(language: Language, interval: Interval, decimals: int = 0) -> tuple[str, str]:
    """Both ends of an interval of a share; with one decimal where they would read the same."""
    low, high = interval
    if language.percent(low, decimals) == language.percent(high, decimals):
        decimals = max(decimals, 1)
    return language.percent(low, decimals), language.percent(high, decimals)


def in_bracket(language: Language, interval: Interval, decimals: int = 0) -> Text:
    """An interval of a share, for a bracket: interval 52% to 57%."""
    low, high = bounds(language, interval, decimals)
    return language.say("interval {low} to {high}", low=low, high=high)


def between(language: Language, interval: Interval, decimals: int = 0) -> Text:
    """An interval of a share, for a cell: 52% to 57%."""
    low, high = bounds(language, interval, decimals)
    return language.say("{low} to {high}", low=low, high=high)


def not_estimable(language: Language, n: int) -> Text:
    """The words instead of a rate."""
    return language.say("not estimable: n = {n}", n=language.number(n))
