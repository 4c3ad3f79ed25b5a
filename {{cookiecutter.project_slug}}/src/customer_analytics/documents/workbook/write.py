"""Writing the workbook of a run, one for each set of reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from customer_analytics.documents.workbook import sheets as parts
from customer_analytics.documents.workbook.reading import Report, read_reports
from customer_analytics.documents.workbook.sheets import Sheets
from customer_analytics.engagement import Project
from customer_analytics.language import Language
from customer_analytics.report.report_names import report_name

FILE_NAME = "workbook.xlsx"
_COHORTS = ("retention", "cohorts")


def write_workbooks(folder: Path, manifest: Mapping[str, Any], project: Project) -> list[Path]:
    """Write workbook.xlsx into a run's folder, or into the folder of each group; returns the files.

    The same run gives the same bytes: a workbook is dated by the last day that counts.
    """
    code = str(manifest["language"])
    language = Language(code, project.engagement.currency, project.engagement.wording(code))
    by_group: dict[str, list[Mapping[str, Any]]] = {}
    for entry in manifest["reports"]:
        by_group.setdefault(str(entry.get("folder") or ""), []).append(entry)
    written = []
    for group, entries in by_group.items():
        reports = read_reports(folder / group, entries)
        if reports:
            path = folder / group / FILE_NAME
            _write(path, reports, manifest, project, language, entries[0].get("subset"))
            written.append(path)
    return written


def _write(
    path: Path,
    reports: list[Report],
    manifest: Mapping[str, Any],
    project: Project,
    language: Language,
    subset: str | None,
) -> None:
    from xlsxwriter import Workbook

    say, client = language.say, project.engagement.client
    day = dt.date.fromisoformat(str(manifest.get("as_of") or manifest["created_at"])[:10])
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(str(path), options) as book:
        book.set_properties(
            {
                "title": str(say("Reports for {client}", client=client)),
                "author": project.engagement.consultancy,
                "created": dt.datetime.combine(day, dt.time()),
            }
        )
        sheets = Sheets(book, language)
        contents = sheets.add(str(say("Contents")))
        back = contents.get_name()
        entries: list[dict[str, str]] = []

        def sheet_for(name: str, report: str, what: str) -> Any:
            sheet = sheets.add(name)
            entries.append({"sheet": sheet.get_name(), "report": report, "what": what})
            return sheet

        everything = str(say("All reports"))
        parts.findings_sheet(
            sheets, sheet_for(str(say("Findings")), everything, str(say("Findings of all reports"))), reports, back
        )
        parts.metrics_sheet(
            sheets, sheet_for(str(say("Metrics")), everything, str(say("Metrics of all reports"))), reports, back
        )
        for report in reports:
            title = report_name(report.name, language)
            for table in report.tables:
                if (report.name, table.name) == _COHORTS and table.rows and "complete" in table.columns:
                    what = str(say("Cohort triangle"))
                    parts.triangle_sheet(sheets, sheet_for(what, title, what), table, back)
                sheet = sheet_for(
                    f"{_short(report.name)} {table.name}", title, f"{report.name}/tables/{table.name}.csv"
                )
                parts.table_sheet(sheets, sheet, table, back)
        heading = f"{client} · {language.date(day)}" + (f" · {subset}" if subset else "")
        parts.contents_sheet(sheets, contents, heading, _notes(reports, manifest, language), entries)


def _notes(reports: list[Report], manifest: Mapping[str, Any], language: Language) -> list[str]:
    say = language.say
    left_out = sum(len(report.left_out) for report in reports)
    notes = [
        str(say("Run {run}. Every sheet holds a table of the reports, as it lies beside them.", run=manifest["run"])),
        str(
            say(
                "Shares are printed as percentages, amounts in {currency}. An empty cell is not known, not estimable "
                "or of too few people.",
                currency=language.currency,
            )
        ),
    ]
    if left_out:
        notes.append(
            str(
                language.say_count(
                    "One table of single customers is not in this workbook.",
                    "{count} tables of single customers are not in this workbook.",
                    left_out,
                )
            )
        )
    return notes


def _short(report: str) -> str:
    """The report in few letters, so that the table's name fits the tab."""
    return {"data_audit": "audit", "basket_rules": "baskets", "campaign_evaluation": "campaigns"}.get(report, report)
