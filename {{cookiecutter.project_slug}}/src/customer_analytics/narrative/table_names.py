"""What the canonical tables are called in sentences."""

from __future__ import annotations

from customer_analytics.language import Language, Text

TABLE_NAMES = {
    "customers": "customers",
    "orders": "orders",
    "order_lines": "order lines",
    "events": "events",
    "campaigns": "campaigns",
    "touches": "contacts",
    "spend": "advertising spend",
    "feedback": "feedback",
    "identities": "identifiers",
    "products": "products",
    "subscriptions": "contracts",
    "channel_paths": "channel paths",
}


def table_name(language: Language, table: str) -> Text:
    """The name of a table, as it stands inside a sentence."""
    return language.say(TABLE_NAMES.get(table, table))
