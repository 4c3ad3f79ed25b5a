"""`analytics alerts` and what a run does with its alerts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from customer_analytics.alerts.outcome import as_data, judged_run, message, write
from customer_analytics.alerts.rules import Alerts, read_alerts
from customer_analytics.alerts.sending import NotSent, send
from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.language import Language
from customer_analytics.pipeline.folders import LATEST, MANIFEST, past_runs
from customer_analytics.pipeline.screens import show_alerts
from customer_analytics.pipeline.terminal import Terminal


def alerts_of_run(folder: Path, manifest: Mapping[str, Any], project: Project, alerts: Alerts) -> dict[str, Any]:
    """Judge a run that is just made, and write its alerts into its folder; the content of alerts.json.

    Nothing is written, and the content is empty, where the project has no rules.
    """
    if not alerts.rules:
        return {}
    code = str(manifest["language"])
    language = Language(code, project.engagement.currency, project.engagement.wording(code))
    judged = judged_run(alerts, folder, manifest, project.reports, past_runs(project))
    data = as_data(judged, manifest, language)
    write(folder, data, message(judged, manifest, project, language))
    return data


def send_alerts(folder: Path, manifest: Mapping[str, Any], project: Project, alerts: Alerts) -> list[str]:
    """Send what fired in a run to every configured target; returns what could not be sent, in words."""
    if not alerts.targets:
        return []
    code = str(manifest["language"])
    language = Language(code, project.engagement.currency, project.engagement.wording(code))
    judged = judged_run(alerts, folder, manifest, project.reports, past_runs(project))
    data = as_data(judged, manifest, language)
    failed = []
    for target in alerts.targets:
        told = [each for each in judged if each.fired and each.rule.level in target.levels]
        if not told:
            continue
        try:
            send(target, message(told, manifest, project, language), data)
        except NotSent as error:
            failed.append(f"An alert could not be sent to {error}")
    return failed


def show(project: Project, run: str, terminal: Terminal, *, as_json: bool, again: bool) -> bool:
    """Judge a finished run by the rules as they are now and show the outcome; whether something fired.

    Raises:
        UserError: no such run, or alerts.yml has problems.
    """
    alerts = read_alerts(project)
    manifest = find_run(project, run)
    code = str(manifest["language"])
    language = Language(code, project.engagement.currency, project.engagement.wording(code))
    folder = project.reports / str(manifest["run"])
    data = as_data(judged_run(alerts, folder, manifest, project.reports, past_runs(project)), manifest, language)
    if as_json:
        terminal.line(json.dumps(data, ensure_ascii=False, indent=2))
    else:
        show_alerts(terminal, data)
        if not alerts.rules:
            terminal.line("alerts.yml has no rules.")
    if again:
        for problem in send_alerts(folder, manifest, project, alerts):
            terminal.error(problem)
    return bool(data["fired"])


def find_run(project: Project, name: str) -> Mapping[str, Any]:
    """The manifest of a run by its name, or of the newest by `latest`.

    Raises:
        UserError: there is no such run.
    """
    runs = past_runs(project)
    wanted = name
    if name == LATEST:
        pointer = project.reports / LATEST
        wanted = pointer.read_text(encoding="utf-8").strip() if pointer.is_file() else ""
    for manifest in runs:
        if manifest["run"] == wanted:
            return manifest
    known = ", ".join(str(run["run"]) for run in runs[:5]) or "none; make one with `analytics run`"
    raise UserError([Problem(f"run {name}", f"is not in reports/ with a {MANIFEST}.", f"Newest runs: {known}.")])
