"""What the catalogue makes of the data: one value per customer and tag, and what is known of each tag."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

import pandas as pd

from customer_analytics.engagement.tags import Refresh, TagClass, Words

Kind = Literal["number", "text", "flag", "date"]


class Why(StrEnum):
    """Why a tag was skipped. `Reason.names` says what."""

    INDUSTRY = "industry"  # not for the engagement's industry
    MISSING = "missing"  # tables or columns that the data lack: "orders", "order_lines.category"
    NO_HOURS = "no_hours"  # the times of these tables are days without hours
    NO_EVENTS = "no_events"  # no event has one of these names
    EMPTY = "empty"  # no customer has a value
    NO_VALUES = "no_values"  # for_each: the column holds no frequent value
    NO_RHYTHM = "no_rhythm"  # too few repeat purchases for the stages of a life
    NO_FORECAST = "no_forecast"  # no model of purchases ahead holds on these data


@dataclass(frozen=True)
class Reason:
    """Why a tag was skipped, as data; the narrative and the command each have their words for it."""

    why: Why
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        listed = ", ".join(self.names)
        return {
            Why.INDUSTRY: f"not for this industry, only for {listed}",
            Why.MISSING: f"the data have no {listed}",
            Why.NO_HOURS: f"the times of {listed} are days without hours",
            Why.NO_EVENTS: f"no event is called {listed}",
            Why.EMPTY: "no customer has a value",
            Why.NO_VALUES: f"{listed} holds no value that enough customers share",
            Why.NO_FORECAST: "no forecast of purchases holds on these data",
            Why.NO_RHYTHM: "too few repeat purchases to know a rhythm",
        }[self.why]


@dataclass(frozen=True)
class TagResult:
    """One tag. `coverage`: share of all customers with a value, NaN when skipped; `kind`: None when skipped.

    `each`: for a tag made by for_each the client's value that it stands for (hostile text), else None.
    `refreshed_at`: the day of the newest row of its oldest source, None where no source has days.
    `stale`: that day lies further before the as-of day than the refresh interval and than the source usually pauses;
    None where it is not known.
    """

    name: str
    tag_class: TagClass
    rule: str
    source: tuple[str, ...]
    label: Words
    meaning: Words
    owner: str
    refresh: Refresh
    persona: bool
    sensitive: bool
    unit: str | None
    kind: Kind | None
    status: Literal["ran", "skipped"]
    reason: Reason | None
    customers: int
    coverage: float
    refreshed_at: dt.date | None
    stale: bool | None
    values: Mapping[str, Words] = field(default_factory=dict)
    each: str | None = None


@dataclass(frozen=True)
class Pair:
    """Two tags that go together.

    `measure`: "spearman" (two numbers), "cramers_v" (two texts or flags) or "correlation_ratio" (one of each);
    `strength`: its size, 0 to 1 (Spearman signed); `customers`: who have both; `derived`: one rule uses the other, so
    that they are one fact at two levels of detail on purpose; `nested`: one is a finer cut of the other (a city of its
    region, a number of its band), so that neither replaces the other.
    """

    first: str
    second: str
    measure: Literal["spearman", "cramers_v", "correlation_ratio"]
    strength: float
    customers: int
    derived: bool
    nested: bool = False


@dataclass(frozen=True)
class Drop:
    """A tag that says nothing of its own.

    `because`: "same" (as `keep`, at `strength`), "constant" (one value), "too_few" (fewer customers than a group may
    be small differ from all the others).
    """

    name: str
    because: Literal["same", "constant", "too_few"]
    keep: str | None = None
    strength: float | None = None


@dataclass(frozen=True)
class TagPortrait:
    """The tags of every customer.

    `values`: one row per customer, sorted by customer_id; customer_id and a column for each tag that ran: numbers as
    float64, texts as category, flags as nullable boolean, days as datetime64; missing where a customer has no value.
    `tags`: all entries of the catalogue in its order, skipped ones too; `pairs`: strongest first.
    `distribution`: tag, item, number, customers, share: see `analysis.tags.distribution`.
    """

    as_of: dt.date
    values: pd.DataFrame
    tags: tuple[TagResult, ...]
    pairs: tuple[Pair, ...]
    drops: tuple[Drop, ...]
    distribution: pd.DataFrame
    sampled: int | None = None  # customers that redundancy was measured on, None: all
    each_values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # the values of each for_each pattern

    def __getitem__(self, name: str) -> TagResult:
        return next(tag for tag in self.tags if tag.name == name)

    @property
    def customers(self) -> int:
        """All customers known."""
        return len(self.values)

    @property
    def ran(self) -> tuple[TagResult, ...]:
        """The tags that have values."""
        return tuple(tag for tag in self.tags if tag.status == "ran")

    @property
    def skipped(self) -> tuple[TagResult, ...]:
        """The tags that the data or the industry do not carry."""
        return tuple(tag for tag in self.tags if tag.status == "skipped")

    @property
    def for_personas(self) -> tuple[TagResult, ...]:
        """Tags that personas may be told apart by: marked so, not sensitive, more than one value, not to be dropped."""
        dropped = {drop.name for drop in self.drops}
        marked = [tag for tag in self.ran if tag.persona and not tag.sensitive and tag.name not in dropped]
        return tuple(tag for tag in marked if self.values[tag.name].nunique() > 1)
