"""What the sentences share: the result with its language, what baskets, items and rules are called, usual phrases."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from customer_analytics.analysis.association.variants import are_variants
from customer_analytics.analysis.rfm.customers import as_date
from customer_analytics.language import Language, Text
from customer_analytics.narrative.estimates import Estimates
from customer_analytics.narrative.exhibits import How

if TYPE_CHECKING:
    from customer_analytics.analysis.association import Rules
    from customer_analytics.analysis.baskets import Baskets
    from customer_analytics.analysis.baskets.result import BasketRulesResult

LONGEST_NAME = 60  # characters of a product's name in a sentence or a cell
CATEGORY = "category"
JOINED = " + "
HELD = "held"  # outcome of the checks: beyond chance in the earlier part alone, and in the later one
EXPLAINED = ("vanishes", "reversed")  # verdicts of the checks: the rule is not of the items but of month or group


def rows(frame: pd.DataFrame) -> list[Any]:
    """The rows of a table with its columns as attributes."""
    return [*frame.itertuples()]


@dataclass(frozen=True)
class View(Estimates):
    """The result as this report may show it.

    `minimum_group`: fewer customers than this are not shown by themselves; `time_zone`: zone of the calendar days;
    `industry`: as in engagement.yml. The parts of the result (baskets, rules, checks, bundles …) are read from
    `result`; each may be None.
    """

    result: BasketRulesResult
    language: Language
    minimum_group: int
    time_zone: str = "UTC"
    industry: str = ""

    @property
    def baskets(self) -> Baskets:
        """The baskets, and which items are in them."""
        return self.result.baskets

    @property
    def rules(self) -> Rules | None:
        """The rules with all their measures; None where none could be looked for."""
        return self.result.rules

    @property
    def n(self) -> int:
        """Baskets looked at."""
        return self.baskets.n

    @property
    def minimum_base(self) -> int:
        """Base below which no rate is printed."""
        return self.result.parameters.minimum_base

    @property
    def is_content(self) -> bool:
        """Whether a basket is a visit, so that items are looked at and not bought."""
        return self.baskets.unit == "session"

    @property
    def is_timed(self) -> bool:
        """Whether the held-back part is the later one; without dates it is drawn by chance."""
        return self.baskets.split == "time"

    @property
    def together(self) -> Text:
        """The predicate of two items, inside a sentence: are bought together."""
        return self.language.say("are viewed together" if self.is_content else "are bought together")

    @property
    def what_is_a_basket(self) -> Text:
        """What one basket is, as a sentence."""
        say = self.language.say
        return {
            "order": say("A basket is one order."),
            "day": say("A basket is everything that a customer bought on one day."),
            "customer": say("A basket is everything that a customer has ever bought."),
        }.get(self.baskets.unit) or say("A basket is everything looked at in one visit.")

    def counted(self, count: int) -> Text:
        """A count of baskets: 9,835 baskets; 3,120 visits."""
        if self.is_content:
            return self.language.say_count("{count} visit", "{count} visits", count)
        return self.language.say_count("{count} basket", "{count} baskets", count)

    def counted_customers(self, count: int) -> Text:
        """A count of customers."""
        return self.language.say_count("{count} customer", "{count} customers", count)

    @functools.cached_property
    def _names(self) -> dict[int, tuple[str, bool]]:
        """Item code -> name, and whether it is a category."""
        items = self.baskets.items
        rows = zip(items["item"], items["label"], items["level"], strict=True)
        return {int(item): (" ".join(str(label).split()), level == CATEGORY) for item, label, level in rows}

    def label(self, item: int) -> str:
        """An item's name for a cell or a chart; a category says that it is one."""
        name, is_category = self._names[int(item)]
        shown = self._shortened(name)
        return self.language.say("{name} (category)", name=shown) if is_category else shown

    def name(self, item: int) -> Text:
        """An item's name inside a sentence: “whole milk”; something of “Dairy”."""
        name, is_category = self._names[int(item)]
        shown = self._shortened(name)
        if is_category:
            return self.language.say("something of “{name}”", name=shown)
        return self.language.say("“{name}”", name=shown)

    def bare_label(self, item: int) -> str:
        """An item's name where all around it are of its level."""
        return self._shortened(self._names[int(item)][0])

    def plain_side(self, items: Sequence[int]) -> str:
        """One side of a rule for a file: whole names, joined by " + "."""
        return JOINED.join(self._names[int(item)][0] for item in items)

    @staticmethod
    def _shortened(name: str) -> str:
        return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1].rstrip() + "…"

    def side(self, items: Sequence[int]) -> str:
        """One side of a rule for a cell or a chart: bread + butter."""
        return JOINED.join(self.label(item) for item in items)

    def names(self, items: Sequence[int]) -> Text:
        """Items inside a sentence: “bread”, “butter” and “milk”."""
        return Text(self.language.listing([self.name(item) for item in items]))

    def times(self, ratio: float, decimals: int = 1) -> Text:
        """A lift in words: 2.4 times."""
        return self.language.say("{ratio} times", ratio=self.language.number(ratio, decimals))

    def short_times(self, ratio: float) -> str:
        """A lift on a chart: 2.4×."""
        return self.language.number(ratio, 1) + "×"

    @functools.cached_property
    def _checked(self) -> pd.DataFrame:
        """What the checks found of each rule, by its number."""
        checks = self.result.checks
        return pd.DataFrame() if checks is None else checks.table.set_index("rule")

    def checked(self, rule: int, name: str) -> Any:
        """What the checks found of a rule in a column of their table; None where it was not checked."""
        known = rule in self._checked.index and name in self._checked
        return self._checked.at[rule, name] if known else None

    def is_explained(self, rule: int) -> bool:
        """Whether a rule vanishes or turns round within months, groups and promotions."""
        return self.checked(rule, "verdict") in EXPLAINED

    def lift_interval(self, rule: Any) -> tuple[float, float]:
        """Interval of a rule's lift: over customers, who buy again and again, where they are known, else baskets."""
        low, high = getattr(rule, "clustered_low", math.nan), getattr(rule, "clustered_high", math.nan)
        if math.isnan(low) or math.isnan(high):
            return float(rule.lift_low), float(rule.lift_high)
        return float(low), float(high)

    def later(self, rule: int) -> Text:
        """What became of a rule in the later part, as a sentence with a space before it; empty where not known."""
        found = [self.checked(rule, name) for name in ("lift_later", "lift_later_low", "lift_later_high")]
        if any(one is None or math.isnan(one) for one in found):
            return Text("")
        lift, low, high = map(float, found)
        say, between = self.language.say, self.numbers_between(low, high)
        if not self.is_timed:
            return say(" In the part held back: {times} ({interval}).", times=self.times(lift), interval=between)
        return say(" In the later part: {times} ({interval}).", times=self.times(lift), interval=between)

    @functools.cached_property
    def significant(self) -> pd.DataFrame:
        """Rules beyond chance that say something new, of items that go together, resting on enough customers."""
        if self.rules is None:
            return pd.DataFrame()
        table = self.rules.told
        kept = table["lift"] > 1
        if "customers" in table and self.baskets.has_people:
            kept &= table["customers"].fillna(0) >= self.minimum_group
        return table[kept].reset_index(drop=True)

    @functools.cached_property
    def shown(self) -> pd.DataFrame:
        """The rules worth showing, the strongest first: of each set of items the direction with the higher confidence.

        Sets stand in the order of the table of rules, by their strongest direction. Rules that vanish or turn round
        within months, groups and promotions are not among them.
        """
        found = self.significant
        if len(found):
            found = found[[not self.is_explained(int(rule)) for rule in found["rule"]]]
        if not len(found):
            return found
        sides = zip(found["antecedent"], found["consequent"], strict=True)
        sets: Any = [tuple(sorted((*left, *right))) for left, right in sides]
        ranked = found.assign(_set=sets)
        ranked["_place"] = ranked.groupby("_set")["rule"].transform("min")
        surest = ranked.sort_values(["_place", "confidence", "rule"], ascending=[True, False, True], kind="stable")
        return surest.drop_duplicates("_set").drop(columns=["_set", "_place"]).reset_index(drop=True)

    def is_of_variants(self, rule: Any) -> bool:
        """Whether the two items of a rule are one article in several colours, sizes or designs."""
        if len(rule.antecedent) != 1 or len(rule.consequent) != 1:
            return False
        return are_variants(self.plain_side(rule.antecedent), self.plain_side(rule.consequent))

    @functools.cached_property
    def leading(self) -> list[Any]:
        """The shown rules in the order in which a client hears of them: those of different articles first."""
        found = rows(self.shown) if len(self.shown) else []
        return sorted(found, key=self.is_of_variants)

    @functools.cached_property
    def why_not(self) -> Text:
        """Why no rules are given, as a sentence."""
        say, reason = self.language.say, self.baskets.reason
        least = self.language.number(self.minimum_base)
        return {
            "no_lines": say("Not estimable: the data do not say which products were in an order."),
            "no_sales": say("Not estimable: no product was sold, or nothing that was sold is a product."),
            "few_baskets": say("Not estimable: there are fewer than {least} baskets.", least=least),
            "one_item": say("Not estimable: all baskets hold the same single item."),
            "single_items": say("Not estimable: no basket holds two different items."),
        }.get(reason or "") or say("Not estimable: no two items are found together often enough.")

    @property
    def period(self) -> str:
        """First to last day of the baskets; empty without dates."""
        first, last = self.baskets.first_day, self.baskets.last_day
        if first is None or last is None:
            return ""
        return self.language.period(as_date(first), as_date(last))

    def day(self, number: int) -> str:
        """A day number as a date in words."""
        return self.language.date(as_date(number))

    @property
    def source(self) -> Text:
        """The source line of a figure."""
        say = self.language.say
        if not self.period:
            return say("Source: {baskets}, without dates.", baskets=self.counted(self.n))
        return say("Source: {baskets}, {period}.", baskets=self.counted(self.n), period=self.period)

    def how(self, *own: tuple[Text, Text]) -> How:
        """The "How it was computed" box: own lines, then the data."""
        say = self.language.say
        if not self.period:
            return (*own, (say("Data"), say("{baskets}, without dates", baskets=self.counted(self.n))))
        dated = say("{baskets}, {period}, calendar days in {zone}", baskets=self.counted(self.n), period=self.period,
                    zone=self.time_zone)  # fmt: skip
        return (*own, (say("Data"), dated))

    def numbers_between(self, low: float, high: float, decimals: int = 1) -> Text:
        """An interval of a plain number, for a bracket: interval 1.8 to 2.4."""
        number = self.language.number
        return self.language.say("interval {low} to {high}", low=number(low, decimals), high=number(high, decimals))

    def numbers_range(self, low: float, high: float, decimals: int = 1) -> Text:
        """An interval of a plain number, for a cell: 1.8 to 2.4."""
        number = self.language.number
        return self.language.say("{low} to {high}", low=number(low, decimals), high=number(high, decimals))

    def money_between(self, low: float, high: float) -> Text:
        """An interval of an amount, for a bracket."""
        money = self.language.money
        return self.language.say("interval {low} to {high}", low=money(low), high=money(high))
