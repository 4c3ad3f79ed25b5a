"""What a comparison of two runs comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from customer_analytics.analysis.changes.causes import Cause, Conditions
from customer_analytics.analysis.changes.difference import Difference, Estimate


class Verdict(StrEnum):
    """What became of a finding between two runs."""

    NEW = "new"
    GONE = "gone"
    MOVED = "moved"
    STEADY = "steady"  # compared; no difference that is more than chance
    OTHER_SUBJECT = "other_subject"  # the same sentence about another segment, campaign or product
    UNTESTED = "untested"  # no interval in one of the runs: shown without a verdict
    NOT_COMPARABLE = "not_comparable"  # a definition changed


@dataclass(frozen=True)
class Snapshot:
    """A report of a run, as its files hold it. `findings`: the entries of findings.json."""

    report: str
    language: str
    findings: Sequence[Mapping[str, Any]]
    conditions: Conditions = field(default_factory=Conditions)


@dataclass(frozen=True)
class Change:
    """One finding before and now. `q`: of no difference, over all that were tested. `head`, `section`: of now."""

    report: str
    id: str
    verdict: Verdict
    head: str
    head_before: str
    statement: str
    section: str
    grade: str
    before: Estimate
    now: Estimate
    difference: Difference | None = None
    q: float | None = None


@dataclass(frozen=True)
class ReportChanges:
    """A report against its earlier self. `tested`: how many findings could be tested."""

    report: str
    changes: tuple[Change, ...]
    causes: tuple[Cause, ...]

    @property
    def is_comparable(self) -> bool:
        """Whether the numbers mean the same in both."""
        return not any(cause.forbids for cause in self.causes)

    @property
    def tested(self) -> int:
        """How many findings were tested."""
        return sum(change.q is not None for change in self.changes)

    def of(self, *verdicts: Verdict) -> tuple[Change, ...]:
        """The changes with one of these verdicts."""
        return tuple(change for change in self.changes if change.verdict in verdicts)
