"""The words around the comparison of a report: what it is compared with, what came of it, how it was tested."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from customer_analytics.analysis.changes.causes import Cause
from customer_analytics.analysis.changes.compared import LEVEL, SURE, Comparison, Kind, Row
from customer_analytics.language import Language, Text
from customer_analytics.narrative.changes.causes import cause
from customer_analytics.narrative.changes.values import value


def title(language: Language) -> Text:
    """The heading of the section."""
    return language.say("What changed since the last run")


def first_run(language: Language) -> Text:
    """What stands where there is nothing to compare with."""
    return language.say(
        "No earlier run holds this report so that it can be compared. The next run will be compared with this one."
    )


def against(language: Language, comparison: Comparison) -> Text:
    """What the report is compared with, and what came of it, in two sentences."""
    say = language.say
    before, now = (day(language, state.basis["as_of"]) for state in (comparison.before, comparison.now))
    if comparison.same_data:
        opening = say("Compared with the run before, of the same data up to {day}.", day=now)
    else:
        opening = say(
            "Compared with the run of the data up to {before}; this one goes up to {now}.", before=before, now=now
        )
    return _sentences(language, [opening, outcome(language, comparison)])


def outcome(language: Language, comparison: Comparison) -> Text:
    """How many findings are new, gone and moved."""
    say, count = language.say, comparison.count
    parts = [
        (count(Kind.MOVED), language.say_count("one finding moved", "{count} findings moved", count(Kind.MOVED))),
        (count(Kind.NEW), language.say_count("one is new", "{count} are new", count(Kind.NEW))),
        (count(Kind.GONE), language.say_count("one is no longer told", "{count} are no longer told", count(Kind.GONE))),
    ]
    told = [str(part) for number, part in parts if number]
    if comparison.forbidding:
        return say("A definition changed, so that what differs is not comparable.")
    if not told:
        return say("No finding is new or gone, and none moved beyond chance.")
    listed = language.listing(told)
    return say("Since then: {what}.", what=listed)


def in_summary(language: Language, comparison: Comparison) -> Text | None:
    """One sentence for the first screen, where something moved; None where nothing did."""
    moved = [row for row in comparison.rows if row.kind is Kind.MOVED]
    if not moved:
        return None
    earlier = day(language, comparison.before.basis["as_of"])
    heads = language.listing([_from_to(language, row) for row in moved[:_IN_A_SENTENCE]])
    return language.say_count(
        "Since the run up to {day} one number moved beyond chance: {heads}.",
        "Since the run up to {day} {count} numbers moved beyond chance, first {heads}.",
        len(moved),
        day=earlier,
        heads=heads,
    )


_IN_A_SENTENCE = 2


def _from_to(language: Language, row: Row) -> Text:
    before, now = (value(language, None if each is None else each.estimate) for each in (row.before, row.now))
    return language.say("“{head}” (from {before} to {now})", head=row.told.head, before=before, now=now)


def named_causes(language: Language, comparison: Comparison) -> list[Text]:
    """What changed beside the customers, one text each; of packages and columns with what they are."""
    return [cause(language, found) for found in comparison.causes]


def how(language: Language, comparison: Comparison) -> list[tuple[Text, Text]]:
    """The box that says how the comparison was made."""
    say = language.say
    items = [
        (
            say("Test"),
            say(
                "each change with the interval of a difference, from the intervals of both runs as if they were "
                "independent. Most customers are in both, so the test is cautious: what moved has moved, and a small "
                "change may go unseen"
            ),
        ),
        (
            say("Many at once"),
            say(
                "{tested} numbers of this report were tested together (Benjamini-Hochberg); over all reports of a run "
                "at most {sure} of those called moved are expected to be so by chance, of which each report may use "
                "{level}",
                tested=language.number(comparison.tested),
                sure=language.percent(SURE),
                level=language.percent(LEVEL, 1),
            ),
        ),
        (
            say("Matching"),
            say(
                "findings by their kind and by the segment, campaign or group they name; one about another group is a "
                "new one"
            ),
        ),
    ]
    if shared := overlap(language, comparison.before.basis, comparison.now.basis):
        items.append((say("Days in both runs"), shared))
    items.append((say("Left out"), say("differences of fewer people than the smallest group shown")))
    return items


def overlap(language: Language, before: Mapping[str, Any], now: Mapping[str, Any]) -> Text | None:
    """How many of the days of this run were in the earlier one too; None where a run has no days."""
    try:
        first0, last0, first1, last1 = (
            dt.date.fromisoformat(str(each)) for each in (*(before["period"] or ()), *(now["period"] or ()))
        )
    except ValueError:
        return None
    days = (last1 - first1).days + 1
    both = (min(last0, last1) - max(first0, first1)).days + 1
    return language.say(
        "{both} of the {days} days of this run were in the earlier one too, so that its numbers rest on much the same",
        both=language.number(max(both, 0)),
        days=language.number(days),
    )


def side_by_side(language: Language) -> Text:
    """What the table shows."""
    return language.say("Findings of both runs side by side")


def day(language: Language, written: str) -> str:
    """A day as a basis has it, in words; as it stands where it is none."""
    try:
        return language.date(dt.date.fromisoformat(written))
    except ValueError:
        return written


def _sentences(language: Language, parts: list[Text]) -> Text:
    return Text(("" if language.is_chinese else " ").join(str(part) for part in parts))


def of_cause(language: Language, found: Cause) -> Text:
    """What a cause means for the comparison."""
    if found.forbids:
        return language.say("The numbers mean something else than before: they are not compared.")
    return language.say("Named, because it may be a reason for what differs.")
