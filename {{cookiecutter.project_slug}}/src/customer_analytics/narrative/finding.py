"""A finding: one sentence with its evidence, what it means, what to do, and how far it may be trusted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from customer_analytics.language import Text


class Grade(StrEnum):
    """Evidence grade; it binds the verbs that a statement may use."""

    A = "A"  # randomised comparison, sample ratio sound: caused, raised, lowered
    B = "B"  # held-out prediction, or adjusted comparison with balance shown: predicts, goes with
    C = "C"  # description with an interval: is, has, differs
    D = "D"  # before/after, or base below the minimum: was, "not estimable: n = 12"


@dataclass(frozen=True)
class Finding:
    """One finding. Numbers are plain (shares as fractions); None where not estimable.

    `section`: id of the report section that holds the evidence. `notable`: False for the sentence that is said when
    there is nothing to say; it stays out of the executive summary unless nothing else is there.
    """

    id: str
    grade: Grade
    head: Text
    statement: Text
    meaning: Text
    action: Text
    section: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    unit: str = ""
    notable: bool = True

    def as_json(self) -> dict[str, Any]:
        """The finding as plain values for findings.json."""
        return {key: str(value) if isinstance(value, str) else value for key, value in asdict(self).items()}


@dataclass(frozen=True)
class Kpi:
    """One figure of the strip at the top of a report."""

    label: Text
    value: str
    note: Text


@dataclass(frozen=True)
class Summary:
    """What the first screen says: the conclusion as title, its standfirst, figures, findings, one recommendation."""

    title: Text
    standfirst: Text
    kpis: tuple[Kpi, ...]
    findings: tuple[Finding, ...]
    recommendation: Text


FIRST_SCREEN = 6  # findings, so that the summary fits one printed page


def told_in_order(found: Iterable[Finding | None]) -> tuple[Finding, ...]:
    """The findings there are, in their order; beyond FIRST_SCREEN notable ones they are told in their sections only."""
    told: list[Finding] = []
    for finding in found:
        if finding is not None:
            full = sum(each.notable for each in told) >= FIRST_SCREEN
            told.append(replace(finding, notable=False) if full else finding)
    return tuple(told)


def told_in_section(findings: Iterable[Finding], section: str) -> list[Finding]:
    """Findings that belong to a section and are not on the first screen."""
    return [finding for finding in findings if finding.section == section and not finding.notable]
