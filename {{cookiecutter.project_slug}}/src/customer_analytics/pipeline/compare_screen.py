"""What `analytics compare` shows: a table for each report, in English, or everything as JSON."""

from __future__ import annotations

import json
from pathlib import Path

from customer_analytics.analysis.changes.compared import Comparison, Kind
from customer_analytics.engagement import Project
from customer_analytics.language import Language
from customer_analytics.narrative.changes import frame
from customer_analytics.narrative.changes.rows import verdict
from customer_analytics.narrative.changes.values import change, value
from customer_analytics.pipeline.terminal import Terminal
from customer_analytics.pipeline.two_runs import TwoRuns
from customer_analytics.report.changes_page import PAGE, document

_HEADINGS = ("finding", "before", "now", "change", "verdict")
_LONGEST = 60  # characters of a finding's heading


def show_json(terminal: Terminal, project: Project, found: TwoRuns) -> None:
    """Everything as JSON on stdout."""
    language = Language("en", project.engagement.currency)
    content = document(found.old, found.new, found.comparisons, language)
    terminal.line(json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False))


def show_changes(terminal: Terminal, project: Project, found: TwoRuns, output: Path | None) -> None:
    """Each report: what it is compared with, the causes, and its findings but those that are as they were."""
    language = Language("en", project.engagement.currency)
    terminal.line(f"From {found.old} to {found.new}.")
    for comparison in found.comparisons:
        _show_report(terminal, comparison, language)
    for which, missing in ((found.old, found.only_old), (found.new, found.only_new)):
        if missing:
            names = ", ".join(report if subset is None else f"{report} ({subset})" for report, subset in missing)
            terminal.line(f"Only in {which}: {names}.")
    if output is not None:
        terminal.line(f"Page: {output / PAGE}")


def _show_report(terminal: Terminal, comparison: Comparison, language: Language) -> None:
    subset = comparison.now.basis["subset"]
    terminal.line()
    terminal.line(comparison.report if subset is None else f"{comparison.report} ({subset})")
    terminal.line(str(frame.against(language, comparison)))
    for each in frame.named_causes(language, comparison):
        terminal.line(f"  different: {each}")
    rows = [
        [
            _short(row.told.head),
            *(value(language, None if each is None or row.hidden else each.estimate) for each in (row.before, row.now)),
            change(language, row),
            str(verdict(language, row, comparison)),
        ]
        for row in comparison.rows
        if row.kind is not Kind.SAME
    ]
    if rows:
        terminal.table(_HEADINGS, rows, numbers=(1, 2, 3))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
