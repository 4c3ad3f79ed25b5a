"""What the sentences share: the results with their language, names of personas and tags, values in their units."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from customer_analytics.analysis.personas.later import NEW
from customer_analytics.analysis.personas.result import TOO_LITTLE_KNOWN, Persona, PersonasResult, Standout
from customer_analytics.analysis.personas.voice import Voice
from customer_analytics.analysis.tags.result import TagPortrait, TagResult
from customer_analytics.engagement.tags import Words
from customer_analytics.language import Language, Text
from customer_analytics.narrative.exhibits import How
from customer_analytics.narrative.personas.naming import persona_names
from customer_analytics.narrative.personas.phrases import value_word
from customer_analytics.statistics import Interval, wilson

STABLE = ("stable", "very_stable")
SMALL_SHARE = 0.1
CLEAR = 0.3  # standard deviations from which a measure sets a persona apart


@dataclass(frozen=True)
class View:
    """The results as this report may show them.

    `minimum_group`: groups with fewer customers are not shown; `time_zone`: zone of the days and hours; `voice`: what
    the customers wrote, None without written feedback.
    """

    result: PersonasResult
    portrait: TagPortrait
    language: Language
    minimum_group: int
    time_zone: str = "UTC"
    voice: Voice | None = None

    @property
    def n(self) -> int:
        """Customers who are described: they have a persona, or would have one."""
        return self.result.population.described

    @property
    def minimum_base(self) -> int:
        """Base below which no rate is printed."""
        return self.result.parameters.minimum_base

    @property
    def has_personas(self) -> bool:
        """Whether the customers fall into kinds."""
        return self.result.has_personas

    @property
    def estimable(self) -> bool:
        """Whether the question of kinds could be asked at all."""
        return self.result.structure.status != "not_estimable"

    @property
    def personas(self) -> tuple[Persona, ...]:
        """The personas, by size; none where there are fewer than two."""
        return self.result.personas if self.has_personas else ()

    @property
    def most_worth(self) -> Persona | None:
        """The persona whose share of revenue most exceeds its share of customers, where the interval says so."""
        above = [one for one in self.personas if one.share_revenue_interval.low > one.share_customers]
        return max(above, key=lambda one: one.share_revenue - one.share_customers, default=None)

    @property
    def described(self) -> Text:
        """How many customers are described; a few are not counted in print."""
        count = self.result.population.described
        if 0 < count < self.minimum_group:
            return self.language.say("fewer than {least}", least=self.language.number(self.minimum_group))
        return Text(self.language.number(count))

    @property
    def has_money(self) -> bool:
        """Whether purchases with money are known; where only events are, nothing is said of revenue."""
        return self.result.population.described_revenue > 0

    @property
    def enough(self) -> Text:
        """What a customer needs for a persona."""
        say, people = self.language.say, self.result.population
        count = self.language.number(people.minimum_purchases)
        if people.counted == "events":
            return say("{count} or more events", count=count)
        return say("{count} or more purchases", count=count)

    @property
    def too_few(self) -> Text:
        """What those without a persona have."""
        say, people = self.language.say, self.result.population
        count = self.language.number(people.minimum_purchases)
        if people.counted == "events":
            return say("fewer than {count} events", count=count)
        return say("fewer than {count} purchases", count=count)

    def share(self, share: float, interval: Interval) -> Text:
        """A share with its interval, for a cell; a dash where it is not known."""
        if math.isnan(share):
            return Text(self.language.number(None))
        low, high = self.bounds(interval)
        shown = self.language.percent(share)
        return self.language.say("{value} ({low} to {high})", value=shown, low=low, high=high)

    @functools.cached_property
    def _named(self) -> tuple[Mapping[str, Text], Mapping[str, Text]]:
        names, short = persona_names(self.language, self.result.personas, self.label_of, self.result_tag)
        say = self.language.say
        unknown = {TOO_LITTLE_KNOWN: say("Too little known"), NEW: say("Not in the data yet")}
        return {**names, **unknown}, {**short, **unknown}

    @property
    def names(self) -> Mapping[str, Text]:
        """Key of a persona -> its name in words."""
        return self._named[0]

    def name(self, key: str) -> Text:
        """Name of a persona."""
        return self._named[0][key]

    def short(self, key: str) -> Text:
        """Its name for charts and tables: the noun alone, where no other persona has the same."""
        return self._named[1][key]

    @functools.cached_property
    def tags(self) -> Mapping[str, TagResult]:
        """Tags by name."""
        return {tag.name: tag for tag in self.portrait.tags}

    def result_tag(self, name: str) -> TagResult | None:
        """The tag of this name, None where a feature is no tag."""
        return self.tags.get(name)

    def words(self, words: Words) -> str:
        """A text of the catalogue in the report's language."""
        return words.zh_CN if self.language.is_chinese else words.en

    def label_of(self, name: str) -> str:
        """A few words for a tag; its own name with spaces where the catalogue says nothing."""
        tag = self.tags.get(name)
        if tag is not None:
            return self.words(tag.label)
        known, _, value = str(name).partition("=")  # one category of a text
        if known in self.tags:
            return self.language.say("{label}: {value}", label=self.label_of(known), value=self.value_of(known, value))
        return str(name).replace("_", " ")

    def value_of(self, name: str, value: str) -> str:
        """A value of a text tag or attribute in words."""
        tag = self.tags.get(name)
        if tag is not None and value in tag.values:
            return self.words(tag.values[value])
        return value_word(self.language, value)

    def measure(self, name: str, value: float, *, exact: bool = False) -> str:
        """A number of a tag in its unit; flags and shares as percentages, small ones with a decimal if `exact`."""
        tag, language = self.tags.get(name), self.language
        if value is None or math.isnan(value):
            return language.number(None)
        kind, unit = (tag.kind, tag.unit) if tag is not None else (None, None)
        if kind in ("flag", "text") or unit == "share" or "=" in name:
            return language.percent(value, 1 if exact and value < SMALL_SHARE else 0)
        if unit == "money":
            return language.money(value)
        if unit == "days":
            return language.say_count("{count} day", "{count} days", round(value))
        if unit == "hour":
            minutes = round(value * 60) % (24 * 60)
            return f"{minutes // 60:02d}:{minutes % 60:02d}"
        if float(value).is_integer() or abs(value) >= 100:
            return language.number(value)
        return language.number(value, 2 if abs(value) < 1 else 1)

    def standout(self, standout: Standout) -> Text:
        """A standout with its figures: what it is in the persona, and among all."""
        say = self.language.say
        here, base = self.measure(standout.feature, standout.mean), self.measure(standout.feature, standout.base)
        if standout.direction == "is":
            here, base = self.language.percent(standout.mean), self.language.percent(standout.base)
            what = say(
                "{label}: {value}", label=self.label_of(standout.feature),
                value=self.value_of(standout.feature, standout.value),
            )  # fmt: skip
            return say("{what} {here} (all: {base})", what=what, here=here, base=base)
        return say("{what} {here} (all: {base})", what=self.label_of(standout.feature), here=here, base=base)

    def interval(self, interval: Interval, decimals: int = 0) -> Text:
        """An interval of a share, for a bracket."""
        low, high = self.bounds(interval, decimals)
        return self.language.say("interval {low} to {high}", low=low, high=high)

    def bounds(self, interval: Interval, decimals: int = 0) -> tuple[str, str]:
        """Both ends of an interval of a share; with one decimal where they would read the same."""
        percent = self.language.percent
        if percent(interval.low, decimals) == percent(interval.high, decimals):
            decimals = max(decimals, 1)
        return percent(interval.low, decimals), percent(interval.high, decimals)

    def not_estimable(self, n: int) -> Text:
        """The words instead of a rate."""
        return self.language.say("not estimable: n = {n}", n=self.language.number(n))

    @property
    def told(self) -> bool:
        """Whether the group that too little is known of may be counted in print: it is empty, or large enough."""
        return not 0 < self.result.population.too_little < self.minimum_group

    @property
    def little_interval(self) -> Interval:
        """Wilson interval of the share of customers of whom too little is known."""
        return wilson(self.result.population.too_little, self.result.population.customers)

    @property
    def source(self) -> Text:
        """The source line of a figure."""
        say, language = self.language.say, self.language
        numbers = {"customers": self.described, "date": language.date(self.result.as_of)}
        return say(
            "Source: tags as of {date}; {customers} customers with {enough}.", enough=self.enough, **numbers,
        )  # fmt: skip

    def how(self, *own: tuple[Text, Text]) -> How:
        """The "How it was computed" box: own lines, then what holds for every table."""
        say, language = self.language.say, self.language
        return (
            *own,
            (
                say("Customers"),
                say(
                    "{customers} with {enough} up to {date}",
                    customers=self.described, date=language.date(self.result.as_of),
                    enough=self.enough,
                ),
            ),
            (
                say("Not shown"),
                say(
                    "Shares on a base under {base} customers, and groups under {group}",
                    base=language.number(self.minimum_base), group=language.number(self.minimum_group),
                ),
            ),
            (say("Time zone"), say("Calendar days and hours in {zone}", zone=self.time_zone)),
        )  # fmt: skip


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table as dictionaries."""
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]
