"""What the sentences share: the result with its language, names of campaigns, arms and outcomes, usual phrases."""

from __future__ import annotations

import datetime as dt
import functools
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from customer_analytics.language import Language, Text
from customer_analytics.narrative.campaign_evaluation.phrases import Phrases
from customer_analytics.narrative.exhibits import How

if TYPE_CHECKING:
    from customer_analytics.analysis.campaigns import Campaigns
    from customer_analytics.analysis.campaigns.result import CampaignEvaluationResult
    from customer_analytics.engagement.parameters import CampaignEvaluationParameters
    from customer_analytics.narrative.campaign_evaluation.verdicts import Verdict

LONGEST_NAME = 40  # characters of a campaign's or arm's name in a sentence or a cell
PER_HUNDRED = 100  # counts a head are told for so many customers: a tenth of an order is hard to picture


def rows(frame: pd.DataFrame) -> list[Any]:
    """The rows of a table with its columns as attributes."""
    return [*frame.itertuples(index=False)]


def shortened(name: Any) -> str:
    """A client's name on one line, cut where it is too long to read."""
    plain = " ".join(str(name).split())
    return plain if len(plain) <= LONGEST_NAME else plain[: LONGEST_NAME - 1].rstrip() + "…"


@dataclass(frozen=True)
class View(Phrases):
    """The result as this report may show it.

    `minimum_group`: fewer customers than this are not shown by themselves; `time_zone`: zone of the calendar days;
    `industry`: as in engagement.yml. The parts of the result (campaigns, experiments, money, channels …) are read from
    `result`; each may be None.
    """

    result: CampaignEvaluationResult
    language: Language
    minimum_group: int
    time_zone: str = "UTC"
    industry: str = ""

    @property
    def campaigns(self) -> Campaigns:
        """The campaigns, their arms and who was in them; `reason` says why there are none."""
        return self.result.campaigns

    @property
    def parameters(self) -> CampaignEvaluationParameters:
        """The parameters of the run."""
        return self.result.parameters

    @property
    def main(self) -> str:
        """The outcome that decides."""
        return self.campaigns.main

    @functools.cached_property
    def listed(self) -> list[Any]:
        """The campaigns, a row each, in the order of their first day."""
        return rows(self.campaigns.list)

    @functools.cached_property
    def verdicts(self) -> list[Verdict]:
        """What may be said of each campaign, in the order of the list."""
        from customer_analytics.narrative.campaign_evaluation.verdicts import judged

        return judged(self)

    @functools.cached_property
    def _rows(self) -> dict[str, Any]:
        return {str(one.campaign): one for one in self.listed}

    @functools.cached_property
    def _named(self) -> dict[str, str]:
        """Campaign -> what it is called: its name, and its code too where two campaigns share the name."""
        called = {str(one.campaign): _known(one.name) or str(one.campaign) for one in self.listed}
        shared = Counter(called.values())
        return {
            campaign: shortened(name if shared[name] == 1 or name == campaign else f"{name} ({campaign})")
            for campaign, name in called.items()
        }

    def label(self, campaign: str) -> str:
        """A campaign's name for a cell or a chart; `campaign` is the client's code."""
        return self._named.get(str(campaign), shortened(campaign))

    def name(self, campaign: str) -> Text:
        """A campaign's name inside a sentence: “Spring voucher”."""
        return self.language.say("“{name}”", name=self.label(campaign))

    def names(self, campaigns: Sequence[str], most: int = 4) -> Text:
        """Campaigns inside a sentence: “a”, “b” and “c”; many: the first ones and how many more there are."""
        told = [self.name(campaign) for campaign in campaigns]
        if len(told) <= most:
            return Text(self.language.listing(told))
        more = len(told) - most + 1
        return self.language.say(
            "{items} and {rest} more", items=Text(self._listed_plainly(told[: most - 1])),
            rest=self.language.number(more),
        )  # fmt: skip

    def _listed_plainly(self, told: list[Text]) -> str:
        return ("、" if self.language.is_chinese else ", ").join(told)

    @staticmethod
    def shortened(name: Any) -> str:
        """A client's name on one line, cut where it is too long to read."""
        return shortened(name)

    def arm(self, arm: str) -> Text:
        """An arm inside a sentence: “voucher”."""
        return self.language.say("“{name}”", name=shortened(arm))

    def campaign(self, campaign: str) -> Any | None:
        """The row of a campaign in the list; None where there is none of this code."""
        return self._rows.get(str(campaign))

    def against(self, campaign: str) -> Text:
        """What a campaign's contact is compared with: no contact, or the arm that the others are held against."""
        row = self.campaign(campaign)
        if row is None or row.control_kind == "untouched" or not _known(row.control):
            return self.language.say("no contact")
        return self.arm(row.control)

    def compared_with(self, campaign: str) -> Text:
        """The arm that a campaign is held against, after a number of customers: without contact; in the arm “A”."""
        row = self.campaign(campaign)
        if row is None or row.control_kind == "untouched" or not _known(row.control):
            return self.language.say(" without contact")
        return self.language.say(" in the arm {arm}", arm=self.arm(row.control))

    def kind_of(self, outcome: str) -> str:
        """binary, count, money or number."""
        known = self.campaigns.outcome(outcome)
        return "number" if known is None else known.kind

    def outcome(self, outcome: str) -> Text:
        """An outcome inside a sentence: the share with an order; a client's column as “visit”."""
        say = self.language.say
        return {
            "converted": say("the share with an order"),
            "orders": say("the number of orders"),
            "revenue": say("the revenue of a customer"),
            "margin": say("the margin of a customer"),
            "visits": say("the number of visits"),
            "unsubscribed": say("the share who unsubscribed"),
            "refunds": say("the number of refunds"),
            "discount": say("the discount of a customer"),
        }.get(outcome) or say("“{name}”", name=shortened(outcome))

    def outcome_label(self, outcome: str) -> str:
        """An outcome as the head of a row or in a chart: Share with an order; a client's column as it is called."""
        say = self.language.say
        return {
            "converted": say("Share with an order"),
            "orders": say("Orders"),
            "revenue": say("Revenue a customer"),
            "margin": say("Margin a customer"),
            "visits": say("Visits"),
            "unsubscribed": say("Share who unsubscribed"),
            "refunds": say("Refunds"),
            "discount": say("Discount a customer"),
        }.get(outcome) or shortened(outcome)

    def within(self, outcome: str, campaign: str = "") -> Text:
        """The window of an outcome with a space before it: within 14 days; nothing for a column of the client's own."""
        known = self.campaigns.outcome(outcome)
        if known is None or known.ready:
            return Text("")
        if not campaign and len({int(one.window_days) for one in self.listed if not pd.isna(one.window_days)}) > 1:
            return self.language.say(" within the days of each campaign")
        return self.language.say(" within {window}", window=self.window(campaign))

    def level(self, outcome: str, value: float, *, short: bool = False) -> str:
        """The mean of an arm: 12.4%; 14.2 per 100 customers (`short`, for a cell: 14.2 per 100); £5.31; 3.2."""
        kind, language = self.kind_of(outcome), self.language
        if math.isnan(value):
            return language.number(value)
        if kind == "binary":
            return language.percent(value, 1)
        if kind == "money":
            return language.money(value)
        if kind == "count" and outcome in self._frequent:
            return self.language.say("{n} a customer", n=language.number(value, 1))
        if kind == "count":
            return self._per_hundred(language.number(value * PER_HUNDRED, 1), short=short)
        return language.number(value, 1 if abs(value) >= 1 else 2)

    def change(self, outcome: str, value: float, *, short: bool = False) -> str:
        """A difference of two arms: +2.1 points; +3.4 per 100 customers (`short`: +3.4 per 100); +£0.81; +1.2."""
        kind, language = self.kind_of(outcome), self.language
        if math.isnan(value):
            return language.number(value)
        if kind == "binary":
            return language.points(value)
        if kind == "money":
            return self.signed_money(value)
        if kind == "count" and outcome in self._frequent:
            return self.language.say("{n} a customer", n=language.signed(value, 2))
        if kind == "count":
            return self._per_hundred(language.signed(value * PER_HUNDRED, 1), short=short)
        return language.signed(value, 1 if abs(value) >= 1 else 2)

    @functools.cached_property
    def _frequent(self) -> frozenset[str]:
        """Counts of which a customer has one or more on the average: they are told by the head."""
        experiments = self.result.experiments
        if experiments is None or not len(experiments.effects):
            return frozenset()
        means = experiments.effects.groupby("outcome")["mean_control"].max()
        return frozenset(str(outcome) for outcome, mean in means.items() if mean >= 1)

    def size(self, outcome: str, value: float) -> str:
        """The size of a difference, without its sign: 2.1 points; 3.4 per 100 customers; £0.81."""
        return self.change(outcome, abs(value)).removeprefix("+")

    def _per_hundred(self, shown: str, *, short: bool) -> str:
        if short:
            return self.language.say("{n} per {hundred}", n=shown, hundred=self.language.number(PER_HUNDRED))
        return self.language.say("{n} per {hundred} customers", n=shown, hundred=self.language.number(PER_HUNDRED))

    def bare_change(self, outcome: str, value: float) -> str:
        """A difference without its unit, for a cell of a row that names it: +2.1."""
        return self._ends(outcome, value, value)[0]

    def bare_level(self, outcome: str, value: float) -> str:
        """The mean of an arm without its unit, for a cell of a row that names it: 12.4%; 14.2; £5.31."""
        if self.kind_of(outcome) != "count":
            return self.level(outcome, value)
        return self.language.number(value if outcome in self._frequent else value * PER_HUNDRED, 1)

    def measured(self, outcome: str) -> str:
        """An outcome for a cell, with the unit of its row: Orders per 100."""
        label = self.outcome_label(outcome)
        if self.kind_of(outcome) != "count" or outcome in self._frequent:
            return label
        return self.language.say("{outcome} per {hundred}", outcome=label, hundred=self.language.number(PER_HUNDRED))

    def change_between(self, outcome: str, low: float, high: float) -> Text:
        """The interval of a difference, for a bracket: interval +0.4 to +3.8 points."""
        low_shown, high_shown = self._ends(outcome, low, high)
        return self.language.say("interval {low} to {high}", low=low_shown, high=high_shown)

    def change_range(self, outcome: str, low: float, high: float) -> Text:
        """The interval of a difference, for a cell: +0.4 to +3.8."""
        low_shown, high_shown = self._ends(outcome, low, high)
        return self.language.say("{low} to {high}", low=low_shown, high=high_shown)

    def _ends(self, outcome: str, low: float, high: float) -> tuple[str, str]:
        """Both ends of the interval of a difference, the unit left out where the number before it has it."""
        kind, signed = self.kind_of(outcome), self.language.signed
        if kind == "money":
            return self.signed_money(low), self.signed_money(high)
        if kind == "binary" or (kind == "count" and outcome not in self._frequent):
            return signed(low * PER_HUNDRED, 1), signed(high * PER_HUNDRED, 1)
        decimals = 1 if max(abs(low), abs(high)) >= 1 else 2
        return signed(low, decimals), signed(high, decimals)

    def unit(self, outcome: str) -> str:
        """The unit of a difference for a chart's subtitle."""
        say, kind = self.language.say, self.kind_of(outcome)
        if kind == "binary":
            return say("percentage points")
        if kind == "count" and outcome in self._frequent:
            return say("a customer")
        if kind == "count":
            return say("per {hundred} customers", hundred=self.language.number(PER_HUNDRED))
        return self.language.currency_name if kind == "money" else say("difference of the means")

    def ratio_p(self, campaign: str) -> float:
        """p of the sample ratio of a campaign; NaN where it was not tested."""
        experiments = self.result.experiments
        if experiments is None:
            return math.nan
        found = experiments.verdicts[experiments.verdicts["campaign"] == campaign]
        return float(found["ratio_p"].iloc[0]) if len(found) else math.nan

    def window(self, campaign: str = "") -> Text:
        """The days in which an order counts, of one campaign or as the parameters say: 14 days."""
        row = self.campaign(campaign)
        days = self.parameters.window_days if row is None or pd.isna(row.window_days) else row.window_days
        return self.language.say_count("{count} day", "{count} days", int(days))

    @property
    def why_not(self) -> Text:
        """Why no campaign is evaluated, as a sentence."""
        return self.language.say("Not estimable: the data do not say who was contacted, and no list has been exported.")

    @functools.cached_property
    def days(self) -> tuple[dt.date, dt.date] | None:
        """First and last day on which somebody was assigned; None where no campaign has a day."""
        days = [pd.Timestamp(day).date() for one in self.listed for day in (one.first_on, one.last_on) if _is_day(day)]
        return (min(days), max(days)) if days else None

    @property
    def period(self) -> str:
        """First to last day of assignment; empty without days."""
        return "" if self.days is None else self.language.period(*self.days)

    @property
    def units(self) -> int:
        """Assignments looked at: a customer in three campaigns counts three times."""
        return sum(int(one.units) for one in self.listed)

    @property
    def source(self) -> Text:
        """The source line of a figure."""
        say, base = self.language.say, self.counted_assignments(self.units)
        if not self.period:
            return say("Source: {base}, without dates.", base=base)
        return say("Source: {base}, {period}.", base=base, period=self.period)

    def how(self, *own: tuple[Text, Text]) -> How:
        """The "How it was computed" box: own lines, then the data."""
        say, base = self.language.say, self.counted_assignments(self.units)
        if not self.period:
            return (*own, (say("Data"), say("{base}, without dates", base=base)))
        dated = say("{base}, {period}, calendar days in {zone}", base=base, period=self.period, zone=self.time_zone)
        return (*own, (say("Data"), dated))


def _known(value: Any) -> str:
    """A value as text; empty where there is none."""
    return "" if value is None or (not isinstance(value, str) and pd.isna(value)) else str(value).strip()


def _is_day(value: Any) -> bool:
    """Whether there is a day, and not a gap."""
    return value is not None and not pd.isna(value)
