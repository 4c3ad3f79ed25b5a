"""What the sentences share: the results with their language, how people and periods are called, the usual phrases."""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from customer_analytics.analysis.retention import RetentionResult
from customer_analytics.language import Language, Text
from customer_analytics.narrative.estimates import Estimates
from customer_analytics.narrative.exhibits import How
from customer_analytics.narrative.retention.spans import spans

if TYPE_CHECKING:
    from customer_analytics.analysis.habits import Habits
    from customer_analytics.analysis.outlook import OutlookResult
    from customer_analytics.analysis.survival import StayingResult

LONG_RUN = 2  # one in so many people must have reached an age for it to stand for all


@dataclass(frozen=True)
class View(Estimates):
    """The results as this report may show them.

    `minimum_group`: groups with fewer people are not shown by themselves; `time_zone`: zone of the calendar days;
    `staying`, `habits`, `outlook`: how long people stay, what goes with it, what follows from it; `industry`: as in
    engagement.yml, for the words of a return.
    """

    result: RetentionResult
    language: Language
    minimum_group: int
    time_zone: str = "UTC"
    staying: StayingResult | None = None
    habits: Habits | None = None
    outlook: OutlookResult | None = None
    industry: str = ""

    @property
    def n(self) -> int:
        """People in the cohorts."""
        return self.result.size

    @property
    def minimum_base(self) -> int:
        """Base below which no rate is printed."""
        return self.result.parameters.minimum_base

    @property
    def least(self) -> int:
        """People that a shown cohort or rate needs."""
        return max(self.minimum_base, self.minimum_group)

    @functools.cached_property
    def enough(self) -> bool:
        """Whether rates of return may be printed at all."""
        return self.n >= self.least and self.followed >= self.least

    @functools.cached_property
    def followed(self) -> int:
        """People who were followed for a whole period after their start."""
        return int(self.after["eligible"].max()) if len(self.after) else 0

    @functools.cached_property
    def after(self) -> pd.DataFrame:
        """The pooled curve from the first period after the start, while its base is large enough to print."""
        curve = self.result.curve
        return curve[(curve["period"] >= 1) & (curve["eligible"] >= self.least)]

    @property
    def far(self) -> pd.Series[Any]:
        """The row of the pooled curve that "in the long run" is told from: half of the people reached this age."""
        rows = self.after[self.after["eligible"] >= self.n / LONG_RUN]
        row: pd.Series[Any] = (rows if len(rows) else self.after.head(1)).iloc[-1]
        return row

    @property
    def next(self) -> Text:
        """The period after, inside a sentence: the next month."""
        say = self.language.say
        if self.result.definition.clock == "24h":  # everybody has days, weeks and months of their own
            return {
                "day": say("in their second span of {hours} hours", hours=self.language.number(24)),
                "week": say("in their second span of {days} days", days=self.language.number(7)),
                "month": say("in their second span of {days} days", days=self.language.number(30)),
            }[self.result.definition.period]
        names = {"day": say("the next day"), "week": say("the next week"), "month": say("the next month")}
        return names[self.result.definition.period]

    @property
    def why_not(self) -> Text:
        """Why there are no rates."""
        say = self.language.say
        if not self.n:
            return say("Not estimable: the data hold no activity of a person who is known.")
        if self.n < self.least:
            return say("Not estimable: the data hold activity of {people} only.", people=self.counted(self.n))
        return say(
            "Not estimable: too few of {people} have been followed for {period} after the one they began in.",
            people=self.counted(self.n), period=self.spans(1),
        )  # fmt: skip

    @property
    def are_customers(self) -> bool:
        """Whether the people are customers alone, without anonymous visitors."""
        return self.result.customers == self.n

    def counted(self, count: int) -> Text:
        """A count of people: 2,811 customers; 2,000 people."""
        if self.are_customers:
            return self.language.say_count("{count} customer", "{count} customers", count)
        return self.language.say_count("{count} person", "{count} people", count)

    @property
    def people(self) -> Text:
        """Who they are, without a number."""
        return self.language.say("customers") if self.are_customers else self.language.say("people")

    @property
    def active(self) -> Text:
        """What being active means, in words."""
        say, definition = self.language.say, self.result.definition
        if definition.return_events:
            listed = self.language.listing([say("“{name}”", name=name) for name in definition.return_events])
            return say("An event {events} on that day", events=listed)
        return {
            "any": say("An event or an order of any kind on that day"),
            "events": say("An event of any kind on that day"),
            "orders": say("An order on that day, paid or not"),
            "purchases": say("A paid order on that day, with money left after refunds"),
        }.get(definition.activity, say("Nothing: the data hold no dated activity"))

    @property
    def visits(self) -> bool:
        """Whether a purchase is a visit: to a clinic, a salon, a restaurant."""
        return self.industry == "local_services"

    @property
    def start(self) -> Text:
        """What a cohort is counted from, inside a sentence."""
        say = self.language.say
        return {
            "first_activity": say("the first activity in the data"),
            "signed_up": say("the registration"),
            "first_purchase": say("the first purchase in the data"),
        }[self.result.definition.start]

    def spans(self, count: int) -> Text:
        """A number of periods: 6 months."""
        return spans(self.language, self.result.definition.period, count)

    def named(self, first_day: dt.date | pd.Timestamp) -> str:
        """A period by its first day: December 2010; 6 December."""
        day = pd.Timestamp(first_day).date()
        return self.language.month(day) if self.result.definition.period == "month" else self.language.date(day)

    def within(self, first_day: dt.date | pd.Timestamp) -> Text:
        """In that period, for a label or a sentence: in June 2026; in the week from 22 June 2026; on 30 June 2026."""
        say, period, name = self.language.say, self.result.definition.period, self.named(first_day)
        if period == "week":
            return say("in the week from {date}", date=name)
        return say("on {date}", date=name) if period == "day" else say("in {month}", month=name)

    @property
    def period(self) -> Text:
        """First to last day that counts."""
        definition, date = self.result.definition, self.language.date
        return self.language.say(
            "{first} to {last}", first=date(definition.first_date), last=date(definition.last_date)
        )

    @property
    def source(self) -> Text:
        """The source line of a figure."""
        say = self.language.say
        what = {"orders": say("orders"), "purchases": say("paid orders"), "events": say("events")}
        return say(
            "Source: {what}, {period}; {people}.", what=what.get(self.result.definition.activity, say("all activity")),
            period=self.period, people=self.counted(self.n),
        )  # fmt: skip

    def how(self, *own: tuple[Text, Text]) -> How:
        """The "How it was computed" box: own lines, then the period. What holds for every table is said once, in the
        method: what active means, the start, the clock, who is left out."""
        say = self.language.say
        return (
            *own,
            (say("Period"), say("{period}, calendar days in {zone}", period=self.period, zone=self.time_zone)),
        )

    @property
    def clock(self) -> Text:
        """How days and periods are cut."""
        say, definition = self.language.say, self.result.definition
        if definition.clock == "24h":
            return say("Periods of {hours} hours from each person's first moment", hours=self.language.number(24))
        return {
            "day": say("Calendar days"),
            "week": say("Calendar weeks, from Monday"),
            "month": say("Calendar months"),
        }[definition.period]
