"""What the sentences share: the result with its language, how people, windows and methods are called, usual phrases."""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from customer_analytics.analysis.rfm.customers import as_date
from customer_analytics.language import Language, Text
from customer_analytics.narrative.estimates import Estimates
from customer_analytics.narrative.exhibits import How

if TYPE_CHECKING:
    from customer_analytics.analysis.churn.result import ChurnResult
    from customer_analytics.analysis.churn.study import Study
    from customer_analytics.analysis.scoring.result import ScoringResult

CONTRACTUAL = ("contracts", "snapshot")


@dataclass(frozen=True)
class View(Estimates):
    """The result as this report may show it.

    `minimum_group`: groups with fewer people are not shown by themselves; `time_zone`: zone of the calendar days;
    `industry`: as in engagement.yml. The parts of the result (study, scoring, reasons, actions, hazard …) are read from
    `result`; each may be None.
    """

    result: ChurnResult
    language: Language
    minimum_group: int
    time_zone: str = "UTC"
    industry: str = ""

    @property
    def study(self) -> Study:
        """What leaving means here."""
        return self.result.study

    @property
    def scoring(self) -> ScoringResult | None:
        """The tested forecasts; None where there are none at all."""
        found = self.result.scoring
        return found if found is not None and found.is_estimable else None

    @property
    def kind(self) -> str:
        """What leaving means: orders, activity, contracts or snapshot."""
        return self.study.kind

    @property
    def is_contractual(self) -> bool:
        """Whether leaving is the end of a contract."""
        return self.kind in CONTRACTUAL

    @property
    def n(self) -> int:
        """People who are here now."""
        return self.study.running

    @property
    def minimum_base(self) -> int:
        """Base below which no rate is printed."""
        return self.result.parameters.minimum_base

    @property
    def least(self) -> int:
        """People that a shown rate needs."""
        return max(self.minimum_base, self.minimum_group)

    @property
    def predicts(self) -> bool:
        """Whether something tells who leaves, beyond chance."""
        return self.scoring is not None and not self.scoring.nothing_predicts

    @property
    def is_tested_later(self) -> bool:
        """Whether the forecast was tested on a later time than it learned from."""
        return self.scoring is not None and self.scoring.out_of_time

    @property
    def are_customers(self) -> bool:
        """Whether the people are customers, without anonymous visitors."""
        return self.study.life.people == "customers"

    def counted(self, count: int) -> Text:
        """A count of people: 2,811 customers; 2,000 people."""
        if self.are_customers:
            return self.language.say_count("{count} customer", "{count} customers", count)
        return self.language.say_count("{count} person", "{count} people", count)

    @property
    def people(self) -> Text:
        """Who they are, without a number."""
        return self.language.say("customers") if self.are_customers else self.language.say("people")

    def days(self, count: int) -> Text:
        """A number of days: 90 days."""
        return self.language.say_count("{count} day", "{count} days", count)

    @property
    def horizon(self) -> Text:
        """Length of the predicted window: 90 days."""
        return self.days(self.study.windows.horizon_days)

    @property
    def ahead(self) -> Text:
        """The predicted window, inside a sentence: in the next 90 days."""
        say, windows = self.language.say, self.study.windows
        if windows.gap_days:
            return say("in the {days} that begin {gap} from now", days=self.horizon, gap=self.days(windows.gap_days))
        return say("in the next {days}", days=self.horizon)

    @property
    def leave(self) -> Text:
        """Leaving from now on, after "will": place no order in the next 90 days."""
        say = self.language.say
        return {
            "orders": say("place no order {ahead}", ahead=self.ahead),
            "activity": say("not come back {ahead}", ahead=self.ahead),
            "contracts": say("end their contract {ahead}", ahead=self.ahead),
        }.get(self.kind) or say("end their contract")

    @property
    def definition(self) -> Text:
        """What counts as leaving, after "leaving means": no order within 90 days."""
        say = self.language.say
        return {
            "orders": say("no order within {days}", days=self.horizon),
            "activity": say("no activity within {days}", days=self.horizon),
            "contracts": say("no contract any more after {days}", days=self.horizon),
        }.get(self.kind) or say("that all contracts had ended when the data were exported")

    def method(self, name: str) -> Text:
        """What a way to forecast is called, inside a sentence."""
        say = self.language.say
        recency = say("days since the last order") if self.kind == "orders" else say("days since the last activity")
        return {
            "logistic": say("the logistic model"),
            "trees": say("the tree model"),
            "recency": say("time with the contract") if self.is_contractual else recency,
            "tenure": say("time with the contract"),
            "plan": say("the plan alone"),
            "rfm": say("the RFM cell"),
            "p_alive": say("P(alive) of the purchase model"),
            "rate": say("the base rate alone"),
        }.get(name) or say("the rule “{name}”", name=name)

    def method_name(self, name: str) -> Text:
        """The same at the head of a line or as a label."""
        say = self.language.say
        recency = say("Days since the last order") if self.kind == "orders" else say("Days since the last activity")
        return {
            "logistic": say("Logistic model"),
            "trees": say("Tree model"),
            "recency": say("Time with the contract") if self.is_contractual else recency,
            "tenure": say("Time with the contract"),
            "plan": say("Plan alone"),
            "rfm": say("RFM cell"),
            "p_alive": say("P(alive)"),
            "rate": say("Base rate alone"),
        }.get(name) or say("Rule “{name}”", name=name)

    @functools.cached_property
    def why_not(self) -> Text:
        """Why nothing can be forecast, as a sentence."""
        say, reason = self.language.say, self.study.reason or getattr(self.result.scoring, "reason", "")
        least = self.language.number(self.minimum_base)
        return {
            "no_data": say("Not estimable: the data hold no dated order, event or contract of a known person."),
            "too_short": say(
                "Not estimable: the data are too short. A test takes a window to look back on, and a whole window "
                "after it in which people could stay or leave."
            ),
            "too_few": say("Not estimable: at no past cut-off were {least} people here.", least=least),
            "everybody_left": say("Not estimable: everybody who was here at a past cut-off left."),
            "nobody_left": say("Not estimable: nobody who was here at a past cut-off left."),
            "no_cuts": say("Not estimable: there is no past cut-off to learn from."),
            "few_people": say("Not estimable: fewer than {least} people were here at the past cut-offs.", least=least),
            "few_left": say("Not estimable: too few have left to learn from them."),
            "few_in_cut": say("Not estimable: at each past cut-off too few left, or too few stayed, to learn from."),
            "few_stayed": say("Not estimable: too few have stayed to learn from them."),
        }.get(reason) or say("Not estimable: nothing was forecast.")

    def day(self, number: int) -> str:
        """A day number as a date in words."""
        return self.language.date(as_date(number))

    @property
    def period(self) -> str:
        """First to last day of the data."""
        windows = self.study.windows
        return self.language.period(as_date(windows.first), max(as_date(windows.now - 1), as_date(windows.first)))

    @property
    def today(self) -> dt.date:
        """The last day that counts."""
        return as_date(self.study.windows.now - 1)

    @property
    def tested(self) -> Text:
        """On what the forecasts were tested: 3 later cut-offs, 7,204 cases."""
        say, scoring = self.language.say, self.scoring
        if scoring is None:
            return say("not tested")
        cases = self.language.number(len(scoring.predictions))
        if not scoring.out_of_time:
            return say("people left out in turn, {cases} cases", cases=cases)
        return self.language.say_count(
            "{count} later cut-off, {cases} cases", "{count} later cut-offs, {cases} cases", len(scoring.tests),
            cases=cases,
        )  # fmt: skip

    @property
    def source(self) -> Text:
        """The source line of a figure on the tests."""
        say = self.language.say
        what = {"orders": say("orders"), "activity": say("all activity")}.get(self.kind, say("contracts"))
        if self.kind == "snapshot":
            return say("Source: {what}; tested on {tested}.", what=what, tested=self.tested)
        return say("Source: {what}, {period}; tested on {tested}.", what=what, period=self.period, tested=self.tested)

    def how(self, *own: tuple[Text, Text]) -> How:
        """The "How it was computed" box: own lines, then the data. What holds for every table is said once, in the
        method: what leaving means, the windows, who is left out."""
        say = self.language.say
        if self.kind == "snapshot":
            return own
        dated = say("{period}, calendar days in {zone}", period=self.period, zone=self.time_zone)
        return (*own, (say("Period"), dated))

    def numbers_between(self, low: float, high: float, decimals: int = 1) -> Text:
        """An interval of a plain number, for a bracket: interval 1.8 to 2.4."""
        number = self.language.number
        return self.language.say("interval {low} to {high}", low=number(low, decimals), high=number(high, decimals))

    def money_between(self, low: float, high: float) -> Text:
        """An interval of an amount, for a bracket."""
        money = self.language.money
        return self.language.say("interval {low} to {high}", low=money(low), high=money(high))
