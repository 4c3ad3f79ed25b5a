"""What to do: one action a report with a place for who does it and until when, and the lists of customers it needs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from customer_analytics.language import Language
from customer_analytics.report.front_page.list_names import list_name
from customer_analytics.report.front_page.results import Results, known
from customer_analytics.report.report_names import report_name


def actions(results: Sequence[Results], language: Language) -> list[dict[str, Any]]:
    """One row a report that recommends something, in the order given."""
    return [
        {
            "action": report.entry["summary"]["recommendation"],
            "report": report_name(report.name, language),
            "page": report.entry["page"],
            "lists": lists(report, language),
        }
        for report in results
        if report.entry["summary"].get("recommendation")
    ]


def lists(report: Results, language: Language) -> list[dict[str, str]]:
    """The lists of customers to contact that the report wrote, with how many are on each; only files that exist."""
    found = []
    folder = PurePosixPath(str(report.entry["notebook"])).parent / "tables"
    for row in report.table("contact_lists"):
        name = str(row.get("list") or "")
        file = PurePosixPath(f"{name}.csv")
        if not name or file.is_absolute() or ".." in file.parts or not (report.folder / "tables" / file).is_file():
            continue
        count = known(row.get("customers"))
        found.append(
            {
                "name": list_name(language, file.stem),
                "count": language.say("few") if count is None else language.number(count),
                "address": (folder / file).as_posix(),
            }
        )
    return found
