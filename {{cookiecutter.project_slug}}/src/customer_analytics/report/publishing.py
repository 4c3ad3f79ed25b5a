"""What a report leaves beside its page: findings, metrics, tables and documents; and the summary for the exporter."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from IPython.display import display

from customer_analytics.disclosure.published_numbers import shown_count, shown_metrics, shown_tables
from customer_analytics.engagement.settings import Privacy
from customer_analytics.language import Text
from customer_analytics.narrative.finding import Finding, Summary
from customer_analytics.report import contact, csv_files, privacy
from customer_analytics.report.contact import Reachable, only_reachable
from customer_analytics.report.making import how_it_was_made
from customer_analytics.report.mime import REPORT

if TYPE_CHECKING:
    from customer_analytics.report.context import Report

FORMAT = 1
_MOST_KPIS = 4
_FILE_NAME = re.compile(r"[a-z0-9_]+(/[a-z0-9_]+)?(\.parquet)?")
_DOCUMENT_NAME = re.compile(r"[a-z0-9_]+(/[a-z0-9_]+)?\.(json|md|yml|graphml)")
# What an earlier run wrote beside the page.
_LEFT_BEHIND = ("tables/**/*.csv", "tables/**/*.parquet", "briefs/*.md", "test_plans/*.md", "*.graphml")


def publish(
    report: Report,
    summary: Summary,
    *,
    metrics: Mapping[str, float | int | None],
    tables: Mapping[str, pd.DataFrame],
    customer_tables: Mapping[str, pd.DataFrame],
    operations_tables: Mapping[str, pd.DataFrame],
    documents: Mapping[str, str] | None = None,
) -> None:
    """Write everything into `report.output` and display the summary for the exporter. See Report.publish."""
    if not 1 <= len(summary.kpis) <= _MOST_KPIS:
        raise ValueError(f"a summary has one to four figures, not {len(summary.kpis)}")
    if not summary.findings:
        raise ValueError("a summary has at least one finding; there is a sentence for when there is nothing to say")
    for name in [*tables, *customer_tables, *operations_tables]:
        if not _FILE_NAME.fullmatch(name):
            raise ValueError(f"a table is named with small letters, digits and underscores, not {name!r}")
    for name in documents or {}:
        if not _DOCUMENT_NAME.fullmatch(name):
            raise ValueError(
                "a document is named with small letters, digits and an ending .json, .md, .yml or .graphml, "
                f"not {name!r}"
            )
    folder, least = report.output, report.engagement.minimum_group
    metrics, tables = shown_metrics(report.name, metrics, least), shown_tables(report.name, tables, least)
    _clear(folder)
    write_json(folder / "findings.json", [finding_as_json(finding) for finding in summary.findings])
    write_json(folder / "metrics.json", {name: plain_number(name, value) for name, value in metrics.items()})
    for name, frame in tables.items():
        _write_table(folder / "tables", name, frame)
    for name, text in (documents or {}).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.rstrip("\n") + "\n", encoding="utf-8", newline="\n")
    level = report.engagement.privacy
    reachable = only_reachable(report, customer_tables) if level is not Privacy.EXECUTIVE else None
    if reachable is not None:
        customer_tables = reachable.tables
        _write_table(
            folder / "tables",
            contact.NAME,
            shown_tables(report.name, {contact.NAME: reachable.counts}, least)[contact.NAME],
        )
    if level is not Privacy.EXECUTIVE:
        for name, frame in customer_tables.items():
            safe = frame if level is Privacy.OPERATIONS else privacy.with_hashed_ids(frame, report.project)
            _write_table(folder / "tables", name, safe)
    if level is Privacy.OPERATIONS:
        for name, frame in operations_tables.items():
            _write_table(folder / "tables", name, frame)
    bundle = {REPORT: _for_exporter(report, summary, reachable), "text/plain": str(summary.title)}
    display(bundle, raw=True)  # type: ignore[no-untyped-call]


def finding_as_json(finding: Finding) -> dict[str, Any]:
    """One entry of findings.json."""
    return {
        "id": finding.id,
        "grade": finding.grade.value,
        "head": str(finding.head),
        "statement": str(finding.statement),
        "value": plain_number(finding.id, finding.value),
        "low": plain_number(finding.id, finding.low),
        "high": plain_number(finding.id, finding.high),
        "n": plain_number(finding.id, finding.n),
        "unit": finding.unit,
        "meaning": str(finding.meaning),
        "action": str(finding.action),
        "section": finding.section,
        "notable": finding.notable,
    }


def plain_number(name: str, value: Any) -> float | int | None:
    """A number as JSON has it: NaN and infinity become null; numpy's kinds become Python's.

    Raises:
        TypeError: not a number.
    """
    if value is None or value is pd.NA:
        return None
    if isinstance(value, (str, bool)) or not hasattr(value, "__float__"):
        raise TypeError(f"{name} is {type(value).__name__}, not a number")
    number = float(value)
    if not math.isfinite(number):
        return None
    whole = isinstance(value, int) or (hasattr(value, "dtype") and value.dtype.kind in "iu")
    return int(value) if whole else number + 0.0  # no minus before zero


def write_json(path: Path, content: Any) -> None:
    """Write JSON as a person can read it: UTF-8, LF, two spaces."""
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")


def _clear(folder: Path) -> None:
    """Make the folder, without what an earlier run wrote: one of its files may hold what this run must not show.

    Only in a folder that an earlier report left behind; in any other, nothing of someone else's is touched.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if not all((folder / name).is_file() for name in ("findings.json", "metrics.json")):
        return
    for pattern in _LEFT_BEHIND:
        for old in folder.glob(pattern):
            old.unlink()


def _write_table(folder: Path, name: str, frame: pd.DataFrame) -> None:
    """As CSV; as Parquet where the name ends so."""
    if not name.endswith(".parquet"):
        csv_files.write(folder / f"{name}.csv", frame)
        return
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_parquet(path, index=False)


def _for_exporter(report: Report, summary: Summary, reachable: Reachable | None) -> dict[str, Any]:
    first, last = report.period
    return {
        "format": FORMAT,
        "report": report.name,
        "language": report.language.code,
        "currency": report.language.currency,
        "title": rich(summary.title),
        "standfirst": rich(summary.standfirst),
        "kpis": [{"label": rich(k.label), "value": str(k.value), "note": rich(k.note)} for k in summary.kpis],
        "findings": [
            finding_as_json(finding)
            | {key: rich(getattr(finding, key)) for key in ("head", "statement", "meaning", "action")}
            for finding in summary.findings
        ],
        "recommendation": rich(summary.recommendation),
        "period": [first.isoformat(), last.isoformat()] if report.is_dated else None,
        "subset": report.subset,
        "made": how_it_was_made(report) | _contacts(report, reachable),
    }


def _contacts(report: Report, reachable: Reachable | None) -> dict[str, Any]:
    """Who was left out of the lists for contact, by reason; a number too small to be shown is null."""
    if reachable is None:
        return {}
    left = {why: shown_count(count, report.engagement.minimum_group) for why, count in reachable.left_out.items()}
    return {"contact": {"records_consent": reachable.records_consent, "left_out": left}}


def rich(text: str) -> list[str]:
    """A text as data: plain and bold pieces in turn, beginning with a plain one."""
    return text.pieces if isinstance(text, Text) else [str(text)]
