"""What `analytics compare` writes: a page, and the same as changes.csv and changes.json."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from customer_analytics.analysis.changes.compared import Comparison, Kind, totals
from customer_analytics.engagement import Project
from customer_analytics.language import Language, Text
from customer_analytics.narrative.changes import frame
from customer_analytics.narrative.changes.rows import verdict
from customer_analytics.narrative.changes.values import change, value
from customer_analytics.report import page as pages
from customer_analytics.report.changes import cause_list, changes_table
from customer_analytics.report.changes_files import FORMAT, as_json, as_rows
from customer_analytics.report.page import Page
from customer_analytics.report.report_names import report_name

PAGE, TABLE, DOCUMENT = "index.html", "changes.csv", "changes.json"
_MOST_METRICS = 20


def document(old: str, new: str, comparisons: Sequence[Comparison], language: Language) -> dict[str, Any]:
    """The whole comparison as plain values."""
    reports = [as_json(each, language) for each in comparisons]
    return {"format": FORMAT, "old": old, "new": new, "counts": totals(comparisons), "reports": reports}


def write_changes(
    folder: Path, old: str, new: str, comparisons: Sequence[Comparison], project: Project, language: Language
) -> None:
    """Write the page, the table and the document into a folder. The same inputs give the same bytes."""
    import pandas as pd

    from customer_analytics.report import csv_files
    from customer_analytics.report.publishing import write_json

    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / DOCUMENT, document(old, new, comparisons, language))
    csv_files.write(folder / TABLE, pd.DataFrame(as_rows(comparisons, language)))
    page = _page(old, new, comparisons, project, language)
    sections = [_section(place, each, language) for place, each in enumerate(comparisons)]
    draw = functools.partial(_draw, sections=sections)
    pages.write(folder / PAGE, pages.finish(page, draw, language).html)


def _draw(page: Page, **values: Any) -> str:
    return pages.render("compare.html.j2", page=page, **values)


def _page(old: str, new: str, comparisons: Sequence[Comparison], project: Project, language: Language) -> Page:
    say = language.say
    fields: dict[str, Any] = pages.common(project, language, kind=say("Comparison of two runs"))
    fields["words"] |= {"contents": say("On this page")}
    return Page(
        **fields,
        title=say("What changed from {old} to {new}", old=old, new=new),
        standfirst=_standing(comparisons, language),
        facts=[(say("Earlier run"), old), (say("Later run"), new)],
        footer=say("Made by {consultancy}.", consultancy=project.engagement.consultancy),
        contents=[(_id(place), _name(each, language)) for place, each in enumerate(comparisons)],
    )


def _standing(comparisons: Sequence[Comparison], language: Language) -> Text:
    """What came of all reports together, in one sentence."""
    counts = totals(comparisons)
    shown = {kind: language.number(counts[kind.value]) for kind in (Kind.MOVED, Kind.NEW, Kind.GONE)}
    return language.say(
        "Over {reports} reports: findings that moved beyond chance {moved}, new {new}, no longer told {gone}.",
        reports=language.number(len(comparisons)),
        moved=shown[Kind.MOVED],
        new=shown[Kind.NEW],
        gone=shown[Kind.GONE],
    )


def _section(place: int, found: Comparison, language: Language) -> dict[str, Any]:
    metrics = [row for row in found.metrics if row.kind is Kind.MOVED]
    return {
        "id": _id(place),
        "name": _name(found, language),
        "deck": frame.against(language, found),
        "causes": cause_list(found, language),
        "table": changes_table(found, language),
        "metrics": [
            {
                "name": row.id,
                "before": value(language, None if row.before is None else row.before.estimate),
                "now": value(language, None if row.now is None else row.now.estimate),
                "change": change(language, row),
                "verdict": verdict(language, row, found),
            }
            for row in metrics[:_MOST_METRICS]
        ],
        "words": _words(len(metrics), language),
    }


def _words(metrics: int, language: Language) -> dict[str, Text]:
    say = language.say
    shown = min(metrics, _MOST_METRICS)
    return {
        "metric": say("Metric"),
        "before": say("Before"),
        "now": say("Now"),
        "change": say("Change"),
        "verdict": say("Verdict"),
        "metrics": say(
            "Metrics that moved beyond chance, tested together apart from the findings ({shown} of {count}; all are in "
            "changes.csv)",
            shown=language.number(shown),
            count=language.number(metrics),
        ),
    }


def _name(found: Comparison, language: Language) -> str:
    name, subset = report_name(found.report, language), found.now.basis["subset"]
    return f"{name} ({subset})" if subset else str(name)


def _id(place: int) -> str:
    return f"report-{place + 1}"
