"""What each topic of a reason says: one short sentence with the customer's own figures."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from customer_analytics.analysis.features.feature import QUARTER
from customer_analytics.analysis.features.life import ORDERS
from customer_analytics.analysis.reasons.topics import OWN
from customer_analytics.language import Language, Text

LONGEST = 40  # letters of a client's own value or heading
USUAL = (0.9, 1.1)  # a ratio in between tells nothing: another figure of the topic is told
REGULAR, IRREGULAR = 0.4, 1.0  # spread of the gaps in their own mean


@dataclass(frozen=True)
class Facts:
    """One customer's figures for one sentence."""

    language: Language
    kind: str
    values: Mapping[str, Any]

    def number(self, name: str) -> float:
        """The figure; NaN where it is not known."""
        value = self.values.get(name)
        return math.nan if value is None or pd.isna(value) else float(value)

    def count(self, name: str) -> int:
        """The figure as a count; unknown as 0."""
        value = self.number(name)
        return 0 if math.isnan(value) else round(value)

    def knows(self, name: str) -> bool:
        """Whether the figure is known."""
        return not math.isnan(self.number(name))

    def is_usual(self, name: str) -> bool:
        """Whether a ratio to the customer's own usual is about one."""
        return USUAL[0] <= self.number(name) <= USUAL[1]

    def text(self, name: str) -> str | None:
        """A text of the client, cut to a line; None where it is not known."""
        value = self.values.get(name)
        return None if value is None or pd.isna(value) else _cut(str(value))

    def days(self, count: float) -> Text:
        """A number of days."""
        return self.language.say_count("{count} day", "{count} days", round(count))

    @property
    def lately(self) -> Text:
        """The days that "lately" means."""
        return self.days(QUARTER)

    @property
    def orders(self) -> bool:
        """Whether being there is an order."""
        return self.kind == ORDERS


@dataclass(frozen=True)
class Speaker:
    """What a sentence is made of: the features that it reads with the decimals that it shows (None: a text)."""

    columns: Mapping[str, int | None]
    words: Callable[[Facts], Text]


def speaker_of(topic: str) -> Speaker:
    """How to speak of a topic."""
    known = SPEAKERS.get(topic)
    if known is not None:
        return known
    name = topic.partition(".")[2]
    if name.startswith(OWN):
        feature = name.removeprefix(OWN)
        return Speaker({feature: None}, lambda facts: _own(facts, feature))
    return Speaker({}, lambda facts: facts.language.say("Other things that are known of the customer"))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _own(facts: Facts, feature: str) -> Text:
    column, value = _cut(feature.split(".", 1)[-1]), facts.values.get(feature)
    if isinstance(value, float) and not math.isnan(value):
        shown = facts.language.number(value, 0 if value.is_integer() else 1)
    else:
        shown = facts.text(feature) or str(facts.language.say("not known"))
    return facts.language.say("{column}: {value}", column=column, value=shown)


def _silence(facts: Facts) -> Text:
    say, silence = facts.language.say, facts.days(facts.number("silent_days")) if facts.knows("silent_days") else None
    if silence is None:
        return say("No order so far") if facts.orders else say("Not active so far")
    if not facts.knows("own_gap_days"):
        if facts.orders:
            return say("Silent for {silence} after a single order day", silence=silence)
        return say("Silent for {silence} after a single active day", silence=silence)
    gap = facts.days(max(facts.number("own_gap_days"), 1))
    if facts.orders:
        return say("Silent for {silence}; usually orders every {gap}", silence=silence, gap=gap)
    return say("Silent for {silence}; usually active every {gap}", silence=silence, gap=gap)


def _frequency(facts: Facts) -> Text:
    language, there = facts.language, facts.count("days_there_90")
    if facts.orders:
        if not there:
            return language.say("No order in the last {span}", span=facts.lately)
        return language.say_count(
            "{count} order day in the last {span}", "{count} order days in the last {span}", there, span=facts.lately
        )
    if not there:
        return language.say("Not active in the last {span}", span=facts.lately)
    return language.say_count(
        "{count} active day in the last {span}", "{count} active days in the last {span}", there, span=facts.lately
    )


def _variation(facts: Facts) -> Text:
    say = facts.language.say
    if not facts.knows("last_gap_in_own_gaps"):
        return (
            say("Too few orders to know the own rhythm")
            if facts.orders
            else say("Too few active days to know the own rhythm")
        )
    spread = facts.number("gap_variation")
    if facts.is_usual("last_gap_in_own_gaps") and not math.isnan(spread):
        if spread < REGULAR:
            return say("Comes at regular intervals")
        return (
            say("Comes at irregular intervals") if spread > IRREGULAR else say("Comes at somewhat irregular intervals")
        )
    times = facts.language.number(facts.number("last_gap_in_own_gaps"), 1)
    if facts.orders:
        return say("Last gap between orders: {times} times the usual one", times=times)
    return say("Last gap between active days: {times} times the usual one", times=times)


def _newness(facts: Facts) -> Text:
    span = facts.days(facts.number("days_since_first") if facts.knows("days_since_first") else 0)
    if facts.orders:
        return facts.language.say("First order {span} ago", span=span)
    return facts.language.say("First active day {span} ago", span=span)


def _spend(facts: Facts) -> Text:
    spent = facts.number("spend_90")
    if not spent > 0:
        return facts.language.say("Spent nothing in the last {span}", span=facts.lately)
    return facts.language.say("Spent {money} in the last {span}", money=facts.language.money(spent), span=facts.lately)


def _size(facts: Facts) -> Text:
    language = facts.language
    if facts.knows("last_order_in_own_orders") and not (
        facts.is_usual("last_order_in_own_orders") and facts.knows("average_order")
    ):
        times = language.number(facts.number("last_order_in_own_orders"), 1)
        return language.say("Last order day: {times} times the own average order", times=times)
    return language.say("Average order: {money}", money=language.money(facts.number("average_order")))


def _range(facts: Facts) -> Text:
    language = facts.language
    if facts.knows("products"):
        return language.say_count(
            "{count} product bought so far", "{count} products bought so far", facts.count("products")
        )
    if facts.knows("categories"):
        return language.say_count(
            "Bought from {count} category so far", "Bought from {count} categories so far", facts.count("categories")
        )
    if facts.knows("channels_used"):
        return language.say_count(
            "Orders through {count} channel", "Orders through {count} channels", facts.count("channels_used")
        )
    return language.say("{lines} lines in an order", lines=language.number(facts.number("lines_per_order"), 1))


def _taste(facts: Facts) -> Text:
    name = facts.text("main_category")
    if name is None:
        return facts.language.say("Category bought most: not known")
    return facts.language.say("Buys mostly “{category}”", category=name)


def _discounts(facts: Facts) -> Text:
    share = facts.number("discount_share")
    if not share > 0:
        return facts.language.say("No order at a discount so far")
    return facts.language.say("{share} of the orders at a discount", share=facts.language.percent(share))


def _first_discount(facts: Facts) -> Text:
    if facts.number("first_order_discounted") > 0:
        return facts.language.say("The first order was at a discount")
    return facts.language.say("The first order was at full price")


def _complaints(facts: Facts) -> Text:
    language, lately = facts.language, facts.count("complaints_90")
    if lately:
        return language.say_count(
            "{count} complaint in the last {span}", "{count} complaints in the last {span}", lately, span=facts.lately
        )
    if facts.count("complaints_early"):
        return language.say("Complained in the first days")
    contacts = facts.count("contacts_90")
    if contacts:
        return language.say_count(
            "{count} review or service contact in the last {span}",
            "{count} reviews or service contacts in the last {span}", contacts, span=facts.lately,
        )  # fmt: skip
    return language.say("No review or service contact in the last {span}", span=facts.lately)


def _rating(facts: Facts) -> Text:
    say = facts.language.say
    if facts.knows("rating_mean"):
        return say("Mean rating given: {rating}", rating=facts.language.number(facts.number("rating_mean"), 1))
    tone = facts.number("tone")
    if math.isnan(tone):
        return say("No rating given so far")
    if tone < 0:
        return say("What was said sounds negative")
    return say("What was said sounds positive") if tone > 0 else say("What was said sounds mixed")


def _returns(facts: Facts) -> Text:
    return facts.language.say_count(
        "{count} return in the last year", "{count} returns in the last year", facts.count("returns_year")
    )


def _visits(facts: Facts) -> Text:
    language = facts.language
    if not facts.knows("silent_visit_days"):
        return language.say("No visit seen so far")
    ago, visits = facts.days(facts.number("silent_visit_days")), facts.count("visit_days_90")
    if not visits:
        return language.say("Last visit {ago} ago", ago=ago)
    return language.say_count(
        "Last visit {ago} ago; {count} visit day in the last {span}",
        "Last visit {ago} ago; {count} visit days in the last {span}", visits, ago=ago, span=facts.lately,
    )  # fmt: skip


def _carts(facts: Facts) -> Text:
    language, share = facts.language, facts.number("carts_unbought_share")
    if share > 0:
        return language.say("{share} of the cart days ended without an order", share=language.percent(share))
    return language.say_count(
        "{count} day with something put into the cart in the last {span}",
        "{count} days with something put into the cart in the last {span}", facts.count("cart_days_90"),
        span=facts.lately,
    )  # fmt: skip


def _messages(facts: Facts) -> Text:
    language, sent = facts.language, facts.count("messages")
    if facts.number("unsubscribed") > 0:
        return language.say("Has unsubscribed from messages")
    if sent and facts.knows("messages_opened_share"):
        return language.say_count(
            "Opened {share} of {count} message", "Opened {share} of {count} messages", sent,
            share=language.percent(facts.number("messages_opened_share")),
        )  # fmt: skip
    return language.say_count("{count} message received so far", "{count} messages received so far", sent)


def _trouble(facts: Facts) -> Text:
    language, failed = facts.language, facts.count("failed_payments_90")
    if failed:
        return language.say_count(
            "{count} failed payment in the last {span}", "{count} failed payments in the last {span}", failed,
            span=facts.lately,
        )  # fmt: skip
    if facts.number("unpaid_share") > 0:
        return language.say("{share} of the orders not paid", share=language.percent(facts.number("unpaid_share")))
    if facts.knows("payment_delay_hours"):
        delay = language.duration(3_600 * facts.number("payment_delay_hours"))
        return language.say("Pays {delay} after the order on average", delay=delay)
    return language.say("No payment known so far")


def _method(facts: Facts) -> Text:
    name = facts.text("last_payment_method")
    if name is None:
        return facts.language.say("Way of payment: not known")
    return facts.language.say("Last order paid by “{method}”", method=name)


def _duration(facts: Facts) -> Text:
    language = facts.language
    if facts.knows("contract_days"):
        return language.say("With the contract for {span}", span=facts.days(facts.number("contract_days")))
    return language.say("Tenure of the contract: {tenure}", tenure=language.number(facts.number("contract_tenure")))


def _price(facts: Facts) -> Text:
    return facts.language.say("Contract at {money}", money=facts.language.money(facts.number("contract_price")))


def _plan(facts: Facts) -> Text:
    name = facts.text("contract_plan")
    if name is None:
        return facts.language.say("Plan: not known")
    return facts.language.say("Plan “{plan}”", plan=name)


def _number(facts: Facts) -> Text:
    name = "contracts_running" if facts.knows("contracts_running") else "contracts"
    return facts.language.say_count("{count} contract", "{count} contracts", facts.count(name))


SPEAKERS: Mapping[str, Speaker] = {
    "rhythm.silence": Speaker({"silent_days": 0, "own_gap_days": 0}, _silence),
    "rhythm.frequency": Speaker({"days_there_90": 0}, _frequency),
    "rhythm.variation": Speaker({"last_gap_in_own_gaps": 1, "gap_variation": 1}, _variation),
    "rhythm.newness": Speaker({"days_since_first": 0}, _newness),
    "value.spend": Speaker({"spend_90": 0}, _spend),
    "value.size": Speaker({"last_order_in_own_orders": 1, "average_order": 0}, _size),
    "breadth.range": Speaker({"products": 0, "categories": 0, "channels_used": 0, "lines_per_order": 1}, _range),
    "breadth.taste": Speaker({"main_category": None}, _taste),
    "discount.share": Speaker({"discount_share": 2}, _discounts),
    "discount.first": Speaker({"first_order_discounted": 0}, _first_discount),
    "service.complaints": Speaker({"complaints_90": 0, "complaints_early": 0, "contacts_90": 0}, _complaints),
    "service.rating": Speaker({"rating_mean": 1, "tone": 1}, _rating),
    "service.returns": Speaker({"returns_year": 0}, _returns),
    "engagement.visits": Speaker({"silent_visit_days": 0, "visit_days_90": 0}, _visits),
    "engagement.carts": Speaker({"carts_unbought_share": 2, "cart_days_90": 0}, _carts),
    "engagement.messages": Speaker({"unsubscribed": 0, "messages": 0, "messages_opened_share": 2}, _messages),
    "payment.trouble": Speaker({"failed_payments_90": 0, "unpaid_share": 2, "payment_delay_hours": 0}, _trouble),
    "payment.method": Speaker({"last_payment_method": None}, _method),
    "contract.duration": Speaker({"contract_days": 0, "contract_tenure": 0}, _duration),
    "contract.price": Speaker({"contract_price": 0}, _price),
    "contract.plan": Speaker({"contract_plan": None}, _plan),
    "contract.number": Speaker({"contracts_running": 0, "contracts": 0}, _number),
}
