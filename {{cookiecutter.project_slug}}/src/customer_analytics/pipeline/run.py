"""`analytics run`: all reports, in parallel, from the cache where nothing changed, moved into place as one."""

from __future__ import annotations

import datetime as dt
import os
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.language import Language
from customer_analytics.pipeline import folders
from customer_analytics.pipeline.cache import Cache
from customer_analytics.pipeline.lock import exclusive, state_folder
from customer_analytics.pipeline.making import Entry, Task, Workshop
from customer_analytics.pipeline.manifest import make_manifest, write_manifest
from customer_analytics.pipeline.plan import NEVER_SKIPPED, Plan, make_plan
from customer_analytics.pipeline.progress import Progress
from customer_analytics.pipeline.survey import Group, Groups, Survey, find_groups, kept_survey, survey
from customer_analytics.pipeline.trouble import write_traceback
from customer_analytics.tables.load_log import LoadLog, read_load_log

if TYPE_CHECKING:
    from customer_analytics.pipeline.kernels import Kernels
    from customer_analytics.pipeline.warm import WarmProcess

_HEARTBEAT_SECONDS = 0.2  # a wait without an end would not hear Ctrl-C on Windows


@dataclass(frozen=True)
class RunResult:
    """What a run came to. `exit_code`: 0 all fine, 1 a report failed. `reports`: the entries of run.json."""

    exit_code: int
    folder: Path
    index: Path
    reports: tuple[Mapping[str, Any], ...]


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
    log = read_load_log(project)
    shown = progress or Progress()
    target = None if output is None else output.absolute()
    now = dt.datetime.now(project.engagement.zone)
    with exclusive(project, "run"), _stopped_like_ctrl_c():
        folders.remove_leftovers(project)
        cache = Cache(state_folder(project))
        with folders.run_folder(project, target, now) as folder:
            effort = _Effort(project, plan, log, cache, shown, folder.partial, for_each, force, show_code)
            entries = effort.make_all(jobs or os.cpu_count() or 1)
            manifest = make_manifest(
                project, folder, plan, log, entries, as_of=effort.as_of, groups=effort.groups
            )
            write_manifest(manifest, folder)
            _write_front_page(folder.partial, manifest, project)
        if target is None:
            folders.point_latest(project, folder.name)
            _write_runs_index(project)
        cache.prune()
    failed = any(entry["status"] == "failed" for entry in entries)
    return RunResult(int(failed), folder.final, folder.final / "index.html", tuple(entries))


class _Effort:
    """One run under way: what comes from the cache, what the data cannot carry, what kernels must make."""

    def __init__(
        self,
        project: Project,
        plan: Plan,
        log: LoadLog,
        cache: Cache,
        progress: Progress,
        folder: Path,
        for_each: str | None,
        force: bool,
        show_code: bool,
    ) -> None:
        self._project, self._plan, self._log, self._cache = project, plan, log, cache
        self._progress, self._for_each, self._force = progress, for_each, force
        self._surveys: dict[Group | None, Survey] = {}
        self._done: dict[Task, Entry] = {}
        self.groups: Groups | None = None
        self._shop = Workshop(
            project=project,
            run=folder,
            cache=cache,
            language=Language(plan.language, project.engagement.currency),
            as_of=plan.as_of,
            fingerprint=log.fingerprint,
            inputs=_inputs(log),
            show_code=show_code,
            progress=progress,
        )

    @property
    def as_of(self) -> str | None:
        """The last day that counts, as the tables have it."""
        days = {found.as_of for found in self._surveys.values() if found.as_of}
        return self._plan.as_of or max(days, default=None)

    def make_all(self, jobs: int) -> list[Entry]:
        """Every report of every group, as entries of run.json in the order of the plan."""
        if self._for_each is not None:
            self.groups = find_groups(self._project, self._cache, self._plan, self._log.fingerprint, self._for_each)
        sets: list[Group | None] = [None] if self.groups is None else list(self.groups.groups)
        tasks = [Task(report, group) for group in sets for report in self._plan.reports]
        self._progress.planned([task.label for task in tasks])
        for group in sets:
            if found := kept_survey(self._project, self._cache, self._plan, self._log.fingerprint, group):
                self._surveys[group] = found
        waiting = [task for task in tasks if not self._settled(task)]
        if waiting:
            self._make(waiting, min(jobs, len(waiting)))
        elif len(self._surveys) < len(sets):
            self._ask_all(sets)
        return [self._with_verdict(task) for task in tasks]

    def _settled(self, task: Task) -> bool:
        """Whether a report needs no kernel: known to be impossible, or in the cache."""
        if self._impossible(task):
            return True
        if self._force or (task.report.name != NEVER_SKIPPED and task.group not in self._surveys):
            return False
        entry = self._shop.from_cache(task)
        if entry is not None:
            self._done[task] = entry
        return entry is not None

    def _impossible(self, task: Task) -> bool:
        found = self._surveys.get(task.group)
        verdict = None if found is None else found.verdicts.get(task.report.name)
        if task.report.name == NEVER_SKIPPED or verdict is None or verdict.level > 0:
            return False
        self._done[task] = self._shop.skipped(task, verdict.reason)
        return True

    def _make(self, waiting: list[Task], jobs: int) -> None:
        """Start the warm process first: it imports the libraries while this process imports papermill."""
        warm = _warm_process(self._project.notebooks)
        try:
            from customer_analytics.pipeline.kernels import Interrupted, Kernels

            with Kernels(self._project.notebooks, warm) as kernels, ThreadPoolExecutor(jobs) as pool:
                try:
                    self._make_with(kernels, pool, waiting)
                except Interrupted:
                    raise KeyboardInterrupt from None
                except BaseException:
                    kernels.stop()
                    pool.shutdown(cancel_futures=True)
                    raise
        finally:
            if warm is not None:
                warm.close()

    def _make_with(self, kernels: Kernels, pool: ThreadPoolExecutor, waiting: list[Task]) -> None:
        """The audit starts at once; the others when the verdicts are known."""
        pending: dict[Future[Entry], Task] = {}
        ready = [task for task in waiting if task.report.name == NEVER_SKIPPED or task.group in self._surveys]
        for task in ready:
            pending[pool.submit(self._shop.make, task, kernels)] = task
        asked = list(dict.fromkeys(task.group for task in waiting if task not in ready))
        for group in asked:
            self._ask(group)
            for task in waiting:
                if task.group == group and task not in ready and not self._settled(task):
                    pending[pool.submit(self._shop.make, task, kernels)] = task
            self._collect(pending, timeout=0)
        self._ask_all([task.group for task in waiting if task.group not in self._surveys])
        while pending:
            self._collect(pending, timeout=_HEARTBEAT_SECONDS)

    def _collect(self, pending: dict[Future[Entry], Task], timeout: float) -> None:
        done, _ = wait(pending, timeout=timeout, return_when=FIRST_COMPLETED)
        for future in done:
            self._done[pending.pop(future)] = future.result()

    def _ask_all(self, groups: Sequence[Group | None]) -> None:
        for group in dict.fromkeys(groups):
            if group not in self._surveys:
                self._ask(group)

    def _ask(self, group: Group | None) -> None:
        """The verdicts for a group. When judging itself fails, every report is tried: the audit may show why."""
        try:
            found = survey(self._project, self._cache, self._plan, self._log.fingerprint, group)
        except UserError:
            raise
        except Exception as error:
            log = write_traceback(self._project.folder, error)
            self._progress.trouble(error)
            self._progress.note(f"Whether the data suits each report could not be judged; all are tried. See {log}")
            found = Survey(None, {})
        self._surveys[group] = found

    def _with_verdict(self, task: Task) -> Entry:
        verdict = self._surveys[task.group].verdicts.get(task.report.name) if task.group in self._surveys else None
        return self._done[task] | {"verdict": None if verdict is None else asdict(verdict)}


def _inputs(log: LoadLog) -> tuple[dict[str, Any], ...]:
    """The files behind the tables, each once, with the rows that its source gave."""
    files = {
        file.name: {"path": file.name, "bytes": file.size, "sha256": file.sha256}
        for table in log.tables.values()
        for source in table.sources
        for file in source.files
    }
    return tuple(files[name] for name in sorted(files))


def _warm_process(cwd: Path) -> WarmProcess | None:
    from customer_analytics.pipeline.warm import WarmProcess

    if not WarmProcess.possible():
        return None
    try:
        return WarmProcess(cwd)
    except OSError:
        return None


def _write_front_page(folder: Path, manifest: dict[str, Any], project: Project) -> None:
    from customer_analytics.report.front_page import write_front_page

    write_front_page(folder, manifest, project)


def _write_runs_index(project: Project) -> None:
    from customer_analytics.report.front_page import write_runs_index

    write_runs_index(project.reports, folders.past_runs(project))


@contextmanager
def _stopped_like_ctrl_c() -> Iterator[None]:
    """Let a polite request to end (a container's stop) clean up as Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
