"""The alerts of a run: judged, written beside its front page, and as messages."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from customer_analytics.alerts import words
from customer_analytics.alerts.dialects import Line, Message, markdown
from customer_analytics.alerts.history import Measured, earlier, measured
from customer_analytics.alerts.judging import Judged, judge
from customer_analytics.alerts.rules import Alerts
from customer_analytics.engagement import Project
from customer_analytics.language import Language

JSON_FILE, MARKDOWN_FILE = "alerts.json", "alerts.md"


def judged_run(
    alerts: Alerts, folder: Path, manifest: Mapping[str, Any], reports: Path, runs: Sequence[Mapping[str, Any]]
) -> list[Judged]:
    """Every rule over every group of a run; what fired comes first, gravest first.

    Args:
        alerts: the project's rules.
        folder: the run's folder.
        manifest: its run.json.
        reports: the folder of all runs.
        runs: the manifests of all runs, newest first.
    """
    order = ("critical", "warning", "notice")
    found = [
        judge(rule, now, before) for now, before in _groups(folder, manifest, reports, runs) for rule in alerts.rules
    ]
    return sorted(found, key=lambda each: (not each.fired, order.index(each.rule.level.value)))


def as_data(judged: Sequence[Judged], manifest: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """The content of alerts.json."""
    return {
        "run": manifest["run"],
        "as_of": manifest.get("as_of"),
        "fired": sum(each.fired for each in judged),
        "alerts": [_entry(each, language) for each in judged],
    }


def message(judged: Sequence[Judged], manifest: Mapping[str, Any], project: Project, language: Language) -> Message:
    """What fired, in words."""
    say = language.say
    fired = [each for each in judged if each.fired]
    heading = language.say_count(
        "{client}: one alert in run {run}",
        "{client}: {count} alerts in run {run}",
        len(fired),
        client=project.engagement.client,
        run=manifest["run"],
    )
    lines = [
        Line(
            level=words.level_name(each.rule.level, language),
            title=words.title(each, language),
            statement=words.statement(each, language),
            message=each.rule.message or "",
            owner=each.rule.owner or "",
        )
        for each in fired
    ]
    return Message(str(heading), str(say("Owner")), lines)


def write(folder: Path, data: Mapping[str, Any], told: Message) -> None:
    """Write alerts.json and, where something fired, alerts.md into a run's folder."""
    text = json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    (folder / JSON_FILE).write_text(text, encoding="utf-8", newline="\n")
    if told.lines:
        (folder / MARKDOWN_FILE).write_text(markdown(told), encoding="utf-8", newline="\n")


def _groups(
    folder: Path, manifest: Mapping[str, Any], reports: Path, runs: Sequence[Mapping[str, Any]]
) -> list[tuple[Measured, list[Measured]]]:
    return [(now, earlier(reports, runs, now)) for now in measured(folder, manifest)]


def _entry(judged: Judged, language: Language) -> dict[str, Any]:
    rule, now, before = judged.rule, judged.now, judged.before
    return {
        "name": rule.name,
        "level": rule.level.value,
        "state": judged.state.value,
        "metric": rule.metric,
        "group": judged.group,
        "value": None if now is None else now.value,
        "low": None if now is None else now.low,
        "high": None if now is None else now.high,
        "before": None if before is None else before.value,
        "day_before": judged.day_before or None,
        "since": judged.since or None,
        "runs": judged.runs,
        "owner": rule.owner,
        "title": words.title(judged, language),
        "statement": words.statement(judged, language) if judged.fired else "",
        "message": rule.message if judged.fired else None,
        "reason": words.reason(judged, language),
    }
