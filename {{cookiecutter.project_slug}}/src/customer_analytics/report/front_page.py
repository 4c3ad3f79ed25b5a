"""The front page of a run, and the list of runs: what every report says, and why one is missing."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from customer_analytics.engagement import Project
from customer_analytics.language import Language, Text
from customer_analytics.narrative.table_names import table_name
from customer_analytics.report import page as pages
from customer_analytics.report.blocks import definition_list
from customer_analytics.report.page import Page
from customer_analytics.report.report_names import report_name
from customer_analytics.report.summary import legend, selected, text

_TOP_FINDINGS = 3
_SCALE = {"k": 1e3, "m": 1e6, "bn": 1e9, "万": 1e4, "亿": 1e8}
_AMOUNT = re.compile(r"(−|-)?\D*?([\d,]+(?:\.\d+)?)\s*(k|m|bn|万|亿)?")
Entry = Mapping[str, Any]


def write_front_page(run_folder: Path, manifest: Mapping[str, Any], project: Project) -> int:
    """Write index.html of a run from its manifest; returns its size in bytes."""
    language = Language(manifest["language"], project.engagement.currency)
    say = language.say
    entries: list[Entry] = list(manifest["reports"])
    groups = manifest.get("for_each")
    complete = [_card(entry, language) for entry in entries if entry["status"] == "complete" and not groups]
    sets = _sets(entries, groups, language) if groups else []
    missing = [_absent(entry, language) for entry in entries if entry["status"] != "complete"]
    verdicts = [_verdict(entry, language) for entry in entries if entry.get("verdict")]
    words = {
        "open": say("Open the report"),
        "findings": say("Main findings"),
        "figures": say("Figures"),
        "limits": say("Limits of the data"),
        "recommendation": say("Recommendation"),
        "missing": say("Not in this run"),
        "missing_deck": say("The other reports do not depend on these."),
        "verdicts": say("How far the data carries"),
        "verdicts_deck": say("The data audit judges for each report whether the data is enough."),
        "made": say("How this run was made"),
        "report": say("Report"),
        "state": say("State"),
        "why": say("Why"),
        "verdict": say("Verdict"),
        "group": say("Group"),
        "customers": say("Customers"),
        "legend": legend(language),
        "left_out": _left_out(groups, language),
    }
    contents = [(card["id"], card["name"]) for card in [*complete, *sets]]
    contents += [("missing", words["missing"])] if missing else []
    contents += [("verdicts", words["verdicts"])] if verdicts else []
    page = Page(
        **_fields(project, language, say("All reports")),
        title=say("What the data says about the customers of {client}", client=project.engagement.client),
        standfirst=_standing(entries, language),
        facts=_facts(manifest, language),
        footer=say("Made by {consultancy}.", consultancy=project.engagement.consultancy),
        contents=[*contents, ("made", words["made"])],
        made=_made(manifest, entries, language),
        back="../index.html",
    )
    draw = functools.partial(
        _draw, "front.html.j2", words=words, cards=complete, sets=sets, missing=missing, verdicts=verdicts
    )
    return pages.write(run_folder / "index.html", pages.finish(page, draw, language).html)


def write_runs_index(project: Project, runs: Sequence[Mapping[str, Any]]) -> int:
    """Write index.html of all runs, newest first; returns its size in bytes."""
    language = Language(project.engagement.language.value, project.engagement.currency)
    say = language.say
    words = {
        "runs": say("Runs"),
        "run": say("Run"),
        "day": say("Last day that counts"),
        "reports": say("Reports"),
        "conclusion": say("Conclusions"),
    }
    page = Page(
        **_fields(project, language, say("All runs")),
        title=say("Reports for {client}", client=project.engagement.client),
        standfirst=say("The newest run comes first. A run is never changed once it is complete."),
        facts=[(say("Runs"), language.number(len(runs)))],
        footer=say("Made by {consultancy}.", consultancy=project.engagement.consultancy),
    )
    rows = [_run_row(run, language) for run in runs]
    draw = functools.partial(_draw, "runs.html.j2", words=words, rows=rows)
    return pages.write(project.reports / "index.html", pages.finish(page, draw, language).html)


def _draw(template: str, page: Page, **values: Any) -> str:
    return pages.render(template, page=page, **values)


def _fields(project: Project, language: Language, kind: str) -> dict[str, Any]:
    fields: dict[str, Any] = pages.common(project, language, kind=kind)
    fields["words"] |= {"contents": language.say("On this page"), "back": language.say("All runs")}
    return fields


def _card(entry: Entry, language: Language) -> dict[str, Any]:
    """One complete report: its conclusion, figures and main findings."""
    summary = entry["summary"]
    verdict = entry.get("verdict") or {}
    return {
        "id": entry["name"].replace("_", "-"),
        "name": report_name(entry["name"], language),
        "page": entry["page"],
        "title": summary["title"],
        "standfirst": summary["standfirst"],
        "kpis": summary["kpis"],
        "findings": [
            {"grade": finding["grade"], "head": finding["head"], "statement": text(finding["rich"])}
            for finding in selected(summary["findings"])[:_TOP_FINDINGS]
        ],
        "recommendation": summary["recommendation"],
        "limits": verdict.get("reason") if verdict.get("level") == 1 else "",
    }


def _sets(entries: Sequence[Entry], groups: Mapping[str, Any], language: Language) -> list[dict[str, Any]]:
    """For each report all its groups side by side: a card and a table row a group."""
    by_report: dict[str, list[dict[str, Any]]] = {}
    titles = {group["folder"].strip("/"): group for group in groups["sets"]}
    for entry in entries:
        if entry["status"] != "complete":
            continue
        group = titles.get(str(entry.get("folder") or "").strip("/"), {})
        by_report.setdefault(entry["name"], []).append(
            {
                "value": group.get("value", entry.get("subset") or ""),
                "customers": language.number(group.get("customers")),
                "customers_key": group.get("customers", 0),
                "page": entry["page"],
                "title": entry["summary"]["title"],
                "kpis": [dict(kpi) | {"key": _sort_key(kpi["value"])} for kpi in entry["summary"]["kpis"]],
            }
        )
    return [
        {
            "id": name.replace("_", "-"),
            "name": report_name(name, language),
            "labels": (labels := _shared_labels(rows)),
            "rows": [row | {"shared": [kpi for kpi in row["kpis"] if kpi["label"] in labels]} for row in rows],
            "caption": language.say(
                "{report} by {column}", report=report_name(name, language), column=groups["column"]
            ),
        }
        for name, rows in by_report.items()
    ]


def _shared_labels(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The figures that every group has: only these stand in one column ("Revenue from Loyal" is not Champions')."""
    others = [{kpi["label"] for kpi in row["kpis"]} for row in rows]
    return [kpi["label"] for kpi in rows[0]["kpis"] if all(kpi["label"] in labels for labels in others)]


def _sort_key(shown: str) -> float | str:
    """The number in a figure as it is written ("$484k" -> 484000), so that a table sorts by amount."""
    match = _AMOUNT.match(shown)
    if match is None:
        return ""
    sign = -1 if match[1] else 1
    return sign * float(match[2].replace(",", "")) * _SCALE.get(match[3] or "", 1)


def _left_out(groups: Mapping[str, Any] | None, language: Language) -> str:
    if not groups or not groups.get("left_out"):
        return ""
    return language.say_count(
        "One group is left out, because it has too few customers.",
        "{count} groups are left out, because they have too few customers.",
        groups["left_out"],
    )


def _absent(entry: Entry, language: Language) -> dict[str, Any]:
    """A report that is not there: state, reason, and where to look."""
    failed = entry["status"] == "failed"
    failure = entry.get("failure") or {}
    where = language.say("The executed notebook lies in {path}.", path=entry["notebook"]) if failed else ""
    subset = f" ({entry['subset']})" if entry.get("subset") else ""
    return {
        "name": f"{report_name(entry['name'], language)}{subset}",
        "state": language.say("failed") if failed else language.say("skipped"),
        "css": "failed" if failed else "skipped",
        "why": " ".join(str(part) for part in (entry.get("reason"), failure.get("mend"), where) if part),
        "page": entry["page"] if failed else "",
    }


def _verdict(entry: Entry, language: Language) -> dict[str, Any]:
    say = language.say
    level = entry["verdict"]["level"]
    words = {0: say("no-go"), 1: say("go with limits"), 2: say("go")}
    subset = f" ({entry['subset']})" if entry.get("subset") else ""
    return {
        "name": f"{report_name(entry['name'], language)}{subset}",
        "level": level,
        "verdict": words[level],
        "swatch": {0: "alert", 1: "warm", 2: "s1"}[level],
        "why": entry["verdict"].get("reason") or say("The data is enough."),
    }


def _standing(entries: Sequence[Entry], language: Language) -> Text:
    """How many reports there are, and how many are missing, in one sentence."""
    count = {state: sum(entry["status"] == state for entry in entries) for state in ("complete", "skipped", "failed")}
    sentences = [
        language.say_count("One report is complete.", "{count} reports are complete.", count["complete"]),
    ]
    if count["skipped"]:
        sentences.append(
            language.say_count(
                "One was skipped, because the data cannot carry it.",
                "{count} were skipped, because the data cannot carry them.",
                count["skipped"],
            )
        )
    if count["failed"]:
        sentences.append(language.say_count("One failed.", "{count} failed.", count["failed"]))
    return Text(("" if language.is_chinese else " ").join(sentences))


def _facts(manifest: Mapping[str, Any], language: Language) -> list[tuple[str, str]]:
    say = language.say
    facts: list[tuple[str, str]] = [(say("Made on"), _day(manifest["created_at"], language))]
    if manifest.get("as_of"):
        facts.insert(0, (say("Last day that counts"), _day(manifest["as_of"], language)))
    if manifest["data"].get("loaded_at"):
        facts.append((say("Data loaded"), _day(manifest["data"]["loaded_at"], language)))
    facts.append((say("Run"), manifest["run"]))
    return facts


def _made(manifest: Mapping[str, Any], entries: Sequence[Entry], language: Language) -> Markup:
    say = language.say
    data = manifest["data"]
    tables = data.get("tables", {}).items()
    rows = language.joined(f"{table_name(language, name)} {language.number(count)}" for name, count in tables)
    items = [
        (say("Rows in the clean tables"), rows),
        (say("Data fingerprint"), data.get("fingerprint", "")),
        (say("Template version"), manifest.get("template_version", "")),
        (say("Software"), language.joined(f"{name} {version}" for name, version in manifest["versions"].items())),
    ]
    parameters: dict[str, str] = {}
    for entry in entries:
        given = {key: value for key, value in entry["parameters"].items() if value is not None and key != "subset"}
        parameters.setdefault(entry["name"], language.joined(f"{key} = {value}" for key, value in given.items()))
    items += [
        (say("Parameters of {report}", report=report_name(name, language)), shown) for name, shown in parameters.items()
    ]
    items.append((say("Everything as data"), "run.json, */findings.json, */metrics.json, */tables/*.csv"))
    return definition_list((term, value) for term, value in items if value)


def _run_row(run: Mapping[str, Any], language: Language) -> dict[str, Any]:
    complete = [entry for entry in run["reports"] if entry["status"] == "complete"]
    titles = [entry["summary"]["title"] for entry in complete if entry.get("summary") and not run.get("for_each")]
    return {
        "run": run["run"],
        "page": f"{run['run']}/index.html",
        "as_of": _day(run["as_of"], language) if run.get("as_of") else language.date(None),
        "as_of_key": run.get("as_of") or "",
        "reports": language.say(
            "{complete} of {total}",
            complete=language.number(len(complete)),
            total=language.number(len(run["reports"])),
        ),
        "titles": titles,
    }


def _day(moment: str, language: Language) -> str:
    return language.date(dt.date.fromisoformat(str(moment)[:10]))
