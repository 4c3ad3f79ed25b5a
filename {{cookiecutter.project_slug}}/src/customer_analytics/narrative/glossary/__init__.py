"""What each number means, in words of a client: meaning, formula, edge cases, source, and what other tools call so.

One source for the glossary of a run, for the guide's glossary and for whoever explains a metric: the files in `terms`,
one a report. A term names its metrics as docs/guide/metrics.md of the template writes them, `<…>` standing for a name.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import yaml

REPORTS = (
    "data_audit",
    "personas",
    "rfm",
    "funnel",
    "retention",
    "churn",
    "basket_rules",
    "campaign_evaluation",
)
_ELSEWHERE = "elsewhere"
_VARIABLE = re.compile(r"<[^<>]+>")
# C where it is built in, which reads these files ten times as fast; nothing but plain values either way.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Elsewhere:
    """What another tool shows under this name. `where`: address or title of the page that says so."""

    tool: str
    says: str
    where: str


@dataclass(frozen=True)
class Term:
    """A term of one report in one language. `metrics`: patterns of names in metrics.json."""

    id: str
    report: str
    name: str
    meaning: str
    formula: str
    edge: str
    source: str
    metrics: tuple[str, ...]
    elsewhere: tuple[Elsewhere, ...]

    def covers(self, metric: str) -> bool:
        """Whether a name in metrics.json is of this term."""
        return any(_pattern(pattern).fullmatch(metric) for pattern in self.metrics)


@functools.cache
def terms(report: str, language: str) -> tuple[Term, ...]:
    """The terms of a report, in their order.

    Raises:
        KeyError: there is no such report, or a term lacks a part or the language.
    """
    if report not in REPORTS:
        raise KeyError(report)
    return tuple(_term(entry, report, language) for entry in _read(report))


def term_of(report: str, metric: str, language: str) -> Term | None:
    """The term that explains a metric of a report; None where none does. Names with _low and _high are of their own."""
    candidates = [metric, re.sub(r"(_low|_high)(?=$|\.)", "", metric), re.sub(r"\.(low|high|mean)$", "", metric)]
    for name in candidates:
        for term in terms(report, language):
            if term.covers(name):
                return term
    return None


def _term(entry: Mapping[str, Any], report: str, language: str) -> Term:
    tools = _elsewhere()
    return Term(
        id=entry["id"],
        report=report,
        name=entry["name"][language],
        meaning=entry["meaning"][language],
        formula=entry["formula"][language],
        edge=entry["edge"][language],
        source=entry["source"],
        metrics=tuple(name.strip() for line in entry["metrics"] for name in line.split(",")),
        elsewhere=tuple(
            Elsewhere(tools[key]["tool"], tools[key]["says"][language], tools[key]["where"])
            for key in entry.get("elsewhere", ())
        ),
    )


@functools.cache
def _pattern(pattern: str) -> re.Pattern[str]:
    parts = _VARIABLE.split(pattern)
    return re.compile(".+".join(re.escape(part) for part in parts))


@functools.cache
def _elsewhere() -> Mapping[str, Any]:
    return dict(_read(_ELSEWHERE))


def _read(name: str) -> Any:
    text = files(__name__).joinpath("terms", f"{name}.yml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=_LOADER)
