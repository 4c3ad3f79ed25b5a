"""`analytics run`: all reports, in parallel, from the cache where nothing changed, moved into place as one."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from customer_analytics.alerts.command import alerts_of_run, send_alerts
from customer_analytics.alerts.judging import State
from customer_analytics.alerts.rules import read_alerts
from customer_analytics.documents.making import require
from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.language import Language
from customer_analytics.pipeline import folders
from customer_analytics.pipeline.cache import Cache
from customer_analytics.pipeline.comparing import changes_of_run
from customer_analytics.pipeline.effort import Effort
from customer_analytics.pipeline.ending import ALERTS, UNEXPECTED
from customer_analytics.pipeline.finishing import finish
from customer_analytics.pipeline.lock import exclusive, state_folder
from customer_analytics.pipeline.making import Workshop
from customer_analytics.pipeline.manifest import make_manifest, write_manifest
from customer_analytics.pipeline.plan import make_plan
from customer_analytics.pipeline.progress import Progress
from customer_analytics.pipeline.settings_of_run import settings_kept
from customer_analytics.pipeline.staleness import stale
from customer_analytics.report.basis import data_facts
from customer_analytics.tables.load_log import LoadLog, read_load_log


@dataclass(frozen=True)
class RunResult:
    """What a run came to. `reports`: as in run.json; `exit_code`: 0 fine, 1 something failed, 3 an alert fired."""

    exit_code: int
    folder: Path
    index: Path
    reports: tuple[Mapping[str, Any], ...]
    alerts: Mapping[str, Any]


def run(
    project: Project,
    reports: Sequence[str] | None = None,
    parameters: Mapping[str, Any] | None = None,
    *,
    as_of: dt.date | str | None = None,
    language: str | None = None,
    for_each: str | None = None,
    jobs: int | None = None,
    force: bool = False,
    output: Path | None = None,
    show_code: bool = False,
    documents: frozenset[str] = frozenset(),
    progress: Progress | None = None,
) -> RunResult:
    """Make the reports of a project.

    Args:
        project: the client project; its data must have been loaded.
        reports: names of reports; None: all.
        parameters: name -> value, "bins" or "rfm.bins".
        as_of: last day that counts; None: the engagement's, else the last day in the data.
        language: "en" or "zh_CN"; None: the engagement's.
        for_each: column of customers or orders; one set of reports for each of its values.
        jobs: reports made at a time; None: one for each core.
        force: make every report again, whatever the cache holds.
        output: the folder that the run becomes; None: the next folder in reports/, which `reports/latest` then names.
        show_code: show the notebooks' code in the pages.
        documents: what is made beside the pages: documents.making.PDF and others.
        progress: hears of every step.

    Returns:
        Where the run lies and what became of each report.

    Raises:
        UserError: anything that the caller can mend, before a kernel starts.
        KeyboardInterrupt: stopped; no kernel is left and nothing of the run is kept.
    """
    plan = make_plan(project, reports=reports, parameters=parameters, as_of=as_of, language=language)
    if jobs is not None and jobs < 1:
        raise UserError([Problem(f"--jobs {jobs}", "at least one report is made at a time.", "For example: --jobs 2")])
    require(documents)
    alerts = read_alerts(project)
    log = read_load_log(project)
    shown = progress or Progress()
    if changed := stale(project, log):
        shown.note(changed)
    target = None if output is None else output.absolute()
    now = dt.datetime.now(project.engagement.zone)
    with exclusive(project, "run"), settings_kept(project, state_folder(project)):
        folders.remove_leftovers(project)
        folders.remove_scratch(project)
        cache = Cache(state_folder(project))
        with folders.run_folder(project, target, now) as folder:
            shop = Workshop(
                project=project,
                run=folder.partial,
                cache=cache,
                language=Language(
                    plan.language, project.engagement.currency, project.engagement.wording(plan.language)
                ),
                as_of=plan.as_of,
                fingerprint=log.fingerprint,
                inputs=_inputs(log),
                show_code=show_code,
                progress=shown,
                loaded=data_facts(project, log),
            )
            effort = Effort(shop, plan, for_each=for_each, force=force)
            entries = effort.make_all(jobs or os.cpu_count() or 1)
            manifest = make_manifest(project, folder, plan, log, entries, as_of=effort.as_of, groups=effort.groups)
            manifest["changes"] = changes_of_run(folder.partial, manifest, project)
            told = alerts_of_run(folder.partial, manifest, project, alerts)
            manifest["alerts"] = [entry for entry in told.get("alerts", ()) if entry["state"] == State.FIRED.value]
            write_manifest(manifest, folder)
            unmade = finish(folder.partial, manifest, project, documents)
        if target is None:
            folders.point_latest(project, folder.name)
            _write_runs_index(project)
        cache.prune()
    for problem in send_alerts(folder.final, manifest, project, alerts) if manifest["alerts"] else ():
        shown.note(problem)
    for problem in unmade:
        shown.note(problem)
    failed = bool(unmade) or any(entry["status"] == "failed" for entry in entries)
    code = UNEXPECTED if failed else ALERTS if manifest["alerts"] else 0
    return RunResult(code, folder.final, folder.final / "index.html", tuple(entries), told)


def _inputs(log: LoadLog) -> tuple[dict[str, Any], ...]:
    """The files behind the tables, each once. Of one outside the project the name alone: folders may name people."""
    files = {
        file.name: {"path": _told(file.name), "bytes": file.size, "sha256": file.sha256}
        for table in log.tables.values()
        for source in table.sources
        for file in source.files
    }
    return tuple(files[name] for name in sorted(files))


def _told(name: str) -> str:
    return Path(name).name if Path(name).is_absolute() else name


def _write_runs_index(project: Project) -> None:
    from customer_analytics.report.front_page import write_runs_index

    write_runs_index(project, folders.past_runs(project))
