"""The words of the language: which are keywords, what each verb, table and function takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Verb:
    """What a verb looks at. `source`: the rows (analysis.query.sources); `what`: the words that may follow."""

    name: str
    source: str
    meaning: str
    what: tuple[str, ...] = ()


VERBS: Mapping[str, Verb] = {
    verb.name: verb
    for verb in (
        Verb("active", "activity", "placed an order or made an event"),
        Verb("ordered", "purchases", "made a purchase: a paid order whose net money is above 0"),
        Verb("bought", "order_lines", "bought a line of a purchase", ("category", "product")),
        Verb("returned goods", "returns", "gave something back: a refund, a refunded or a negative order"),
        Verb("visited", "events", "made any event"),
        Verb("did", "events", "made the event of this name", ("event",)),
        Verb("contacted", "sent", "was sent a message", ("campaign",)),
        Verb("opened", "opened", "opened a message", ("campaign",)),
        Verb("clicked", "clicked", "clicked in a message", ("campaign",)),
        Verb("unsubscribed", "unsubscribed", "unsubscribed", ("campaign",)),
        Verb("registered", "registrations", "registered"),
        Verb("gave feedback", "feedback", "wrote a review, answered a survey or called the service"),
        Verb("subscribed", "subscriptions", "began a contract"),
    )
}

SOURCES: Mapping[str, str] = {  # tables that functions name, with their meaning
    "purchases": "orders that are purchases: paid, net money above 0",
    "orders": "all orders, whatever became of them",
    "order_lines": "lines of purchases, with product, category and margin",
    "events": "events of known customers",
    "activity": "orders and events together, by day",
    "touches": "messages: one row an assignment",
    "feedback": "reviews, answers and service contacts",
    "subscriptions": "contracts",
}

NEEDS_COLUMN = ("sum", "mean", "minimum", "maximum", "distinct", "first", "last", "most")
NEEDS_NO_COLUMN = ("count", "share", "days_since_first", "days_since_last", "median_gap")
AGGREGATES = (*NEEDS_COLUMN, *NEEDS_NO_COLUMN)
CALLS: Mapping[str, tuple[int, int]] = {  # function -> fewest and most arguments
    "round": (1, 2),
    "log": (1, 1),
    "rank": (1, 1),
    "band": (2, 40),
    "coalesce": (2, 20),
    "days_since": (1, 1),
}
FUNCTIONS = (*AGGREGATES, *CALLS)

# Words that cannot be bare names, because they begin or join something; a fact of such a name stands in backticks.
RESERVED = frozenset(verb.split()[0] for verb in VERBS) | {
    "and",
    "or",
    "not",
    "in",
    "is",
    "contains",
    "starts",
    "ends",
    "where",
    "at",
    "exactly",
    "once",
    "within",
    "last",
    "since",
    "before",
    "after",
    "on",
    "between",
    "ago",
    "ever",
    "prior",
    "if",
    "then",
    "else",
    "true",
    "false",
    "top",
    "bottom",
    "by",
    "held",
    "fewer",
    "more",
}
UNITS: Mapping[str, str] = {
    f"{unit}{ending}": unit for unit in ("day", "week", "month", "year") for ending in ("", "s")
}
