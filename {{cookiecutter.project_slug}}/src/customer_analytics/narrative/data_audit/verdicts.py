"""The verdicts in words: what a report rests on, what stands in its way, and what to ask the client for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customer_analytics.analysis.audit import Level, Reason, Verdict
from customer_analytics.language import Language, Text
from customer_analytics.narrative.data_audit.names import LEVEL_NAMES, together

_SHORT = {
    Level.NO_GO: "Days of data: {days}; at least {need} are needed.",
    Level.LIMITS: "Days of data: {days}; with fewer than {need}, slow buyers look lost.",
}
REASONS = {
    "no_rows": "No rows were loaded.",
    "no_orders": "No orders were sent.",
    "no_events": "No events were sent: what people did before they ordered is not recorded.",
    "no_orders_or_events": "Neither orders nor events were sent.",
    "no_lines": "No order lines were sent: what was bought together is not recorded.",
    "no_touches": "There is no record of who was contacted and when.",
    "no_customer_id": "No row carries a customer id, so nobody can say who came and who came back.",
    "no_person_in_events": "No event carries a customer or a visitor id.",
    "orders_of_nobody": "No order names a customer: each is followed by itself, from the order to the payment.",
    "no_amount": "No order carries an amount.",
    "too_few_customers": "Known customers: {count}; at least {need} are needed.",
    "few_customers": "Known customers: {count}; groups hold better from {need}.",
    "nothing_about_customers": "Nothing is known of the customers but their ids.",
    "attributes_only": "The client sent attributes of customers only, so there are tags and no groups.",
    "behaviour_only": "The client sent no attributes of customers, so groups rest on behaviour alone.",
    "money_without_customer": "{share} of the revenue has no customer behind it; the report speaks of the rest.",
    "rows_without_customer": "{share} of the rows have no person behind them; the report speaks of the rest.",
    "few_repeat_customers": "Customers active on more than one day: {count}; statements on repeat need {need}.",
    "one_event_only": "All events have one name; a funnel needs two steps.",
    "few_ended_contracts": "Contracts that have ended: {count}; at least {need} are needed.",
    "contracts_undated": "{count} of {total} contracts do not say when they began: a forecast cannot be tested on a "
    "later time.",
    "few_mixed_baskets": "Baskets with two different items: {count}; at least {need} are needed.",
    "some_mixed_baskets": "Baskets with two different items: {count}; rare pairs show from {need}.",
    "paths_only": "Only ready-made channel paths are there: credit can be shared out, effects cannot be measured.",
    "channels_only": "Nothing is known of who was contacted, only channels and spend: those can be compared, campaigns "
    "cannot.",
    "lists_only": "Only the lists of this project are known, not whether they were sent.",
    "no_outcome": "Nothing is known of what the contacted people did afterwards.",
    "no_control_group": "Nobody was held out, so the report can describe what followed a campaign, not what it caused.",
    "some_without_control": "{count} of {total} campaigns held nobody out; of those it can only say what followed.",
}
# What would lift the verdict: asked of the client in the section on next steps.
UNLOCK = {
    "no_rows": "Any export of orders or events.",
    "no_orders": "An export of orders: order number, customer number, time, amount.",
    "no_events": "The event log of the site or app: visitor or customer id, name of the event, time.",
    "no_orders_or_events": "An export of orders or of events with a customer id and a time.",
    "no_lines": "The lines of the orders: order number, product code, quantity, price.",
    "no_touches": (
        "The send log of the campaigns: campaign, customer, arm, time; and for the next one a held-out group."
    ),
    "no_customer_id": "A customer number on each order: account, loyalty card, or a hash of phone or e-mail.",
    "no_person_in_events": "A visitor or customer id on each event.",
    "orders_of_nobody": "A customer number on each order: account, loyalty card, or a hash of phone or e-mail.",
    "no_amount": "The amount of each order.",
    "too_few_customers": "A longer period or all stores: at least {need} customers.",
    "few_customers": "A longer period or all stores: at least {need} customers.",
    "nothing_about_customers": "Orders or events of these customers, or what the client knows of them.",
    "attributes_only": "Orders or events with customer numbers.",
    "behaviour_only": "The customer master: registration date, channel, region, year of birth, consent.",
    "money_without_customer": "The customer number of the anonymous orders: guest checkout, till, marketplace.",
    "rows_without_customer": "The visitor or customer id of the anonymous rows.",
    "few_repeat_customers": "A longer period, so that more customers have had the time to come back.",
    "one_event_only": "All events of the visit, not one kind only.",
    "few_ended_contracts": "The contracts that have ended, with their last day.",
    "contracts_undated": "The first day of each contract, and the last day of those that ended.",
    "few_mixed_baskets": "All lines of each order, not the first one only.",
    "some_mixed_baskets": "A longer period: at least {need} baskets with two different items.",
    "paths_only": "The send log with a held-out group, to measure effects as well.",
    "channels_only": (
        "The send log of the campaigns: campaign, customer, arm, time; and for the next one a held-out group."
    ),
    "lists_only": "The send log of the lists: who truly got the message, and when.",
    "no_outcome": "The orders or events of the contacted customers.",
    "no_control_group": "A held-out group in the next campaign, drawn at random and recorded.",
    "some_without_control": "A held-out group in every campaign, drawn at random and recorded.",
}
UNLOCK_LONGER = "Earlier data: at least {need} days in all."
_ONE = {
    "tables": "one table",
    "rows": "one row",
    "customers": "one customer",
    "people": "one person",
    "attributes": "one attribute",
    "orders": "one order",
    "events": "one event",
    "steps": "one kind of event",
    "days": "one day",
    "baskets": "one basket",
    "items": "one item",
    "with_two_items": "one basket with two items or more",
    "contacts": "one contact",
    "campaigns": "one campaign",
    "with_two_arms": "one of them with two arms",
    "contracts": "one contract",
    "ended": "one of them ended",
    "paths": "one channel path",
    "lists": "one list of the project",
    "channel_rows": "one row with a channel",
}
_BASES = {
    "tables": "{count} tables",
    "rows": "{count} rows",
    "customers": "{count} customers",
    "people": "{count} people",
    "attributes": "{count} attributes",
    "orders": "{count} orders",
    "events": "{count} events",
    "steps": "{count} kinds of event",
    "days": "{count} days",
    "baskets": "{count} baskets",
    "items": "{count} items",
    "with_two_items": "{count} baskets with two items or more",
    "contacts": "{count} contacts",
    "campaigns": "{count} campaigns",
    "with_two_arms": "{count} of them with two arms",
    "contracts": "{count} contracts",
    "ended": "{count} of them ended",
    "paths": "{count} channel paths",
    "lists": "{count} lists of the project",
    "channel_rows": "{count} rows with a channel",
}


def say_level(verdict: Verdict, language: Language) -> Text:
    """Go, go with limits, no-go."""
    return language.say(LEVEL_NAMES[verdict.level])


def say_reasons(verdict: Verdict, language: Language) -> Text:
    """Why the verdict is not better, one sentence a reason; what the report rests on when nothing is in its way."""
    if not verdict.reasons:
        return say_base(verdict, language)
    sentences = [say_reason(reason, language) for reason in verdict.reasons]
    return together(language, sentences)


def say_reason(reason: Reason, language: Language) -> Text:
    """One reason as a sentence."""
    message = _SHORT[reason.level] if reason.code == "short_history" else REASONS[reason.code]
    return language.say(message, **_shown(reason.values, language))


def say_unlock(reason: Reason, language: Language) -> Text:
    """What to ask the client for, so that this reason goes away."""
    message = UNLOCK_LONGER if reason.code == "short_history" else UNLOCK[reason.code]
    return language.say(message, **_shown(reason.values, language))


def say_base(verdict: Verdict, language: Language) -> Text:
    """What the report rests on, as a sentence."""
    if not any(verdict.base.values()):
        return language.say("Nothing to rest on.")
    return language.say("Rests on {counts}.", counts=say_counts(verdict, language))


def say_counts(verdict: Verdict, language: Language) -> str:
    """What the report rests on: 4,372 customers, 25,900 orders and 374 days; a dash for nothing."""
    counts = [language.say_count(_ONE[name], _BASES[name], count) for name, count in verdict.base.items() if count]
    return language.listing(counts) if counts else "–"


def _shown(values: Mapping[str, Any], language: Language) -> dict[str, str]:
    return {
        name: language.percent(value) if name == "share" else language.number(value) for name, value in values.items()
    }
