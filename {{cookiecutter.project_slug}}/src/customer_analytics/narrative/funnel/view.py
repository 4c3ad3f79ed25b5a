"""What the sentences share: the results with their language, the names of steps and units, the usual phrases."""

from __future__ import annotations

import datetime as dt
import functools
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from customer_analytics.analysis.funnel import FunnelResult
from customer_analytics.analysis.scorecard import ScorecardResult
from customer_analytics.disclosure.hiding import too_close
from customer_analytics.language import Language, Text
from customer_analytics.narrative import estimates
from customer_analytics.narrative.estimates import Estimates
from customer_analytics.narrative.exhibits import How
from customer_analytics.statistics import Interval

if TYPE_CHECKING:
    from customer_analytics.analysis.dropoff import DropoffResult
    from customer_analytics.analysis.paths import PathsResult


DAY = 86_400.0  # seconds
ROUND_DECIMALS = 3  # of a rate beside a step at which few are lost
LONGEST = 48  # characters of a step's name in a sentence


class Passage(NamedTuple):
    """From one step to the next. `base`: who could go on; `rate`: who did, of these; `lost`: who did not.

    `few_lost`, `few_came`: so few did not, or did, that they are not told. Beside such a step `base`, `reached` and
    `lost` are round numbers.
    """

    step: int
    name: Text
    base: int
    reached: int
    rate: float
    interval: Interval
    overall: float
    lost: int
    few_lost: bool = False
    few_came: bool = False


@dataclass(frozen=True)
class View(Estimates):
    """The results as this report may show them.

    `minimum_group`: groups with fewer units are not shown by themselves; `time_zone`: zone of the calendar days;
    `dropoff`, `paths`, `card`: what goes with dropping off, the ways people take, the scorecard of the five stages.
    """

    result: FunnelResult
    language: Language
    minimum_group: int
    time_zone: str = "UTC"
    dropoff: DropoffResult | None = None
    paths: PathsResult | None = None
    card: ScorecardResult | None = None

    @property
    def n(self) -> int:
        """Mature entries."""
        return self.result.entered

    @property
    def minimum_base(self) -> int:
        """Base below which no rate is printed."""
        return self.result.minimum_base

    @property
    def enough(self) -> bool:
        """Whether rates may be printed at all."""
        return self.result.enough and self.n >= self.minimum_group

    @property
    def why_not(self) -> Text:
        """Why there are no rates."""
        if not self.n and self.result.immature:
            return self.language.say(
                "Not estimable: of {count} that entered, none has had the whole window of {window}.",
                count=self.counted(self.result.immature), window=self.window,
            )  # fmt: skip
        return self.language.say("Not estimable: {count} entered the funnel.", count=self.counted(self.n))

    @property
    def unit(self) -> str:
        """customer, session or order."""
        return self.result.definition.unit

    def counted(self, count: int) -> Text:
        """A count with its unit: 2,000 people; 2,000 sessions; 2,000 orders."""
        say_count = self.language.say_count
        if self.unit == "session":
            return say_count("{count} session", "{count} sessions", count)
        if self.unit == "order":
            return say_count("{count} order", "{count} orders", count)
        return say_count("{count} person", "{count} people", count)

    def step(self, number: int) -> Text:
        """Name of a step, from 1."""
        labels = self.result.definition.labels
        name = step_name(self.language, labels[number - 1])
        return self.language.say("{step}, again", step=name) if labels[number - 1] in labels[: number - 1] else name

    @property
    def steps(self) -> int:
        """How many steps there are."""
        return self.result.definition.length

    @functools.cached_property
    def passages(self) -> tuple[Passage, ...]:
        """The steps from the second on. Empty where there is one step."""
        went_on = dict(zip(self.result.moved["step"], self.result.moved["went_on"], strict=True))
        found = []
        for before, row in itertools.pairwise(self.told_steps):
            number, rate, lost = int(row["step"]), float(row["rate"]), int(row["lost"])
            few, is_round = bool(row["few"]), bool(row["few"] or before["few"])
            on = int(row["reached"]) if few else int(went_on[number])
            if is_round:
                rate, lost = round(rate, ROUND_DECIMALS), self._round(lost)
            found.append(
                Passage(
                    number, self.step(number), int(before["reached"]), on, rate,
                    Interval(float(row["rate_low"]), float(row["rate_high"])), float(row["overall"]), lost,
                    0 < int(row["lost"]) < self.minimum_group, bool(row["few_came"]),
                )
            )  # fmt: skip
        return tuple(found)

    @functools.cached_property
    def told_steps(self) -> list[dict[str, Any]]:
        """The rows of the steps; `few` where so few were lost or came (`few_came`) that the number is round."""
        rows = [{str(name): value for name, value in row.items()} for row in self.result.steps.to_dict("records")]
        close = too_close(np.array([float(row["reached"]) for row in rows]), self.minimum_group)
        return [
            row
            | {
                "few": bool(few),
                "few_came": 0 < int(row["reached"]) < self.minimum_group,
                "reached": self._round(row["reached"]) if few else int(row["reached"]),
            }
            for row, few in zip(rows, close, strict=True)
        ]

    def _round(self, people: float) -> int:
        """Down to a multiple of the smallest group."""
        return int(people) // max(self.minimum_group, 1) * max(self.minimum_group, 1)

    @functools.cached_property
    def worst(self) -> Passage | None:
        """The passage that loses most; None without a passage or without a loss."""
        known = [one for one in self.passages if one.base >= self.minimum_base and one.lost > 0]
        return max(known, key=lambda one: (one.lost, -one.rate), default=None)

    @property
    def window(self) -> Text:
        """The window from entry in words."""
        seconds = self.result.definition.window_seconds
        if seconds is None or self.result.no_window:
            return self.language.say("as long as the data reach")
        return Text(self.language.duration(seconds))

    @property
    def period(self) -> Text:
        """First to last day of the entries that count."""
        return self._days(self.result.first_day, self.result.last_day)

    @property
    def span(self) -> Text:
        """First day of the entries to the last day of the data."""
        return self._days(self.result.first_day, None)

    def _days(self, first: dt.date | None, last: dt.date | None) -> Text:
        end = self.result.tables.as_of
        date = self.language.date
        return self.language.say("{first} to {last}", first=date(first or end), last=date(last or end))

    @property
    def source(self) -> Text:
        """The source line of a figure about the steps."""
        if self.result.no_window:
            return self.language.say(
                "Source: {what}, {period}; {count}, each followed to the end of the data.",
                what=self.data, period=self.period, count=self.counted(self.n),
            )  # fmt: skip
        return self.language.say(
            "Source: {what}, {period}; {count} with the whole window behind them.",
            what=self.data, period=self.period, count=self.counted(self.n),
        )  # fmt: skip

    @property
    def data(self) -> Text:
        """Which tables the steps come from."""
        say = self.language.say
        if self.result.definition.origin == "orders":
            return say("orders and registrations")
        return say("events") if self.result.tables.has("events") else say("orders")

    def bounds(self, interval: Interval, decimals: int = 0) -> tuple[str, str]:
        """Both ends of an interval of a share."""
        return estimates.bounds(self.language, interval, decimals)

    def interval(self, interval: Interval, decimals: int = 0) -> Text:
        """An interval of a share, for a bracket."""
        return estimates.in_bracket(self.language, interval, decimals)

    def how(self, *own: tuple[Text, Text], window: Text | None = None) -> How:
        """The "How it was computed" box: own lines, then what holds for every table; `window`: where it is another."""
        say = self.language.say
        return (
            *own,
            (
                say("Days of entry") if window is None else say("Period"),
                say("{period}, calendar days in {zone}", period=window or self.period, zone=self.time_zone),
            ),
        )

    def how_of_steps(self, *own: tuple[Text, Text]) -> How:
        """The same for tables that rest on the steps: unit, window from entry, who counts, who is left out."""
        say, language, watched = self.language.say, self.language, self.result.watched_days * DAY
        lines = [
            (say("Unit"), self.unit_words),
            (
                say("Conversion window"),
                say("None: as long as the data reach, at least {time}", time=language.duration(watched))
                if self.result.no_window
                else say("{window} from entry, the end included", window=self.window),
            ),
            (
                say("Base"),
                say(
                    "{count} with the whole window behind them; {immature} that entered later are not in the rates",
                    count=self.counted(self.n), immature=language.number(self.result.immature),
                ),
            ),
        ]  # fmt: skip
        if self.result.unknown_rows:
            rows = language.number(self.result.unknown_rows)
            nobody = (
                say("{rows} orders that name no customer", rows=rows)
                if self.result.definition.origin == "orders"
                else say("{rows} events that name nobody", rows=rows)
            )
            lines.append((say("Left out"), nobody))
        return self.how(*own, *lines)

    @property
    def unit_words(self) -> Text:
        """What goes through the funnel, and which of its attempts counts."""
        say, best = self.language.say, self.result.definition.attempt == "best"
        if self.unit == "session":
            return say("A session, with its furthest attempt") if best else say("A session, from its first entry")
        if self.unit == "order":
            return say("An order")
        return (
            say("A customer, or a visitor who is not known as one, with the furthest attempt")
            if best
            else say("A customer, or a visitor who is not known as one, from the first entry")
        )


def step_name(language: Language, label: str) -> Text:
    """A step as the report calls it: the client's own word, or ours for what orders and registrations tell."""
    say = language.say
    own = {
        "signed up": say("Registered"),
        "order placed": say("Order placed"),
        "order paid": say("Order paid"),
        "order kept": say("Order kept"),
        "order placed again": say("Ordered again"),
    }
    short = label if len(label) <= LONGEST else label[: LONGEST - 1].rstrip() + "…"
    return own.get(label, Text(short))
