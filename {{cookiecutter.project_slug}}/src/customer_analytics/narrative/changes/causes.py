"""The causes that made two runs differ, in words."""

from __future__ import annotations

from customer_analytics.analysis.changes.causes import Cause, Kind
from customer_analytics.language import Language, Text
from customer_analytics.narrative.table_names import TABLE_NAMES, table_name

_PRIVACY = {"executive": "aggregates only", "analyst": "hashed customer ids", "operations": "customer ids"}


def cause(language: Language, found: Cause) -> Text:
    """One cause in a few words: "bins 5 → 4"."""
    say = language.say
    before, now = found.before, found.now
    if found.kind is Kind.PRIVACY:
        before, now = (str(say(_PRIVACY[each])) if each in _PRIVACY else each for each in (before, now))
    if found.kind in _OF_A_TABLE:
        table = table_name(language, found.name) if found.name in TABLE_NAMES else found.name
        return say(_OF_A_TABLE[found.kind], table=table, before=before, now=now)
    return say(_MESSAGES[found.kind], name=found.name, before=before, now=now)


_MESSAGES = {
    Kind.PARAMETER: "{name} {before} → {now}",
    Kind.CURRENCY: "currency {before} → {now}",
    Kind.TIME_ZONE: "time zone {before} → {now}",
    Kind.IDENTITY: "the rules by which accounts are joined into persons",
    Kind.TAGS: "the catalogue of tags",
    Kind.TEMPLATE: "template {before} → {now}",
    Kind.CODE: "the code of the reports",
    Kind.ENGINE: "engine {before} → {now}",
    Kind.PACKAGE: "{name} {before} → {now}",
    Kind.PRIVACY: "privacy level {before} → {now}",
    Kind.MINIMUM_GROUP: "smallest group shown {before} → {now}",
}
_OF_A_TABLE = {
    Kind.READING: "how {table} are read: columns, filters or formats",
    Kind.TABLE_NEW: "{table} are new",
    Kind.TABLE_GONE: "{table} are no longer delivered",
    Kind.COLUMNS: "columns of {table}: without {before}, with {now}",
    Kind.RESTATED: "{before} of {now} past months of {table} were delivered otherwise than before",
}


def causes(language: Language, found: tuple[Cause, ...]) -> Text:
    """Several in one phrase."""
    return Text(language.joined(cause(language, each) for each in found))
