"""Names that the data audit uses for tables, reports, weights and readings. All are messages of the catalogue."""

from __future__ import annotations

from collections.abc import Iterable

from customer_analytics.analysis.audit import Level, Severity
from customer_analytics.language import Language, Text

REPORT_NAMES = {
    "data_audit": "Data audit",
    "personas": "Personas",
    "rfm": "RFM",
    "funnel": "Funnel",
    "retention": "Retention",
    "churn": "Churn",
    "basket_rules": "Basket rules",
    "campaign_evaluation": "Campaign evaluation",
}
LEVEL_NAMES = {Level.GO: "Go", Level.LIMITS: "Go, with limits", Level.NO_GO: "No-go"}
LEVEL_ROLES = {Level.GO: "s1", Level.LIMITS: "warm", Level.NO_GO: "alert"}
SEVERITY_NAMES = {
    Severity.STOPS: "Stops a report",
    Severity.MATERIAL: "Material",
    Severity.MINOR: "Minor",
    Severity.NOTE: "To know",
}
SEVERITY_ROLES = {Severity.STOPS: "alert", Severity.MATERIAL: "warm", Severity.MINOR: "s3", Severity.NOTE: "faint"}
MARK_NAMES = {
    "closed": "closed weekday",
    "holiday": "public holiday",
    "gap": "no data",
    "collapse": "far too little",
    "spike": "far too much",
    "incomplete": "cut off",
}
READING_NAMES = {
    "as_loaded": "As loaded",
    "without_duplicates": "Exact copies left out",
    "without_cancellations": "Cancellations left out",
    "without_entries": "Book-keeping entries left out",
    "products_only": "Postage, fees and vouchers left out",
    "without_adjustments": "Stock adjustments left out",
    "priced_only": "Rows at no price left out",
    "known_customers": "Only rows with a customer",
    "paid_only": "Unpaid orders left out",
    "without_refunded": "Refunded orders left out",
    "without_strangers": "Machines, test accounts and staff left out",
    "strictest": "All of these left out",
}
NUMBER_WORDS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def report_name(language: Language, report: str) -> Text:
    """The name of a report."""
    return language.say(REPORT_NAMES[report])


def count_word(language: Language, count: int) -> str:
    """A small count as English writes it in a sentence (seven); Chinese and larger counts in digits."""
    if language.is_chinese or count >= len(NUMBER_WORDS):
        return language.number(count)
    return language.say(NUMBER_WORDS[count])


def listing(language: Language, items: list[str], most: int) -> Text:
    """The first items in a sentence, and how many more there are."""
    if len(items) <= most:
        return language.say("{items}", items=language.listing(items))
    rest = language.number(len(items) - most)
    shown = ("、" if language.is_chinese else ", ").join(items[:most])
    return language.say("{items} and {rest} more", items=shown, rest=rest)


def together(language: Language, parts: Iterable[str]) -> Text:
    """Sentences one after another; Chinese ones without a blank between them."""
    return Text(("" if language.is_chinese else " ").join(str(part) for part in parts))


def capital(text: str) -> str:
    """A name as it stands at the beginning of a sentence."""
    return text[:1].upper() + text[1:]
