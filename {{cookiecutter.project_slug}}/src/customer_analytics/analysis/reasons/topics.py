"""Which features speak of the same thing: topics within families. A topic is what one sentence can say."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

# The families whose features can be a reason: somebody can speak of them or act on them. What somebody is (age, region)
# and where they came from counts in the probability and is no reason that a call could be about.
LISTED = ("rhythm", "value", "breadth", "discount", "service", "engagement", "payment", "contract")
REST, OWN = "rest", "own "
TOPICS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "rhythm": {
        "silence": ("silent_days", "own_gap_days", "silence_in_own_gaps", "own_gaps_shorter"),
        "frequency": (
            "days_there_30", "days_there_90", "days_there_year_rate", "days_there_all_rate", "days_there",
            "days_there_trend",
        ),
        "variation": ("gap_variation", "last_gap_in_own_gaps"),
        "newness": ("days_since_first",),
    },
    "value": {
        "spend": ("spend_90", "spend_year_rate", "spend_trend"),
        "size": ("average_order", "last_order_in_own_orders"),
    },
    "breadth": {
        "range": ("lines_per_order", "products", "categories", "channels_used"),
        "taste": ("main_category",),
    },
    "discount": {"share": ("discount_share", "discount_depth"), "first": ("first_order_discounted",)},
    "service": {
        "complaints": ("complaints_90", "complaints_early", "contacts_90"),
        "rating": ("rating_mean", "tone"),
        "returns": ("returns_year",),
    },
    "engagement": {
        "visits": ("silent_visit_days", "visit_days_30", "visit_days_90", "visits_trend", "events_90", "sessions_90"),
        "carts": ("cart_days_90", "carts_unbought_share"),
        "messages": (
            "messages_90", "messages", "days_since_message", "messages_opened_share", "messages_clicked_share",
            "unsubscribed",
        ),
    },
    "payment": {
        "trouble": ("unpaid_share", "payment_delay_hours", "failed_payments_90"),
        "method": ("last_payment_method",),
    },
    "contract": {
        "duration": ("contract_days", "contract_tenure"),
        "price": ("contract_price",),
        "plan": ("contract_plan",),
        "number": ("contracts_running", "contracts_ended", "contracts"),
    },
}  # fmt: skip


def topics(dictionary: pd.DataFrame) -> dict[str, str]:
    """The topic of each feature of a dictionary (feature, family, meaning_id): family.topic.

    A column of the client's own in a listed family is a topic of its own, `family.own <feature>`.
    """
    rows = dictionary[["feature", "family", "meaning_id"]].astype(str).itertuples(index=False)
    return {feature: _topic(feature, family, meaning) for feature, family, meaning in rows}


def _topic(feature: str, family: str, meaning: str) -> str:
    for topic, members in TOPICS.get(family, {}).items():
        if feature in members:
            return f"{family}.{topic}"
    is_own = meaning != feature and family in LISTED
    return f"{family}.{OWN}{feature}" if is_own else f"{family}.{REST}"


def listed(dictionary: pd.DataFrame) -> dict[str, str]:
    """The family of each topic that may be a reason: of the listed families, with something to act on."""
    of_feature = topics(dictionary)
    rows = dictionary[dictionary["actionable"].astype(bool) & dictionary["family"].isin(LISTED)]
    pairs = rows[["feature", "family"]].astype(str).itertuples(index=False)
    return {of_feature[feature]: family for feature, family in pairs}


def by_family(dictionary: pd.DataFrame) -> dict[str, list[str]]:
    """The features of each family, in the order of the dictionary."""
    return {str(family): [str(name) for name in own["feature"]] for family, own in dictionary.groupby("family")}


def by_topic(dictionary: pd.DataFrame) -> dict[str, list[str]]:
    """The features of each topic, in the order of the dictionary."""
    found: dict[str, list[str]] = {}
    for feature, topic in topics(dictionary).items():
        found.setdefault(topic, []).append(feature)
    return dict(sorted(found.items()))
