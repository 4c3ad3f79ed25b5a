"""The cards of the reports, what is missing, the verdicts, and how the run was made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from customer_analytics.language import Language, Text
from customer_analytics.narrative.table_names import table_name
from customer_analytics.report.blocks import definition_list
from customer_analytics.report.report_names import report_name
from customer_analytics.report.summary import selected

_TOP_FINDINGS = 3
Entry = Mapping[str, Any]


def card(entry: Entry, language: Language) -> dict[str, Any]:
    """One complete report: its conclusion, its figures, and what its first findings are called."""
    summary = entry["summary"]
    verdict = entry.get("verdict") or {}
    return {
        "id": entry["name"].replace("_", "-"),
        "name": report_name(entry["name"], language),
        "page": entry["page"],
        "title": summary["title"],
        "kpis": summary["kpis"],
        "findings": [
            {"grade": finding["grade"], "head": finding["head"]}
            for finding in selected(summary["findings"])[:_TOP_FINDINGS]
        ],
        "limits": verdict.get("reason") if verdict.get("level") == 1 else "",
    }


def absent(entry: Entry, language: Language) -> dict[str, Any]:
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


def verdict(entry: Entry, language: Language) -> dict[str, Any]:
    """What the data audit judges of a report."""
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


def completeness(entries: Sequence[Entry], language: Language) -> Text:
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


def facts(manifest: Mapping[str, Any], language: Language) -> list[tuple[str, str]]:
    """Dates and name of the run, for the cover."""
    say = language.say
    shown: list[tuple[str, str]] = [(say("Made on"), day(manifest["created_at"], language))]
    if manifest.get("as_of"):
        shown.insert(0, (say("Last day that counts"), day(manifest["as_of"], language)))
    if manifest["data"].get("loaded_at"):
        shown.append((say("Data loaded"), day(manifest["data"]["loaded_at"], language)))
    shown.append((say("Run"), manifest["run"]))
    return shown


def made(manifest: Mapping[str, Any], entries: Sequence[Entry], language: Language) -> Markup:
    """Rows, fingerprint, versions and parameters."""
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


def day(moment: str, language: Language) -> str:
    """The day of a time stamp, in words."""
    return language.date(dt.date.fromisoformat(str(moment)[:10]))
