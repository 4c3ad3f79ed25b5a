"""What the slides of a run say, gathered before anything is drawn: all of it stands in run.json and the pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from customer_analytics.documents.slides.charts import Chart, charts_of, taken
from customer_analytics.engagement import Project
from customer_analytics.language import Language
from customer_analytics.narrative.finding import Grade
from customer_analytics.report.front_page import state
from customer_analytics.report.front_page.actions import actions
from customer_analytics.report.front_page.cards import absent, verdict
from customer_analytics.report.front_page.ranking import ranked
from customer_analytics.report.front_page.results import Results, read_results
from customer_analytics.report.report_names import report_name
from customer_analytics.report.summary import selected
from customer_analytics.report.words import evidence, interval

Entry = Mapping[str, Any]


@dataclass(frozen=True)
class FindingSlide:
    """A finding: who says it, its texts, its chart if its section has one left, and the way back to the report."""

    report: str
    grade: str
    evidence: str
    head: str
    statement: Sequence[str]
    meaning: str
    action: str
    chart: Chart | None
    known: str
    address: str


@dataclass(frozen=True)
class Deck:
    """The slides of one set of reports. `of`: which customers; empty for all. `kpis`: label, value, note.

    `standing`: the base in two sentences. `changes` and `alerts`: head and statement. `actions`: what, and by which
    report. `limits`: report, what the data can carry, why.
    """

    of: str
    conclusion: str
    facts: str
    kpis: Sequence[tuple[str, str, str]]
    standing: str
    findings: Sequence[FindingSlide]
    changes: Sequence[tuple[str, str]]
    alerts: Sequence[tuple[str, str]]
    actions: Sequence[tuple[str, str]]
    limits: Sequence[tuple[str, str, str]]


def decks(folder: Path, manifest: Mapping[str, Any], project: Project, language: Language) -> dict[PurePosixPath, Deck]:
    """The slides of a run: where they belong -> what they say. With `--for-each` a deck for each group."""
    entries: list[Entry] = list(manifest["reports"])
    groups = manifest.get("for_each")
    if not groups:
        return {PurePosixPath(): _deck(folder, manifest, entries, project, language, "")}
    found = {}
    for group in groups["sets"]:
        place = str(group["folder"]).strip("/")
        own = [entry for entry in entries if str(entry.get("folder") or "").strip("/") == place]
        found[PurePosixPath(place)] = _deck(folder, manifest, own, project, language, str(group["value"]))
    return found


def _deck(
    folder: Path, manifest: Mapping[str, Any], entries: Sequence[Entry], project: Project, language: Language, of: str
) -> Deck:
    results = read_results(folder, entries)
    top = ranked(results)
    told = [item for item in (manifest.get("changes") or {}).get("items", ()) if not of]
    return Deck(
        of=of,
        conclusion=str(top[0].report.entry["summary"]["title"]) if top else "",
        facts=_facts(manifest, project, language),
        kpis=[(str(k["label"]), str(k["value"]), str(k["note"])) for k in _kpis(results, language)],
        standing=str(state.standing(results, language)),
        findings=[slide for report in results for slide in _findings(folder, report, language)],
        changes=[(str(item["head"]), str(item["statement"])) for item in told],
        alerts=[(str(a["title"]), str(a["statement"])) for a in manifest.get("alerts") or () if not of],
        actions=[(str(row["action"]), str(row["report"])) for row in actions(results, language)],
        limits=[_limit(entry, language) for entry in entries],
    )


def _kpis(results: Sequence[Results], language: Language) -> list[Mapping[str, Any]]:
    """The figures of the front page, then the first one of each report, up to eight."""
    found: list[Mapping[str, Any]] = list(state.kpis(results, language))
    found += [report.entry["summary"]["kpis"][0] for report in results if report.entry["summary"]["kpis"]]
    return found[:8]


def _findings(folder: Path, report: Results, language: Language) -> list[FindingSlide]:
    """The findings of the report's first screen."""
    page = str(report.entry["page"])
    left = charts_of(folder / page)
    found = []
    for finding in selected(report.findings):
        section = str(finding.get("section") or "")
        name = PurePosixPath(page).name
        found.append(
            FindingSlide(
                report=report_name(report.name, language),
                grade=str(finding["grade"]),
                evidence=str(evidence(language, Grade(finding["grade"]))),
                head=str(finding["head"]),
                statement=[str(piece) for piece in finding["rich"]]
                if isinstance(finding["rich"], list)
                else [str(finding["rich"])],
                meaning=str(finding.get("meaning") or ""),
                action=str(finding.get("action") or ""),
                chart=taken(left, section),
                known=interval(language, {"low": None, "high": None, "n": None, "unit": ""} | dict(finding)),
                address=f"{name}#{section}" if section else name,
            )
        )
    return found


def _facts(manifest: Mapping[str, Any], project: Project, language: Language) -> str:
    """Client, last day and run, for the foot of each slide."""
    from customer_analytics.report.front_page.cards import day

    parts = [project.engagement.client]
    if manifest.get("as_of"):
        parts.append(str(language.say("data up to {day}", day=day(manifest["as_of"], language))))
    return " · ".join(parts)


def _limit(entry: Entry, language: Language) -> tuple[str, str, str]:
    """What the data can carry of a report, or why it is not there."""
    if entry["status"] == "complete" and entry.get("verdict"):
        row = verdict(entry, language)
        return str(row["name"]), str(row["verdict"]), str(row["why"])
    if entry["status"] == "complete":
        return report_name(entry["name"], language), str(language.say("go")), ""
    row = absent(entry, language)
    return str(row["name"]), str(row["state"]), str(row["why"])
