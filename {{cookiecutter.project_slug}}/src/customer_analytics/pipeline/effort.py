"""The work of a run: what comes from the cache, what the data cannot carry, what kernels must make, in parallel."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import UserError
from customer_analytics.pipeline.cache import Cache
from customer_analytics.pipeline.making import Entry, Task, Workshop
from customer_analytics.pipeline.plan import NEVER_SKIPPED, Plan, own_imports
from customer_analytics.pipeline.survey import Group, Groups, Survey, find_groups, kept_survey, survey
from customer_analytics.pipeline.trouble import write_traceback

if TYPE_CHECKING:
    from customer_analytics.pipeline.kernels import Kernels
    from customer_analytics.pipeline.warm import WarmProcess

_SECONDS = "seconds"  # the cache's answer to how long each report took
_USUALLY_LONGEST = ("churn", "personas", "campaign_evaluation", "basket_rules", "funnel", "retention")
_HEARTBEAT_SECONDS = 0.2  # a wait without an end would not hear Ctrl-C on Windows


class Effort:
    """One run under way."""

    def __init__(self, shop: Workshop, plan: Plan, *, for_each: str | None, force: bool) -> None:
        self._shop, self._plan, self._for_each, self._force = shop, plan, for_each, force
        self._surveys: dict[Group | None, Survey] = {}
        self._done: dict[Task, Entry] = {}
        self.groups: Groups | None = None
        self._warm: WarmProcess | None = None

    @property
    def as_of(self) -> str | None:
        """The last day that counts, as the tables have it."""
        days = {found.as_of for found in self._surveys.values() if found.as_of}
        return self._plan.as_of or max(days, default=None)

    @property
    def _asked(self) -> tuple[Project, Cache, Plan, str]:
        """What every question about the data depends on."""
        return self._shop.project, self._shop.cache, self._plan, self._shop.fingerprint

    def make_all(self, jobs: int) -> list[Entry]:
        """Every report of every group, as entries of run.json in the order of the plan."""
        if self._for_each is not None:
            self.groups = find_groups(*self._asked, self._for_each)
        sets: list[Group | None] = [None] if self.groups is None else list(self.groups.groups)
        tasks = [Task(report, group) for group in sets for report in self._plan.reports]
        self._shop.progress.planned([task.label for task in tasks])
        for group in sets:
            if found := kept_survey(*self._asked, group):
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
        entry = self._shop.from_cache(task, self._day(task))
        if entry is not None:
            self._done[task] = entry
        return entry is not None

    def _day(self, task: Task) -> str | None:
        """The last day that counts for a report, as the tables have it; None where they have not been asked yet."""
        found = self._surveys.get(task.group)
        return None if found is None else found.as_of

    def _impossible(self, task: Task) -> bool:
        found = self._surveys.get(task.group)
        verdict = None if found is None else found.verdicts.get(task.report.name)
        if task.report.name == NEVER_SKIPPED or verdict is None or verdict.level > 0:
            return False
        self._done[task] = self._shop.skipped(task, verdict.reason)
        return True

    def _make(self, waiting: list[Task], jobs: int) -> None:
        """Start the warm process first: it imports the libraries while this process imports papermill."""
        waiting = self._longest_first(waiting)
        self._warm = _warm_process(self._shop.project.notebooks, [task.report.notebook for task in waiting], jobs)
        try:
            from customer_analytics.pipeline.kernels import Interrupted, Kernels

            with absent("rfc3987_syntax"):  # builds a grammar for a second, for a check that no notebook needs
                importlib.import_module("customer_analytics.pipeline.engine")
            with Kernels(self._shop.project.notebooks, self._warm, jobs) as kernels, ThreadPoolExecutor(jobs) as pool:
                try:
                    self._make_with(kernels, pool, waiting)
                except Interrupted:
                    raise KeyboardInterrupt from None
                except BaseException:
                    kernels.stop()
                    pool.shutdown(cancel_futures=True)
                    raise
        finally:
            if self._warm is not None:
                self._warm.close()

    def _longest_first(self, waiting: list[Task]) -> list[Task]:
        """What took longest the last time begins first, so that no core waits for it at the end."""
        took = self._shop.cache.answer(_SECONDS) or {}
        most = max(took.values(), default=1.0)

        def expected(task: Task) -> float:
            name = task.report.name
            usual = most / (1 + _USUALLY_LONGEST.index(name)) if name in _USUALLY_LONGEST else 0.0
            return float(took.get(task.label, usual))

        return sorted(waiting, key=expected, reverse=True)

    def _make_with(self, kernels: Kernels, pool: ThreadPoolExecutor, waiting: list[Task]) -> None:
        """The audit starts at once; the others when the verdicts are known."""
        pending: dict[Future[Entry], Task] = {}
        ready = [task for task in waiting if task.report.name == NEVER_SKIPPED or task.group in self._surveys]
        for task in ready:
            pending[pool.submit(self._shop.make, task, kernels, self._day(task))] = task
        importlib.import_module("customer_analytics.report.export")  # while the warm process imports the rest
        asked = list(dict.fromkeys(task.group for task in waiting if task not in ready))
        for group in asked:
            self._ask(group)
            for task in waiting:
                if task.group == group and task not in ready and not self._settled(task):
                    pending[pool.submit(self._shop.make, task, kernels, self._day(task))] = task
            self._collect(pending, timeout=0)
        self._ask_all([task.group for task in waiting if task.group not in self._surveys])
        while pending:
            self._collect(pending, timeout=_HEARTBEAT_SECONDS)
        self._remember_seconds()

    def _remember_seconds(self) -> None:
        took = self._shop.cache.answer(_SECONDS) or {}
        made = {task.label: entry["seconds"] for task, entry in self._done.items() if not entry["cached"]}
        self._shop.cache.keep_answer(_SECONDS, took | {label: seconds for label, seconds in made.items() if seconds})

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
            found = survey(*self._asked, group, self._warm)
        except UserError:
            raise
        except Exception as error:
            log = write_traceback(self._shop.project.folder, error)
            self._shop.progress.trouble(error)
            self._shop.progress.note(f"Whether the data suits each report is not known; all are tried. See {log}")
            found = Survey(None, {})
        self._surveys[group] = found

    def _with_verdict(self, task: Task) -> Entry:
        verdict = self._surveys[task.group].verdicts.get(task.report.name) if task.group in self._surveys else None
        return self._done[task] | {"verdict": None if verdict is None else asdict(verdict)}


def _warm_process(cwd: Path, notebooks: Sequence[Path], jobs: int) -> WarmProcess | None:
    from customer_analytics.pipeline.warm import WarmProcess

    if not WarmProcess.possible():
        return None
    try:
        return WarmProcess(cwd, own_imports(notebooks), jobs)
    except OSError:
        return None


@contextmanager
def absent(module: str) -> Iterator[None]:
    """Let an optional module seem not to be installed while others are imported."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]  # Python's way to say that an import fails
    try:
        yield
    finally:
        del sys.modules[module]
