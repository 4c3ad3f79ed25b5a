"""A report as a run holds it: its findings and metrics, and what it rests on."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from customer_analytics.analysis.changes.difference import Estimate

_QUOTED = re.compile(r"[“\"「]([^“”\"「」]{1,200})[”\"」]")
_SENTENCE_END = re.compile(r"[.:] |[。：]")
_DIGITS = re.compile(r"[\d.,%]+")
# Findings whose heading names what they are about without quotation marks.
_NAMED_BY_HEADING = ("staying_", "leaves_first", "hazard_", "contracts")


@dataclass(frozen=True)
class Told:
    """A finding as an earlier report told it. `language`: of its words."""

    id: str
    head: str
    statement: str
    estimate: Estimate
    language: str = "en"
    page: str = ""

    @property
    def named(self) -> frozenset[str]:
        """Whom or what its heading names: the segment, campaign or group."""
        if self.id.startswith(_NAMED_BY_HEADING):
            return frozenset({_DIGITS.sub("", self.head).casefold().strip()})
        return _names(self.head)

    @property
    def about(self) -> frozenset[str]:
        """Whom or what its heading and the beginning of its statement name."""
        if self.id.startswith(_NAMED_BY_HEADING):
            return self.named
        return self.named | _names(_SENTENCE_END.split(self.statement, maxsplit=1)[0])


@dataclass(frozen=True)
class State:
    """A report of one run. `basis`: see report.basis."""

    report: str
    findings: tuple[Told, ...]
    metrics: Mapping[str, float]
    basis: Mapping[str, Any]

    def interval_of(self, name: str) -> Estimate:
        """A metric with its interval, where it has one, as metrics.json names it."""
        for low, high in ((f"{name}_low", f"{name}_high"), (f"{name}.low", f"{name}.high")):
            if low in self.metrics and high in self.metrics:
                return Estimate(self.metrics[name], self.metrics[low], self.metrics[high])
        return Estimate(self.metrics[name])

    def metric_of(self, estimate: Estimate) -> str | None:
        """The metric that holds a finding's number with its interval; None where none does."""
        if not estimate.is_testable:
            return None
        for name in self.metrics:
            held = self.interval_of(name)
            if held.is_testable and all(_same(a, b) for a, b in zip(held[:3], estimate[:3], strict=True)):
                return name
        return None


def told(entry: Mapping[str, Any], language: str, page: str = "") -> Told:
    """A finding from an entry of findings.json.

    Raises:
        KeyError, TypeError, ValueError: it is not one.
    """
    value, low, high = (number(entry[name]) for name in ("value", "low", "high"))
    estimate = Estimate(value, low, high, str(entry["unit"]))
    return Told(str(entry["id"]), str(entry["head"]), str(entry["statement"]), estimate, language, page)


def number(value: Any) -> float | None:
    """A number as JSON has it; None for null.

    Raises:
        TypeError: neither.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"not a number: {type(value).__name__}")
    return float(value)


def _names(text: str) -> frozenset[str]:
    return frozenset(name.casefold().strip() for name in _QUOTED.findall(text))


def _same(first: float | None, second: float | None) -> bool:
    return first is not None and second is not None and math.isclose(first, second, rel_tol=1e-9, abs_tol=1e-12)
