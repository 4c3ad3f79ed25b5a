"""What became of a finding between two runs, in words."""

from __future__ import annotations

from customer_analytics.analysis.changes.compared import Comparison, Kind, Row
from customer_analytics.language import Language, Text
from customer_analytics.narrative.changes.causes import causes
from customer_analytics.narrative.changes.values import change, unseen, value


def verdict(language: Language, row: Row, comparison: Comparison) -> Text:
    """The verdict of a row: moved, new, gone, not comparable, or what could not be told."""
    say = language.say
    if row.kind is Kind.CAUSED:
        return _caused(language, comparison)
    if row.hidden and row.kind in (Kind.UNTESTED, Kind.SAME):
        return say("differs by fewer people than are shown")
    if row.kind is Kind.UNTESTED:
        return say(_UNTESTED[row.why])
    if row.kind in (Kind.NEW, Kind.GONE):
        return _one_sided(language, row, comparison)
    if row.kind is Kind.MOVED:
        return say("**up**, beyond chance") if _is_up(row) else say("**down**, beyond chance")
    if row.difference is None:
        return say("as before")
    least = unseen(language, row, comparison.strictest)
    return say("no sure change; one of less than {least} could have gone unseen", least=least)


_UNTESTED = {
    "no_interval": "differs; not tested, as it has no interval",
    "subject": "not compared: it tells of other groups than before",
    "language": "not tested: told in two languages, perhaps of two things",
    "unit": "not comparable: told in another unit",
}


def _caused(language: Language, comparison: Comparison) -> Text:
    say = language.say
    if comparison.forbidding:
        return say("not comparable: {causes}", causes=causes(language, comparison.forbidding))
    if comparison.causes:
        return say("same data; told otherwise by: {causes}", causes=causes(language, comparison.causes))
    return say("same data and settings; told otherwise for no cause that the runs record")


def _one_sided(language: Language, row: Row, comparison: Comparison) -> Text:
    say = language.say
    is_new = row.kind is Kind.NEW
    if comparison.forbidding:
        return (
            say("**new**, under a changed definition")
            if is_new
            else say("**no longer told**, under a changed definition")
        )
    if row.difference is None:
        return (
            say("**new**; the earlier run holds no number to test it against")
            if is_new
            else say("**no longer told**; this run holds no number to test it against")
        )
    shown = change(language, row)
    if row.moved:
        return (
            say("**new**; its number moved beyond chance, {change}", change=shown)
            if is_new
            else say("**no longer told**; its number moved beyond chance, {change}", change=shown)
        )
    return (
        say("**new**, but its number did not surely move, {change}", change=shown)
        if is_new
        else say("**no longer told**, but its number did not surely move, {change}", change=shown)
    )


def sentence(language: Language, row: Row, comparison: Comparison) -> Text:
    """A row in one sentence, for the front page and messages."""
    say = language.say
    before, now = (value(language, None if each is None else each.estimate) for each in (row.before, row.now))
    shown = verdict(language, row, comparison)
    if row.hidden or row.before is None or row.now is None:
        return say("{verdict}.", verdict=Text(str(shown)))
    if row.kind is Kind.MOVED:
        return say("From {before} to {now}: {change}.", before=before, now=now, change=change(language, row))
    return say("From {before} to {now}: {verdict}.", before=before, now=now, verdict=Text(str(shown)))


def _is_up(row: Row) -> bool:
    found = row.difference
    return found is not None and found.change > (1 if found.is_ratio else 0)
