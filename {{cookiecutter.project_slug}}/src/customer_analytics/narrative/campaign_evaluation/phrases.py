"""Usual phrases of the report: counts, amounts with their intervals, p-values, and words where there is no number."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from customer_analytics.language import Language, Text
from customer_analytics.narrative.estimates import Estimates

if TYPE_CHECKING:
    from customer_analytics.analysis.campaigns.result import CampaignEvaluationResult

SURE = 0.1  # p above which two decimals are enough


def chained(parts: Sequence[str], between: str) -> Text:
    """Texts one after another, the empty ones left out; what is bold in them stays so."""
    known = [one for one in parts if one]
    message = between.join(f"{{part{place}}}" for place in range(len(known)))
    return Text.build(message, {f"part{place}": one for place, one in enumerate(known)})


class Phrases(Estimates):
    """What needs the language and the smallest groups only; the view of the report adds names and outcomes."""

    result: CampaignEvaluationResult
    language: Language
    minimum_group: int

    @property
    def minimum_base(self) -> int:
        """Base below which no rate is printed."""
        return self.result.parameters.minimum_base

    def signed_money(self, value: float) -> str:
        """An amount with its sign: +£1.2k."""
        shown = self.language.money(value)
        return f"+{shown}" if value > 0 and not math.isnan(value) else shown

    def together(self, sentences: Sequence[str]) -> Text:
        """Sentences one after another; Chinese ones without a blank between them."""
        return chained(sentences, "" if self.language.is_chinese else " ")

    def clauses(self, told: Sequence[str]) -> Text:
        """Clauses one after another: a; b. What is bold in them stays so."""
        return chained(told, "；" if self.language.is_chinese else "; ")

    def p(self, p: float) -> str:
        """A p-value: 0.0016; below a thousandth only that."""
        if math.isnan(p):
            return self.language.number(p)
        least = 0.0001
        return f"<{self.language.number(least, 4)}" if p < least else self.language.number(p, 4 if p < SURE else 2)

    def counted_customers(self, count: int) -> Text:
        """A count of customers."""
        return self.language.say_count("{count} customer", "{count} customers", int(count))

    def counted_campaigns(self, count: int) -> Text:
        """A count of campaigns."""
        return self.language.say_count("{count} campaign", "{count} campaigns", int(count))

    def day(self, value: Any) -> str:
        """A day in words; a dash where there is none."""
        return self.language.date(None if pd.isna(value) else pd.Timestamp(value).date())

    def counted_assignments(self, count: int) -> Text:
        """A count of customers assigned to campaigns."""
        return self.language.say_count("{count} assignment", "{count} assignments", int(count))

    def money_between(self, low: float, high: float) -> Text:
        """An interval of an amount, for a bracket."""
        return self.language.say("interval {low} to {high}", low=self.language.money(low),
                                 high=self.language.money(high))  # fmt: skip

    def money_range(self, low: float, high: float) -> Text:
        """An interval of an amount, for a cell."""
        return self.language.say("{low} to {high}", low=self.language.money(low), high=self.language.money(high))
