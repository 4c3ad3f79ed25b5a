"""How estimates are written: intervals, and the words that stand where there is no number."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod

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


class Estimates(ABC):
    """What the view of every report says of estimates: intervals, small groups, and bases that carry no rate."""

    language: Language
    minimum_group: int

    @property
    @abstractmethod
    def minimum_base(self) -> int:
        """Base below which no rate is printed."""

    def few(self, count: int) -> str:
        """A count of people, or the word for one that is too small to show."""
        return self.language.number(count) if count >= self.minimum_group else str(self.language.say("few"))

    def people_cell(self, count: int) -> tuple[str, int | None]:
        """A count of people for a cell, with what it is sorted by; 0 may be told, a few may not."""
        return (self.language.number(0), 0) if count == 0 else (self.few(count), self.sortable(count))

    def sortable(self, count: int) -> int | None:
        """What a count of people is sorted by: nothing where it is too small to show."""
        return count if count >= self.minimum_group else None

    def rate(self, rate: float, base: float, decimals: int = 0) -> str:
        """A rate, or why there is none."""
        if math.isnan(rate) or base < self.minimum_base:
            return self.not_estimable(int(base))
        return self.language.percent(rate, decimals)

    def in_bracket(self, interval: Interval, decimals: int = 0) -> Text:
        """An interval of a share, for a bracket."""
        return in_bracket(self.language, interval, decimals)

    def between(self, interval: Interval, decimals: int = 0) -> Text:
        """An interval of a share, for a cell."""
        return between(self.language, interval, decimals)

    def not_estimable(self, n: int) -> Text:
        """The words instead of a rate."""
        return not_estimable(self.language, n)
