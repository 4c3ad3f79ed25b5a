"""What an assistant may know of a project: runs, findings, metrics, tables, changes, audiences. Read-only.

Every name that is asked for is looked up in a list, never joined to a path, so nothing outside the runs is read.
Tables of single customers are not given, whatever the privacy level.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from customer_analytics.documents.workbook.reading import is_of_customers, read_table
from customer_analytics.engagement import Project
from customer_analytics.engagement.mistakes import nearest
from customer_analytics.narrative.glossary import REPORTS, term_of
from customer_analytics.pipeline.folders import LATEST, past_runs

MOST_ROWS = 200
_LONGEST_NAME = 200


class NotKnown(Exception):
    """Something was asked for that is not there. The text says what is."""


@dataclass(frozen=True)
class Answers:
    """The answers about one project."""

    project: Project

    def runs(self) -> list[dict[str, Any]]:
        """All runs, newest first."""
        return [
            {
                "run": run["run"],
                "as_of": run.get("as_of"),
                "created_at": run.get("created_at"),
                "language": run.get("language"),
                "reports": [_named(entry) for entry in run.get("reports", ()) if entry.get("status") == "complete"],
                "not_made": {
                    _named(entry): entry.get("reason")
                    for entry in run.get("reports", ())
                    if entry.get("status") != "complete"
                },
            }
            for run in past_runs(self.project)
        ]

    def findings(self, run: str, report: str, group: str) -> list[dict[str, Any]]:
        """Findings of a report with grade, number, interval, base, meaning and action."""
        found = json.loads((self._folder(run, report, group) / "findings.json").read_text(encoding="utf-8"))
        return list(found)

    def metrics(self, run: str, report: str, group: str, contains: str) -> dict[str, float | None]:
        """Metrics of a report whose name holds a text."""
        found = json.loads((self._folder(run, report, group) / "metrics.json").read_text(encoding="utf-8"))
        return {name: value for name, value in found.items() if contains.lower() in name.lower()}

    def explain(self, metric: str, language: str) -> dict[str, Any]:
        """What a metric means, as "rfm.gini"."""
        report, _, name = metric.partition(".")
        code = language if language in ("en", "zh_CN") else "en"
        term = term_of(report, name, code) if report in REPORTS else None
        if term is None:
            raise NotKnown(
                f"There is no metric {_cut(metric)}. Names are like rfm.gini; ask for the metrics of a report."
            )
        return {
            "name": term.name,
            "meaning": term.meaning,
            "formula": term.formula,
            "edge_cases": term.edge,
            "source": term.source,
            "metrics": list(term.metrics),
            "elsewhere": {tool.tool: f"{tool.says} ({tool.where})" for tool in term.elsewhere},
        }

    def tables(self, run: str, report: str, group: str) -> list[str]:
        """Names of the tables of a report that may be read."""
        return sorted(self._tables(run, report, group))

    def table(self, run: str, report: str, name: str, group: str, rows: int) -> dict[str, Any]:
        """Rows of a table, at most MOST_ROWS from the beginning."""
        known = self._tables(run, report, group)
        if name not in known:
            raise NotKnown(_not_among("table", name, known))
        table = read_table(report, name, known[name])
        shown = table.rows[: max(0, min(rows, MOST_ROWS))]
        plain = [[value.isoformat() if isinstance(value, dt.date) else value for value in row] for row in shown]
        return {"columns": list(table.columns), "rows": plain, "rows_in_all": len(table.rows)}

    def changes(self, run: str) -> dict[str, Any]:
        """What changed since the run before: findings new, gone and moved, and causes."""
        return dict(self._manifest(run).get("changes") or {})

    def alerts(self, run: str) -> list[dict[str, Any]]:
        """What fired in a run."""
        return list(self._manifest(run).get("alerts") or [])

    def audiences(self) -> list[dict[str, Any]]:
        """Lists that were made: condition, sizes, dates. No customer."""
        from customer_analytics.audiences.listing import list_audiences

        least = self.project.engagement.minimum_group
        return [
            {
                "name": listed.name,
                "condition": listed.condition,
                "as_of": listed.as_of,
                "to_contact": _told(listed.to_contact, least),
                "held_out": _told(listed.held_out, least),
                "expires_on": listed.expires_on,
            }
            for listed in list_audiences(self.project)
        ]

    def _manifest(self, run: str) -> Mapping[str, Any]:
        runs = past_runs(self.project)
        if run == LATEST and runs:
            return runs[0]
        for manifest in runs:
            if manifest["run"] == run:
                return manifest
        raise NotKnown(_not_among("run", run, {str(manifest["run"]): None for manifest in runs}))

    def _folder(self, run: str, report: str, group: str) -> Path:
        manifest = self._manifest(run)
        entries = {_named(entry): entry for entry in manifest.get("reports", ()) if entry.get("status") == "complete"}
        wanted = f"{report} ({group})" if group else report
        if wanted not in entries:
            raise NotKnown(_not_among("report", wanted, entries))
        entry = entries[wanted]
        return self.project.reports / str(manifest["run"]) / str(entry.get("folder") or "") / str(entry["name"])

    def _tables(self, run: str, report: str, group: str) -> dict[str, Path]:
        folder = self._folder(run, report, group) / "tables"
        return {path.stem: path for path in sorted(folder.glob("*.csv")) if not is_of_customers(path, folder)}


def _named(entry: Mapping[str, Any]) -> str:
    return f"{entry['name']} ({entry['subset']})" if entry.get("subset") else str(entry["name"])


def _told(count: int, least: int) -> int | None:
    """A number of people; None where they are few."""
    return count if count == 0 or count >= least else None


def _not_among(kind: str, name: str, known: Mapping[str, Any]) -> str:
    near = nearest(name[:_LONGEST_NAME], known)
    hint = f"Did you mean {near}? " if near else ""
    return f"There is no {kind} {_cut(name)}. {hint}Known: {', '.join(list(known)[:40]) or 'none'}."


def _cut(name: str) -> str:
    return repr(name[:_LONGEST_NAME])
