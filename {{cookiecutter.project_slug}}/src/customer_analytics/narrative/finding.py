"""A finding: one sentence with its evidence, what it means, what to do, and how far it may be trusted."""

from __future__ import annotations

from dataclasses import asdict, dataclass
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
