"""What the findings share: the finding that rests on one issue, its place, lists in sentences."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from customer_analytics.analysis.audit import Audit, Issue
from customer_analytics.analysis.audit.calendar import runs
from customer_analytics.language import Language, Text
from customer_analytics.narrative.data_audit.names import listing
from customer_analytics.narrative.data_audit.rules import say_fix
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.statistics import wilson

LARGE = 0.05  # share of revenue without a customer that comes before everything but the verdicts
MATERIAL = 0.01  # share of revenue from which a choice has to be agreed on


class Ranked(NamedTuple):
    """A finding with its place: the smaller, the earlier."""

    place: float
    finding: Finding


def issue_finding(
    name: str,
    issue: Issue,
    language: Language,
    head: Text,
    statement: Text,
    meaning: Text,
    section: str,
    value: float | None = None,
) -> Finding:
    """A finding that rests on one issue: the share of rows with its Wilson interval.

    `value`: the share of money that the heading speaks of instead; a sum over all rows has no interval.
    """
    fault = issue.fault
    low, high = wilson(fault.rows, fault.evaluated) if value is None else (None, None)
    return Finding(
        id=name,
        grade=Grade.C,
        head=head,
        statement=statement,
        meaning=meaning,
        action=say_fix(issue, language),
        section=section,
        value=fault.share if value is None else value,
        low=low,
        high=high,
        n=fault.evaluated,
        unit="share",
    )


def first_issue(audit: Audit, ids: Iterable[str]) -> Issue | None:
    """The gravest issue with one of the ids; None when none was found."""
    wanted = set(ids)
    return next((issue for issue in audit.issues if issue.id in wanted), None)


def place(audit: Audit, issue: Issue) -> float:
    """Findings stand in the order of their issues, after the verdicts and the unknown customers."""
    return 2 + audit.issues.index(issue)


def listed_days(found: list[dt.date], language: Language) -> Text:
    """Days as a list; runs as from to."""
    spans = [
        language.date(first)
        if first == last
        else language.say("{first} to {last}", first=language.date(first), last=language.date(last))
        for first, last in runs(found)
    ]
    return listing(language, [str(span) for span in spans], 4)
