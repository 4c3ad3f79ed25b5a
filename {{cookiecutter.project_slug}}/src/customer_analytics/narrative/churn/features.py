"""The features in words: what each is called at the head of a line, and what its family is called."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import pandas as pd

from customer_analytics.analysis.features.feature import MONTH, QUARTER, RECENT
from customer_analytics.analysis.features.life import ORDERS
from customer_analytics.analysis.features.voice import EARLY_DAYS
from customer_analytics.language import Language, Text

if TYPE_CHECKING:
    from customer_analytics.narrative.churn.view import View

LONGEST = 60  # letters of a client's own heading


def feature_name(view: View, feature: str) -> Text:
    """What a feature is called at the head of a line; a column of the client's own by its own heading."""
    known = _names(view.language, view.kind).get(feature)
    if known is not None:
        return known
    column = feature.split(".", 1)[-1]
    shown = column if len(column) <= LONGEST else column[: LONGEST - 1] + "…"
    return view.language.say("Own column “{column}”", column=shown)


def family_name(view: View, family: str) -> Text:
    """What a family of features is called."""
    say = view.language.say
    return {
        "rhythm": say("Own rhythm"), "value": say("Spending"), "breadth": say("Breadth of purchases"),
        "discount": say("Discounts"), "service": say("Service and complaints"),
        "engagement": say("Visits and messages"), "payment": say("Payment"), "contract": say("Contract"),
        "origin": say("Origin"), "profile": say("Profile"),
    }[family]  # fmt: skip


def dictionary_table(view: View) -> pd.DataFrame:
    """features.csv: the dictionary of the features with their names in the report's language, and what is left out."""
    samples = view.result.samples
    if samples is None:
        return pd.DataFrame()
    table = samples.dictionary
    named = [str(feature_name(view, feature)) for feature in table["feature"]]
    families = [str(family_name(view, family)) for family in table["family"]]
    return table.assign(name=named, family_name=families)


@functools.lru_cache(maxsize=16)
def _names(language: Language, kind: str) -> dict[str, Text]:
    """Every feature of ours by its name."""
    return {
        **_rhythm(language, kind), **_orders(language), **_service(language), **_engagement(language),
        **_customers(language),
    }  # fmt: skip


def _rhythm(language: Language, kind: str) -> dict[str, Text]:
    say, number = language.say, language.number
    recent, quarter, month = ({"days": number(days)} for days in (RECENT, QUARTER, MONTH))
    if kind == ORDERS:
        return {
            "silent_days": say("Days since the last order"),
            "own_gap_days": say("Usual gap between own orders, days"),
            "silence_in_own_gaps": say("Silence in own usual gaps between orders"),
            "own_gaps_shorter": say("Share of own order gaps that were shorter than the silence"),
            "gap_variation": say("How irregular own order gaps are"),
            "last_gap_in_own_gaps": say("Last gap between orders in own usual gaps"),
            "days_there_30": say("Order days in the last {days} days", **recent),
            "days_there_90": say("Order days in the last {days} days", **quarter),
            "days_there_year_rate": say("Order days per {days} days, last year", **month),
            "days_there_all_rate": say("Order days per {days} days, since the first order", **month),
            "days_there": say("Order days, all"),
            "days_there_trend": say("Order days: last {days} days against those before", **quarter),
            "days_since_first": say("Days since the first order"),
        }
    return {
        "silent_days": say("Days since the last active day"),
        "own_gap_days": say("Usual gap between own active days"),
        "silence_in_own_gaps": say("Silence in own usual gaps between active days"),
        "own_gaps_shorter": say("Share of own gaps that were shorter than the silence"),
        "gap_variation": say("How irregular own gaps are"),
        "last_gap_in_own_gaps": say("Last gap in own usual gaps"),
        "days_there_30": say("Active days in the last {days} days", **recent),
        "days_there_90": say("Active days in the last {days} days", **quarter),
        "days_there_year_rate": say("Active days per {days} days, last year", **month),
        "days_there_all_rate": say("Active days per {days} days, since the first", **month),
        "days_there": say("Active days, all"),
        "days_there_trend": say("Active days: last {days} days against those before", **quarter),
        "days_since_first": say("Days since the first active day"),
    }


def _orders(language: Language) -> dict[str, Text]:
    say, number = language.say, language.number
    quarter, month = ({"days": number(days)} for days in (QUARTER, MONTH))
    return {
        "spend_90": say("Spent in the last {days} days", **quarter),
        "spend_year_rate": say("Spent per {days} days, last year", **month),
        "spend_trend": say("Spent: last {days} days against those before", **quarter),
        "average_order": say("Average order value"),
        "last_order_in_own_orders": say("Last order day's value against the own average order"),
        "discount_share": say("Share of orders with a discount"),
        "discount_depth": say("Discount as a share of the list value"),
        "first_order_discounted": say("First order at a discount"),
        "unpaid_share": say("Share of orders not paid"),
        "payment_delay_hours": say("Hours from order to payment"),
        "failed_payments_90": say("Failed payments in the last {days} days", **quarter),
        "last_payment_method": say("Way of payment of the last order"),
        "last_channel": say("Channel of the last order"),
        "last_store": say("Store of the last order"),
        "channels_used": say("Order channels used"),
        "lines_per_order": say("Lines per order"),
        "products": say("Different products bought"),
        "categories": say("Different categories bought"),
        "main_category": say("Category bought most"),
    }


def _service(language: Language) -> dict[str, Text]:
    say, number = language.say, language.number
    quarter = {"days": number(QUARTER)}
    return {
        "returns_year": say("Returns in the last year"),
        "contacts_90": say("Reviews and service contacts in the last {days} days", **quarter),
        "complaints_90": say("Complaints in the last {days} days", **quarter),
        "complaints_early": say("Complaints in the first {days} days", days=number(EARLY_DAYS)),
        "rating_mean": say("Mean rating given"),
        "tone": say("Tone of what was said"),
    }


def _engagement(language: Language) -> dict[str, Text]:
    say, number = language.say, language.number
    recent, quarter = ({"days": number(days)} for days in (RECENT, QUARTER))
    return {
        "silent_visit_days": say("Days since the last visit"),
        "visit_days_30": say("Visit days in the last {days} days", **recent),
        "visit_days_90": say("Visit days in the last {days} days", **quarter),
        "visits_trend": say("Visit days: last {days} days against those before", **quarter),
        "events_90": say("Events in the last {days} days", **quarter),
        "sessions_90": say("Sessions in the last {days} days", **quarter),
        "cart_days_90": say("Days with something put into the cart, last {days} days", **quarter),
        "carts_unbought_share": say("Share of cart days without an order"),
        "messages_90": say("Messages received in the last {days} days", **quarter),
        "messages": say("Messages received, all"),
        "days_since_message": say("Days since the last message"),
        "messages_opened_share": say("Share of messages opened"),
        "messages_clicked_share": say("Share of messages clicked"),
        "unsubscribed": say("Unsubscribed from messages"),
    }


def _customers(language: Language) -> dict[str, Text]:
    say = language.say
    return {
        "contracts_running": say("Running contracts"),
        "contracts_ended": say("Earlier contracts"),
        "contract_days": say("Days with the running contract"),
        "contract_price": say("Price of the contract"),
        "contract_plan": say("Plan of the contract"),
        "contract_tenure": say("Tenure of the contract"),
        "contracts": say("Number of contracts"),
        "days_since_registration": say("Days since registration"),
        "acquisition_channel": say("Acquisition channel"),
        "acquisition_campaign": say("Acquisition campaign"),
        "gender": say("Gender"),
        "region": say("Region"),
        "city": say("City"),
        "occupation": say("Occupation"),
        "income_band": say("Income band"),
        "age": say("Age in years"),
        "consent": say("Consent to messages"),
    }
